"""What moved within a week as one list, the newest first, each with its reason and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from portfolio.initiatives.choices import CLOSURE_LABELS, REASON_LABELS, ClosureKind, ReasonCode
from readiness.dashboards.queries.movers import Movers
from readiness.evidence.tables.reasons import REASONS
from readiness.evidence.tables.verdicts import metric_label
from readiness.gates.choices import OUTCOME_LABELS, Outcome
from readiness.gates.tables.words import OUTCOME_HELP

Row = dict[str, Any]
SHOWN = 12


def movers_context(found: Movers) -> dict[str, Any]:
    """`rows`, `counts` by kind in words, and how many more there are; an outcome is explained where it is met first."""
    rows = [make(row) for kind, make in _KINDS.items() for row in getattr(found, kind).rows]
    rows.sort(key=lambda row: (-row["day"].toordinal(), row["key"]))
    counts = [str(words % {"n": n}) for kind, words in _COUNTS.items() if (n := getattr(found, kind).total)]
    _explain(rows[:SHOWN])
    return {"rows": rows[:SHOWN], "counts": counts, "more": found.total - len(rows[:SHOWN]), "total": found.total}


def _explain(rows: list[Row]) -> None:
    """What Recycle means need not be known to read on; said once."""
    told: set[Outcome] = set()
    for row in rows:
        if (outcome := row.get("outcome")) and outcome not in told:
            told.add(outcome)
            row["help"] = OUTCOME_HELP[outcome]


def _row(row: Row, day: date | datetime, icon: str, what: str, why: str, url: str = "") -> Row:
    local = timezone.localdate(day) if isinstance(day, datetime) else day
    about = reverse("initiatives:detail", args=[row["initiative_id"]])
    return {
        "day": local, "icon": icon, "what": what, "why": why, "url": url or about, "about": about,
        "key": row["initiative__key"], "name": row["initiative__name"],
    }  # fmt: skip


def _stage(row: Row) -> Row:
    was = row["was"] or _("an unknown stage")
    return _row(row, row["entered_on"], "arrow-right", _("%(was)s → %(now)s") % {"was": was, "now": row["stage__name"]}, "")


def _closure(row: Row) -> Row:
    why = _(REASON_LABELS[ReasonCode(row["reason"])])
    reason = f"{why}: {row['lesson']}" if row["lesson"] else why
    return _row(row, row["closed_on"], "circle-off", _(CLOSURE_LABELS[ClosureKind(row["kind"])]), reason)


def _decision(row: Row) -> Row:
    gate, outcome = row["review__gate_name"], _(OUTCOME_LABELS[Outcome(row["outcome"])])
    against = row["outcome"] != row["recommended"]
    recommended = _("the criteria said %s") % _(OUTCOME_LABELS[Outcome(row["recommended"])]) if against else ""
    why = ". ".join(part for part in (row["reason"], recommended) if part)
    made = _row(row, row["at"], "scale", f"{gate}: {outcome}", why, reverse("gates:decision", args=[row["id"]]))
    return made | {"outcome": Outcome(row["outcome"])}


def _verdict(row: Row) -> Row:
    made = _row(
        row, row["since"], "activity", metric_label(row["metric"]), str(REASONS.get(row["why"], row["why"])),
        reverse("evidence:requirement", args=[row["requirement_id"]]),
    )  # fmt: skip
    return made | {"before": row["before"], "verdict": row["verdict"]}


def _condition(row: Row) -> Row:
    owner = _("%(who)s was to prove that it is met by then") % {"who": row["owner__name"]}
    url = reverse("gates:review", args=[row["decision__review_id"]])
    return _row(row, row["due"], "alert-triangle", _("Condition overdue: %s") % row["text"], owner, url)


_KINDS: dict[str, Callable[[Row], Row]] = {
    "stages": _stage, "closures": _closure, "decisions": _decision, "verdicts": _verdict, "conditions": _condition,
}  # fmt: skip
_COUNTS: dict[str, Any] = {
    "stages": ngettext_lazy("%(n)d stage change", "%(n)d stage changes", "n"),
    "closures": ngettext_lazy("%(n)d closure", "%(n)d closures", "n"),
    "decisions": ngettext_lazy("%(n)d decision at a gate", "%(n)d decisions at gates", "n"),
    "verdicts": ngettext_lazy("%(n)d verdict turned", "%(n)d verdicts turned", "n"),
    "conditions": ngettext_lazy("%(n)d condition came overdue", "%(n)d conditions came overdue", "n"),
}
