"""The committed number of SQL statements of each reading page, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.kit import clock
from readiness.evidence.models import Run, Series
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.reading import HX, SignIn, hours, html, make_workload, point, require, source_of
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_reading.json").read_text())
MOST_OF_A_LIST, MOST_OF_A_PAGE = 10, 15
LISTS = ("observations", "observations filtered", "missing")
pytestmark = pytest.mark.django_db


def pages(workload: int) -> dict[str, tuple[str, dict[str, str]]]:
    requirement = Requirement.objects.get(workload=workload, metric=Metric.TTFT, derived_from="")
    series = Series.objects.filter(kind="telemetry").order_by("id")[0].pk
    run = Run.objects.filter(kind="benchmark").order_by("id")[0].pk
    return {
        "home": ("/evidence/", {}),
        "observations": ("/evidence/observations/", {}),
        "observations filtered": ("/evidence/observations/?metric=ttft&flawed=false&sort=-value&q=chat", HX),
        "observations csv": ("/evidence/observations/export/csv/", {}),
        "series": (f"/evidence/series/{series}/?span=24h", {}),
        "series csv": (f"/evidence/series/{series}/export/csv/", {}),
        "run": (f"/evidence/runs/{run}/", {}),
        "metrics": ("/evidence/metrics/", {}),
        "curves": (f"/workloads/{workload}/evidence/curves/", {}),
        "telemetry": (f"/workloads/{workload}/evidence/telemetry/", {}),
        "missing": ("/evidence/missing/", {}),
        "missing csv": ("/evidence/missing/export/csv/", {}),
        "verdicts": (f"/workloads/{workload}/evidence/", {}),
        "verdicts panel": (f"/workloads/{workload}/evidence/panel/", HX),
        "verdicts initiative": (f"/initiatives/{requirement.initiative_id}/evidence/", {}),
        "requirement": (f"/evidence/requirements/{requirement.pk}/", {}),
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    workload = make_workload(organisation)
    require(workload, Metric.TTFT, 2.0, percentile=0.95)
    source = source_of(organisation, workload)
    source.bring(*(point(float(1 + place), sweep=f"s{place}") for place in range(max(2, rows // 10))), now=clock.now())
    source.bring(hours("ttft", [1.0] * min(rows, 200)), hours("throughput", [1.0] * 5))
    evaluate([workload.pk], by=SYSTEM, now=clock.now())
    client, found = signed_in("Paula"), {}
    for name, (path, headers) in pages(workload.pk).items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, headers=headers)
            html(answer)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS


def test_the_committed_counts_keep_the_bars() -> None:
    assert {name: count for name, count in COUNTS.items() if count > (MOST_OF_A_LIST if name in LISTS else MOST_OF_A_PAGE)} == {}
