"""The first page of evidence: its sentence, its figures, what needs attention, and what there is to do first."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portfolio.kit import clock
from readiness.evidence.choices import Failure
from readiness.evidence.models import SourceHealth, Standing
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.reading import SignIn, html, make_workload, point, require, source_of, words

pytestmark = pytest.mark.django_db


def charts(page: Any) -> list[dict[str, Any]]:
    return [json.loads(part.partition("</script>")[0]) for part in html(page).split('type="application/json">')[1:]]


def bare(organisation: Organisation, name: str = "Shelf camera", unit: str = "Stores", **metrics: float | None) -> Workload:
    """A workload of which only these things are required; None: nobody knows how much."""
    workload = make_workload(organisation, name=name, unit=unit)
    Requirement.objects.filter(workload=workload).delete()
    for metric, target in metrics.items():
        row = require(workload, Metric(metric), 1.0)
        Requirement.objects.filter(pk=row.pk).update(target=target)
    evaluate([workload.pk], by=SYSTEM, now=clock.now())
    return workload


def test_the_sentence_says_what_is_met_and_why_the_rest_is_not_known(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, ttft=None, latency=None, queue_time=2.0, tpot=1.0)
    Standing.objects.filter(requirement__metric="tpot").update(verdict="met")
    text = words(signed_in("Vera").get("/evidence/"))
    assert "Of 4 requirements 1 is met and 3 are unknown: of 2 nobody has said what they must reach, 1 nobody measured." in text
    assert "25 % of 4" in text


def test_charts_count_each_unit_and_metric_and_lead_to_the_rows(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, ttft=None, latency=2.0)
    bare(organisation, name="Trucks", unit="Retail", ttft=None)
    bare(organisation, name="Hidden", unit="Logistics", ttft=None)
    page = signed_in("Vera").get("/evidence/")
    by_unit, by_metric = charts(page)
    assert by_unit["categories"] == ["Stores", "Retail"]
    assert [cell["value"] for cell in by_unit["series"][0]["data"]] == [2, 1]
    assert by_metric["categories"] == ["Time to the first token", "Whole answer"]
    assert by_metric["series"][0]["data"][0]["url"] == "/evidence/missing/?metric=ttft&verdict=unknown"
    assert by_unit["summary"] == "2 of 3 that are not met are of Stores."
    stores = organisation.units["Stores"].pk
    listed = signed_in("Vera").get(by_unit["series"][0]["data"][0]["url"])
    assert by_unit["series"][0]["data"][0]["url"] == f"/evidence/missing/?unit={stores}&verdict=unknown"
    assert "2 requirements are open" in words(listed)


def test_sources_that_fail_and_what_came_last_stand_below(organisation: Organisation, signed_in: SignIn) -> None:
    workload = bare(organisation, ttft=2.0)
    source = source_of(organisation, workload, name="Old Prometheus")
    source.bring(point(8))
    SourceHealth.objects.create(
        source=source.source, failures=7, failure=Failure.MEND, error="no such host",
        stopped_until=clock.now() + timedelta(hours=1), last_ok_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    text = words(signed_in("Vera").get("/evidence/"))
    assert "Stopped Old Prometheus" in text
    assert "Brought in last" in text
    assert "Old Prometheus" not in words(signed_in("Lars").get("/evidence/"))


def test_an_empty_page_says_the_first_step(organisation: Organisation, signed_in: SignIn) -> None:
    text = words(signed_in("Iris").get("/evidence/"))
    assert "Nothing is required yet" in text
    assert "Open the workloads" in text
    assert "None fails, is stopped or is late." in text
    assert "Drop a benchmark file, connect a source, or push from CI with a token." in text


def test_evidence_has_its_place_in_the_navigation(organisation: Organisation, signed_in: SignIn) -> None:
    page = html(signed_in("Vera").get("/evidence/"))
    assert 'data-go="e"' in page
    assert "/evidence/missing/" in page and "/evidence/metrics/" in page
