"""The raw answer or file behind runs, and who may have the whole of it."""

from __future__ import annotations

from django.core.files.storage import default_storage

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from readiness.evidence.choices import Way
from readiness.evidence.models import Delivery, Payload
from readiness.evidence.queries.runs import may_open_raw, runs_of_payload


def whole_file(actor: Actor, pk: int) -> Payload | None:
    """A payload whose file is kept and may be handed to the actor; None for anything else.

    The file that shows an attested figure is for everybody who sees the figure. What tools wrote may hold what nobody looked
    through, so it is for those who bring evidence for the unit of its source, and for whoever brought it. What tells amounts is
    for those who may see them.
    """
    rows = Payload.objects.visible_to(actor).filter(pk=pk).exclude(stored_as="")
    row: Payload | None = rows.select_related("delivery", "source__unit").first()
    if row is None or not default_storage.exists(row.stored_as):
        return None
    if not may_have_whole(actor, row.delivery, row.source.unit):
        return None
    return row if all(may_open_raw(actor, one) for one in runs_of_payload(row)) else None


def may_have_whole(actor: Actor, delivery: Delivery, unit: BusinessUnit) -> bool:
    """Amounts apart: `unit` is the source's, and the actor sees the payload."""
    theirs = actor.user_id is not None and delivery.asked_by_id == actor.user_id
    return delivery.way == Way.ATTESTATION or theirs or actor.may(Action.BRING, unit.path)
