"""What pages say of one budget: the sentence, the figures, the rows by category, and the two charts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.queries.budgets import Budget
from portfolio.finance.rules.burn import Month, Variance
from portfolio.finance.tables.labels import CATEGORIES, STANDINGS, amount, gap, span
from portfolio.kit.templatetags.ui_text import DASH, percent, with_precision

Figure = dict[str, Any]


def headline(budget: Budget) -> str:
    """The page's one sentence."""
    if not budget.lines:
        return _("Nobody has entered a budget")
    together = budget.together
    if together.to_date <= 0:
        return _("%s planned, nothing of it for the days so far") % amount(together.planned, budget.currency)
    difference = together.difference
    side = _("over") if difference > 0 else _("under")
    said = _("%(spent)s spent of %(planned)s planned to date, %(gap)s %(side)s") % {
        "spent": amount(together.actual, budget.currency), "planned": amount(together.to_date, budget.currency),
        "gap": amount(abs(difference), budget.currency), "side": side,
    }  # fmt: skip
    return said if together.sure else _("%s, as far as it is known") % said


def figures(budget: Budget) -> list[Figure]:
    """At most five: planned, spent, infrastructure's share, pace, and what an end cost or spared."""
    if not budget.lines:
        return []
    found = [_planned(budget), _spent(budget), _share(budget)]
    if budget.ended:
        return [*found, _sunk(budget), _avoided(budget)]
    return [*found, _pace(budget)]


def _planned(budget: Budget) -> Figure:
    together = budget.together
    return {
        "label": _("Planned"), "value": amount(together.planned, budget.currency), "base": _left_out(together.planned_unknown),
        "note": _("Every line in %s, at the rate of the day on which its period begins.") % budget.currency,
    }  # fmt: skip


def _spent(budget: Budget) -> Figure:
    together = budget.together
    known = any(line.actual is not None for line in budget.lines)
    return {
        "label": _("Spent"), "value": amount(together.actual, budget.currency) if known else None,
        "base": _left_out(together.actual_unknown),
        "note": _("Actual amounts that were entered or imported.") if known else _("Nobody has entered an actual amount."),
    }  # fmt: skip


def _left_out(count: int) -> str:
    return ngettext("%d line of unknown amount left out", "%d lines of unknown amount left out", count) % count if count else ""


def _share(budget: Budget) -> Figure:
    share, settings = budget.planned, budget.settings
    band = f"{percent(settings.band_low, 1)}{DASH}{percent(settings.band_high, 1)}"
    note = _("Compute, network, storage and orchestration over everything planned. Lines in no category make it an interval.")
    where = str(STANDINGS[share.standing][0]) if share else ""
    return {
        "label": _("Infrastructure's share"), "value": span(share) if share else None,
        "base": "" if gap(share, budget.currency) else where,
        "interval": gap(share, budget.currency), "note": note,
        "reference": _("band %(band)s, industry %(marker)s") % {"band": band, "marker": percent(settings.marker, 1)},
    }  # fmt: skip


def _pace(budget: Budget) -> Figure:
    burn = budget.burn
    used = burn.used if burn else None
    note = _("The part of the plan that is spent, beside the part of its time that is over.")
    if burn is None or used is None:
        return {"label": _("Burn"), "value": None, "note": note}
    time_part = _("%s of the time") % percent(burn.elapsed, 1)
    return {"label": _("Burn"), "value": percent(used, 1), "base": time_part, "note": note}


def _sunk(budget: Budget) -> Figure:
    sunk = budget.sunk
    note = _("Spent by the end, and what cannot be cancelled after it.")
    if sunk is None:
        return {"label": _("Sunk cost"), "value": None, "note": note}
    open_ = sunk.unknown_lines + sunk.unknown_promises
    base = ngettext("at least: %d amount is unknown", "at least: %d amounts are unknown", open_) % open_ if open_ else ""
    return {"label": _("Sunk cost"), "value": amount(sunk.amount, budget.currency), "base": base, "note": note}


