"""The committed number of statements of each list of profiles, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Comparator, Experience, Knowledge, Metric
from readiness.workloads.models import ProfileValue, ProfileVersion, Requirement, TraceUpload, Workload
from readiness.workloads.queries.profiles import profile, unknown_values, workloads_of
from readiness.workloads.rules.fields import asked
from tests.people import SYSTEM, Organisation
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_profiles.json").read_text())
PAGES = {
    "API workloads": "/api/v1/workloads/?page_size=1000",
    "API workload": "/api/v1/workloads/{workload}/",
    "API versions": "/api/v1/workloads/{workload}/versions/?page_size=1000",
    "API requirements": "/api/v1/workloads/{workload}/requirements/?page_size=1000",
    "API traces": "/api/v1/workloads/{workload}/traces/?page_size=1000",
    "API templates": "/api/v1/workload-templates/",
    "export": "/workloads/export/csv/",
}


def fill(initiative: Initiative, user_id: int, rows: int) -> Workload:
    """`rows` workloads, half of their values answered, and `rows` of everything that hangs on one of them."""
    kind: dict[str, Any] = {"task": Task.GENERATE, "workload_class": WorkloadClass.ONLINE, "experience": Experience.INSTANT}
    made = Workload.objects.bulk_create(Workload(initiative=initiative, name=f"{n}", **kind) for n in range(rows))
    names = [one.name for one in asked(Task.GENERATE, WorkloadClass.ONLINE)][::2]
    ProfileValue.objects.bulk_create(
        ProfileValue(workload=row, initiative=initiative, name=name, knowledge=Knowledge.UNKNOWN, owner_id=user_id)
        for row in made
        for name in names
    )
    own: dict[str, Any] = {"workload": made[0], "initiative": initiative}
    ProfileVersion.objects.bulk_create(
        ProfileVersion(**own, number=n + 1, values={}, digest="", made_by_id=user_id) for n in range(rows)
    )
    Requirement.objects.bulk_create(
        Requirement(**own, metric=Metric.TTFT, comparator=Comparator.AT_MOST, target=n, unit="s") for n in range(rows)
    )
    TraceUpload.objects.bulk_create(
        TraceUpload(**own, file_name=f"{n}.csv", sha256="", uploaded_by_id=user_id, summary={}) for n in range(rows)
    )
    return made[0]


@pytest.mark.parametrize("rows", sizes(__name__))
def test_statements_do_not_grow_with_rows(organisation: Organisation, signed_in: Callable[[str], Client], rows: int) -> None:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")
    workload = fill(initiative, organisation.people["Otto"].pk, rows)
    paula, actor = signed_in("Paula"), organisation.actor("Paula")
    paula.get("/api/v1/workloads/")
    counted = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            answer = paula.get(address.format(workload=workload.pk))
            assert answer.status_code == 200
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            assert body
        counted[name] = len(queries)
    reads: dict[str, Callable[[], Any]] = {
        "profile": lambda: profile(actor, workload.pk),
        "workloads of an initiative": lambda: workloads_of(actor, initiative.pk),
        "unknown values": lambda: unknown_values(actor),
    }
    for name, read in reads.items():
        with CaptureQueriesContext(connection) as queries:
            assert read()
        counted[name] = len(queries)
    assert counted == COUNTS
