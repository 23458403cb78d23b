"""A database of their own for the sweeps of gates at full size, and the process that runs in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.sweeps.import_kill import URLS, _database, _url

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def own_database(name: str) -> Iterator[dict[str, str]]:
    """The environment in which Django finds a migrated, empty database of the embedded server."""
    from portfolio.kit.embedded import ensure_unless_configured

    embedded = ensure_unless_configured(Path(os.environ.get("PILOTAGE_VAR", ROOT / "var" / "test")))
    with _database("template1", name) as database:
        environment = os.environ | {key: _url(key, database) for key in URLS}
        environment |= {"DJANGO_SETTINGS_MODULE": "portfolio.settings", "LOG_LEVEL": "ERROR"}
        migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        yield environment
    if embedded is not None:
        embedded.release()


def run_there(name: str, module: str, arguments: Sequence[str]) -> int:
    """`python -m module arguments` in a database of its own; its exit code."""
    with own_database(name) as environment:
        return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment, check=False).returncode
