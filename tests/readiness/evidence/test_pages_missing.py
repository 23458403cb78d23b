"""What is missing over the portfolio: the worst first, counted once, filtered, exported, each one click from being done."""

from __future__ import annotations

import csv
import io

import pytest

from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from readiness.evidence.models import Standing
from readiness.workloads.models import Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.reading import HX, SignIn, html, words
from tests.readiness.evidence.test_pages_home import bare

pytestmark = pytest.mark.django_db
LIST = "/evidence/missing/"


def test_the_worst_comes_first_and_each_line_leads_to_where_it_is_done(organisation: Organisation, signed_in: SignIn) -> None:
    workload = bare(organisation, ttft=None, latency=2.0)
    Standing.objects.filter(requirement__metric="latency").update(verdict="not_met")
    page = signed_in("Vera").get(LIST)
    text = words(page)
    assert "2 requirements are open" in text
    table = text[text.index("What would decide it, and who could supply it") :]
    assert table.index("Whole answer") < table.index("Time to the first token")
    assert f"/workloads/{workload.pk}/requirements/" in html(page)
    assert f"/evidence/upload/?workload={workload.pk}" in html(page)
    assert "Architects of Stores" in text
    assert "An owner: nobody is named" in text


def test_each_requirement_counts_once_in_a_line(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, ttft=2.0, latency=2.0, queue_time=None)
    text = words(signed_in("Vera").get(LIST))
    assert "Run a load test 2" in text
    assert "Architects of the unit 2" in text, "a load test and telemetry are of the same people: one requirement, one count"
    assert "Say what it must reach 1" in text
    assert "Stores 3" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3), ("verdict=unknown", 3), ("verdict=met", 0), ("what=state_target", 1), ("who=workload_unit", 2),
        ("metric=ttft", 1), ("q=Shelf", 3), ("q=nothing", 0), ("what=%00", 3), ("verdict=nonsense", 3), ("unit=99999999", 0),
    ],
)  # fmt: skip
def test_filters_narrow_page_and_file_alike(organisation: Organisation, signed_in: SignIn, query: str, count: int) -> None:
    bare(organisation, ttft=2.0, latency=2.0, queue_time=None)
    client = signed_in("Vera")
    page = html(client.get(f"{LIST}?{query}", headers=HX))
    assert page.count("/evidence/requirements/") == count
    rows = list(csv.DictReader(io.StringIO(html(client.get(f"{LIST}export/csv/?{query}")).removeprefix("\ufeff"))))
    assert len({row["requirement_id"] for row in rows}) == count


def test_the_file_has_a_line_for_each_thing_that_is_missing(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, ttft=2.0)
    client = signed_in("Vera")
    rows = list(csv.DictReader(io.StringIO(html(client.get(f"{LIST}export/csv/")).removeprefix("\ufeff"))))
    assert [row["missing"] for row in rows] == ["run_benchmark", "connect_telemetry"][: len(rows)]
    assert rows[0]["what"].startswith("Run a load test Time to first token")
    assert rows[0]["target"].replace("\u202f", " ") == "at most 2 s"
    assert client.get(f"{LIST}export/json/").status_code == 404


def test_what_is_closed_retired_or_of_others_is_not_asked_for(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, name="Hidden", unit="Logistics", ttft=2.0)
    closed = bare(organisation, name="Ended", ttft=2.0)
    close_initiative(by=SYSTEM, initiative=closed.initiative, kind=ClosureKind.STOPPED, lesson="none")
    retired = bare(organisation, name="Retired", ttft=2.0)
    Workload.objects.filter(pk=retired.pk).update(retired_at=retired.created_at)
    text = words(signed_in("Vera").get(LIST))
    assert "Nothing is open" in text
    for word in ("Hidden", "Ended chat", "Retired chat"):
        assert word not in text
    assert "Hidden chat" in words(signed_in("Lars").get(LIST))


def test_what_nobody_judged_is_unknown_too(organisation: Organisation, signed_in: SignIn) -> None:
    bare(organisation, ttft=2.0)
    Standing.objects.all().delete()
    text = words(signed_in("Vera").get(LIST))
    assert "1 requirement is open" in text
    assert "It was not judged yet." in text
