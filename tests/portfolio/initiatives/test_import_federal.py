"""Both real registers, accounted for to the row by a plain script over the files."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Closure, Initiative, InitiativeDate, Lifecycle, RegisterRow, StageEntry
from portfolio.initiatives.queries.imports import report
from portfolio.initiatives.services.imports.indexing import index_register
from tests.portfolio.initiatives.importing import FEDERAL, publish

ROWS = {"us-federal-2023": 710, "us-federal-2024": 2133}
ENCODING = {"us-federal-2023": "utf-8", "us-federal-2024": "cp1252"}
STAGE_COLUMN = {"us-federal-2023": "Development_Stage", "us-federal-2024": "Stage of Development"}
STAGES = {
    "us-federal-2023": {
        "Initiation": "initiated",
        "Planned": "initiated",
        "Planned (not in production)": "initiated",
        "Development and Acquisition": "acquisition_development",
        "Implementation": "implementation_assessment",
        "Operation and Maintenance": "operation",
        "Operation and Management": "operation",
        "In-use": "operation",
        "In mission": "operation",
    },
    "us-federal-2024": {
        "Initiated": "initiated",
        "Planned": "initiated",
        "Ideation": "initiated",
        "Acquisition and/or Development": "acquisition_development",
        "Implementation and Assessment": "implementation_assessment",
        "Operation and Maintenance": "operation",
        "In production": "operation",
        "In mission": "operation",
    },
}
LEVELS = {"us-federal-2023": ("Department", "Agency", "Office"), "us-federal-2024": ("Agency", "Bureau")}


def rows_of(path: Path, profile: str) -> list[dict[str, str]]:
    """A plain reading, with nothing of the product in it; repeated headers keep their first column."""
    with path.open(encoding=ENCODING[profile], newline="") as file:
        lines = csv.reader(file)
        headers = [" ".join(each.split()) for each in next(lines)]
        return [dict(reversed(list(zip(headers, cells, strict=True)))) for cells in lines]


def stage_of(profile: str, text: str) -> str:
    plain = " ".join(text.split())
    if profile == "us-federal-2023" and plain.startswith("In production"):
        return "operation"
    if profile == "us-federal-2023" and plain.startswith("Planned"):
        return "initiated"
    return STAGES[profile].get(plain, "unknown")


def unit_of(row: dict[str, str], profile: str) -> str:
    names: list[str] = []
    for level in LEVELS[profile]:
        name = " ".join(row[level].split())
        if name and not (names and names[-1].casefold() == name.casefold()):
            names.append(name)
    return " / ".join(names).casefold()


@pytest.fixture(params=sorted(FEDERAL))
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def file(profile: str, sample_data: Path) -> Path:
    return sample_data / FEDERAL[profile]


@pytest.mark.django_db
def test_every_row_lands_and_counts_by_stage_and_unit_equal_a_plain_script(profile: str, file: Path) -> None:
    plain = rows_of(file, profile)
    run = publish(file, profile=profile)

    assert len(plain) == ROWS[profile]
    assert {name: run.counts[name] for name in ("rows", "created", "updated", "unchanged", "rejected")} == {
        "rows": ROWS[profile], "created": ROWS[profile], "updated": 0, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert Initiative.objects.count() == ROWS[profile], "two distinct rows fell into one"

    stages = Counter(stage_of(profile, row[STAGE_COLUMN[profile]]) for row in plain)
    found = dict(Initiative.objects.values_list("stage__key").annotate(count=Count("id")))
    assert {key or "unknown": count for key, count in found.items()} == dict(stages)

    units = Counter(unit_of(row, profile) for row in plain)
    trails = Counter(
        " / ".join(level for level in fields["unit"]).casefold()
        for fields in RegisterRow.objects.values_list("fields", flat=True)
    )
    assert trails == units
    by_unit = Counter(Initiative.objects.values_list("unit", flat=True))
    assert sorted(by_unit.values()) == sorted(units.values())


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing_and_leaves_no_trace_on_initiatives(profile: str, file: Path) -> None:
    publish(file, profile=profile)
    before = AuditEntry.objects.exclude(object_type="initiatives_importrun").count()
    versions = Counter(Initiative.objects.values_list("version", flat=True))

    run = publish(file, profile=profile)

    assert run.counts["unchanged"] == run.counts["rows"] == ROWS[profile]
    assert run.counts["missing"] == 0
    assert AuditEntry.objects.exclude(object_type="initiatives_importrun").count() == before
    assert Counter(Initiative.objects.values_list("version", flat=True)) == versions
    assert Lifecycle.objects.filter(key="us-federal").count() == 1


@pytest.mark.django_db
def test_every_raw_value_is_kept_beside_its_interpretation(profile: str, file: Path) -> None:
    plain = rows_of(file, profile)
    publish(file, profile=profile)
    kept = RegisterRow.objects.order_by("line").values_list("raw", flat=True)
    for row, raw in zip(plain, kept, strict=True):
        assert all(raw[header] == cell for header, cell in row.items())


@pytest.mark.django_db
def test_what_search_finds_needs_no_second_pass_and_a_blank_stage_keeps_its_raw_text(profile: str, file: Path) -> None:
    run = publish(file, profile=profile)
    assert run.register_id is not None
    assert index_register(run.register_id) == 0
    odd = StageEntry.objects.filter(stage=None, current=True).exclude(raw="")
    if profile == "us-federal-2023":
        assert odd.count() > 0
    assert not StageEntry.objects.filter(stage=None, entered_on__isnull=False).exists(), "no date belongs to an unknown stage"


@pytest.mark.django_db
def test_retired_rows_of_2024_are_closed_with_their_kind_and_their_date_as_precise_as_it_is(sample_data: Path) -> None:
    file = sample_data / FEDERAL["us-federal-2024"]
    retired = [row for row in rows_of(file, "us-federal-2024") if row["Stage of Development"].strip() == "Retired"]
    publish(file, profile="us-federal-2024")

    assert Closure.objects.count() == len(retired) == Initiative.objects.filter(status="closed").count()
    assert set(Closure.objects.values_list("kind", flat=True)) == {"retired", "abandoned_unknown"}
    assert not Closure.objects.filter(closed_on__isnull=True).exclude(precision="unknown").exists()
    years = InitiativeDate.objects.filter(precision="year", raw__endswith="/1905")
    assert years.count() > 100, "bare years that a spreadsheet took for serial numbers"


@pytest.mark.django_db
def test_the_two_years_are_two_registers_under_one_government(sample_data: Path) -> None:
    runs: list[Any] = [publish(sample_data / path, profile=name) for name, path in sorted(FEDERAL.items())]
    assert runs[0].unit == runs[1].unit
    assert Initiative.objects.count() == sum(ROWS.values())
    assert {report(run)["missing"] for run in runs} == {0}
