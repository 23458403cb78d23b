"""Asking for an initiative, and the triage of what was asked."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RequestState
from portfolio.initiatives.models import Initiative, Lifecycle, Request
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


def submit_request(*, by: Actor, unit: BusinessUnit, title: str, purpose: str, **values: Any) -> Request:
    """Write down what somebody asks for. A load that is left open is marked as not known, never as zero."""
    if by.user_id is None or not by.may(Action.REQUEST, unit.path):
        raise PermissionDenied(_("Your roles do not allow requests for this unit."))
    values.setdefault("load_unknown", not str(values.get("load_estimate", "")).strip())
    with acting(by):
        request = Request(unit=unit, title=title, purpose=purpose, requester_id=by.user_id, **values)
        if request.expected_value is not None and not request.expected_value_currency:
            raise ValidationError({"expected_value_currency": _("An amount needs its currency.")})
        request.full_clean()
        request.save()
        emit("request.submitted", {"request_id": request.pk})
    return request


def accept_request(*, by: Actor, request: Request, reason: str, lifecycle: Lifecycle | None = None, **values: Any) -> Initiative:
    """Turn a request into an initiative in the first stage; the request keeps pointing at it."""
    with acting(by):
        row = _lock(by, request, reason)
        initiative = create_initiative(
            by=by, unit=row.unit, name=row.title, lifecycle=lifecycle, purpose=row.purpose, sponsor=row.sponsor,
            demo=row.demo, **_value(row), **values,
        )  # fmt: skip
        _settle(by, row, RequestState.ACCEPTED, reason, initiative)
    return initiative


def merge_request(*, by: Actor, request: Request, into: Initiative, reason: str) -> Request:
    """It is already being done: point the request at that initiative."""
    with acting(by):
        row = _lock(by, request, reason)
        return _settle(by, row, RequestState.MERGED, reason, into)


def decline_request(*, by: Actor, request: Request, reason: str) -> Request:
    """Say no, with the reason that the requester reads."""
    with acting(by):
        row = _lock(by, request, reason)
        return _settle(by, row, RequestState.DECLINED, reason, None)


def _value(row: Request) -> dict[str, Any]:
    if row.expected_value is None:
        return {}
    return {"expected_value": row.expected_value, "expected_value_currency": row.expected_value_currency}


def _lock(by: Actor, request: Request, reason: str) -> Request:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that the requester learns it.")})
    row: Request = Request.objects.select_for_update(of=("self",)).select_related("unit", "sponsor").get(pk=request.pk)
    if not by.may(Action.TRIAGE, row.unit.path):
        raise PermissionDenied(_("Only program managers of this unit triage its requests."))
    if row.state != RequestState.OPEN:
        raise ValidationError({"state": _("This request was triaged already.")})
    return row


def _settle(by: Actor, row: Request, state: RequestState, reason: str, initiative: Initiative | None) -> Request:
    row.state, row.triage_reason, row.initiative = state, reason.strip(), initiative
    row.triaged_by_id, row.triaged_at, row.version = by.user_id, clock.now(), row.version + 1
    row.save(update_fields=["state", "triage_reason", "initiative", "triaged_by", "triaged_at", "version"])
    emit("request.triaged", {"request_id": row.pk, "state": state.value})
    return row
