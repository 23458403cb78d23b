"""What the sweeps over pulls share: a database, sources by the dozen, the processes of an installation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
INTERVAL_S = 60


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def installation(name: str) -> Iterator[None]:
    """A fresh, migrated database for this process and those that it starts; for commands, not for the suite."""
    from portfolio.kit.embedded import ensure_unless_configured

    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
    embedded = ensure_unless_configured(Path(os.environ.setdefault("PILOTAGE_VAR", str(ROOT / "var" / "test"))))
    maintenance = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(maintenance, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    for url in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[url] = psycopg.conninfo.make_conninfo(os.environ[url], dbname=name)
    migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, check=True)
    import django

    django.setup()
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        if embedded is not None:
            embedded.release()


def make_sources(folder: Path, addresses: list[str], *, feeds: int = 1, interval_s: int = INTERVAL_S) -> list[int]:
    """Ids of sources with feeds of their own, spread over their interval as if they had been there for long."""
    from django.conf import settings

    from portfolio.kit import clock
    from readiness.evidence.models import SourceHealth
    from readiness.evidence.rules.schedule import next_slot
    from readiness.evidence.services.sources import create_feed, create_source
    from tests.people import SYSTEM, make_organisation
    from tests.readiness.evidence.pulling import probe
    from tests.readiness.evidence.pulling.world import egress_file

    settings.EGRESS_FILE, settings.EGRESS_LOOPBACK, settings.ALLOWED_HOSTS = str(egress_file(folder)), True, []
    unit, made = make_organisation().units["Retail"], []
    with probe.installed():
        for number, address in enumerate(addresses):
            kind: Any = probe.KIND
            source = create_source(
                by=SYSTEM, unit=unit, name=f"source {number}", kind=kind, config={"address": address}, interval_s=interval_s
            )  # fmt: skip
            for feed in range(feeds):
                create_feed(by=SYSTEM, source=source, name=f"feed {feed}", ask={"series": f"s{number}-{feed}"})
            SourceHealth.objects.filter(pk=source.pk).update(next_pull_at=next_slot(clock.now(), source.pk, interval_s))
            made.append(source.pk)
    return made


def servers(port: int, total: int, per_server: int = 1) -> list[str]:
    """Addresses of so many sources, `per_server` of them at each."""
    hosts = [1 + number // per_server for number in range(total)]
    return [f"http://127.1.{host // 250}.{1 + host % 250}:{port}" for host in hosts]
