"""What initiatives cost so far by what became of them, what is sunk, and what Kill decisions spared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.tables.labels import amount
from portfolio.kit.templatetags.ui_text import grouped
from readiness.dashboards.rules.money import ABANDONED, FATES, Avoided, Spent, added
from readiness.dashboards.tables.links import OPEN, Links

Figure = dict[str, Any]


def _labels() -> dict[str, str]:
    words = (
        _("In flight"), _("Stage unknown"), _("In production"), _("Stopped by decision"), _("Drifted"),
        _("Abandoned, kind unknown"), _("Closed otherwise"),
    )  # fmt: skip
    return dict(zip(FATES, words, strict=True))


def _url(fate: str, links: Links) -> str:
    if fate in ABANDONED:
        return links.rows(closure=fate)
    if fate == "closed_otherwise":
        return links.rows(closure=("merged", "replaced", "out_of_scope", "reorganised", "retired"))
    if fate == "unknown_stage":
        return links.rows(stage="unknown", status=OPEN)
    return links.rows(stage_kind="production" if fate == "in_production" else "before_production", status=OPEN)


def cost_context(found: Mapping[str, Spent], avoided: Sequence[Avoided], currency: str, links: Links) -> dict[str, Any]:
    """`figure` for the strip, `chart` and `avoided` for the panel."""
    sunk = added((found[fate] for fate in ABANDONED if fate in found), "abandoned")
    return {
        "figure": _figure(found.get("in_flight"), sunk, currency, links),
        "chart": _chart(found, sunk, currency, links), "rows": cost_rows(found, links),
        "avoided": _avoided(avoided), "currency": currency,
    }  # fmt: skip


def _at_least(one: Spent, currency: str) -> str:
    """`at least 1.2 M USD` where not all of it is known."""
    said = amount(one.amount, currency)
    return said if one.sure or one.amount is None else _("at least %s") % said


def _figure(flying: Spent | None, sunk: Spent, currency: str, links: Links) -> Figure:
    note = _("Actual amounts so far. Sunk is what abandoned initiatives cost, with what still has to be paid after their end.")
    base = _("known for %(known)s of %(n)s in flight") % {
        "known": grouped(flying.known if flying else 0), "n": grouped(flying.initiatives if flying else 0),
    }  # fmt: skip
    worth = flying.amount if flying else None
    lost = _("Apart from it, sunk in %(n)s abandoned: %(amount)s") % {
        "n": grouped(sunk.initiatives),
        "amount": _at_least(sunk, currency),
    }
    return {
        "label": _("Spent, in flight"), "value": amount(worth, currency) if worth is not None else None, "base": base,
        "reference": lost if sunk.initiatives else "", "note": note,
        "origin": _("Budget lines and commitments of initiatives, in %s") % currency,
        "url": links.rows(stage_kind="before_production", status=OPEN),
    }  # fmt: skip


def _chart(found: Mapping[str, Spent], sunk: Spent, currency: str, links: Links) -> dict[str, Any] | None:
    labels = _labels()
    rows = [found[fate] for fate in FATES if fate in found]
    if all(one.amount is None for one in rows):
        return None
    return {
        "kind": "bar", "title": _("Spent so far by what became of it, thousand %s") % currency, "unit": "k",
        "category_label": _("What became of it"),
        "categories": [labels[one.fate] for one in rows],
        "series": [{"name": _("Spent"), "color": "accent", "data": [_cell(one, links) for one in rows]}],
        "summary": _("%(sunk)s is sunk in %(n)s abandoned initiatives; %(known)s of them have an amount on record.")
        % {"sunk": _sentence(_at_least(sunk, currency)), "n": grouped(sunk.initiatives), "known": grouped(sunk.known)},
        "source": _("actual amounts; for abandoned ones with what commitments still bind after the end"),
    }  # fmt: skip


def cost_rows(found: Mapping[str, Spent], links: Links) -> list[dict[str, Any]]:
    """A row per fate, with the initiatives behind it."""
    labels = _labels()
    return [
        {
            "label": labels[fate],
            "url": _url(fate, links),
            "one": found[fate],
            "sunk": fate in ABANDONED,
            "unknown": _open(found[fate]),
        }
        for fate in FATES
        if fate in found
    ]


def _open(one: Spent) -> int:
    """How many amounts nobody knows, where any may be told."""
    return one.unknown + one.unbounded if one.amount is not None else 0


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(one: Spent, links: Links) -> dict[str, Any]:
    base = _("%(known)s of %(n)s initiatives") % {"known": grouped(one.known), "n": grouped(one.initiatives)}
    unknown = _open(one)
    left_out = ngettext("%d amount unknown", "%d amounts unknown", unknown) % unknown
    return {
        "value": None if one.amount is None else float(round(one.amount / 1000)),
        "base": f"{base}; {left_out}" if unknown else base,
        "url": _url(one.fate, links),
    }  # fmt: skip


def _avoided(found: Sequence[Avoided]) -> dict[str, Any] | None:
    """None without a Kill. `lines` are amounts by the currency that was the reporting one when they were sealed."""
    decisions = sum(one.decisions for one in found)
    if not decisions:
        return None
    lines = [
        (_("at least %s") if one.at_least else "%s") % amount(one.amount, one.currency)
        for one in found
        if one.amount is not None and (one.known > 1 or one.opened == one.decisions)
    ]
    known = sum(one.known for one in found)
    return {"decisions": decisions, "lines": lines, "silent": decisions - known}
