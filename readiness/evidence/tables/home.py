"""The first page of evidence: its sentence, its figures, where the open verdicts are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui import VERDICTS
from portfolio.kit.templatetags.ui_text import grouped, percent
from readiness.evidence.choices import Verdict
from readiness.evidence.tables.labels import Text
from readiness.evidence.tables.verdicts import ORDER, metric_label, summary

Row = Mapping[str, Any]
MOST_UNITS = 12
FIGURES: tuple[tuple[Verdict, Text], ...] = (
    (Verdict.MET, gettext_lazy("Shown by evidence that is fresh, sound and representative, with the capacity that was granted.")),
    (Verdict.NOT_MET, gettext_lazy("Measured and missed, or short of capacity.")),
    (Verdict.WARNING, gettext_lazy("It holds, and something keeps it from being sure.")),
    (Verdict.STALE, gettext_lazy("The evidence is older than the requirement allows. Stale is not met.")),
    (
        Verdict.UNKNOWN,
        gettext_lazy("Nobody has said what it must reach, nobody measured it, or what was measured cannot decide."),
    ),
)


def headline(counts: Iterable[Row]) -> str:
    """`Of 214 requirements 61 are met and 132 are unknown: of 97 nobody has said what they must reach, 35 nobody measured.`"""
    rows = list(counts)
    said = summary(verdict for row in rows for verdict in [row["verdict"]] * row["n"])
    unknown = Counter[str]()
    for row in rows:
        if row["verdict"] == Verdict.UNKNOWN:
            unknown[row["reason"]] += row["n"]
    why = [
        ngettext("of %s nobody has said what it must reach", "of %s nobody has said what they must reach", unknown["no_target"])
        % grouped(unknown["no_target"]) if unknown["no_target"] else "",
        _("%s nobody measured") % grouped(unknown["nothing_measured"]) if unknown["nothing_measured"] else "",
    ]  # fmt: skip
    told = ", ".join(part for part in why if part)
    return f"{said.rstrip('.')}: {told}." if told else said


def figures(counts: Iterable[Row], as_of: datetime) -> list[dict[str, Any]]:
    """One a verdict, each a link to its requirements."""
    totals = _totals(counts)
    whole = sum(totals.values())
    return [
        {
            "label": VERDICTS[verdict][0],
            "value": grouped(totals[verdict]),
            "base": _("%(share)s of %(whole)s") % {"share": _share(totals[verdict], whole), "whole": grouped(whole)},
            "note": str(note),
            "origin": _("Standing verdicts of requirements of initiatives that run"),
            "as_of": as_of,
            "url": link(verdict=verdict.value),
        }
        for verdict, note in FIGURES
    ]


def _share(part: int, whole: int) -> str:
    """One in two hundred is not 0 %."""
    return percent(part, whole, 1 if 0 < part < whole / 100 else 0)


def by_unit(counts: Sequence[Row]) -> dict[str, Any]:
    """Where the requirements stand, the unit with the most open ones first."""
    names = {row["unit_pk"]: row["unit_name"] for row in counts}
    order = _most_open(counts, "unit_pk")
    cut = order[:MOST_UNITS]
    left = len(order) - len(cut)
    more = ngettext(" %d more unit is in the list.", " %d more units are in the list.", left) % left if left else ""
    return _chart(counts, "unit_pk", cut, {key: names[key] for key in cut}, "unit", _("By business unit"), _("Unit")) | {
        "summary": _most(counts, "unit_pk", names) + more
    }


def by_metric(counts: Sequence[Row]) -> dict[str, Any]:
    """The same by what is required."""
    order = _most_open(counts, "metric")
    names = {key: metric_label(key) for key in order}
    return _chart(counts, "metric", order, names, "metric", _("By what is required"), _("Metric")) | {
        "summary": _most(counts, "metric", names)
    }


def link(**filters: Any) -> str:
    """The list of requirements with what would decide them."""
    return f"{reverse('evidence:missing')}?{urlencode(filters)}"


def _totals(counts: Iterable[Row]) -> Counter[str]:
    totals = Counter[str]()
    for row in counts:
        totals[row["verdict"]] += row["n"]
    return totals


def _most_open(counts: Iterable[Row], key: str) -> list[Any]:
    open_, whole = Counter[Any](), Counter[Any]()
    for row in counts:
        whole[row[key]] += row["n"]
        open_[row[key]] += 0 if row["verdict"] == Verdict.MET else row["n"]
    return sorted(whole, key=lambda one: (-open_[one], -whole[one], str(one)))


def _most(counts: Iterable[Row], key: str, names: Mapping[Any, str]) -> str:
    """The chart in a sentence: where most of the open ones are."""
    open_ = Counter[Any]()
    for row in counts:
        if row["verdict"] != Verdict.MET:
            open_[row[key]] += row["n"]
    if not open_:
        return _("Every requirement is met.")
    first, count = open_.most_common(1)[0]
    return _("%(count)s of %(whole)s that are not met are of %(name)s.") % {
        "count": grouped(count), "whole": grouped(sum(open_.values())), "name": names[first],
    }  # fmt: skip


def _chart(
    counts: Iterable[Row], key: str, order: Sequence[Any], names: Mapping[Any, str], name: str, title: str, label: str
) -> dict[str, Any]:  # fmt: skip
    cells = Counter[tuple[Any, str]]()
    for row in counts:
        cells[row[key], row["verdict"]] += row["n"]
    series = [
        {
            "name": str(VERDICTS[verdict][0]),
            "color": f"v-{verdict}",
            "data": [{"value": cells[one, verdict], "url": link(**{name: one, "verdict": verdict.value})} for one in order],
        }
        for verdict in ORDER
        if any(cells[one, verdict] for one in order)
    ]
    return {
        "kind": "bar", "stacked": True, "title": title, "category_label": label, "categories": [names[one] for one in order],
        "series": series, "source": _("standing verdicts"),
    }  # fmt: skip
