"""Canonical values as people read them: in a unit that fits, with its sign, its percentile and its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from portfolio.kit.templatetags.ui_text import NARROW
from readiness.evidence.rules import words
from readiness.evidence.tables.labels import BOUNDS, STAGES, STATISTICS
from readiness.workloads.tables.numbers import shown

_LENGTHS = ((86_400, "%d day", "%d days"), (3_600, "%d hour", "%d hours"), (60, "%d minute", "%d minutes"))
_PRECISE = 3  # digits of a share below 99 %


def value_text(metric: str, value: float, labels: Mapping[str, Any] | None = None, marks: int = 0) -> str:
    """`412 ms`, `≥ 2.5 s`, `99.95 %`."""
    found = words.scale(metric, value, str((labels or {}).get("currency", "")))
    return _signed(number_text(found, value), found.unit, marks)


def range_text(metric: str, low: float, high: float, labels: Mapping[str, Any] | None = None, marks: int = 0) -> str:
    """`412 ms`; `400 to 420 ms` where different values came for one moment."""
    if low == high:
        return value_text(metric, low, labels, marks)
    found = words.scale(metric, high, str((labels or {}).get("currency", "")))
    both = _("%(low)s to %(high)s") % {"low": number_text(found, low), "high": number_text(found, high)}
    return _signed(both, found.unit, marks)


def number_text(found: words.Scale, value: float) -> str:
    """The number in the unit of `found`, with the digits that matter."""
    if found.of == "share":
        return shown(value, "share") if abs(value) > 0.99 else shown(float(f"{value:.{_PRECISE}g}"), "share")
    return shown(found(value))


def _signed(number: str, unit: str, marks: int) -> str:
    tail = f"{NARROW}{unit}" if unit and not unit.startswith("/") else unit
    sign = words.bound(marks)
    return f"{sign}{NARROW}{number}{tail}" if sign else f"{number}{tail}"


def exact_text(value: float) -> str:
    """All digits of the canonical value, for a title."""
    return f"{value:.12g}"


def statistic_text(statistic: str, share: float | None) -> str:
    """`p95`, `mean`, `least`, `single value`."""
    return words.percentile(share) if share is not None else str(STATISTICS.get(statistic, statistic))


def bound_note(marks: int) -> str:
    """What a sign before the value means; "" where it is exact."""
    return str(BOUNDS.get(words.bound(marks), ""))


def label_chips(labels: Mapping[str, Any]) -> list[str]:
    """`operation: read`; the currency stands at the value already."""
    return [f"{name}: {value}" for name, value in sorted(labels.items()) if name != "currency"]


def environment_chips(environment: Mapping[str, Any]) -> list[dict[str, str]]:
    """Short words of where it was measured, what is unsaid left out; `tone` marks what production would not accept."""
    made = []
    venue = environment.get("venue")
    if venue:
        made.append(str(VENUE_LABELS.get(Venue(venue), venue)) if venue in set(Venue) else str(venue))
    if accelerator := environment.get("accelerator"):
        count = environment.get("accelerators")
        made.append(f"{count} × {accelerator}" if count else str(accelerator))  # noqa: RUF001
    made += [str(environment[name]) for name in ("model", "precision") if environment.get(name)]
    if software := environment.get("software"):
        made.append(" ".join(filter(None, (str(software), str(environment.get("software_version") or "")))))
    chips = [{"label": text, "tone": ""} for text in made]
    if stage := environment.get("stage"):
        chips.append({"label": str(STAGES.get(stage, stage)), "tone": "" if stage == "production" else "warning"})
    return chips + _real(environment)


def _real(environment: Mapping[str, Any]) -> list[dict[str, str]]:
    said = {
        "data_real": (_("real data"), _("synthetic data")),
        "users_real": (_("real users"), _("simulated users")),
    }
    chips = []
    for name, (yes, no) in said.items():
        value = environment.get(name)
        if value is not None:
            chips.append({"label": yes if value else no, "tone": "" if value else "warning"})
    return chips


def age_text(at: datetime, now: datetime) -> str:
    """`3 minutes`, `5 hours`, `12 days`: whole units, rounded down."""
    return duration_text((now - at).total_seconds())


def ago_text(at: datetime, now: datetime) -> str:
    """`3 hours ago`, `just now`."""
    if (now - at).total_seconds() < 60:
        return _("just now")
    return _("%s ago") % age_text(at, now)


def duration_text(seconds: float) -> str:
    """As `age_text`; what is negative is no time at all."""
    whole = max(0, int(seconds))
    for length, one, many in _LENGTHS:
        if whole >= length * (2 if length == 86_400 else 1):  # 36 hours say more than a day
            return ngettext(one, many, whole // length) % (whole // length)
    return _("less than a minute")
