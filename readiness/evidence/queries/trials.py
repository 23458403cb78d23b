"""The newest try of a source, while it is kept."""

from __future__ import annotations

from portfolio.accounts.rules import Actor
from readiness.evidence.choices import TrialKind
from readiness.evidence.models import Trial


def last_trial(actor: Actor, source_pk: int) -> Trial | None:
    """Of the source as it is, not of a feed; None where nobody tried it lately."""
    rows = Trial.objects.visible_to(actor).filter(source=source_pk, kind=TrialKind.SOURCE)
    return rows.order_by("-id").first()
