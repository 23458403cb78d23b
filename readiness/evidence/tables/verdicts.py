"""Verdicts as people read them: target, chip, headroom, what decided, why the others did not, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import DASH, NARROW, grouped
from readiness.evidence.choices import Verdict
from readiness.evidence.queries.judged import Seen
from readiness.evidence.rules import words
from readiness.evidence.tables import values
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import KINDS, Text, tool_label
from readiness.evidence.tables.missing import Place, supply
from readiness.evidence.tables.reasons import amount, sentence
from readiness.workloads.choices import Metric
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.tables.labels import translated
from readiness.workloads.tables.numbers import shown
from readiness.workloads.tables.requirements import environment_words, length_words, percentile_words, target_words

Row = Mapping[str, Any]
ORDER = (
    Verdict.NOT_MET, Verdict.STALE, Verdict.UNKNOWN, Verdict.WARNING, Verdict.MET, Verdict.WAIVED, Verdict.NOT_APPLICABLE,
)  # fmt: skip
WORDS: dict[str, tuple[Text, Text]] = {
    Verdict.MET: (gettext_lazy("%s is met"), gettext_lazy("%s are met")),
    Verdict.NOT_MET: (gettext_lazy("%s is not met"), gettext_lazy("%s are not met")),
    Verdict.WARNING: (gettext_lazy("%s holds with a warning"), gettext_lazy("%s hold with a warning")),
    Verdict.STALE: (gettext_lazy("%s is stale"), gettext_lazy("%s are stale")),
    Verdict.UNKNOWN: (gettext_lazy("%s is unknown"), gettext_lazy("%s are unknown")),
    Verdict.WAIVED: (gettext_lazy("%s is waived"), gettext_lazy("%s are waived")),
    Verdict.NOT_APPLICABLE: (gettext_lazy("%s does not apply"), gettext_lazy("%s do not apply")),
}
_ALL: dict[str, Text] = {
    Verdict.MET: gettext_lazy("All %s requirements are met."),
    Verdict.NOT_MET: gettext_lazy("None of %s requirements is met."),
    Verdict.WARNING: gettext_lazy("All %s requirements hold with a warning."),
    Verdict.STALE: gettext_lazy("The evidence of all %s requirements is stale."),
    Verdict.UNKNOWN: gettext_lazy("All %s requirements are unknown."),
    Verdict.WAIVED: gettext_lazy("All %s requirements are waived."),
    Verdict.NOT_APPLICABLE: gettext_lazy("None of %s requirements applies."),
}
BAR_LEAST, BAR_MOST = -1.0, 1.0  # headroom from nothing at all to twice what is required
BAR_WIDTH = 120


def summary(verdicts: Iterable[str]) -> str:
    """`Of 8 requirements 2 are met, 1 is not met and 5 are unknown.`"""
    counts = Counter(verdicts)
    total = sum(counts.values())
    if not total:
        return _("Nothing is required yet.")
    parts = [_part(verdict, counts[verdict]) for verdict in (Verdict.MET, *(one for one in ORDER if one is not Verdict.MET))]
    said = [part for part in parts if part]
    if len(said) == 1 and total > 1:
        return str(_ALL[next(iter(counts))]) % grouped(total)
    list_ = said[0] if len(said) == 1 else _(" and ").join([", ".join(said[:-1]), said[-1]])
    head = ngettext("Of %s requirement %s.", "Of %s requirements %s.", total)
    return head % (grouped(total), list_)


def _part(verdict: Verdict, count: int) -> str:
    if not count:
        return ""
    one, many = WORDS[verdict]
    return str(one if count == 1 else many) % grouped(count)


def requirement_rows(rows: Iterable[Row], seen: Seen, now: datetime) -> list[dict[str, Any]]:
    """What evidence/verdict_rows.html prints, in the order of the requirements."""
    return [requirement_row(row, seen, now) for row in rows]


def requirement_row(row: Row, seen: Seen, now: datetime) -> dict[str, Any]:
    wanted = row["wanted"]
    told = [{"code": row["reason"]}, *((row["evidence"] or {}).get("notes") or ())]
    return {
        "id": row["requirement_id"],
        "url": reverse("evidence:requirement", args=[row["requirement_id"]]),
        "label": metric_label(wanted["metric"]),
        **target(wanted),
        "verdict": row["verdict"],
        "says": sentence(told[0] | _facts_of_reason(row)),
        "notes": [sentence(one) for one in told[1:] if one.get("code") != row["reason"]],
        "headroom": headroom(row),
        "decided_by": decider(row, seen, now),
        "others": [_other(one, wanted, seen, now) for one in row["others"]],
        "capacity": capacity(row["capacity"], seen),
        "missing": missing(row, seen),
        "judged_at": row["judged_at"],
        "since": row.get("since"),
    }


def _facts_of_reason(row: Row) -> dict[str, Any]:
    """The figures of the note that gave the reason."""
    notes = (row["evidence"] or {}).get("notes") or ()
    own: Row = next((one for one in notes if one.get("code") == row["reason"]), {})
    return dict(own)


def metric_label(metric: str) -> str:
    """Of a requirement's metric, in the words of its own page."""
    return translated(METRICS[Metric(metric)].label) if metric in set(Metric) else metric


