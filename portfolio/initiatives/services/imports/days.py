"""The day that a file tells of: what may be said, and what a profile proposes.

Days of one register never go back: its history is in the order of its imports, and an older file would put the initiatives
back to where they were.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portfolio.formats.registers.profiles import load_profile
from portfolio.initiatives.models import Register
from portfolio.initiatives.queries.imports import told_until
from portfolio.kit import clock


def check_day(as_of: date | None, register: Register | None) -> None:
    """Raises ValidationError for a day to come, or one before what the register was told of last; None is always right."""
    if as_of is None:
        return
    if as_of > clock.today():
        raise ValidationError({"as_of": _("A file cannot tell of a day to come.")})
    newest = told_until(register) if register else None
    if newest is not None and as_of < newest:
        told = _(
            "This register was told of %(newest)s already. An older file would put its initiatives back to where they were:"
            " import older files first, or under another name."
        )
        raise ValidationError({"as_of": told % {"newest": date_format(newest, "j M Y")}})


def proposed_day(profile: str, register: Register | None) -> date | None:
    """The day that the profile's files tell of; None if it has none, or if it would be refused."""
    as_of = load_profile(profile).as_of if profile else None
    try:
        check_day(as_of, register)
    except ValidationError:
        return None
    return as_of
