"""The model learns from two agencies of two real registers. All of both: `python -m tests.sweeps.risk_registers`."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import system
from portfolio.initiatives.services.imports.link_decisions import confirm_links
from portfolio.initiatives.services.imports.publishing import publish_rows
from tests.portfolio.initiatives.importing import FEDERAL
from tests.sweeps.registers_learned import SNAPSHOTS, learned, report
from tests.sweeps.two_registers import AT_LEAST, OF_2023, OF_2024, _publish, _search, _stage

pytestmark = pytest.mark.django_db
CODES = {OF_2023: ("Department_Code", "utf-8-sig"), OF_2024: ("Agency Abbreviation", "cp1252")}
AGENCIES = {"DHS", "USAID"}


@pytest.fixture
def slice_of_both(sample_data: Path, tmp_path: Path) -> Path:
    """A folder with the rows of two agencies, in the files' own encodings."""
    for profile, (column, encoding) in CODES.items():
        path = tmp_path / FEDERAL[profile]
        path.parent.mkdir(parents=True, exist_ok=True)
        with (sample_data / FEDERAL[profile]).open(encoding=encoding, newline="") as whole:
            rows = csv.DictReader(whole)
            kept = [row for row in rows if row[column] in AGENCIES]
        with path.open("w", encoding=encoding, newline="") as part:
            out = csv.DictWriter(part, rows.fieldnames or ())
            out.writeheader()
            out.writerows(kept)
    return tmp_path


def test_what_became_of_one_year_is_learned_at_the_next_snapshot(slice_of_both: Path) -> None:
    _publish(slice_of_both)
    run, by = _stage(slice_of_both, OF_2024), system("reviewer of links", Through.COMMAND)
    _search(run.pk)
    confirm_links(by=by, run=run, at_least=AT_LEAST)
    publish_rows(by=by, run=run)
    found = learned()
    version = found.version
    assert version.known_on == SNAPSHOTS[1]
    assert version.resolved > 0 and version.months > 0
    assert version.initiatives + sum(version.left_out.values()) >= 320, "nobody disappears: who teaches nothing is counted"
    assert len(found.scores) == found.generation.seen > 0
    assert ((found.scores.low < found.scores.value) & (found.scores.value < found.scores.high)).all()
    assert found.closed is not None and found.gone is not None
    assert 0 < found.closed.value < found.gone.value < 1
    text = "\n".join(report(found))
    words = " ".join(text.split())
    assert f"| abandoned | {version.abandoned} |" in text
    assert "assumed: the files do not tell them" in words
    assert text.count("\n| ") > 30
