"""Published figures as readers see them: a bound says so, a range is a range, and what was not published is named."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import interval, percent, tidy
from readiness.risk.models import ReferenceStatistic
from readiness.risk.rules.statistics import StatisticKind

# the rates of the reference class chart: bounds, and the vanished as an outcome of their own
RATES = ("federal-retired", "federal-retired-or-vanished", "federal-vanished", "federal-deployed")


def ratio(row: ReferenceStatistic) -> str:
    """A share: `46 %`, `70-80 %` where a range was published, `at least 16.5 %` for a bound."""
    if row.kind == StatisticKind.CITED and row.low is not None and row.high is not None:
        return interval(100 * row.low, 100 * row.high, "%")
    return bounded(row, percent(row.value, 1, 1))


def bounded(row: ReferenceStatistic, text: str) -> str:
    words = {"lower": _("at least %(value)s"), "upper": _("at most %(value)s")}
    return words[row.bound] % {"value": text} if row.bound in words else text


def shown(row: ReferenceStatistic) -> str:
    """The value with its unit, in the manner of `ratio`."""
    if row.unit == "ratio":
        return ratio(row)
    return bounded(row, f"{_plain(row.value)} {row.unit}")


def ends(row: ReferenceStatistic) -> str:
    """The interval of a value, "" where there is none or the range is the value."""
    if row.low is None or row.high is None or row.kind == StatisticKind.CITED:
        return ""
    if row.unit == "ratio":
        return interval(100 * row.low, 100 * row.high, "%")
    return f"{_plain(row.low)} {_('to')} {_plain(row.high)}"


def _plain(value: Decimal) -> str:
    """Without zeros at the end: `0.56`, `0.004`."""
    places = -int(value.normalize().as_tuple().exponent)
    return tidy(value, max(places, 0))


def statistic_rows(rows: Iterable[ReferenceStatistic]) -> list[dict[str, Any]]:
    """`row`, `shown`, `ends`, and `horizon` in words."""
    return [{"row": row, "shown": shown(row), "ends": ends(row), "horizon": horizon(row)} for row in rows]


def grouped_rows(rows: Iterable[ReferenceStatistic]) -> list[dict[str, Any]]:
    """The register's figures under the question that they answer, by unit and key; what fits none comes last."""
    titles = {
        "rates": _("How many, and by when"), "agency": _("Organisations differ more than initiatives do"),
        "answers": _("What answers foretell"), "history": _("What own history adds"),
    }  # fmt: skip
    found: dict[str, list[ReferenceStatistic]] = {key: [] for key in titles}
    for row in rows:
        found[_group(row)].append(row)
    return [{"title": titles[key], "rows": statistic_rows(own)} for key, own in found.items() if own]


def _group(row: ReferenceStatistic) -> str:
    if "agency" in row.key or "organisation" in row.key:
        return "agency"
    if "own-" in row.key:
        return "history"
    return "rates" if row.unit == "ratio" else "answers"


def horizon(row: ReferenceStatistic) -> str:
    return _("%(n)s months") % {"n": row.horizon_months} if row.horizon_months else ""


def class_headline(rows: Iterable[ReferenceStatistic]) -> str:
    """The two bounds in a sentence, "" where one of them is not there."""
    found = {row.key: row for row in rows}
    if RATES[0] not in found or RATES[1] not in found:
        return ""
    least, most = (percent(found[key].value, 1, 1) for key in RATES[:2])
    return _(
        "Of real initiatives, between %(least)s and %(most)s were abandoned within %(n)s months: rates differ by definition."
    ) % {"least": least, "most": most, "n": found[RATES[0]].horizon_months or _("an unknown number of")}


def rate_chart(rows: Iterable[ReferenceStatistic]) -> dict[str, Any] | None:
    """The rates of the followed register as intervals: explicit below, vanished included above, vanished apart."""
    found = {row.key: row for row in rows}
    words = {
        RATES[0]: _("Explicitly retired"), RATES[1]: _("Retired or vanished"), RATES[2]: _("Vanished without a word"),
        RATES[3]: _("Became Deployed"),
    }  # fmt: skip
    drawn = [
        {
            "label": words[key], "mid": round(100 * float(found[key].value), 1),
            "low": round(100 * float(found[key].low or found[key].value), 1),
            "high": round(100 * float(found[key].high or found[key].value), 1),
            "base": ", ".join(filter(None, (ratio(found[key]), found[key].denominator, horizon(found[key])))),
        }
        for key in RATES
        if key in found
    ]  # fmt: skip
    if not drawn:
        return None
    return {
        "kind": "interval", "title": _("What became of real initiatives"), "unit": "%", "max": 60,
        "category_label": _("Outcome"), "rows": drawn, "source": found[RATES[0]].source if RATES[0] in found else "",
        "summary": _(
            "How many were abandoned lies between the first two: what was explicitly retired is the least, what also vanished the"
            " most. The vanished are neither abandoned nor alive."
        ),
    }  # fmt: skip
