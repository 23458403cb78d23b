"""Asking for a page: a row and a job, nothing is read yet."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue
from readiness.outlets.choices import UNDER_WAY, SheetState, Variant
from readiness.outlets.models import Sheet

HANDLER = "outlets.make_sheet"
AT_ONCE = 6  # of a person: a click that is repeated prints no stack of paper


def ask_sheet(*, by: Actor, query: str, about: str) -> list[Sheet]:
    """One page without amounts, and a second one with them for who holds money anywhere. Raises PermissionDenied for what is no
    person or sees nothing; ValidationError while too many are being made."""
    if by.user_id is None or by.scopes is not None or not by.may_somewhere(Action.VIEW):
        raise PermissionDenied(_("Only people with a role have pages made."))
    if Sheet.objects.own(by).filter(state__in=UNDER_WAY).count() >= AT_ONCE:
        raise ValidationError(_("Some pages are being made already. Wait for them first."))
    variants = [Variant.PLAIN, Variant.MONEY] if by.may_somewhere(Action.MONEY) else [Variant.PLAIN]
    with acting(by):
        return [_asked(by, by.user_id, variant, query, about) for variant in variants]


def ask_again(*, by: Actor, sheet: Sheet) -> Sheet:
    """Try what failed once more, with the figures of then if they were read."""
    if sheet.owner_id != by.user_id or by.scopes is not None:
        raise PermissionDenied(_("This page is somebody else's."))
    with acting(by):
        row = Sheet.objects.select_for_update(no_key=True).get(pk=sheet.pk)
        if row.state == SheetState.FAILED:
            row.state, row.error = SheetState.ASKED, ""
            row.save(update_fields=["state", "error"])
            enqueue(HANDLER, {"sheet_id": row.pk})
    return row


def _asked(by: Actor, owner: int, variant: Variant, query: str, about: str) -> Sheet:
    row = Sheet.objects.create(owner_id=owner, variant=variant, query=query, about=about[:500], demo=by.showing_demo)
    enqueue(HANDLER, {"sheet_id": row.pk})
    return row
