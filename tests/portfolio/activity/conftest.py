"""Initiatives in two units, changed by people with different rights."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from portfolio.initiatives.models import Initiative, Lifecycle, Milestone, Stage
from portfolio.kit.acting import acting
from tests.people import Organisation

Register = Callable[..., Initiative]


@pytest.fixture
def lifecycle(organisation: Organisation) -> Lifecycle:
    made = Lifecycle.objects.create(key="lean", name="Lean")
    for position, name in enumerate(("Idea", "Pilot"), 1):
        Stage.objects.create(lifecycle=made, position=position, key=name.lower(), name=name)
    return made


@pytest.fixture
def register(organisation: Organisation, lifecycle: Lifecycle) -> Register:
    """`register("Shelf camera", "Stores", by="Paula")` makes an initiative with an amount and a milestone."""

    def make(name: str, unit: str = "Stores", by: str = "Paula", **values: object) -> Initiative:
        with acting(organisation.actor(by)):
            made = Initiative.objects.create(
                name=name,
                unit=organisation.units[unit],
                lifecycle=lifecycle,
                stage=lifecycle.stages.first(),
                expected_value=Decimal("48210.00"),
                expected_value_currency="EUR",
                **values,
            )
            Milestone.objects.create(initiative=made, name=f"{name} in one store")
        made.refresh_from_db()
        return made

    return make
