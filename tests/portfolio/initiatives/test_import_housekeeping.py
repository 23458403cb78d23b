"""What imports leave behind is forgotten after a month; search finds what stands beside an initiative."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.activity.models import AuditEntry
from portfolio.activity.queries import subjects
from portfolio.activity.services.comments import add_comment
from portfolio.initiatives.models import ImportRow, ImportRun, Initiative
from portfolio.initiatives.services.imports.housekeeping import clean_up
from portfolio.initiatives.services.imports.plans import file_plan
from portfolio.initiatives.services.imports.uploads import import_file
from portfolio.kit import clock
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.importing import MAPPING, publish, row, run_jobs, stage, write_csv

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


def test_abandoned_runs_end_after_a_month_with_their_rows_and_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    file = write_csv(tmp_path / "a.csv", [row(1)])
    plan, mapping = file_plan(MAPPING)
    upload = SimpleUploadedFile(file.name, file.read_bytes())
    run, _new = import_file(by=SYSTEM, file=upload, plan=plan, mapping=mapping, unit=None)
    run_jobs()
    stored = Path(run.file.path)
    assert stored.name != "a.csv"
    assert clean_up(by=SYSTEM, now=clock.now()) == 0
    assert stored.exists()
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 1
    assert not stored.exists()
    assert ImportRun.objects.get().state == "cancelled"
    assert not ImportRow.objects.exists()
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 0


def test_of_published_runs_the_rejected_rows_stay(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2, Name="")]))
    clean_up(by=SYSTEM, now=clock.now() + LATER)
    assert list(ImportRow.objects.values_list("line", "outcome")) == [(3, "rejected")]


def test_an_open_run_of_another_register_does_not_stop_the_cleaning(tmp_path: Path) -> None:
    stage(write_csv(tmp_path / "a.csv", [row(1)]))
    publish(write_csv(tmp_path / "b.csv", [row(1)]), register="other")
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 1


def test_a_comment_is_found_by_search_without_a_trace_in_the_audit_trail(tmp_path: Path, organisation: Organisation) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]), unit=organisation.units["Retail"])
    run_jobs()
    it = Initiative.objects.get(external_ids__value="S-1")
    key = ("initiatives_initiative", it.pk)
    add_comment(by=organisation.actor("Paula"), subject=subjects([key])[key], text="Ask the kiosk vendor first.", url="/x/")
    seen = AuditEntry.objects.filter(object_type="initiatives_initiative").count()
    run_jobs()
    assert list(Initiative.objects.filter(search="kiosk")) == [it]
    assert AuditEntry.objects.filter(object_type="initiatives_initiative").count() == seen
