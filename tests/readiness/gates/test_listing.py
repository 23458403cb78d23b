"""The lists that a program manager plans from, with what is missing and who owes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.services import assign_role, create_user
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.models import GateTemplate, Review
from readiness.gates.queries.listing import listing
from readiness.gates.rules.reviews import Listing
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services.judging import judge
from readiness.gates.services.reviews import schedule_review, withdraw_review
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import an_initiative, person
from tests.readiness.gates.planning_world import a_house, planned

pytestmark = pytest.mark.django_db
TEXT = """\
key: delivered
name: Delivered
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting: {quorum: {functions: [it_operations, data_science, business]}}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - {key: report, text: The report is there., kind: readiness, dimension: value, rule: {kind: judgement}}
      - key: handover
        text: Operations accept it.
        kind: readiness
        dimension: team_and_operations
        rule: {kind: judgement, functions: [it_operations]}
      - {key: named, text: People are named., kind: readiness, dimension: team_and_operations, rule: {kind: team}}
      - {key: venue, text: Venues were compared., kind: readiness, dimension: venue, rule: {kind: venues}}
      - {key: money, text: The budget stands., kind: readiness, dimension: budget, rule: {kind: budget_share}}
"""


@pytest.fixture
def template(organisation: Organisation) -> GateTemplate:
    a_house(organisation)
    read = read_template(TEXT)
    return GateTemplate.objects.create(
        key=read.key, name=read.name, lifecycle=read.lifecycle, state="published", text=TEXT, digest=digest_of(read)
    )


def test_each_thing_that_is_missing_names_who_could_supply_it(organisation: Organisation, template: GateTemplate) -> None:
    row = planned(organisation, template=template)
    (one,) = listing(person(organisation, "Paula"))
    owed = {each.key: (each.verdict, each.people) for each in one.missing}
    assert (one.id, one.listing, one.gate_name, one.unit_name) == (row.pk, Listing.NOT_READY, "PoC gate", "Stores")
    assert owed == {
        "report": ("unknown", ("Paula Test", "Ada Test")), "handover": ("unknown", ("Ida Test",)),
        "named": ("not_met", ("Otto Test",)), "venue": ("unknown", ("Iris Test",)), "money": ("unknown", ("Finn Test",)),
    }  # fmt: skip


def test_many_who_could_are_a_few_names_and_a_count(organisation: Organisation, template: GateTemplate) -> None:
    for number in range(5):
        user = create_user(by=SYSTEM, email=f"architect{number}@example.org", name=f"Architect {number}")
        assign_role(by=SYSTEM, user=user, role=Role.ARCHITECT, unit=organisation.units["Stores"])
    planned(organisation, template=template)
    (one,) = listing(person(organisation, "Paula"))
    venue = next(each for each in one.missing if each.key == "venue")
    assert venue.people == ("Architect 0", "Architect 1", "Architect 2") and venue.more == 3


def test_reviews_are_listed_by_where_they_stand(organisation: Organisation, template: GateTemplate) -> None:
    paula = person(organisation, "Paula")
    ready = planned(organisation, an_initiative(organisation, "Ready"))
    waits = planned(organisation, an_initiative(organisation, "Waits"), template=template)
    held = planned(organisation, an_initiative(organisation, "Held"), template=template)
    schedule_review(by=paula, review=held, at=clock.now() + timedelta(days=3))
    both = planned(organisation, an_initiative(organisation, "Both"))
    schedule_review(by=paula, review=both, at=clock.now() + timedelta(days=2))
    gone = planned(organisation, an_initiative(organisation, "Gone"))
    withdraw_review(by=paula, review=gone, note="No.")
    found = {group: [one.id for one in listing(paula, group)] for group in Listing}
    assert found == {
        Listing.READY_NOT_SCHEDULED: [ready.pk], Listing.NOT_READY: [waits.pk], Listing.SCHEDULED_NOT_READY: [held.pk],
        Listing.READY: [both.pk], Listing.UNDER_WAY: [], Listing.DONE: [gone.pk],
    }  # fmt: skip
    assert [one.id for one in listing(paula)] == [both.pk, held.pk, ready.pk, waits.pk]
    assert listing(person(organisation, "Lars")) == []


def test_what_is_delivered_leaves_the_list(organisation: Organisation, template: GateTemplate) -> None:
    row = planned(organisation, template=template)
    judge(by=person(organisation, "Ida"), review=row, criterion="handover", verdict=Verdict.MET, note="Accepted.")
    (one,) = listing(person(organisation, "Paula"))
    assert "handover" not in {each.key for each in one.missing}


@pytest.mark.parametrize("count", [10, 60])
def test_a_list_takes_three_statements_however_long(organisation: Organisation, template: GateTemplate, count: int) -> None:
    first = planned(organisation, template=template)
    Review.objects.bulk_create(
        Review(
            initiative=an_initiative(organisation, f"No {n}"), template=template, gate="poc", gate_name="PoC gate",
            missing=first.missing,
        )
        for n in range(count)
    )  # fmt: skip
    paula = person(organisation, "Paula")
    with CaptureQueriesContext(connection) as asked:
        assert len(listing(paula)) == count + 1
    assert len(asked) == 3
