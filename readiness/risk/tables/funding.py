"""If only these went on: beside everything, and beside the others, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.kit.templatetags.ui_text import grouped
from readiness.risk.rules.spending import Item, Kept
from readiness.risk.tables.spending import View, because, by_loss, figure, money, ratio

Row = dict[str, Any]
BOXES = 60
UNKNOWN = 15


def funding(view: View, groups: Mapping[int, Kept], items: Sequence[Item], ids: set[int], threshold: float | None) -> Row:
    """`headline`, `columns` and `compared`: everything, only these, the others; groups 1 and 0 of the same outcomes."""
    these, others = [[item for item in items if (item.id in ids) == wanted] for wanted in (True, False)]
    columns = [(_("Everything"), view.kept, list(items))]
    if these:
        columns += [(_("Only these"), groups[1], these), (_("The others"), groups[0], others)]
    return {
        "headline": _headline(view, groups[1] if these else None, these), "columns": [name for name, _kept, _items in columns],
        "compared": [
            {"label": label, "cells": [cell(view, kept, rows) for _name, kept, rows in columns]}
            for label, cell in _lines(view, threshold)
        ],
        "sunk": _sunk(view, groups[0], others) if these else "",
    }  # fmt: skip


def _headline(view: View, kept: Kept | None, these: Sequence[Item]) -> str:
    if kept is None:
        return _("Choose what goes on being funded, by name or by a rule, and see what is likely abandoned then.")
    if not kept.base.told:
        return _("If only these %(n)s went on, nothing can be told: %(why)s.") % {
            "n": grouped(len(these)), "why": because(kept.base)
        }  # fmt: skip
    said = _(
        "If only these %(n)s went on, %(expected)s of what is spent on and committed to them is likely abandoned (P90 %(p90)s)."
    )
    return said % {
        "n": grouped(len(these)), "expected": view.money(kept.expected), "p90": view.money(kept.p90),
    }  # fmt: skip


def _sunk(view: View, kept: Kept, others: Sequence[Item]) -> str:
    """What not funding the others does not bring back."""
    if not kept.base.told:
        return ""
    return _(
        "Not funding the %(n)s others brings nothing back: %(spent)s is spent on them, and %(bound)s has to be paid whatever "
        "happens."
    ) % {"n": grouped(len(others)), "spent": view.money(kept.spent), "bound": view.money(kept.bound)}  # fmt: skip


def _lines(view: View, threshold: float | None) -> list[tuple[str, Callable[[View, Kept, Sequence[Item]], str]]]:
    def of(name: str) -> Callable[[View, Kept, Sequence[Item]], str]:
        return lambda seen, kept, _rows: seen.money(getattr(kept, name)) if kept.base.told else _("not told")

    lines = [
        (_("Initiatives with known amounts"), _counted), (_("Spent so far"), of("spent")),
        (_("Committed, cannot be cancelled"), of("bound")),
        (_("Planned from now on"), _planned), (_("Expected abandoned spend"), of("expected")), (_("P50"), of("p50")),
        (_("P90"), of("p90")), (_("P90 if independent"), of("apart")), (_("Expected value in the register"), _worth),
    ]  # fmt: skip
    if threshold is not None:
        asked = _("Chance of at least %s") % view.money(threshold)
        lines.insert(7, (asked, lambda _v, kept, _rows: ratio(kept.at_least(threshold)) if kept.base.told else _("not told")))
    return lines


def _counted(_view: View, kept: Kept, _rows: Sequence[Item]) -> str:
    return _("%(n)s of %(all)s") % {"n": grouped(kept.base.counted), "all": grouped(kept.base.initiatives)}


def _planned(view: View, _kept: Kept, rows: Sequence[Item]) -> str:
    return _sum(view, [item.ahead for item in rows if item.priced], len(rows))


def _worth(view: View, _kept: Kept, rows: Sequence[Item]) -> str:
    return _sum(view, [item.worth for item in rows if item.priced], len(rows))


def _sum(view: View, amounts: Sequence[float | None], rows: int) -> str:
    """A sum with how many are known; withheld as every total is (docs/decisions/0011)."""
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return _("unknown")
    if len(known) < (FEWEST_IN_A_TOTAL if len(amounts) < rows else 1):
        return _("not told")
    return _("%(sum)s, known of %(n)s of %(all)s") % {
        "sum": view.money(sum(known)), "n": grouped(len(known)), "all": grouped(rows)
    }  # fmt: skip


def boxes(items: Sequence[Item], ids: set[int], find: str) -> Row:
    """Initiatives to tick: the chosen ones, then those that `find` finds (all without it), the largest expected amounts first."""
    order = {item.id: place for place, item in enumerate(by_loss(items))}
    words = find.casefold().split()
    wanted = [item for item in items if all(word in f"{item.key} {item.name} {item.unit}".casefold() for word in words)]
    wanted.sort(key=lambda item: (order.get(item.id, len(order)), item.name))
    ticked = [item for item in items if item.id in ids]
    shown = [item for item in wanted if item.id not in ids][:BOXES]
    hidden = [item.id for item in ticked[BOXES:]]
    return {
        "rows": [_box(item, item.id in ids) for item in (*ticked[:BOXES], *shown)], "kept": hidden,
        "more": len([item for item in wanted if item.id not in ids]) - len(shown), "find": find,
    }  # fmt: skip


def _box(item: Item, ticked: bool) -> Row:
    hidden = _("not yours to see") if not item.priced else ""
    return {
        "item": item, "ticked": ticked, "url": reverse("risk:initiative", args=[item.id]), "figure": figure(item),
        "stake": hidden or money(item.at_stake if item.known else None, ""),
        "ahead": hidden or money(item.ahead, ""), "worth": hidden or money(item.worth, ""),
        "expected": hidden or money(item.expected, ""),
    }  # fmt: skip


def unknown_rows(items: Sequence[Item]) -> Row:
    """Those whose amounts nobody knows: whom to ask first are those most likely abandoned."""
    rows = sorted((item for item in items if item.priced and not item.known), key=lambda item: (-(item.value or 0), item.name))
    made = [
        {"item": item, "url": reverse("finance:initiative", args=[item.id]), "figure": figure(item), "no_rate": item.no_rate}
        for item in rows[:UNKNOWN]
    ]
    return {"rows": made, "more": len(rows) - len(made), "total": len(rows)}
