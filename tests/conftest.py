"""The suite runs on the real thing: embedded PostgreSQL as role `app`, with tables that `owner` made.

Each worker gets its own database, copied from a template that is rebuilt only when a migration changes. Tests that must
commit (workers, kills, several connections) take `committed_db`, a database of their own, because `app` may not truncate.
"""

from __future__ import annotations

import copy
import gc
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Field
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from tests.sampling import FULL, SEED

# No test asserts seconds: on a busy machine any example may take long.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_DATA = Path(os.environ.get("PILOTAGE_SAMPLE_DATA", ROOT.parent / "shared" / "data"))

DROP_WITHIN_S = 60
# What takes longest starts first, so that no worker is left alone with it at the end.
STARTS_FIRST = (
    "readiness/dashboards/test_bench.py",
    "readiness/evidence/test_pulls_workers.py",
    "sweeps/test_import_kill.py",
    "readiness/test_leaks.py",
    "portfolio/outbox/test_worker_process.py",
)

pytest_plugins = ["tests.people"]


def pytest_report_header() -> str:
    return "large matrices: whole" if FULL else f"large matrices: the part of PILOTAGE_SEED={SEED} (PILOTAGE_FULL=1 for all)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {ROOT / "tests" / path: number for number, path in enumerate(STARTS_FIRST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of real files; a test that needs it says why it skips."""
    if not SAMPLE_DATA.is_dir():
        pytest.skip(f"no real data: {SAMPLE_DATA} does not exist (set PILOTAGE_SAMPLE_DATA)")
    return SAMPLE_DATA


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> None:
    """No collected static files, no slow password digest: the suite asks for neither."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django would rename databases; ours come from a template."""


@pytest.fixture(scope="session")
def template_database(django_db_blocker: Any) -> str:
    """Name of a migrated, granted, empty database for the migrations as they are now; made once."""
    name = f"test_template_{_schema_digest()}"
    with _maintenance() as owner, django_db_blocker.unblock():
        owner.execute("SELECT pg_advisory_lock(hashtext('pilotage-test-template'))")
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            building = f"{name}_building"
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(building)))
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            _use(building)
            with _quick_states():
                call_command("migrate", database="owner", verbosity=0)
            connections.close_all()
            owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
        owner.execute("SELECT pg_advisory_unlock(hashtext('pilotage-test-template'))")
    return name


@contextmanager
def _quick_states() -> Iterator[None]:
    """Migrations render thousands of models: their fields are copied here instead of taken apart and made anew, and the garbage
    collector looks less often. The schema is the same to the letter (compared by pg_dump), in half of the time."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Field, "clone", copy.deepcopy)
        yield
    gc.set_threshold(*thresholds)


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The worker's own database, used by every test that rolls back."""
    with django_db_blocker.unblock():
        name = f"test_{os.getpid()}"
        _copy(template_database, name)
        _use(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        _drop(name)


@pytest.fixture
def committed_db(template_database: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A fresh database for a test that commits; the answer is its name. Other processes reach it by DATABASE_URL."""
    before = str(settings.DATABASES["default"]["NAME"])
    name = f"test_{os.getpid()}_committed"
    urls = {key: os.environ[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    with django_db_blocker.unblock():
        _copy(template_database, name)
        _use(name)
        for key, url in urls.items():
            os.environ[key] = _with_database(url, name)
        yield name
        connections.close_all()
        os.environ.update(urls)
        _use(before)
        _drop(name)


@pytest.fixture(scope="module")
def module_db(template_database: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database for the tests of one module, in which a fixture of the module commits what they share; each rolls back."""
    before, name = str(settings.DATABASES["default"]["NAME"]), f"test_{os.getpid()}_module"
    with django_db_blocker.unblock():
        _copy(template_database, name)
        _use(name)
    yield name
    with django_db_blocker.unblock():
        _use(before)
        _drop(name)


def _schema_digest() -> str:
    digest = hashlib.sha256()
    sources = [
        *ROOT.glob("*/*/migrations/*.py"),
        *(ROOT / "portfolio/kit" / f for f in ("audit.py", "grants.py")),
    ]
    models = [*ROOT.glob("*/*/models.py"), *ROOT.glob("*/*/models/*.py")]
    for path in sorted(sources + models):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _maintenance() -> psycopg.Connection[Any]:
    url = os.environ["DATABASE_OWNER_URL"]
    return psycopg.connect(url, autocommit=True)


def _use(name: str) -> None:
    connections.close_all()
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _copy(template: str, name: str) -> None:
    _drop(name)
    with _maintenance() as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def _drop(name: str) -> None:
    """Drop a database whose sessions may still be ending: those of killed workers, which `owner` may not end itself."""
    deadline = time.monotonic() + DROP_WITHIN_S
    with _maintenance() as owner:
        while True:
            try:
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


def _with_database(url: str, name: str) -> str:
    return psycopg.conninfo.make_conninfo(url, dbname=name)