def _avoided(budget: Budget) -> Figure:
    avoided = budget.avoided
    note = _("Planned for after the end, less what cannot be cancelled.")
    if avoided is None or avoided.amount is None:
        return {"label": _("Spend avoided"), "value": None, "note": note}
    base = _("at least") if avoided.unknown_lines else ""
    return {"label": _("Spend avoided"), "value": amount(avoided.amount, budget.currency), "base": base, "note": note}


def category_rows(budget: Budget) -> list[dict[str, Any]]:
    """By category and together: planned, planned to date, spent, the difference."""
    rows = [_row(one, str(CATEGORIES[one.category])) for one in budget.categories]
    return [*rows, _row(budget.together, _("Together"), last=True)] if len(rows) > 1 else rows


def _row(one: Variance, label: str, *, last: bool = False) -> dict[str, Any]:
    unknown = one.planned_unknown + one.actual_unknown
    return {
        "label": label, "one": one, "last": last, "over": one.difference > 0, "unknown": unknown,
        "fraction": "" if one.fraction is None else f"{float(one.fraction) * 100:+.0f}\u202f%",
    }  # fmt: skip


def variance_chart(budget: Budget) -> dict[str, Any] | None:
    """Planned to date beside spent, by category."""
    if not budget.categories:
        return None
    worst = max(budget.categories, key=lambda one: one.difference)
    summary = _("Spending stays within the plan to date in every category.")
    if worst.difference > 0:
        summary = _("%(category)s is furthest over its plan to date: %(amount)s.") % {
            "category": CATEGORIES[worst.category], "amount": amount(worst.difference, budget.currency),
        }  # fmt: skip
    to_date = [{"value": _whole(one.to_date)} for one in budget.categories]
    spent = [{"value": _whole(one.actual)} for one in budget.categories]
    return {
        "kind": "bar", "title": _("Planned to date and spent, by category"), "summary": summary, "unit": budget.currency,
        "category_label": _("Category"), "categories": [str(CATEGORIES[one.category]) for one in budget.categories],
        "series": [
            {"name": _("Planned to date"), "color": "ink-2", "data": to_date},
            {"name": _("Spent"), "color": "accent", "data": spent},
        ],
    }  # fmt: skip


def burn_chart(budget: Budget, today: date) -> dict[str, Any] | None:
    """Planned and spent, added up month by month."""
    months = budget.months
    if len(months) < 2:
        return None
    planned, spent = _added(months)
    return {
        "kind": "time", "title": _("Burn: planned and spent, added up"), "summary": _burn_words(budget, today),
        "unit": budget.currency, "since": _moment(months[0].start), "until": _moment(_after(months[-1].start)),
        "series": [
            {"name": _("Planned"), "color": "ink-2", "data": planned}, {"name": _("Spent"), "color": "accent", "data": spent},
        ],
    }  # fmt: skip


def _burn_words(budget: Budget, today: date) -> str:
    burn = budget.burn
    used = burn.used if burn else None
    if burn is None or used is None:
        return _("Nothing is planned, so there is nothing to hold the spending against.")
    words = {"used": percent(used, 1), "time": percent(burn.elapsed, 1), "end": with_precision(burn.end)}
    if today > burn.end:
        return _("The time was over on %(end)s; %(used)s of the plan is spent.") % words
    return _("%(used)s of the plan is spent after %(time)s of its time, which ends on %(end)s.") % words


def _added(months: list[Month]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Points at the end of each month; spending stops where nothing has happened yet."""
    planned, spent = [], []
    plan = actual = Decimal(0)
    for month in months:
        at = {"t": _moment(_after(month.start)), "at": f"{month.start:%Y-%m}"}
        plan += month.planned
        planned.append({**at, "y": _whole(plan)})
        if month.actual is not None:
            actual += month.actual
            spent.append({**at, "y": _whole(actual)})
    return planned, spent


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _moment(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp() * 1000)


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value())


def unit_crumbs(trail: list[Any]) -> list[dict[str, str]]:
    """The way from the portfolio's money down to a unit; units above the reader's have no page."""
    crumbs = [{"label": _("Money"), "url": reverse("finance:home")}]
    return crumbs + [{"label": unit.name, "url": reverse("finance:unit", args=[unit.pk])} for unit in trail]
