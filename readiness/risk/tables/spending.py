"""Abandoned spend in words: the sentence, the figures, units and initiatives as rows, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.tables.labels import amount as amount_text
from portfolio.kit.templatetags.ui_text import NARROW, grouped, percent, tidy
from readiness.risk.models import ModelVersion
from readiness.risk.rules.spending import CARRIED, OUTCOMES, OVERRUN, Base, Item, Kept

Row = dict[str, Any]
SHOWN = 25
FEW = 2  # initiatives of which the middle outcome says only whether one of them is lost


@dataclass(frozen=True, slots=True)
class View:
    """What a page tells of: `kept` for `months`, in `currency`, amounts of the day `on`, under a `version` of the model."""

    kept: Kept
    currency: str
    on: date
    version: ModelVersion

    @property
    def months(self) -> int:
        return self.version.horizon_months

    def money(self, value: float | None) -> str:
        return money(value, self.currency)


def money(value: float | None, currency: str) -> str:
    """`1.2 M USD`; None is unknown."""
    return amount_text(None if value is None else round(value), currency)  # type: ignore[arg-type]


def ratio(value: float) -> str:
    """`12 %`; what is above nothing and below one half is said so."""
    if 0 < value < 0.005:
        return f"< 1{NARROW}%"
    return f"{tidy(100 * value, 0)}{NARROW}%"


def headline(kept: Kept) -> str:
    """How few carry most of it; or why nothing is told."""
    base = kept.base
    if not base.initiatives:
        return _("Nothing is in flight among what the filters leave, so nothing can be abandoned.")
    if not base.told:
        return _("What is likely abandoned in money cannot be told: %(why)s.") % {"why": because(base)}
    if not kept.carriers:
        return _("What is spent and committed here is 0, so no amount is likely abandoned.")
    if base.counted == 1:
        return _("Only one initiative here has a known amount: all of the expected abandoned spend is its own.")
    said = ngettext(
        "%(n)s of %(all)s initiatives with known amounts carries %(share)s of the expected abandoned spend.",
        "%(n)s of %(all)s initiatives with known amounts carry %(share)s of the expected abandoned spend.", kept.carriers,
    )  # fmt: skip
    share = percent(kept.carried, 1) if kept.carried else _("at least %s") % percent(CARRIED, 1)
    return said % {"n": grouped(kept.carriers), "all": grouped(base.counted), "share": share}


def because(base: Base) -> str:
    """Why a sum is not told, or what it leaves out; "" where it is whole."""
    parts = [
        (base.unknown, _("of %(n)s nobody knows an amount")),
        (base.no_rate, _("of %(n)s an amount has no rate into the reporting currency")),
        (base.no_figure, _("%(n)s have no figure yet")),
        (base.hidden, _("amounts of %(n)s are not yours to see")),
    ]
    said = [words % {"n": grouped(n)} for n, words in parts if n]
    if base.counted and not base.told:
        said.append(_("a sum of fewer than two beside hidden ones would tell one of them"))
    return "; ".join(said)


def counted(base: Base) -> str:
    """`14 of 18 in flight or of unknown stage counted`: with figure and amount."""
    return _("%(n)s of %(all)s in flight or of unknown stage counted") % {
        "n": grouped(base.counted), "all": grouped(base.initiatives),
    }  # fmt: skip


def rests(kept: Kept) -> str:
    """The base of a sum, with what it leaves out."""
    base = kept.base
    said = counted(base)
    least = ngettext(
        "of %(n)s of them a part is unknown, so more may hang on it",
        "of %(n)s of them a part is unknown, so more may hang on them", base.least,
    )  # fmt: skip
    parts = [said, least % {"n": grouped(base.least)} if base.least else "", because(base)]
    return "; ".join(part for part in parts if part)


def strip(view: View, threshold: float | None) -> list[Row]:
    """Expected, P10 or what is asked about, P50, P90, and what hangs on them."""
    kept, told = view.kept, view.kept.base.told
    common = {"origin": _("Budget lines, commitments and figures of initiatives in flight"), "as_of": view.on}
    rows = [
        {
            "label": _("Expected abandoned spend"), "value": view.money(kept.expected), "base": _("%(n)s of %(all)s counted") % {
                "n": grouped(kept.base.counted), "all": grouped(kept.base.initiatives)},
            "reference": _("8 of 10 outcomes: %(low)s to %(high)s") % {"low": view.money(kept.p10), "high": view.money(kept.p90)},
            "note": _("Figure of each x (spent + what cannot be cancelled), within %(n)s months. %(base)s.") % {
                "n": view.months, "base": rests(kept)},
        },
        _asked(view, threshold),
        {"label": _("P50"), "value": view.money(kept.p50), "base": _("half of the outcomes are below")},
        {
            "label": _("P90"), "value": view.money(kept.p90), "base": _("one outcome in ten is above"),
            "reference": _("if independent %s") % apart if (apart := view.money(kept.apart)) != view.money(kept.p90) else "",
            "note": independence(view),
        },
        _stake(view),
    ]  # fmt: skip
    hidden = {"value": None, "base": because(kept.base), "interval": "", "reference": ""}
    return [common | {"note": ""} | row | ({} if told else hidden) for row in rows]


def _stake(view: View) -> Row:
    kept = view.kept
    return {
        "label": _("Spent and committed"), "value": view.money(kept.spent + kept.bound),
        "base": _("of the %(n)s counted") % {"n": grouped(kept.base.counted)},
        "reference": _("%s committed, cannot be cancelled") % view.money(kept.bound),
        "note": _(
            "Committed: what has to be paid even if everything were ended today. “Spent, in flight” on the Portfolio page has "
            "another base: it counts what has no figure yet, and leaves out what is of unknown stage."
        ),
    }  # fmt: skip


def _asked(view: View, threshold: float | None) -> Row:
    if threshold is None:
        return {
            "label": _("P10"), "value": view.money(view.kept.p10), "base": _("one outcome in ten is below"),
            "note": _("Ask how likely another amount is under “How bad it may get”."),
        }  # fmt: skip
    return {
        "label": _("At least %s") % view.money(threshold), "value": ratio(view.kept.at_least(threshold)),
        "base": _("of %s outcomes") % grouped(OUTCOMES), "note": _("Read from the distribution, to half a per cent."),
    }  # fmt: skip


def independence(view: View) -> str:
    """What the shared part does to the bad case."""
    kept = view.kept
    if not kept.base.told or kept.p90 <= 0:
        return ""
    apart, p90 = view.money(kept.apart), view.money(kept.p90)
    if apart == p90:
        return _(
            "If each were abandoned or not by itself, P90 would be the same: what initiatives share makes no difference here."
        )
    said = _("If each were abandoned or not by itself, P90 would be %(apart)s and not %(p90)s: ") % {"apart": apart, "p90": p90}
    if kept.p90 <= kept.apart * 1.005:
        return said + _("what initiatives share does not show here.")
    return said + _("initiatives share an organisation, and what goes wrong for one goes wrong for others too.")


def assumptions(view: View) -> str:
    """What the figures are made of."""
    return _(
        "%(outcomes)s outcomes under model %(version)s within %(months)s months; organisation, units and stages shared. What is "
        "committed may cost more: lognormal factor of mean %(mean)s (1,471 IT projects, Flyvbjerg and Budzier 2011), sigma "
        "%(sigma)s on the log scale, which is our assumption. Amounts of %(on)s in %(currency)s. Associated with, never caused "
        "by."
    ) % {
        "outcomes": grouped(OUTCOMES), "version": view.version, "months": view.months, "mean": tidy(OVERRUN.mean, 2),
        "sigma": tidy(OVERRUN.sigma, 1), "on": view.on.strftime("%-d %b %Y"), "currency": view.currency,
    }  # fmt: skip


def unranked(version: ModelVersion) -> str:
    """Said where every figure is the same, so that the order is one of amounts alone."""
    if version.resolved:
        return ""
    return _("Reference class only: every initiative has the same figure, so the order is that of the amounts.")


def unit_rows(view: View, below: Mapping[int, Kept], units: Mapping[int, tuple[str, str]], links: Any) -> list[Row]:
    """Units under the one that is looked at, the largest expected amount first; those without one last."""
    rows = [
        {
            "name": units[pk][0], "url": links.page(unit=str(pk)), "base": _("%(n)s of %(all)s") % {
                "n": grouped(kept.base.counted), "all": grouped(kept.base.initiatives)},
            "told": kept.base.told, "why": because(kept.base), "stake": round(kept.spent + kept.bound),
            "expected": round(kept.expected), "p50": round(kept.p50) if kept.base.counted > FEW else None, "p90": round(kept.p90),
            "share": percent(kept.expected, view.kept.expected) if kept.base.told and view.kept.expected else "",
        }
        for pk, kept in below.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["told"], -row["expected"], row["name"]))


def item_rows(items: Sequence[Item], kept: Kept) -> list[Row]:
    """The largest expected amounts, with the share of the whole that they carry together."""
    held, rows = 0.0, []
    for item in by_loss(items)[:SHOWN]:
        held += item.expected or 0.0
        rows.append(
            {
                "item": item, "url": reverse("risk:initiative", args=[item.id]), "figure": figure(item),
                "expected": round(item.expected or 0), "spent": None if item.spent is None else round(item.spent),
                "committed": committed(item),
                "together": percent(held, kept.expected) if kept.base.told and kept.expected else "",
            }
        )  # fmt: skip
    return rows


def committed(item: Item) -> Row:
    """What cannot be cancelled: an amount, or in words why there is none."""
    if item.bound:
        return {"amount": round(item.bound), "words": ""}
    if item.bound is None:
        return {"amount": None, "words": _("no commitment on record")}
    return {"amount": None, "words": _("nothing left that binds")}


def by_loss(items: Sequence[Item]) -> list[Item]:
    """Those with an expected amount above 0, the largest first."""
    return sorted((item for item in items if item.expected), key=lambda item: (-(item.expected or 0.0), item.id))


def figure(item: Item) -> str:
    """`44 % [30, 58]`"""
    if item.value is None or item.low is None or item.high is None:
        return _("not computed yet")
    return f"{tidy(100 * item.value, 0)}{NARROW}% [{tidy(100 * item.low, 0)}, {tidy(100 * item.high, 0)}]"
