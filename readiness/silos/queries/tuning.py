"""What the rules are tuned by now."""

from __future__ import annotations

from typing import Any

from readiness.silos.models import RuleSetting
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import settings_of


def written() -> dict[str, dict[str, Any]]:
    """`{kind: {name: value}}` of what differs from the defaults. One statement."""
    return dict(RuleSetting.objects.values_list("kind", "values"))


def settings_now() -> Settings:
    """The defaults, and over them what people wrote."""
    return settings_of(written())
