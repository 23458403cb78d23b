"""The rows of the comparison of models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import grouped
from readiness.core.sizing.inputs import Demand
from readiness.sizing.choices import Approach
from readiness.sizing.rules.swap import Swapped
from readiness.sizing.services.messages import GRADES
from readiness.sizing.tables import words
from readiness.sizing.tables.live import amounts, money, per_unit, price_origin

_FITS = {True: "yes", False: "no", None: "unknown"}


def model_rows(found: Iterable[Swapped], demand: Demand) -> list[dict[str, Any]]:
    """One dict per model with everything the table prints."""
    return [_row(one, demand) for one in found]


def sorted_rows(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """By name, month or unit, `-` in front for descending; unknown amounts last. Otherwise as they came."""
    name = sort.removeprefix("-")
    if name == "name":
        return sorted(rows, key=lambda row: row["name"].casefold(), reverse=sort.startswith("-"))
    if name not in ("month", "unit", "context"):
        return rows
    known = [row for row in rows if row[f"{name}_value"] is not None]
    known.sort(key=lambda row: row[f"{name}_value"], reverse=sort.startswith("-"))
    return known + [row for row in rows if row[f"{name}_value"] is None]


def _row(one: Swapped, demand: Demand) -> dict[str, Any]:
    found, answer = one.found, one.found.answer
    month = found.cost.per_month if found.cost is not None else None
    unit = per_unit(found.cost, demand)
    api = found.draft.approach == Approach.API
    return {
        "key": one.model["key"],
        "name": one.model["name"],
        "provider": one.model["provider"],
        "kind": _("API") if api else _("self-hosted"),
        "here": one.here,
        "fits": _FITS[one.fits],
        "on": ""
        if api
        else f"{found.draft.accelerators} x {words.accelerator_name(found.draft)}, {found.draft.precision.upper()}",
        "need": _need(found, api=api),
        "verdict": found.standing.verdict.value,
        "why": _why(one),
        "month": money(month),
        "month_range": amounts(month),
        "month_value": month.likely if month is not None else None,
        "unit": money(unit),
        "unit_range": amounts(unit),
        "unit_value": unit.likely if unit is not None else None,
        "currency": found.price.currency,
        "price_origin": price_origin(found.price),
        "grade": str(GRADES[answer.grade]) if answer is not None else "",
        "context": grouped(one.context) if one.context else "",
        "context_value": one.context,
        "verified": one.model["verified"],
        "source": one.model["source"],
    }


def _need(found: Any, *, api: bool) -> str:
    answer = found.answer
    if answer is None or answer.replicas is None:
        return ""
    return _("%s x the quota") % words.span(answer.replicas) if api else words.span(answer.accelerators)


def _why(one: Swapped) -> str:
    if one.found.missing:
        return _("not known: %s") % ", ".join(words.missing_words(one.found.missing))
    return words.binds(one.found.answer) if one.found.answer is not None else ""
