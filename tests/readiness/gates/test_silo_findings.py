"""Gates and silos: the criterion on findings is unknown until somebody has looked, and follows what is said to them."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.procurement.models import PurchaseRequest, PurchaseShare
from portfolio.procurement.models.billing import BillingAssignment, BillingImport, BillingItem, BillingMonth, BillingPeriod
from readiness.evidence.choices import Verdict
from readiness.gates.queries.facts import facts_of
from readiness.gates.rules.criteria.finding import Finding
from readiness.gates.rules.criteria.money import findings
from readiness.gates.rules.templates.kinds import FindingsRule
from readiness.gates.rules.templates.template import EvidenceRule
from readiness.silos.choices import FindingState
from readiness.silos.models import Finding as Silo
from readiness.silos.queries.standing import finding_facts, served_by
from readiness.silos.services.judging import judge
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import an_initiative
from tests.readiness.silos.portfolio import TODAY, capability, look, make_silos

pytestmark = pytest.mark.django_db


def _judge(pk: int) -> Finding:
    now = clock.now()
    return findings(FindingsRule(), EvidenceRule(), facts_of([pk], now=now)[pk], now)


def test_it_is_unknown_until_somebody_looks_and_then_cites_each_finding(organisation: Organisation) -> None:
    row, bystander = an_initiative(organisation), an_initiative(organisation, name="Bought nothing")
    assert _judge(row.pk).verdict is Verdict.UNKNOWN
    bought = make_silos(organisation)
    PurchaseShare.objects.create(purchase=bought.purchases["stores"], initiative=row, share=Decimal(1))
    assert [one.code for one in _judge(row.pk).needs] == ["look_for_silos"]
    look()
    found = _judge(row.pk)
    standing = {one.id for one in finding_facts([row.pk])[row.pk].found}
    assert found.verdict is Verdict.NOT_MET and {one.id for one in found.cited} == standing and len(standing) == 3
    assert _judge(bystander.pk).verdict is Verdict.UNKNOWN
    assert served_by(standing) == [row.pk]


def test_what_people_say_to_the_findings_lets_the_gate_be_judged_again(organisation: Organisation) -> None:
    row = an_initiative(organisation)
    bought = make_silos(organisation)
    PurchaseShare.objects.create(purchase=bought.purchases["stores"], initiative=row, share=Decimal(1))
    look()
    Job.objects.all().delete()
    for silo in Silo.objects.filter(pk__in=[one.id for one in finding_facts([row.pk])[row.pk].found]):
        judge(by=SYSTEM, finding=silo, state=FindingState.ACCEPTED)
    jobs = Job.objects.filter(handler="gates.evaluate")
    assert jobs.exists() and all(job.payload["initiative_ids"] == [row.pk] for job in jobs)
    assert _judge(row.pk).verdict is Verdict.MET


def test_what_is_only_asked_for_or_billed_counts_as_what_is_bought(organisation: Organisation) -> None:
    asking, billed = an_initiative(organisation, name="Asking"), an_initiative(organisation, name="Billed")
    make_silos(organisation)
    PurchaseRequest.objects.update(initiative=asking)
    _bill(organisation, billed.pk)
    look()
    facts = finding_facts([asking.pk, billed.pk])
    assert (facts[asking.pk].rows, facts[billed.pk].rows) == (1, 1)
    (shadow,) = facts[billed.pk].found
    assert shadow.kind == "shadow_spend" and served_by([shadow.id]) == [billed.pk]
    assert (_judge(asking.pk).verdict, _judge(billed.pk).verdict) == (Verdict.MET, Verdict.NOT_MET)


def _bill(organisation: Organisation, initiative_id: int) -> None:
    """A month of one account that no purchase names."""
    unit, month = organisation.units["Stores"], TODAY.replace(day=1)
    run = BillingImport.objects.create(unit=unit, file_name="bill.csv", sha256="0" * 64)
    period = BillingPeriod.objects.create(
        billing_import=run, unit=unit, provider="Nimbus", billing_account_id="A-1", starts_on=month, ends_on=TODAY, rows=1,
        live=True,
    )  # fmt: skip
    item = BillingItem.objects.create(unit=unit, digest=uuid4(), service_name="Model tokens", billing_account_id="A-1")
    BillingAssignment.objects.create(item=item, holder=unit, capability=capability("model_api"), initiative_id=initiative_id)
    BillingMonth.objects.create(
        period=period, item=item, month=month, charge_category="Usage", currency="USD", billed=Decimal(0),
        effective=Decimal(1500), rows=3,
    )  # fmt: skip
