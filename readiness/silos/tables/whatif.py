"""The what-if as its page shows it: before, after, and what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags import ui_text
from readiness.silos.rules.fragmentation import PlanShare
from readiness.silos.rules.whatif import Outcome


def comparison(told: Outcome, before: PlanShare, after: PlanShare, currency: str, *, money: bool) -> list[dict[str, Any]]:
    """Rows of `{label, before, after, note}`; amounts only with `money` and from two on."""
    rows = _money_rows(told, currency) if money else []
    rows.append(
        {
            "label": _("In the plan, by count"),
            "before": ui_text.percent(before.inside, before.total),
            "after": ui_text.percent(after.inside, after.total),
            "note": _("of %s running purchases that you see") % ui_text.grouped(before.total),
        }
    )
    if money and before.amount:
        rows.append(
            {
                "label": _("In the plan, by amount"),
                "before": ui_text.percent(float(before.inside_amount), float(before.amount)),
                "after": ui_text.percent(float(after.inside_amount), float(after.amount)),
                "note": _("of the amounts that you may see"),
            }
        )
    rows.append({"label": _("Findings to decide"), "before": told.findings, "after": 0, "note": _("of those picked")})
    return rows


def _money_rows(told: Outcome, currency: str) -> list[dict[str, Any]]:
    if told.rows - told.unknown_amounts < 2:
        return [{"label": _("Spend"), "before": None, "after": None, "note": _("Fewer than two amounts are not added up.")}]
    return [
        {
            "label": _("Spend of what they are about"),
            "before": _amount(told.spend, currency),
            "after": _range(told.spend_after_low, told.spend_after_high, currency),
            "note": _unknowns(told),
        },
        {
            "label": _("Saving a year"),
            "before": "",
            "after": _range(told.saving_low, told.saving_high, currency),
            "note": _overlaps(told),
        },
    ]


def headline(told: Outcome, currency: str, *, money: bool) -> str:
    if not told.findings:
        return _("Pick findings and see what acting on them would change. Nothing is saved.")
    words = {"n": told.findings, "units": told.units, "saving": _range(told.saving_low, told.saving_high, currency)}
    if money and told.rows - told.unknown_amounts >= 2:
        return _("Acting on %(n)d findings of %(units)d units may save %(saving)s a year.") % words
    return _("Acting on %(n)d findings touches %(units)d units.") % words


def _unknowns(told: Outcome) -> str:
    rows = _("%d rows, each counted once") % told.rows
    return f"{rows}; {_('%d amounts are unknown') % told.unknown_amounts}" if told.unknown_amounts else rows


def _overlaps(told: Outcome) -> str:
    parts = []
    if told.overlapping:
        parts.append(_("%d findings share rows with a larger one: their savings are not added") % told.overlapping)
    if told.unknown_savings:
        parts.append(_("of %d nobody knows the saving") % told.unknown_savings)
    return "; ".join(parts) or _("from the low end to the high end of each proposal")


def _amount(value: Decimal, currency: str) -> str:
    return f"{ui_text.short(value)} {currency}".strip()


def _range(low: Decimal, high: Decimal, currency: str) -> str:
    if low == high:
        return _amount(high, currency)
    return f"{ui_text.short(low)}{ui_text.DASH}{_amount(high, currency)}"


def assumptions(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each picked finding assumes, where it may be told."""
    return [
        {"title": row["title"], "url": row["url"], "said": row["shown_assumptions"]} for row in rows if row["shown_assumptions"]
    ]
