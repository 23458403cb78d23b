"""What every amount must be: a number that fits, with a currency that is one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST = Decimal(10) ** 15
_CURRENCY = re.compile(r"[A-Z][A-Z0-9_]{2,15}")


def check_names(changes: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := set(changes) - set(known):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})


def check_currency(currency: str) -> None:
    """ISO 4217 in capitals; virtual currencies of bills are words in capitals too."""
    if not _CURRENCY.fullmatch(currency):
        raise ValidationError({"currency": _("Capital letters, such as EUR.")})


def check_amounts(row: Any, names: Collection[str], *, least: Decimal | None = None) -> None:
    problems = {}
    for name in names:
        amount = getattr(row, name)
        if amount is None:
            continue
        if not amount.is_finite() or abs(amount) > MOST:
            problems[name] = _("More than any budget holds.")
        elif least is not None and amount < least:
            problems[name] = _("A number from 0 on.")
        elif amount != amount.quantize(Decimal("0.01")):
            problems[name] = _("At most two digits after the point.")
    if problems:
        raise ValidationError(problems)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without blanks around them; the rest as it is."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
