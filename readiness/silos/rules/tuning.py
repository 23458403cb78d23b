"""Settings as people write them: checked against their type and sense, laid over the defaults, and told with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness.silos.choices import FindingKind
from readiness.silos.rules.settings import Settings


@dataclass(frozen=True, slots=True)
class Knob:
    """One figure of a rule: `sort` is share, days, months, amount, quantity or keys; `least` and `most` are inclusive."""

    name: str
    sort: str
    label: str
    why: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1_000_000_000)


_SAVING = "A working assumption of this product, not a finding of anybody's research; write your own experience here."
_SHARE = Decimal(1)
KNOBS: dict[FindingKind, tuple[Knob, ...]] = {
    FindingKind.OUTSIDE_PLAN: (
        Knob("min_amount", "amount", "Least amount together", "Below, a purchase card is cheaper than the talk about it."),
        Knob("saving_low", "share", "Saving at least (share of the amount)", _SAVING, most=_SHARE),
        Knob("saving_high", "share", "Saving at most (share of the amount)", _SAVING, most=_SHARE),
    ),
    FindingKind.DUPLICATE_CAPABILITY: (
        Knob("min_amount", "amount", "Least amount of each branch", "A trial licence beside a platform is no silo."),
        Knob("min_overlap_days", "days", "Least overlap from today on", "Shorter is a handover.", Decimal(1), Decimal(3660)),
        Knob("saving_low", "share", "Saving at least (share of what joins the largest)", _SAVING, most=_SHARE),
        Knob("saving_high", "share", "Saving at most (share of what joins the largest)", _SAVING, most=_SHARE),
    ),
    FindingKind.IDLE_COMMITMENT: (
        Knob(
            "max_utilisation",
            "share",
            "Idle below (share in use)",
            "What runs above has little to give.",
            most=_SHARE,
        ),
        Knob("max_age_days", "days", "Measured within", "Older says what was.", Decimal(1), Decimal(3660)),
        Knob("min_coverage", "share", "Least part of the pool measured", "Less may be the quiet half.", most=_SHARE),
        Knob("min_idle_quantity", "quantity", "Least idle, in the pool's unit", "Less than one of them is no transfer."),
        Knob("reserve", "share", "Stays with its owner (share of the size)", "For its own peaks.", most=_SHARE),
    ),
    FindingKind.PRICE_TIER: (
        Knob("window_days", "days", "Between the first and the last start", "Vendors count by year.", Decimal(1), Decimal(3660)),
    ),
    FindingKind.SHADOW_SPEND: (
        Knob("min_per_month", "amount", "Least spend in a month", "Below is somebody trying something."),
        Knob("window_months", "months", "Months looked at", "A year shows what comes and goes.", Decimal(1), Decimal(120)),
        Knob("not_ai", "keys", "Capabilities that are not AI", "What a company buys whether or not it does AI."),
        Knob("saving_low", "share", "Saving at least (share of a year's spend)", _SAVING, most=_SHARE),
        Knob("saving_high", "share", "Saving at most (share of a year's spend)", _SAVING, most=_SHARE),
    ),
    FindingKind.TERM_OVERLAP: (
        Knob("min_overlap_days", "days", "Least overlap from today on", "Shorter is a handover.", Decimal(1), Decimal(3660)),
    ),
    FindingKind.RENEWAL_DUE: (
        Knob("horizon_days", "days", "Looks ahead", "A quarter is what a decision and a tender need.", Decimal(1), Decimal(3660)),
        Knob("min_amount", "amount", "Least amount", "Smaller ones are in the calendar all the same."),
    ),
}


class BadSetting(ValueError):
    """A value that a knob cannot have; `name` is the knob's."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


def settings_of(written: Mapping[str, Mapping[str, Any]]) -> Settings:
    """`{kind: {name: value}}` over the defaults. Raises BadSetting."""
    groups = {kind.value: tuned(kind, written.get(kind.value, {})) for kind in FindingKind}
    return Settings(**groups)


def tuned(kind: FindingKind, written: Mapping[str, Any]) -> Any:
    """The settings of one kind. Raises BadSetting for an unknown name, a wrong value, or a low end above its high end."""
    default = getattr(Settings(), kind.value)
    knobs = {knob.name: knob for knob in KNOBS[kind]}
    for name in written:
        if name not in knobs:
            raise BadSetting(name, "There is no such setting.")
    made = replace(default, **{name: _read(knobs[name], value, getattr(default, name)) for name, value in written.items()})
    if getattr(made, "saving_low", 0) > getattr(made, "saving_high", 0):
        raise BadSetting("saving_low", "The least saving is not above the most.")
    return made


def _read(knob: Knob, value: Any, default: Any) -> Any:
    if knob.sort == "keys":
        words = value.replace(",", " ").split() if isinstance(value, str) else list(value)
        return frozenset(str(word) for word in words)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadSetting(knob.name, "This is not a number.") from None
    if not number.is_finite() or not knob.least <= number <= knob.most:
        raise BadSetting(knob.name, f"It lies between {knob.least} and {knob.most}.")
    if isinstance(default, int) and number != int(number):
        raise BadSetting(knob.name, "It is a whole number.")
    return type(default)(number)


def as_written(kind: FindingKind, settings: Settings) -> dict[str, Any]:
    """The settings of a kind as JSON holds them."""
    group = getattr(settings, kind.value)
    return {field.name: _plain(getattr(group, field.name)) for field in fields(group)}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Decimal) else value
