"""Infrastructure's share by unit against the band, and what is spent on it in a year beside the published average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.models import FinanceSettings
from portfolio.finance.rules.share import Band, Share, Standing
from portfolio.finance.rules.years import Year
from portfolio.finance.tables.labels import STANDINGS, amount, gap, span
from portfolio.kit.templatetags.ui_text import DASH, grouped, percent
from readiness.dashboards.rules.figures import Reference
from readiness.dashboards.rules.money import UnitMoney
from readiness.dashboards.tables.links import Links
from readiness.dashboards.tables.stages import source_of

Chart = dict[str, Any]
SPEND = "infrastructure-spend"


@dataclass(frozen=True)
class MoneyView:
    """`units` and `whole` are of the running fiscal year; `years` the whole of each year, the running one last."""

    units: Sequence[UnitMoney]
    whole: UnitMoney
    years: Sequence[tuple[Year, UnitMoney]]
    settings: FinanceSettings
    band: Band
    currency: str
    reference: Reference | None
    rate: Decimal | None  # the value of one unit of the reference's currency, where somebody said it
    today: date


def share_context(view: MoneyView, links: Links) -> dict[str, Any]:
    return {
        "headline": _headline(view), "share": _share_chart(view, links), "rows": [_unit(one, view, links) for one in view.units],
        "whole": _unit(view.whole, view, links), "band": _band(view), "currency": view.currency, "year": view.years[-1][0],
        "spend": _spend_chart(view), "compared": _compared(view),
    }  # fmt: skip


def _band(view: MoneyView) -> str:
    return f"{percent(view.band.low, 1)}{DASH}{percent(view.band.high, 1)}"


def _headline(view: MoneyView) -> str:
    share = view.whole.share(view.band)
    if share is None:
        return _("Nobody knows infrastructure's share: no planned amount of the year may be told.")
    below = sum(1 for one in view.units if (own := one.share(view.band)) and own.standing is Standing.BELOW)
    said = _("Infrastructure is %(share)s of what is planned for %(year)s; the band is %(band)s.") % {
        "share": span(share), "year": view.years[-1][0].name, "band": _band(view),
    }  # fmt: skip
    shortfall = gap(share, view.currency)
    units = ngettext("%(n)s unit lies below it.", "%(n)s units lie below it.", below) % {"n": grouped(below)}
    return " ".join(part for part in (said, shortfall and f"{shortfall}.", below and units) if part)


def _share_chart(view: MoneyView, links: Links) -> Chart | None:
    rows = [_interval(one, share, view, links) for one in view.units if (share := one.share(view.band))]
    if not rows:
        return None
    marker = view.settings.marker
    return {
        "kind": "interval", "title": _("Infrastructure's share of the budget, by unit"), "unit": "%", "max": _top(view, rows),
        "category_label": _("Unit"), "rows": rows, "summary": _headline(view),
        "markers": [
            {"value": float(100 * marker), "label": _("industry %s") % percent(marker, 1)},
            {"value": float(100 * view.band.low), "label": _("band from %s") % percent(view.band.low, 1)},
            {"value": float(100 * view.band.high), "label": _("to %s") % percent(view.band.high, 1)},
        ],
        "source": _("budget lines of initiatives for %(year)s in %(currency)s; what is in no category makes it an interval")
        % {"year": view.years[-1][0].name, "currency": view.currency},
    }  # fmt: skip


def _top(view: MoneyView, rows: list[dict[str, Any]]) -> int:
    """Where the axis ends: a quarter above the band or the highest share, in steps of 20, at most 100 %."""
    highest = max(float(100 * view.band.high), *(row["high"] for row in rows)) * 1.25
    return min(100, -int(-highest // 20) * 20)


def _interval(one: UnitMoney, share: Share, view: MoneyView, links: Links) -> dict[str, Any]:
    low, high = (round(float(100 * end), 1) for end in (share.low, share.high))
    base = _("of %(total)s planned; %(held)s of %(n)s initiatives have a budget") % {
        "total": amount(share.total, view.currency), "held": grouped(one.held), "n": grouped(one.initiatives),
    }  # fmt: skip
    return {
        "label": one.name, "low": low, "high": high, "mid": low if low == high else None, "base": base,
        "url": "" if one.own else links.page(unit=str(one.id)),
    }  # fmt: skip


def _unit(one: UnitMoney, view: MoneyView, links: Links) -> dict[str, Any]:
    share = one.share(view.band)
    words, verdict = (
        STANDINGS[share.standing] if share else (_("no amount may be told") if one.held else _("no budget"), "unknown")
    )
    return {
        "one": one, "url": "" if one.own or not one.id else links.page(unit=str(one.id)), "span": span(share) if share else "",
        "words": words, "verdict": verdict, "gap": gap(share, view.currency), "planned": share.total if share else None,
        "coverage": _("%(held)s of %(n)s") % {"held": grouped(one.held), "n": grouped(one.initiatives)},
        "hidden": one.initiatives - one.priced,
    }  # fmt: skip


def _published(view: MoneyView) -> Decimal | None:
    """The reference in the reporting currency; None where its currency is another and nobody said a rate."""
    if view.reference is None or view.rate is None:
        return None
    return Decimal(str(view.reference.value)) * view.rate


def _spend_chart(view: MoneyView) -> Chart | None:
    cells = [_year(year, whole, view) for year, whole in view.years]
    if all(value is None for _label, value, _base in cells):
        return None
    published = _published(view)
    reached = max((value for _label, value, _base in cells if value is not None), default=None)
    highest = float(published) / 800 if published and reached is not None and reached < published else None
    marks = (
        [{"value": float(published) / 1000, "label": _("published average %s") % amount(published, view.currency)}]
        if published
        else []
    )
    return {
        "kind": "bar", "title": _("Spent on infrastructure in a year, thousand %s") % view.currency, "unit": "k",
        "category_label": _("Fiscal year"),
        "categories": [label for label, _value, _base in cells], "markers": marks,
        "series": [{"name": _("Spent"), "color": "accent", "data": [
            {"value": None if value is None else float(round(value / 1000)), "base": base} for _label, value, base in cells]}],
        "max": highest, "summary": _compared(view),
        "source": _("actual amounts of initiatives for compute, network, storage and orchestration"),
    }  # fmt: skip


def _year(year: Year, whole: UnitMoney, view: MoneyView) -> tuple[str, Decimal | None, str]:
    label = str(year.name) if year.end < view.today else _("%s so far") % year.name
    if not whole.told or not any(whole.actual.values()):
        return label, None, ""
    base = _("%(held)s of %(n)s initiatives") % {"held": grouped(whole.held), "n": grouped(whole.initiatives)}
    unknown = whole.unknown_actual
    left_out = ngettext("%d line of unknown amount left out", "%d lines of unknown amount left out", unknown) % unknown
    return label, whole.infrastructure[1], f"{base}; {left_out}" if unknown else base


def _compared(view: MoneyView) -> str:
    """The own spend of the running year beside the published one, each with its base; or why they cannot be compared."""
    year, whole = view.years[-1]
    _label, own, _base = _year(year, whole, view)
    said = _("Spent on infrastructure in %(year)s so far: %(own)s, of %(held)s initiatives with a budget.") % {
        "year": year.name, "own": amount(own, view.currency), "held": grouped(whole.held),
    }  # fmt: skip
    reference = view.reference
    if reference is None:
        return said
    source = source_of(reference)
    published = amount(Decimal(str(reference.value)), reference.unit)
    if _published(view) is None:
        why = _(
            "Not comparable with the published %(amount)s a year (%(source)s): nobody has said what one %(unit)s is worth in "
            "%(own)s."
        )
        return f"{said} {why % {'amount': published, 'source': source, 'unit': reference.unit, 'own': view.currency}}"
    beside = _("Published average: %(amount)s a year for a whole organisation (%(source)s).")
    return f"{said} {beside % {'amount': published, 'source': source}}"
