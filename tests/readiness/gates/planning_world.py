"""Reviews as program managers plan them: the small template as the default of the lifecycle, gatekeepers of Retail by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portfolio.accounts.choices import Scope
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.outbox.models import Event
from readiness.gates.models import GateTemplate, Review
from readiness.gates.services.panel import add_gatekeeper
from readiness.gates.services.reviews import plan_review
from readiness.gates.services.templates import make_default
from tests.people import Organisation
from tests.readiness.gates.deciding_world import NAMES, PANEL, a_template, add_people, an_initiative, person


def a_house(organisation: Organisation) -> GateTemplate:
    """Four gatekeepers who sit at every gate of Retail, and the small template for whatever is planned."""
    add_people(organisation, NAMES)
    for name in NAMES:
        add_gatekeeper(
            by=person(organisation, "Paula"), person=organisation.people[name], unit=organisation.units["Retail"],
            functions=[PANEL[name]], chair=name == "Bea",
        )  # fmt: skip
    return make_default(by=person(organisation, "Ada"), template=a_template())


def planned(organisation: Organisation, initiative: Initiative | None = None, **more: Any) -> Review:
    """By Paula, the program manager of Retail."""
    return plan_review(by=person(organisation, "Paula"), initiative=initiative or an_initiative(organisation), **more)


def a_token(organisation: Organisation, *scopes: Scope) -> Actor:
    return replace(person(organisation, "Paula"), scopes=frozenset(scopes))


def told(kind: str) -> list[dict[str, Any]]:
    """Payloads of the events of a kind, the oldest first."""
    return list(Event.objects.filter(kind=kind).order_by("id").values_list("payload", flat=True))
