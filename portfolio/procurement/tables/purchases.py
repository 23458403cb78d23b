"""What the pages of purchases say: the sentence, the figures, the rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.initiatives.choices import Venue
from portfolio.kit.addresses import numbered
from portfolio.kit.templatetags import ui_text
from portfolio.procurement.choices import InPlan
from portfolio.procurement.queries.totals import Totals
from portfolio.procurement.rules.plan import PlanShare, standing_of
from portfolio.procurement.rules.terms import is_over
from portfolio.procurement.tables import words


def headline(found: Totals) -> str:
    """`Of 128 purchases 41 are outside the IT plan; of 23 nobody knows.`"""
    if not found.purchases:
        return ""
    outside, unknown = int(found.by_count.outside), int(found.by_count.unknown)
    said = ngettext(
        "Of %(all)d purchase %(n)d is outside the IT plan", "Of %(all)d purchases %(n)d are outside the IT plan", found.purchases
    ) % {"all": found.purchases, "n": outside}
    return f"{said}; {_('of %d nobody knows') % unknown}." if unknown else f"{said}."


def figures(found: Totals) -> list[dict[str, Any]]:
    """Spend, and what of it is in the plan: by count for everybody, by amount for those who may see amounts."""
    made = [_count_figure(found)]
    if found.hidden < found.purchases:
        made = [_spend_figure(found), *made, _amount_figure(found)]
    return made


def _spend_figure(found: Totals) -> dict[str, Any]:
    notes = [_("Cancelled purchases are left out; each amount at the rate of the day its term began.")]
    left = (
        (found.unknown, ngettext("%d amount is unknown.", "%d amounts are unknown.", found.unknown)),
        (found.without_rate, ngettext("For %d amount there is no rate.", "For %d amounts there is no rate.", found.without_rate)),
        (found.hidden, ngettext("%d amount is hidden from you.", "%d amounts are hidden from you.", found.hidden)),
    )  # fmt: skip
    notes += [text % count for count, text in left if count]
    missing = found.unknown + found.without_rate
    return {
        "label": _("Amount of these purchases"), "unit": found.reporting_currency, "note": " ".join(notes),
        "value": None if found.reporting is None else ui_text.short(found.reporting),
        "base": _("fewer than %d amounts are not added up") % FEWEST_IN_A_TOTAL if found.suppressed
        else _("of %(n)d of %(all)d purchases") % {"n": found.purchases - missing - found.hidden, "all": found.purchases},
        "reference": _("%d unknown, in none of it") % missing if missing else "",
    }  # fmt: skip


def _count_figure(found: Totals) -> dict[str, Any]:
    share = found.by_count
    return _share_figure(share, _("In the IT plan, by number"), "") | {
        "reference": _("%d of which nobody knows") % share.unknown if share.unknown else ""
    }


def _amount_figure(found: Totals) -> dict[str, Any]:
    share = found.by_amount
    left = ngettext("%d amount is left out", "%d amounts are left out", share.left_out) % share.left_out if share.left_out else ""
    return _share_figure(share, _("In the IT plan, by amount"), found.reporting_currency) | {"reference": left}


def _share_figure(share: PlanShare, label: str, unit: str) -> dict[str, Any]:
    note = _("Declared, or linked to an item of the plan. The range is from none to all of those of which nobody knows.")
    base = _("%(inside)s of %(total)s") % {"inside": ui_text.short(share.inside), "total": ui_text.short(share.total)}
    text = words.span(share.low, share.high)
    return {"label": label, "value": text or None, "unit": "", "base": f"{base} {unit}".strip() if text else "", "note": note}


def rows_of(rows: Iterable[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Rows of queries.purchase_rows as the table shows them."""
    purchase, vendor = numbered("procurement:purchase"), numbered("procurement:vendor")
    return [
        _row(row, today) | {"url": purchase(row["id"]), "vendor_url": vendor(row["vendor_id"]) if row["vendor_id"] else ""}
        for row in rows
    ]


def _row(row: dict[str, Any], today: date) -> dict[str, Any]:
    standing = standing_of(row["in_plan"], has_item=row["plan_item_id"] is not None)
    label, tone = words.IN_PLAN[standing.counts]
    return row | {
        "kind_label": words.KINDS[row["kind"]],
        "venue_label": "" if row["venue"] == Venue.UNKNOWN else words.VENUES[row["venue"]],
        "state_label": words.STATES[row["state"]],
        "over": is_over(row["state"], row["ends_on"], today),
        "plan_label": label, "plan_tone": tone,
        "derived": standing.declared is InPlan.UNKNOWN and standing.derived is InPlan.YES,
        "conflict": standing.conflict,
        "committed_text": words.quantity(row["shown_committed"], row["committed_unit"]),
    }  # fmt: skip


def share_rows(rows: Iterable[dict[str, Any]], amount: Decimal | None) -> tuple[list[dict[str, Any]], Decimal]:
    """Shares of one purchase as its page shows them, and what of it serves no initiative."""
    made, left = [], Decimal(1)
    for row in rows:
        left -= row["share"]
        url = reverse("initiatives:detail", args=[row["initiative_id"]]) if row["seen"] else ""
        of_it = None if amount is None else (amount * row["share"]).quantize(Decimal("0.01"))
        made.append(row | {"url": url, "percent": words.part(row["share"]), "amount": of_it})
    return made, left
