"""Whose amounts of money a reader may open: those sealed beside decisions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.gates.models import Decision, Seat


def opened_to(actor: Actor, decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those of the given ones whose amounts the reader may see: by role for the unit, as owner or sponsor of the initiative, as
    gatekeeper of the review they sit on. A token needs its scope, and its maker's role.
    """
    by_role = within("initiative__unit__path", actor.paths(Action.MONEY))
    if actor.user_id is None or actor.scopes is not None:
        return decisions.filter(by_role)
    seats = Seat.objects.filter(review=OuterRef("review"), person=actor.user_id)
    own = Q(initiative__owner=actor.user_id) | Q(initiative__sponsor=actor.user_id) | Exists(seats)
    return decisions.filter(by_role | own) if by_role else decisions
