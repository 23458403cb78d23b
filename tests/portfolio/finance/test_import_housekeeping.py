"""Imports of amounts that nobody took further are forgotten after a month, with their files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portfolio.finance.models import BudgetLine, FinanceImport, FinanceImportRow
from portfolio.finance.services.imports import runs
from portfolio.finance.services.imports.housekeeping import clean_up
from portfolio.kit import clock
from portfolio.outbox.choices import SCHEDULE
from portfolio.outbox.services import enqueue
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import published, read, received, work_off

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)
TEXT = "Business unit;Category;From;Budget;Currency\nRetail;GPU;2026;10;EUR\nNowhere;GPU;2026;1;EUR\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def test_abandoned_runs_end_after_a_month_with_their_rows_and_files(organisation: Organisation) -> None:
    waiting, mapped = received(organisation, TEXT), read(received(organisation, TEXT + "Retail;Staff;2026;5;EUR\n"))
    stored = [Path(run.file.path) for run in (waiting, mapped)]
    assert clean_up(by=SYSTEM, now=clock.now()) == 0
    assert all(path.exists() for path in stored)
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 2
    assert not any(path.exists() for path in stored)
    assert set(FinanceImport.objects.values_list("state", "file")) == {("discarded", "")}
    assert not FinanceImportRow.objects.exists()
    assert not any("rows" in run.sheet for run in FinanceImport.objects.all())
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 0


def test_a_published_run_keeps_its_rejected_rows_and_its_file(organisation: Organisation) -> None:
    run = published(read(received(organisation, TEXT)))
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 0
    run.refresh_from_db()
    assert (run.state, Path(run.file.path).exists(), BudgetLine.objects.count()) == ("published", True, 1)
    assert list(FinanceImportRow.objects.values_list("line", "outcome")) == [(3, "rejected")]


def test_what_is_being_written_is_left_alone_and_what_was_given_up_loses_its_file(organisation: Organisation) -> None:
    writing, given_up = read(received(organisation, TEXT)), received(organisation, TEXT + "Retail;Staff;2026;5;EUR\n")
    runs.request_publish(by=SYSTEM, run=writing)
    runs.discard(by=SYSTEM, run=given_up)
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 1
    assert FinanceImport.objects.get(pk=writing.pk).state == "publishing"
    assert FinanceImport.objects.get(pk=given_up.pk).file.name == ""
    assert work_off("finance.publish_import") == 1
    assert BudgetLine.objects.exists()


def test_a_job_does_it_once_a_day(organisation: Organisation) -> None:
    run = received(organisation, TEXT)
    FinanceImport.objects.filter(pk=run.pk).update(created_at=clock.now() - LATER)
    enqueue("finance.housekeeping", {})
    assert work_off("finance.housekeeping") == 1
    assert FinanceImport.objects.get().state == "discarded"
    assert {slot.every_s for slot in SCHEDULE if slot.handler == "finance.housekeeping"} == {24 * 3600}
