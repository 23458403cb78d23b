"""Budgets as far as criteria ask: infrastructure's share as an interval, never an amount."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portfolio.finance.queries.standing import budget_facts as shares_of
from readiness.gates.choices import BudgetBasis
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules.criteria.facts import BudgetFact


def budget_facts(subjects: Subjects, now: datetime) -> dict[int, dict[BudgetBasis, BudgetFact]]:
    """Three statements. A basis of which nothing is known is left out."""
    found = shares_of(subjects.ids, today=timezone.localdate(now))
    return {
        pk: {BudgetBasis(basis): BudgetFact(*share) for basis, share in found.get(pk, {}).items()} for pk in subjects.initiatives
    }