def target(wanted: Row) -> dict[str, str]:
    """`at most 2 s` and below it `for 95 % of requests, over 5 minutes; real data, real users`."""
    known = wanted["target"] is not None
    first = target_words(wanted["comparator"], wanted["target"], wanted["unit"]) if known else _("no number yet")
    window = length_words(wanted["window_s"])
    over = _("over %s") % window if window else ""
    parts = [percentile_words(wanted["percentile"]), over, environment_words(wanted["environment"] or {})]
    return {"target": first, "below": ", ".join(part for part in parts if part)}


def headroom(row: Row) -> dict[str, Any] | None:
    """The range in words and as a bar; None where nothing was measured that could have any."""
    point, low, high = row["headroom"], row["headroom_low"], row["headroom_high"]
    if row["evidence"] is None or (point is None and low is None and high is None):
        return None
    return {
        "text": percent(point) if point is not None else _("no end in sight"),
        "range": f"{percent(low)} {DASH} {percent(high)}" if (low, high) != (point, point) else "",
        "bar": bar(point, low, high),
    }


def percent(value: float | None) -> str:
    """`+35 %`, `-12 %`; what has no end is said so."""
    if value is None:
        return "∞"
    sign = "+" if value > 0 else "−" if value < 0 else ""  # noqa: RUF001
    return f"{sign}{shown(float(f'{abs(value) * 100:.3g}'))}{NARROW}%"


def bar(point: float | None, low: float | None, high: float | None) -> dict[str, float]:
    """Places on a bar of BAR_WIDTH; no end lies at its edge."""
    x = [_x(BAR_MOST if value is None else value) for value in (low, point, high)]
    return {"zero": _x(0.0), "low": x[0], "point": x[1], "high": x[2], "width": max(2.0, x[2] - x[0])}


def _x(value: float) -> float:
    inside = min(max(value, BAR_LEAST), BAR_MOST)
    return round((inside - BAR_LEAST) / (BAR_MOST - BAR_LEAST) * BAR_WIDTH, 1)


def decider(row: Row, seen: Seen, now: datetime) -> dict[str, Any] | None:
    """What decided: its value in the requirement's unit, its age, its place, where it comes from."""
    one = row["evidence"]
    if not one:
        return None
    return _piece(one, row["wanted"], seen, now) | {
        "chips": values.environment_chips(one.get("environment") or {}) if one.get("run_id") in seen.runs else [],
        "statistic": values.statistic_text(one["statistic"], one.get("percentile")) if one.get("statistic") else "",
        "bound": values.bound_note(one.get("marks") or 0),
        "most_days": row["wanted"]["max_age_days"],
        "samples": one.get("samples"),
    }


def _piece(one: Row, wanted: Row, seen: Seen, now: datetime) -> dict[str, Any]:
    at = datetime.fromisoformat(one["at"]) if isinstance(one.get("at"), str) else one.get("at")
    run, source = one.get("run_id"), one.get("source_id")
    tool = tool_label(str(one.get("tool") or ""))
    return {
        "value": _value(one, wanted),
        "at": at,
        "ago": values.ago_text(at, now) if at else "",
        "run_url": reverse("evidence:run", args=[run]) if run in seen.runs else "",
        "name": _name(one, tool, seen),
        "tool": tool,
        "kind": str(KINDS.get(str(one.get("kind")), one.get("kind") or "")),
        "source": seen.sources.get(source, "") if source else "",
        "source_url": route("evidence:source", source) if source in seen.sources else "",
    }


