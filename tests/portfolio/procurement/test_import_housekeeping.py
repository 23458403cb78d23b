"""Imports of lists that nobody took further are forgotten after a month, with their files; what a row says stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portfolio.kit import clock
from portfolio.outbox.choices import SCHEDULE
from portfolio.outbox.services import enqueue
from portfolio.procurement.models import Purchase, RegisterImport, RegisterImportRow
from portfolio.procurement.services.imports.housekeeping import clean_up
from portfolio.procurement.services.imports.runs import request_publish
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import work_off
from tests.portfolio.procurement.people import officer
from tests.portfolio.procurement.test_imports import bring, published

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)
TEXT = b"Title,Order number,Vendor,Amount,Currency\nRacks,PO-1,,100,EUR\nTokens,PO-2,Fog,200,EUR\nDesks,PO-3,,5,\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def test_abandoned_runs_end_after_a_month_with_their_rows_and_files(
    organisation: Organisation, signed_in: Callable[[str], Client]
) -> None:  # fmt: skip
    run = bring(officer(organisation), organisation, TEXT)
    stored = Path(run.file.path)
    assert clean_up(by=SYSTEM, now=clock.now()) == 0
    assert stored.exists()
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 1
    assert not stored.exists()
    assert RegisterImport.objects.get().state == "cancelled"
    assert not RegisterImportRow.objects.exists()
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 0
    client, page = signed_in("Petra"), f"/procurement/imports/{run.pk}/"
    assert client.get(page).status_code == 200
    answer = client.get(f"{page}mapping/")
    assert (answer.status_code, answer["Location"]) == (302, page), "without its file there is nothing to map"


def test_of_published_runs_the_rejected_and_the_remarked_rows_stay(organisation: Organisation) -> None:
    petra = officer(organisation)
    published(petra, bring(petra, organisation, TEXT))
    assert clean_up(by=SYSTEM, now=clock.now()) == 0
    assert RegisterImportRow.objects.count() == 3
    assert clean_up(by=SYSTEM, now=clock.now() + LATER) == 0
    assert list(RegisterImportRow.objects.values_list("line", "outcome")) == [(3, "created"), (4, "rejected")]
    assert Purchase.objects.count() == 2


def test_a_job_does_it_once_a_day_and_leaves_alone_what_is_being_written(organisation: Organisation) -> None:
    petra = officer(organisation)
    writing, waiting = bring(petra, organisation, TEXT), bring(petra, organisation, TEXT, source="other")
    request_publish(by=petra, run=writing)
    RegisterImport.objects.update(created_at=clock.now() - LATER)
    enqueue("procurement.housekeeping", {})
    assert work_off("procurement.housekeeping") == 1
    states = dict(RegisterImport.objects.values_list("pk", "state"))
    assert states == {writing.pk: "publishing", waiting.pk: "cancelled"}
    assert {slot.every_s for slot in SCHEDULE if slot.handler == "procurement.housekeeping"} == {24 * 3600}
