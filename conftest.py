"""Starts the embedded servers (or takes the ones the environment names) before Django reads its settings.

That is why DJANGO_SETTINGS_MODULE stands here and not in pyproject.toml, from where pytest-django would read it first.
"""

import os
from pathlib import Path

import django

from portfolio.kit.embedded import ensure_unless_configured

VAR = Path(os.environ.setdefault("PILOTAGE_VAR", str(Path(__file__).resolve().parent / "var" / "test")))
VAR.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
ensure_unless_configured(VAR)
# Dozens of workers start here. Django's checks, which import every view, are a third of a start; those of a start as a user's are
# tried by .ci/run.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
django.setup()
