"""Detection into the database, how findings live there, and what people may make of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment
from portfolio.activity.models import Notice
from portfolio.outbox.models import Event, Job
from portfolio.procurement.models import Purchase
from readiness.silos.choices import FindingKind, FindingState, FindingStep
from readiness.silos.models import Finding, FindingRow, RuleSetting
from readiness.silos.models import FindingStep as Step
from readiness.silos.services.judging import StaleFinding, assign, judge
from readiness.silos.services.notices import tell
from readiness.silos.services.tuning import tune
from tests.people import SYSTEM, Organisation
from tests.readiness.silos.portfolio import Bought, look, make_many, make_purchase, make_silos, of_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(organisation: Organisation) -> Bought:
    made = make_silos(organisation)
    look("first")
    return made


def counted() -> dict[str, int]:
    kinds = Finding.objects.filter(current=True).values_list("kind", flat=True)
    return {kind: list(kinds).count(kind) for kind in sorted(set(kinds))}


def test_what_is_there_is_found_with_its_rows_units_and_ancestor(organisation: Organisation, bought: Bought) -> None:
    assert counted() == {
        "duplicate_capability": 1, "outside_plan": 1, "price_tier": 1, "renewal_due": 1, "term_overlap": 1,
    }  # fmt: skip
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)
    assert twice.ancestor_path == organisation.units["Group"].path
    assert {unit.name for unit in twice.units.all()} == {"Stores", "Logistics"}
    assert {row.row_id for row in twice.rows.all()} == {bought.purchases[name].pk for name in ("stores", "logistics", "again")}
    assert (twice.amount, twice.currency) == (Decimal("820111.11"), "USD")
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    assert (outside.ancestor_path, outside.vendor) == (organisation.units["Stores"].path, bought.vendors["Nimbus"])


def test_a_pool_that_nobody_measured_is_unknown_and_no_finding(bought: Bought) -> None:
    run = look()
    assert of_kind(FindingKind.IDLE_COMMITMENT) == []
    assert run.unknown["pools_unknown"] == 1
    assert run.unknown["purchases_without_capability"] == 1


def test_looking_again_changes_nothing_and_tells_nobody(bought: Bought) -> None:
    before = {row.pk: (row.digest, row.version, row.opened_at) for row in Finding.objects.all()}
    events, steps = Event.objects.count(), Step.objects.count()
    run = look("again")
    assert (run.opened, run.changed, run.gone) == (0, 0, 0)
    assert {row.pk: (row.digest, row.version, row.opened_at) for row in Finding.objects.all()} == before
    assert (Event.objects.count(), Step.objects.count()) == (events, steps)


def test_a_dismissed_finding_stays_until_it_grows_materially(organisation: Organisation, bought: Bought) -> None:
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    judge(by=SYSTEM, finding=outside, state=FindingState.DISMISSED, reason="The plan is frozen")
    nimbus = bought.vendors["Nimbus"]
    make_purchase(organisation, "Stores", "A little more", 20_000, vendor=nimbus, in_plan="no")
    look()
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    assert (outside.state, outside.amount, outside.rows.count()) == ("dismissed", Decimal(320_000), 2)
    make_purchase(organisation, "Stores", "A lot more", 200_000, vendor=nimbus, in_plan="no")
    look()
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    assert (outside.state, outside.reason) == ("open", "The plan is frozen")
    steps = list(outside.steps.values_list("step", "amount"))
    assert [step for step, _amount in steps] == [FindingStep.OPENED, FindingStep.DISMISSED, FindingStep.REOPENED]
    assert steps[-1][1] == Decimal(520_000)


def test_what_is_no_longer_found_is_marked_gone_and_comes_back_as_itself(bought: Bought) -> None:
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    judge(by=SYSTEM, finding=outside, state=FindingState.DONE)
    Purchase.objects.filter(pk=bought.purchases["stores"].pk).update(in_plan="yes")
    run = look()
    outside.refresh_from_db()
    assert (run.gone, outside.current, outside.state) == (1, False, "done")
    Purchase.objects.filter(pk=bought.purchases["stores"].pk).update(in_plan="no")
    look()
    (back,) = of_kind(FindingKind.OUTSIDE_PLAN)
    assert (back.pk, back.current, back.state) == (outside.pk, True, "open")
    assert [one.step for one in back.steps.all()] == ["opened", "done", "gone", "returned"]


def test_the_number_of_statements_does_not_depend_on_how_many_are_found(organisation: Organisation) -> None:
    look()
    taken = []
    for count in (10, 50, 1000):
        Finding.objects.update(current=False)  # those of the round before go, as far as the next run can tell
        Purchase.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procurement_vendor")
        make_many(organisation, count)
        with CaptureQueriesContext(connection) as opened:
            run = look()
        assert (run.opened, run.counts) == (count, {"outside_plan": count})
        RuleSetting.objects.update_or_create(kind="outside_plan", defaults={"values": {"saving_high": 0.05 + count / 1e5}})
        with CaptureQueriesContext(connection) as followed:
            assert look().changed == count
        taken.append((len(opened), len(followed)))
        _forget()
    assert len(set(taken)) == 1, taken


def _forget() -> None:
    """Steps are never removed, so this test's database forgets as its owner would. A job that waits would save one next time."""
    Finding.objects.update(vendor=None)
    Job.objects.update(attempt=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE silos_finding SET digest = id::text")


class TestJudging:
    def test_who_judges_all_of_its_units_may(self, organisation: Organisation, bought: Bought) -> None:
        (outside,), (twice,) = of_kind(FindingKind.OUTSIDE_PLAN), of_kind(FindingKind.DUPLICATE_CAPABILITY)
        paula = organisation.actor("Paula")  # program manager of Retail, to which Stores belongs
        row = judge(by=paula, finding=outside, state=FindingState.ACCEPTED, reason="We move it")
        assert (row.state, row.reason, row.judged_amount, row.version) == ("accepted", "We move it", Decimal(300_000), 2)
        with pytest.raises(PermissionDenied):
            judge(by=paula, finding=twice, state=FindingState.ACCEPTED)
        for name in ("Vera", "Iris", "Finn", "Gita", "Lars"):
            with pytest.raises(PermissionDenied):
                judge(by=organisation.actor(name), finding=outside, state=FindingState.DONE)

    def test_dismissing_needs_a_reason_and_states_follow_their_way(self, bought: Bought) -> None:
        (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
        with pytest.raises(ValidationError) as problem:
            judge(by=SYSTEM, finding=outside, state=FindingState.DISMISSED, reason="  ")
        assert "reason" in problem.value.message_dict
        judge(by=SYSTEM, finding=outside, state=FindingState.DONE)
        with pytest.raises(ValidationError):
            judge(by=SYSTEM, finding=outside, state=FindingState.DISMISSED, reason="after all")
        judge(by=SYSTEM, finding=outside, state=FindingState.OPEN)

    def test_who_looked_at_an_older_version_is_told(self, bought: Bought) -> None:
        (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
        judge(by=SYSTEM, finding=outside, state=FindingState.ACCEPTED, version=1)
        with pytest.raises(StaleFinding):
            judge(by=SYSTEM, finding=outside, state=FindingState.DONE, version=1)

    def test_it_is_handed_to_somebody_who_sees_all_of_it(self, organisation: Organisation, bought: Bought) -> None:
        (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)
        with pytest.raises(ValidationError):
            assign(by=SYSTEM, finding=twice, owner=organisation.people["Paula"])
        assign(by=SYSTEM, finding=twice, owner=organisation.people["Gita"])
        event = Event.objects.get(kind="finding.assigned")
        tell(event.kind, event.payload)
        tell(event.kind, event.payload)
        (notice,) = Notice.objects.filter(user=organisation.people["Gita"])
        assert (notice.kind, notice.url) == ("silo_assigned", f"/silos/findings/{twice.pk}/")


class TestNews:
    def test_events_name_no_amount_and_judges_are_told_how_many_are_theirs(
        self, organisation: Organisation, bought: Bought
    ) -> None:
        event = Event.objects.get(kind="finding.opened")
        assert set(event.payload) == {"detection_id", "demo", "findings", "initiative_ids"}
        RoleAssignment.objects.create(
            user=organisation.people["Nora"], role=Role.PROCUREMENT, unit=organisation.units["Logistics"]
        )
        tell(event.kind, event.payload)
        tell(event.kind, event.payload)
        told = dict(Notice.objects.filter(kind="silo_found").values_list("user__name", "text"))
        assert told == {
            "Ada Test": "5 new silo findings in your units", "Paula Test": "2 new silo findings in your units",
            "Lars Test": "1 new silo finding in your units", "Nora Test": "1 new silo finding in your units",
        }  # fmt: skip

    def test_a_change_of_purchases_and_rules_asks_for_a_look(self, bought: Bought) -> None:
        Job.objects.all().delete()
        tune(by=SYSTEM, kind=FindingKind.OUTSIDE_PLAN, values={"min_amount": "400000"})
        assert list(Job.objects.values_list("handler", flat=True)) == ["silos.detect"]
        look()
        assert "outside_plan" not in counted()

    def test_who_may_tune(self, organisation: Organisation) -> None:
        with pytest.raises(PermissionDenied):
            tune(by=organisation.actor("Paula"), kind=FindingKind.OUTSIDE_PLAN, values={})
        with pytest.raises(ValidationError) as problem:
            tune(by=organisation.actor("Ada"), kind=FindingKind.OUTSIDE_PLAN, values={"min_amount": "a lot"})
        assert "min_amount" in problem.value.message_dict


def test_every_row_of_a_finding_has_a_unit_of_it(bought: Bought) -> None:
    rows: list[Any] = list(FindingRow.objects.select_related("finding"))
    assert rows
    for row in rows:
        assert row.unit.path.startswith(row.finding.ancestor_path)