def _name(one: Row, tool: str, seen: Seen) -> str:
    """Of the run, to those who may open it; of what stands on no run that it is the ledger's."""
    if not one.get("run_id"):
        return _("what pools have granted")
    own = one.get("name") if one["run_id"] in seen.runs else ""
    return str(own or tool or KINDS.get(str(one.get("kind")), ""))


def _value(one: Row, wanted: Row) -> str:
    if one.get("value") is None:
        return ""
    sign = words.bound(one.get("marks") or 0)
    return " ".join(filter(None, (sign, amount(wanted["metric"], one["value"]))))


def _other(one: Row, wanted: Row, seen: Seen, now: datetime) -> dict[str, Any]:
    return _piece(one, wanted, seen, now) | {"says": sentence(one.get("why") or one)}


def capacity(told: Row | None, seen: Seen) -> dict[str, Any] | None:
    """What was counted on, in one line, and of which pools."""
    if not told:
        return None
    pools = [_pool(one, seen) for one in told.get("pools", ())]
    line = ""
    if "groups" in told:
        line = _groups(told)
    return {"line": line, "pools": [one for one in pools if one]}


def _groups(told: Row) -> str:
    size, granted, reach, needed = told["group"], told["groups"], told["groups_with_free"], told.get("groups_needed")
    said = _("Counted in groups of %(size)s as measured: %(granted)s granted") % {"size": shown(size), "granted": shown(granted)}
    if reach is not None and reach > granted:
        said += _(", %s with what is free") % shown(reach)
    if reach is None:
        said += _(", how much is free nobody knows")
    return said + (_(", %s needed.") % shown(needed) if needed is not None else ".")


def _pool(one: Row, seen: Seen) -> dict[str, Any] | None:
    if one["pool_id"] not in seen.pools:
        return None
    free = _("unknown") if one["free"] is None else shown(one["free"])
    says = _("%(granted)s granted, %(free)s free") % {"granted": shown(one["granted"]), "free": free}
    return {"name": one["name"], "url": reverse("workloads:pool", args=[one["pool_id"]]), "says": says}


def missing(row: Row, seen: Seen) -> list[dict[str, Any]]:
    """What would decide it, each with who and where."""
    place = Place(
        workload=row["workload_id"], requirement=row["requirement_id"], sources=seen.sources, runs=seen.runs, pools=seen.pools,
        derived_from=row.get("derived_from", ""), unit=row.get("unit_name") or "", owner=row.get("owner_name") or "",
    )  # fmt: skip
    return [supply(one, place) for one in row["missing"]]


def history_rows(rows: Sequence[Row], seen: Seen, now: datetime) -> list[dict[str, Any]]:
    """The timeline of a verdict, the newest first."""
    return [
        {
            "verdict": row["verdict"],
            "says": sentence({"code": row["reason"]} | _facts_of_reason(row)),
            "target": target(row["wanted"])["target"],
            "decided_by": decider(row, seen, now),
            "headroom": headroom(row),
            "at": row["judged_at"],
        }
        for row in rows
    ]


def cited(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Verdicts that a run decided, as its page names them."""
    return [
        {
            "verdict": row["verdict"],
            "label": f"{metric_label(row['wanted']['metric'])}, {target(row['wanted'])['target']}",
            "url": reverse("evidence:requirement", args=[row["requirement_id"]]),
            "workload": row["workload_name"],
            "at": row["judged_at"],
            "current": row["current"] == row["id"],
        }
        for row in rows
    ]


def chips(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """How many of each verdict, the most pressing first; none is left out of the sum."""
    counts = Counter(row["verdict"] for row in rows)
    return [{"verdict": one.value, "count": counts[one]} for one in ORDER if counts[one]]


def judged_words(turned: int) -> str:
    """What judging anew changed."""
    if not turned:
        return _("Judged anew: nothing changed.")
    return ngettext("Judged anew: %d verdict turned.", "Judged anew: %d verdicts turned.", turned) % turned
