"""Purchases as far as criteria ask: how many are in the IT plan, by number and by amount; amounts make shares only."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portfolio.procurement.queries.standing import purchase_facts as standings_of
from readiness.gates.choices import PurchaseBasis
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules.criteria.facts import PurchasesFact


def purchase_facts(subjects: Subjects, now: datetime) -> dict[int, dict[PurchaseBasis, PurchasesFact]]:
    """Three statements. A basis of which nothing is known is left out."""
    found = standings_of(subjects.ids, today=timezone.localdate(now))
    return {
        pk: {
            PurchaseBasis(basis): PurchasesFact(float(inside), float(outside), float(unknown), as_of)
            for basis, (inside, outside, unknown, as_of) in found.get(pk, {}).items()
        }
        for pk in subjects.initiatives
    }
