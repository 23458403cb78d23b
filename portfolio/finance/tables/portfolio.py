"""What the pages of many budgets say: rows by unit and by initiative, and the figures over them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.queries.portfolio import InitiativeSum, UnitSum
from portfolio.finance.rules.share import Band, Share
from portfolio.finance.tables.labels import STANDINGS, amount, gap, span
from portfolio.kit.templatetags.ui_text import grouped


def unit_rows(sums: list[UnitSum], band: Band) -> list[dict[str, Any]]:
    """In tree order, indented below the topmost."""
    top = min((one.unit.depth for one in sums), default=0)
    return [_unit(one, band, top) for one in sums]


def _unit(one: UnitSum, band: Band, top: int) -> dict[str, Any]:
    share = one.share(band)
    return {
        "name": one.unit.name, "url": reverse("finance:unit", args=[one.unit.pk]), "depth": one.unit.depth - top, "one": one,
        "coverage": _("%(with)s of %(all)s") % {"with": grouped(one.running - one.unbudgeted), "all": grouped(one.running)},
        "difference": one.actual - one.to_date, "share": shared(share),
        "unknown": one.unknown_planned + one.unknown_actual,
    }  # fmt: skip


def shared(share: Share | None) -> dict[str, Any] | None:
    """A share for a cell: its interval, where it stands, and the verdict of that."""
    if share is None:
        return None
    words, verdict = STANDINGS[share.standing]
    return {"span": span(share), "words": words, "verdict": verdict}


def headline(top: UnitSum | None, currency: str) -> str:
    if top is None or top.empty:
        return _("Nobody has entered a budget for this year")
    return _("%(spent)s spent of %(planned)s planned for the year") % {
        "spent": amount(top.actual, currency), "planned": amount(top.planned, currency),
    }  # fmt: skip


def figures(top: UnitSum | None, band: Band, currency: str) -> list[dict[str, Any]]:
    """Over everything in sight."""
    if top is None or top.empty:
        return []
    share = top.share(band)
    unknown = top.unknown_planned + top.unknown_actual
    left_out = ngettext("%d line of unknown amount left out", "%d lines of unknown amount left out", unknown) % unknown
    without = ngettext("%s has no budget", "%s have no budget", top.unbudgeted) % grouped(top.unbudgeted)
    return [
        {"label": _("Planned"), "value": amount(top.planned, currency), "base": left_out if unknown else ""},
        {"label": _("Planned to date"), "value": amount(top.to_date, currency)},
        {"label": _("Spent"), "value": amount(top.actual, currency)},
        {
            "label": _("Infrastructure's share"), "value": span(share) if share else None,
            "base": str(STANDINGS[share.standing][0]) if share and not gap(share, currency) else "",
            "interval": gap(share, currency),
            "note": _("Of planned amounts; what is in no category makes it an interval."),
        },
        {"label": _("Running initiatives"), "value": grouped(top.running), "base": without if top.unbudgeted else ""},
    ]  # fmt: skip


def initiative_rows(sums: list[InitiativeSum]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.initiative.key, "name": one.initiative.name,
            "url": reverse("finance:initiative", args=[one.initiative.pk]),
            "variance": one.variance, "share": shared(one.share), "closed": one.initiative.status == "closed",
            "unknown": one.variance.planned_unknown + one.variance.actual_unknown if one.variance else 0,
        }
        for one in sums
    ]  # fmt: skip
