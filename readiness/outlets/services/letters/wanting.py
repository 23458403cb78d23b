"""Wanting the weekly letter, or not any more."""

from __future__ import annotations

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, system
from portfolio.kit.acting import acting
from readiness.outlets.choices import Weekday
from readiness.outlets.models import Letter

SALT = "outlets.weekly_letter"


def want_letter(*, by: Actor, weekday: Weekday, unit: BusinessUnit | None) -> Letter:
    """On this day of each week, about this unit (none: all that the person sees). Raises PermissionDenied."""
    owner = by.user_id
    if owner is None or by.scopes is not None or not by.may_somewhere(Action.VIEW):
        raise PermissionDenied(_("Only people with a role get a letter."))
    if unit is not None and not by.may(Action.VIEW, unit.path):
        raise PermissionDenied(_("Your roles do not show this unit."))
    with acting(by):
        letter, _made = Letter.objects.update_or_create(owner_id=owner, defaults={"weekday": weekday, "unit": unit})
    return letter


def stop_letter(*, by: Actor) -> bool:
    """False where there was none."""
    with acting(by):
        stopped, _each = Letter.objects.filter(owner=by.user_id).delete()
    return bool(stopped)


def stop_mark(letter: Letter) -> str:
    """What the link in the mail carries: it stops this person's letter and can do nothing else."""
    return signing.dumps(letter.owner_id, salt=SALT)


def owner_behind(mark: str) -> int | None:
    """Whose letter the link stops; None for one that nobody signed."""
    try:
        owner = signing.loads(mark, salt=SALT)
    except signing.BadSignature:
        return None
    return owner if isinstance(owner, int) else None


def stop_by_mark(mark: str) -> bool:
    """Without signing in. False for a link that nobody signed; True also where there was no letter any more."""
    owner = owner_behind(mark)
    if owner is None:
        return False
    with acting(system("unsubscribe link")):
        Letter.objects.filter(owner=owner).delete()
    return True
