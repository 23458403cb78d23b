"""Gates and budgets: the share's criterion comes alive with lines, and a Kill seals what it spares for those who see money."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from portfolio.finance.services.commitments import add_commitment
from portfolio.finance.services.lines import add_line
from portfolio.initiatives.choices import ReasonCode
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.outbox.models import Job
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Outcome
from readiness.gates.queries.facts import facts_of
from readiness.gates.rules.criteria.finding import Finding
from readiness.gates.rules.criteria.money import budget_share
from readiness.gates.rules.templates.kinds import BudgetShareRule
from readiness.gates.rules.templates.template import EvidenceRule
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, text_of
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, an_initiative, decided

pytestmark = pytest.mark.django_db


def _enter(row: Initiative, **amounts: int) -> None:
    """Planned from today on for a hundred days."""
    today = clock.today()
    for category, planned in amounts.items():
        add_line(
            by=SYSTEM, initiative=row, category=category, period_start=today, period_end=today + timedelta(days=99),
            planned=Decimal(planned), currency="USD",
        )  # fmt: skip


def _judge(row: Initiative) -> Finding:
    now = clock.now()
    return budget_share(BudgetShareRule(), EvidenceRule(), facts_of([row.pk], now=now)[row.pk], now)


def test_the_share_is_unknown_until_lines_are_entered_and_follows_them(organisation: Organisation) -> None:
    row = an_initiative(organisation)
    assert _judge(row).verdict is Verdict.UNKNOWN
    _enter(row, compute=45, people=55)
    met = _judge(row)
    assert (met.verdict, met.figures) == (Verdict.MET, {"low": 0.45, "high": 0.45})
    _enter(row, model_api=400)
    assert _judge(row).verdict is Verdict.NOT_MET
    assert _judge(row).cited != met.cited  # a decision on the old one drifts


def test_every_line_lets_the_gates_be_judged_again(organisation: Organisation) -> None:
    row = an_initiative(organisation)
    _enter(row, compute=45)
    job = Job.objects.filter(handler="gates.evaluate", event__kind="budget.changed").get()
    assert job.payload["initiative_ids"] == [row.pk]


def test_a_kill_seals_what_it_spares_for_those_who_see_money(organisation: Organisation, signed_in: SignIn) -> None:
    add_people(organisation, NAMES)
    row, today = an_initiative(organisation), clock.today()
    _enter(row, compute=100_000)
    add_commitment(
        by=SYSTEM, initiative=row, label="Reserved", amount=Decimal(10_000), currency="USD", starts_on=today,
        ends_on=today + timedelta(days=99), non_cancellable_until=today + timedelta(days=10),
    )  # fmt: skip
    review = all_vote(organisation, a_review(organisation, initiative=row))
    decision = decided(organisation, review, Outcome.KILL, reason_code=ReasonCode.NO_VALUE, lesson="Ask first.")
    amounts = json.loads(decision.sealed or "")["amounts"]
    # 99 of 100 days are ahead: 99,000; ten days of the commitment are bound: 1,000
    assert (amounts["spend_avoided"], amounts["not_cancellable"], amounts["currency"]) == ("98000.00", "1000.00", "USD")
    assert "98000" not in decision.content
    page = reverse("gates:decision", args=[decision.pk])
    assert "98,000" in text_of(signed_in("Finn").get(page))
    assert "98,000" not in text_of(signed_in("Vera").get(page))


def test_without_a_plan_or_a_kill_nothing_is_sealed(organisation: Organisation) -> None:
    add_people(organisation, NAMES)
    kill: dict[str, Any] = {"reason_code": ReasonCode.NO_VALUE, "lesson": "Ask."}
    for outcome, more in ((Outcome.KILL, kill), (Outcome.HOLD, {})):
        row = an_initiative(organisation, str(outcome))
        if outcome is Outcome.HOLD:
            _enter(row, compute=100)
        review = all_vote(organisation, a_review(organisation, initiative=row))
        assert decided(organisation, review, outcome, **more).sealed is None
