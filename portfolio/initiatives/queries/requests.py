"""Requests as rows of a list; what they are worth is masked like every amount."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RequestState
from portfolio.initiatives.models import Request
from portfolio.kit.scope import within


def requests_of(actor: Actor, *, unit: int | None = None) -> QuerySet[Request]:
    """Visible requests, of one unit with its sub-units if given."""
    rows: QuerySet[Request] = Request.objects.visible_to(actor)
    if unit is None:
        return rows
    return rows.filter(unit__path__startswith=BusinessUnit.objects.filter(pk=unit).values("path")[:1])


def state_counts(rows: QuerySet[Request]) -> dict[str, int]:
    """`{state: how many}`, every state named, in one statement."""
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in RequestState}


def request_rows(actor: Actor, rows: QuerySet[Request]) -> QuerySet[Request, dict[str, Any]]:
    """Dict rows, newest first, with `value`, `currency` and `value_hidden`."""
    masked: QuerySet[Any] = with_request_money(rows, actor)
    return masked.order_by("-id").values(
        "id", "title", "unit_id", "state", "created_at", "load_unknown", "triaged_at", "value", "currency", "value_hidden",
        unit_name=F("unit__name"), requester_name=F("requester__name"), sponsor_name=F("sponsor__name"),
        initiative_key=F("initiative__key"),
    )  # fmt: skip


def with_request_money(rows: QuerySet[Request], actor: Actor) -> QuerySet[Request]:
    """Adds `value`, `currency` and `value_hidden`: by role for the unit, or as requester or sponsor."""
    by_role = within("unit__path", actor.paths(Action.MONEY))
    if not by_role:
        return rows.annotate(value=F("expected_value"), currency=F("expected_value_currency"), value_hidden=Value(False))
    own = Q(requester=actor.user_id) | Q(sponsor=actor.user_id)
    seen = by_role | own if actor.user_id is not None and actor.scopes is None else by_role
    return rows.annotate(
        value=Case(When(seen, then=F("expected_value"))),
        currency=Case(When(seen, then=F("expected_value_currency")), default=Value("")),
        value_hidden=Case(When(seen, then=Value(False)), default=Value(True)),
    )
