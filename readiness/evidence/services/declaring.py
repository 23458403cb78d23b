"""What is declared of the measured place, checked, with what is wrong said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from readiness.evidence.rules.declared import Code, Fault, declared

MESSAGES = {
    Code.NO_SUCH_FIELD: _("There is no such part of an environment. Known: %(known)s."),
    Code.NO_TEXT: _("A text is expected."),
    Code.TOO_LONG: _("At most %(most)d characters."),
    Code.NOT_PRINTABLE: _("There is a character in it that cannot be printed."),
    Code.NO_CHOICE: _("One of %(choices)s."),
    Code.NOT_WHOLE: _("A whole number from 0 to %(most)d."),
    Code.NOT_YES_OR_NO: _("Yes or no."),
    Code.NO_DATE: _("A day such as 2026-11-29, or a time such as 2026-11-29T08:00:00Z."),
    Code.NO_ZONE: _("A time needs its zone: add Z or an offset."),
    Code.TOO_EARLY: _("Nobody measured this before %(earliest)s."),
    Code.IN_THE_FUTURE: _("This lies in the future."),
    Code.NO_OBJECT: _("An object of texts is expected."),
    Code.TOO_MANY: _("At most %(most)d entries."),
}


def message(fault: Fault) -> str:
    return str(MESSAGES[fault.code] % fault.values) if fault.values else str(MESSAGES[fault.code])


def environment(given: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """As Delivery.environment keeps it. Raises ValidationError by the name of each part that is wrong."""
    said, wrong = declared(given or {}, now)
    if wrong:
        raise ValidationError({name: message(fault) for name, fault in wrong.items()})
    return said
