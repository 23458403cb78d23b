"""The committed number of statements of each page with which evidence is run, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from readiness.evidence.choices import DeliveryState, EvidenceKind
from readiness.evidence.models import Delivery, Feed, Payload, QueryTemplate, Run, Source, SourceHealth
from readiness.workloads.models import Workload
from tests.people import Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling.world import make_feed, make_source, open_loopback
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_ops.json").read_text())
PAGES = {
    "sources": "/evidence/sources/?sort=last_ok",
    "source": "/evidence/sources/{source}/",
    "source edit": "/evidence/sources/{source}/edit/",
    "source new": "/evidence/sources/new/?kind=prometheus",
    "feed": "/evidence/feeds/{feed}/",
    "feed new": "/evidence/sources/{source}/feeds/new/?template=shipped:vllm",
    "templates": "/evidence/templates/",
    "template": "/evidence/templates/{template}/",
    "deliveries": "/evidence/deliveries/?sort=runs",
    "delivery": "/evidence/deliveries/{delivery}/",
    "upload": "/evidence/upload/",
    "attest": "/evidence/attest/",
    "subjects": "/evidence/subjects/?find=chat",
}
QUERY = {"metric": "throughput", "query": "up", "unit": "1/s"}


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path)
    settings.ALLOWED_HOSTS = ["testserver"]


def fill(organisation: Organisation, rows: int) -> dict[str, Any]:
    """`rows` of everything: sources with their health, feeds, deliveries, runs, templates and workloads."""
    unit, now = organisation.units["Retail"], clock.now()
    chat = make_chat(organisation)
    source = make_source(organisation, "http://127.0.0.1:9090", kind="prometheus")
    feed = make_feed(source, ask={"queries": [QUERY]}, workload=chat)
    made = Source.objects.bulk_create(
        Source(unit=unit, name=f"Source {n}", kind="prometheus", config={"address": f"https://host-{n}"}) for n in range(rows)
    )
    SourceHealth.objects.bulk_create(
        SourceHealth(source=one, last_ok_at=now - timedelta(minutes=n), failures=n % 3) for n, one in enumerate(made)
    )
    Feed.objects.bulk_create(
        Feed(source=source, unit=unit, name=f"Feed {n}", workload=chat, initiative_id=chat.initiative_id, ask=feed.ask)
        for n in range(min(rows, 199))
    )
    Workload.objects.bulk_create(
        Workload(initiative_id=chat.initiative_id, name=f"Chat {n}", task=chat.task, workload_class=chat.workload_class,
                 experience=chat.experience) for n in range(rows)
    )  # fmt: skip
    deliveries = Delivery.objects.bulk_create(
        Delivery(source=source, unit=unit, way="pull", state=DeliveryState.DONE, runs=n, started_at=now, ended_at=now)
        for n in range(rows)
    )
    payloads = Payload.objects.bulk_create(
        Payload(delivery=deliveries[-1], source=source, unit=unit, name=f"answer {n}", size_bytes=9, sha256="0" * 64)
        for n in range(rows)
    )
    Run.objects.bulk_create(
        Run(
            delivery=deliveries[-1], payload=payloads[0], source=source, unit=unit, kind=EvidenceKind.TELEMETRY,
            tool="prometheus", key=f"{n}", digest=f"{n:064}", observed_at=now, environment_digest="",
            flawed=n % 2 == 0, flaws=[["incomplete", "partial"]] * (n % 2 == 0),
        )
        for n in range(rows)
    )  # fmt: skip
    template = QueryTemplate.objects.bulk_create(
        QueryTemplate(unit=unit, name=f"Template {n}", queries=[QUERY]) for n in range(rows)
    )[0]
    return {"source": source.pk, "feed": feed.pk, "template": template.pk, "delivery": deliveries[-1].pk}


def counts(client: Client, made: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address.format(**made)).status_code == 200
        yield name, len(queries)


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    client = signed_in("Iris")
    assert dict(counts(client, fill(organisation, rows))) == COUNTS
