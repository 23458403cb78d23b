"""What tests of sources and pulls share: servers for the probe, sources and feeds, and a worker's turn in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_django.fixtures import Settings

from portfolio.accounts.rules import Actor
from portfolio.outbox import tasks
from portfolio.outbox.models import Job
from readiness.evidence.models import Delivery, Feed, Source, SourceHealth
from readiness.evidence.services.sources import create_feed, create_source
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.scripted import Asked, Script, Told, told
from tests.readiness.evidence.pulling import probe

KINDS = (probe.KIND, "prometheus", "mlflow")


def open_loopback(settings: Settings, folder: Path) -> None:
    """This machine's ports for the connectors of KINDS, under its address and a name."""
    settings.EGRESS_FILE, settings.EGRESS_LOOPBACK, settings.ALLOWED_HOSTS = str(egress_file(folder)), True, []


def egress_file(folder: Path) -> Path:
    places = ["127.0.0.0/8", "localhost", "metrics.test"]
    entries = [{"scheme": scheme, "to": places, "ports": ["1024-65535"]} for scheme in ("http", "https")]
    path = folder / "egress.json"
    path.write_text(json.dumps(dict.fromkeys(KINDS, entries)))
    return path


def answering(*values: float, version: str = "1.0") -> Script:
    """A probe's server that has these values in the first seconds of the epoch's second billion."""

    def script(asked: Asked) -> Told:
        if asked.path == "/version":
            return told({"version": version})
        if asked.path == "/names":
            return told({"names": ["a", "b"]})
        since, until = int(asked.query["since"]), int(asked.query["until"])
        points = [[10**9 + n, value] for n, value in enumerate(values)]
        return told({"points": [one for one in points if since < one[0] <= until]})

    return script


def make_source(organisation: Organisation, address: str, *, by: Actor = SYSTEM, unit: str = "Retail", **more: Any) -> Source:
    values: dict[str, Any] = {"name": "Probe", "kind": probe.KIND, "config": {"address": address}, **more}
    return create_source(by=by, unit=organisation.units[unit], **values)


def make_feed(source: Source, *, by: Actor = SYSTEM, **more: Any) -> Feed:
    values: dict[str, Any] = {"name": "a", "ask": {"series": "a"}, **more}
    return create_feed(by=by, source=source, **values)


def work_off(*handlers: str) -> None:
    """What a worker does with the pulls and tries that wait now; one that broke off is left for its next attempt."""
    wanted = handlers or ("evidence.pull", "evidence.pull_files", "evidence.test")
    for job in Job.objects.filter(handler__in=wanted, done_at=None, dead_at=None, lease_until=None).order_by("id"):
        tasks.run(job.pk)


def pulled(source: Source) -> Delivery:
    """Ask it now and let it be asked."""
    from portfolio.kit import clock
    from readiness.evidence.services.sources import pull_now

    delivery = pull_now(by=SYSTEM, source=source, now=clock.now())
    work_off()
    return Delivery.objects.get(pk=delivery.pk)


def health_of(source: Source) -> SourceHealth:
    return SourceHealth.objects.get(pk=source.pk)
