"""Databases that exist only for a bench: beside the product's, made by the owner, dropped whatever happens."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from readiness.dashboards.management.bench.figures import NotMeasured

_OURS = re.compile(r"bench_[0-9a-f]{8}(_\w+)?")
_CONNECTIONS_END_WITHIN_S = 10.0
_URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")


class Databases:
    """`empty` is migrated and has no rows; `load` and `copy` make others of it."""

    def __init__(self, maintenance: psycopg.Connection[Any], urls: dict[str, str], output: Any, template: str) -> None:
        self._maintenance, self._urls, self._output, self._template = maintenance, urls, output, template
        self._mark = f"bench_{secrets.token_hex(4)}"
        self._held: set[str] = set()
        self.empty = self._mark

    def prepare(self) -> None:
        """Migrate the empty one, as owner, with the product's own command; a copy of a migrated one needs nothing."""
        self._create(self.empty, template=self._template)
        self.use(self.empty)
        call_command("prepare", no_demo=True, stdout=self._output)

    def load(self, initiatives: int) -> str:
        """A database with so many initiatives of the demo; its name. One that is there already is taken."""
        name = f"{self._mark}_{initiatives}"
        if name not in self._held:
            self.copy(str(initiatives))
            call_command("load_demo", initiatives=initiatives, stdout=self._output)
            with psycopg.connect(self.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
                owner.execute("VACUUM (ANALYZE)")  # what autovacuum does some time later, so that rounds are alike
        self.use(name)
        return name

    def copy(self, label: str) -> str:
        """A copy of the empty one, in use from now on; its name."""
        name = f"{self._mark}_{label}"
        connections.close_all()
        self._create(name, template=self.empty)
        self.use(name)
        return name

    def twin(self, name: str, label: str) -> str:
        """A copy of one of them with all its rows, in use from now on; its name. Nobody else may be connected to it."""
        twin = f"{name}_{label}"
        connections.close_all()
        self._create(twin, template=name)
        self.use(twin)
        return twin

    def use(self, name: str) -> None:
        """Point this process at a database, and the processes that it starts."""
        connections.close_all()
        for alias in ("default", "owner"):
            settings.DATABASES[alias]["NAME"] = name
            connections[alias].settings_dict["NAME"] = name
        for key in _URLS:
            os.environ[key] = self.url(key, name)

    def url(self, key: str, name: str) -> str:
        """The product's address of that role, with another database."""
        return make_conninfo(self._urls[key], dbname=name)

    def drop(self) -> None:
        """Drop what this bench made."""
        connections.close_all()
        for name in sorted(self._held):
            _drop(self._maintenance, name, self._urls["DATABASE_URL"])
        self._held.clear()

    def _create(self, name: str, *, template: str) -> None:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), sql.Identifier(template))
        self._maintenance.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        self._held.add(name)
        try:
            self._maintenance.execute(made)
        except psycopg.errors.InsufficientPrivilege:
            raise NotMeasured(
                "the role of DATABASE_OWNER_URL may not make a database for the bench: ALTER ROLE ... CREATEDB"
            ) from None
        guests, database = sql.Identifier(str(settings.DATABASES["default"]["USER"])), sql.Identifier(name)
        self._maintenance.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        self._maintenance.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, guests))


@contextmanager
def bench_databases(output: Any, *, template: str | None = None) -> Iterator[Databases]:
    """Databases for the length of the block. The product's own is not read, not written, and in use again afterwards."""
    urls = {key: os.environ[key] for key in _URLS}
    product = str(settings.DATABASES["default"]["NAME"])
    with psycopg.connect(urls["DATABASE_OWNER_URL"], autocommit=True) as maintenance:
        _drop_orphans(maintenance, urls["DATABASE_URL"])
        databases = Databases(maintenance, urls, output, template or "template0")
        try:
            yield databases
        finally:
            databases.drop()
            databases.use(product)
            os.environ.update(urls)


def collected_static(var: Path) -> None:
    """Collect the static files beside the product's, which a running server may be serving."""
    settings.STATIC_ROOT = var / "bench" / "static"
    os.environ["PILOTAGE_STATIC"] = str(settings.STATIC_ROOT)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def _drop_orphans(maintenance: psycopg.Connection[Any], application_url: str) -> None:
    """Those of a bench that was killed: nobody holds the lock of their name."""
    found = maintenance.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_%' AND pg_get_userbyid(datdba) = current_user"
    )
    for (name,) in found.fetchall():
        if not _OURS.fullmatch(name):
            continue
        if maintenance.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone() == (True,):
            _drop(maintenance, name, application_url)
            maintenance.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _drop(maintenance: psycopg.Connection[Any], name: str, application_url: str) -> None:
    """Also while a process of the bench that was killed still has a statement running, as the application's role."""
    deadline = time.monotonic() + _CONNECTIONS_END_WITHIN_S
    while True:
        _end_connections(application_url, name)
        try:
            maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _end_connections(url: str, name: str) -> None:
    """Of the application's role, which alone may do that; the owner's are ended by DROP itself."""
    with psycopg.connect(url, autocommit=True) as application:
        application.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
        )
