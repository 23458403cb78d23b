"""Two departments with money: what Retail spends is seen by Paula and Finn, what Logistics spends by Lars, all of it by Ada."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portfolio.finance.models import BudgetLine
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from tests.people import SYSTEM, Organisation


@pytest.fixture
def departments(organisation: Organisation) -> Organisation:
    template = Lifecycle.objects.get(key="standard")
    common: dict[str, Any] = {"by": SYSTEM, "lifecycle": template, "stage": template.stages.get(key="pilot")}
    units, people = organisation.units, organisation.people
    camera = create_initiative(unit=units["Stores"], name="Shelf camera", owner=people["Otto"], **common)
    stopped = create_initiative(unit=units["Retail"], name="Till forecast", **common)
    close_initiative(by=SYSTEM, initiative=stopped, kind=ClosureKind.STOPPED, lesson="Nobody used it.")
    canary = create_initiative(unit=units["Logistics"], name="Canary of Logistics", **common)
    Initiative.objects.filter(pk__in=(camera.pk, canary.pk)).update(rag="red", status_note="Sensors stand still")
    for one, amount in ((camera, 411_000), (stopped, 522_000), (canary, 933_000)):
        BudgetLine.objects.create(
            initiative=one, category="compute", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31), planned=amount,
            actual=amount, currency="USD",
        )  # fmt: skip
    return organisation
