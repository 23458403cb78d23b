"""A page becomes a file: figures frozen first, then printed under a name that it has from the beginning."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.meetings.services.packs.rendering.parent import Printed
from readiness.outlets.choices import UNDER_WAY, SheetState, Variant
from readiness.outlets.models import Sheet
from readiness.outlets.services.sheets.contents import document
from readiness.outlets.services.sheets.gathered import gathered

TEMPLATE = "onepage.typ"
PATIENCE = timedelta(hours=1)  # longer than all attempts of a job together
GIVEN_UP = "It failed in every attempt; administrators find why under Background work."


class NotMade(Exception):
    """There will be no page; the text says why. Trying again gives the same answer."""


def begin(sheet_id: int) -> Sheet | None:
    """The page to make; None where it is made already, or gone."""
    return Sheet.objects.filter(pk=sheet_id, state__in=UNDER_WAY).select_related("owner").first()


def freeze(sheet: Sheet) -> dict[str, Any]:
    """Read the figures with the rights that its owner has now, once: a second try prints what the first one read.

    Raises NotMade.
    """
    if sheet.input is not None:
        return dict(sheet.input)
    _told(sheet, state=SheetState.GATHERING)
    actor, now, with_money = actor_for(sheet.owner), clock.now(), sheet.variant == Variant.MONEY
    paths = {"view_paths": list(actor.paths(Action.VIEW)), "money_paths": list(actor.paths(Action.MONEY)) if with_money else []}
    if not sheet.owner.is_active or not paths["view_paths"] or (with_money and not paths["money_paths"]):
        raise NotMade(_("Your roles show nothing of it any more."))
    if actor.showing_demo != sheet.demo:
        raise NotMade(_("Another portfolio is shown by now: the demo goes where a real one begins."))
    try:
        all_ = gathered(actor, sheet.query, now, with_money=with_money)
    except ValueError as problem:
        raise NotMade(_("Its filters are understood no more: %s") % problem) from problem
    pages = document(all_, about=sheet.about, made_by=actor.label)
    _told(sheet, state=SheetState.PRINTING, input=pages, **paths)
    return pages


def put(sheet: Sheet, made: Printed) -> None:
    """The file in its place, before the row says that it is there."""
    default_storage.delete(sheet.stored_as)
    default_storage.save(sheet.stored_as, ContentFile(made.content))


def keep(sheet: Sheet, made: Printed) -> None:
    """In the transaction that finishes the job."""
    _told(
        sheet, state=SheetState.READY, sha256=hashlib.sha256(made.content).hexdigest(), size_bytes=len(made.content),
        made_at=clock.now(), error="",
    )  # fmt: skip


def refuse(sheet: Sheet, why: str) -> None:
    _told(sheet, state=SheetState.FAILED, error=why[:1000])


def give_up(now: datetime) -> int:
    """Say of pages whose job died in every attempt that there will be none, so that nobody waits for them."""
    with acting(system("outlets")):
        late = Sheet.objects.filter(state__in=UNDER_WAY, asked_at__lt=now - PATIENCE)
        return late.update(state=SheetState.FAILED, error=GIVEN_UP)


def _told(sheet: Sheet, **values: Any) -> None:
    with acting(system("outlets")):
        Sheet.objects.filter(pk=sheet.pk, state__in=UNDER_WAY).update(**values)
