"""The criteria of a gate as rows, live or from a frozen snapshot: both are judged_plain's rows (rules.record.snapshot)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import grouped, tidy
from readiness.evidence.choices import Verdict
from readiness.evidence.tables.values import ago_text
from readiness.evidence.tables.verdicts import WORDS
from readiness.gates.choices import CriterionDimension, CriterionKind
from readiness.gates.rules.criteria.finding import WORST_FIRST
from readiness.gates.tables import needs as supplying
from readiness.gates.tables import reasons
from readiness.gates.tables.words import DIMENSIONS, KINDS, Text

Row = Mapping[str, Any]
MISSING = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)
# The most pressing first, the good ones last.
ORDER = (*(one for one in WORST_FIRST if one not in (Verdict.MET, Verdict.NOT_APPLICABLE)), Verdict.MET, Verdict.NOT_APPLICABLE)
# What a row may stand on: (route, its name alone, its name among several).
_CITED: dict[str, tuple[str, Text, Text]] = {
    "requirement": ("evidence:requirement", gettext_lazy("its requirement"), gettext_lazy("requirement %d")),
    "silo_finding": ("silos:finding", gettext_lazy("the finding"), gettext_lazy("finding %d")),
}


def sections(rows: Iterable[Row], whose: supplying.Whose, now: datetime, extra: Mapping[str, Row] | None = None) -> list[Row]:
    """Rows under the heading of their dimension, in the order of the choices. `extra`: what a live page adds, by criterion."""
    found: dict[str, list[dict[str, Any]]] = {dimension.value: [] for dimension in CriterionDimension}
    for row in rows:
        more = (extra or {}).get(row["key"], {})
        found.setdefault(row["dimension"], []).append({**criterion_row(row, whose, now), **more})
    return [
        {"key": key, "label": DIMENSIONS.get(key, key), "rows": some, "chips": chips(some)} for key, some in found.items() if some
    ]


def criterion_row(row: Row, whose: supplying.Whose, now: datetime) -> dict[str, Any]:
    """What gates/criterion_row.html prints."""
    at = datetime.fromisoformat(row["observed_at"]) if row["observed_at"] else None
    return {
        "key": row["key"],
        "text": row["text"],
        "verdict": row["verdict"],
        "beneath": row["beneath"] if row["verdict"] == Verdict.WAIVED else "",
        "kind": KINDS.get(row["kind"], row["kind"]),
        "is_key": row["is_key"],
        "weight": tidy(row["weight"]) if row["kind"] == CriterionKind.SHOULD_MEET else "",
        "says": reasons.sentence(row),
        "says_beneath": reasons.beneath(row),
        "figures": reasons.figures(row),
        "impossible": row["impossible"],
        "observed_at": at,
        "ago": ago_text(at, now) if at else "",
        "needs": supplying.needs(row, whose),
        "links": _links(row, whose),
    }


def _links(row: Row, whose: supplying.Whose) -> list[dict[str, str]]:
    """What it stands on: the requirements, the silo findings, the assessment."""
    found = []
    wanted = [one for one in row["cited"] if one["kind"] in _CITED]
    for number, one in enumerate(wanted, start=1):
        route, alone, among = _CITED[one["kind"]]
        label = str(alone) if len(wanted) == 1 else str(among) % number
        found.append({"label": label, "url": supplying.route(route, one["id"])})
    if any(one["kind"] == "assessment" for one in row["cited"]):
        found.append({"label": _("the assessment"), "url": supplying.route("assessments:initiative", whose.initiative)})
    return [one for one in found if one["url"]]


def chips(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """How many of each verdict, the most pressing first."""
    counts = Counter(row["verdict"] for row in rows)
    return [{"verdict": one.value, "count": counts[one]} for one in ORDER if counts[one]]


def chips_of(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The same from a review's standing {verdict: count}."""
    return [{"verdict": one.value, "count": counts[one]} for one in ORDER if counts.get(one)]


def summary(rows: Sequence[Row]) -> str:
    """`Of 14 criteria 9 are met, 2 are not met and 3 are unknown`; info is not counted."""
    counts = Counter(row["verdict"] for row in rows if row["kind"] != CriterionKind.INFO)
    total = sum(counts.values())
    if not total:
        return _("This gate asks nothing")
    order = (Verdict.MET, *(one for one in ORDER if one is not Verdict.MET))
    said = [str(WORDS[one][counts[one] != 1]) % grouped(counts[one]) for one in order if counts[one]]
    list_ = said[0] if len(said) == 1 else _(" and ").join([", ".join(said[:-1]), said[-1]])
    head = ngettext("Of %(total)s criterion %(list)s", "Of %(total)s criteria %(list)s", total)
    return head % {"total": grouped(total), "list": list_}
