"""What tests of drivers share: the answers of one initiative by key, as the sheet of its portfolio gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.risk.queries.answers import Sheet, answers_now, reasons
from readiness.risk.rules.drivers import KEYS
from readiness.risk.rules.drivers.telling import Reason


def sheet_of(demo: bool = False, **more: Any) -> Sheet:
    given: dict[str, Any] = {"today": clock.today(), "now": clock.now()} | more
    return answers_now(demo=demo, **given)


def row_of(sheet: Sheet, initiative: Initiative) -> int:
    (row,) = [row for row, pk in enumerate(sheet.initiative_id.tolist()) if pk == initiative.pk]
    return row


def answers_of(initiative: Initiative, demo: bool = False, **more: Any) -> dict[str, float]:
    sheet = sheet_of(demo, **more)
    return dict(zip(KEYS, sheet.answers[row_of(sheet, initiative)].tolist(), strict=True))


def told(initiative: Initiative, key: str, today: date | None = None, now: datetime | None = None) -> Reason:
    sheet = sheet_of(today=today or clock.today(), now=now or clock.now())
    (found,) = [one for one in reasons(sheet, row_of(sheet, initiative)) if one.key == key]
    return found
