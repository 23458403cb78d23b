"""What was measured: each requirement with its headroom, and how old that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from readiness.evidence.choices import Verdict
from readiness.evidence.tables.verdicts import requirement_row, summary
from readiness.meetings.rules.packs.page import Cell, Chart, Column, Section, Table
from readiness.meetings.rules.packs.texts import shortened
from readiness.meetings.services.packs.contents.criteria import WIDE
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import days, unknown, verdict

_LABEL = 33


def section(one: Subject, all_: Gathered) -> Section:
    if not one.requirements:
        return Section(title=_("Evidence"), lead=_("We do not know what production demands: no requirement is written down."))
    told = [requirement_row(row, all_.seen, all_.now) for row in one.requirements]
    columns = (
        Column(_("Requirement"), 1.9), Column(_("Verdict"), 1.3), Column(_("Required"), 1.7), Column(_("Measured"), 1.1),
        Column(_("Headroom"), 1.1), Column(_("Source"), 1.6), Column(_("Age"), 1),
    )  # fmt: skip
    chart = _chart(one.requirements, told, all_.now)
    rows = tuple(_row(row, shown, all_.now) for row, shown in zip(one.requirements, told, strict=True))
    return Section(
        title=_("Evidence"), lead=summary(row["verdict"] for row in one.requirements), chart=chart,
        table=Table(columns, rows), notes=_notes(one.requirements) if chart else (),
    )  # fmt: skip


def _row(row: Mapping[str, Any], shown: Mapping[str, Any], now: datetime) -> tuple[Cell, ...]:
    by, room = shown["decided_by"], shown["headroom"]
    return (
        Cell(shown["label"], str(row["workload_name"])),
        Cell(badge=verdict(row["verdict"])),
        Cell(shown["target"], shown["below"]),
        Cell(by["value"]) if by and by["value"] else unknown(_("none")),
        Cell(room["text"], room["range"]) if room else Cell("–"),  # noqa: RUF001
        Cell(by["name"], by["kind"]) if by else Cell(shown["says"]),
        Cell(_aged(row, now), _limit(row)),
    )


def _aged(row: Mapping[str, Any], now: datetime) -> str:
    age = _age(row, now)
    return _("nothing") if age is None else days(round(age))


def _limit(row: Mapping[str, Any]) -> str:
    most = row["wanted"]["max_age_days"]
    return _("at most %s") % days(most) if most else ""


def _age(row: Mapping[str, Any], now: datetime) -> float | None:
    at = (row["evidence"] or {}).get("at")
    if at is None:
        return None
    return max(0.0, (now - (datetime.fromisoformat(at) if isinstance(at, str) else at)).total_seconds() / 86_400)


def _chart(rows: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]], now: datetime) -> Chart | None:
    """Its twin is the table below it; where nothing was measured there is nothing to draw."""
    drawn = [_drawn(row, shown, now) for row, shown in zip(rows, told, strict=True)]
    if not any(row["headroom"] or row["age"] is not None for row in drawn):
        return None
    says = _("Headroom and age of %d requirements, as in the table below.") % len(drawn)
    return Chart("evidence", says, {"width": WIDE, "rows": drawn})


def _drawn(row: Mapping[str, Any], shown: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    age, limit = _age(row, now), row["wanted"]["max_age_days"]
    room = [row["headroom_low"], row["headroom"], row["headroom_high"]] if shown["headroom"] else None
    of = f"{_aged(row, now)}" if limit is None or age is None else _("%(age)d of %(limit)d") % {"age": round(age), "limit": limit}
    return {
        "label": shortened(f"{shown['label']}, {row['workload_name']}", _LABEL), "tone": row["verdict"],
        "headroom": room, "headroom_text": shown["headroom"]["text"] if room else _("unknown"),
        "age": None if age is None else round(age, 2), "limit": limit, "age_text": of,
    }  # fmt: skip


def _notes(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    counts = Counter(row["verdict"] for row in rows)
    said = [
        _("Bars: what was measured over what is required. Whiskers: where it may lie as well. Ticks: the oldest that counts."),
    ]
    if counts[Verdict.STALE]:
        said.append(_("Stale is not met: whatever it said then, nobody has shown that it still holds."))
    return tuple(said)
