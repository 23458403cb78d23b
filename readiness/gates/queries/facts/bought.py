"""Purchases as far as criteria ask: how many are in the IT plan (amounts make shares only), and what was found about them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from portfolio.procurement.queries.standing import purchase_facts as standings_of
from readiness.gates.choices import PurchaseBasis
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules.criteria.facts import PurchasesFact, SiloFact, SilosFact
from readiness.silos.choices import FindingKind, FindingState
from readiness.silos.queries.standing import finding_facts


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


def silo_facts(subjects: Subjects) -> dict[int, SilosFact]:
    """Two statements."""
    return {
        pk: SilosFact(
            tuple(SiloFact(one.id, FindingKind(one.kind), FindingState(one.state)) for one in given.found),
            given.rows, given.looked_at,
        )
        for pk, given in finding_facts(subjects.ids).items()
    }  # fmt: skip
