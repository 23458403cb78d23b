"""The list of reviews: its sentence, its groups with what is missing and who owes it, and the same as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.queries.board import CHANGED
from readiness.gates.rules.reviews import Listing
from readiness.gates.tables.criteria import chips_of
from readiness.gates.tables.needs import WHO
from readiness.gates.tables.words import MODES, STATES, Text, outcome, sign

Row = Mapping[str, Any]
# (key, title, what it asks of the reader)
GROUPS: tuple[tuple[str, Text, Text], ...] = (
    (
        Listing.READY_NOT_SCHEDULED,
        gettext_lazy("Ready, not scheduled"),
        gettext_lazy("Every deliverable is there. Give them a date."),
    ),
    (
        Listing.SCHEDULED_NOT_READY,
        gettext_lazy("Scheduled, not ready"),
        gettext_lazy("The date stands and deliverables are missing."),
    ),
    (Listing.UNDER_WAY, gettext_lazy("Under way"), gettext_lazy("Being voted on, or voted and waiting for a decision.")),
    (CHANGED, gettext_lazy("Evidence changed since"), gettext_lazy("Decided on something that does not stand any more.")),
    (Listing.READY, gettext_lazy("Scheduled and ready"), gettext_lazy("Nothing to do before the day.")),
    (Listing.NOT_READY, gettext_lazy("Being prepared"), gettext_lazy("Planned, with deliverables missing.")),
    (Listing.DONE, gettext_lazy("Decided lately"), gettext_lazy("In the last 90 days.")),
)
KEYS = tuple(key for key, _title, _note in GROUPS)
EXPORTED = (
    "id", "initiative_key", "initiative_name", "unit_name", "gate", "state", "round", "mode", "wanted_on", "scheduled_at",
    "ready", "recommended", "met", "warning", "not_met", "unknown", "stale", "waived", "missing", "owed_by", "decided",
    "decided_at", "changed_at",
)  # fmt: skip


def headline(counts: Mapping[str, int]) -> str:
    """`3 reviews are ready and not scheduled, 2 are scheduled and not ready`"""
    if not any(counts.values()):
        return _("No review is planned")
    waiting, late = counts.get(Listing.READY_NOT_SCHEDULED, 0), counts.get(Listing.SCHEDULED_NOT_READY, 0)
    under_way, drifted = counts.get(Listing.UNDER_WAY, 0), counts.get(CHANGED, 0)
    told = (
        (waiting, ngettext("%s is ready and not scheduled", "%s are ready and not scheduled", waiting)),
        (late, ngettext("%s is scheduled and not ready", "%s are scheduled and not ready", late)),
        (under_way, ngettext("%s is under way", "%s are under way", under_way)),
        (
            drifted,
            ngettext("the evidence of %s changed since its decision", "the evidence of %s changed since their decision", drifted),
        ),
    )
    said = [text % grouped(count) for count, text in told if count]
    if not said:
        return _("No review waits for you: nothing is ready without a date, and nothing has a date without being ready")
    return _("Of the gate reviews %s") % (said[0] if len(said) == 1 else _(" and ").join([", ".join(said[:-1]), said[-1]]))


def groups(counts: Mapping[str, int], rows: Mapping[str, Sequence[Row]], link: Any) -> list[dict[str, Any]]:
    """Each group that has any, with its first rows. `link(key)`: the address of all of them."""
    return [
        {
            "key": str(key),
            "title": title,
            "note": note,
            "count": grouped(counts.get(key, 0)),
            "rows": [line(one) for one in rows.get(key, [])],
            "more": counts.get(key, 0) - len(rows.get(key, [])),
            "url": link(key),
        }
        for key, title, note in GROUPS
        if counts.get(key)
    ]


def title_of(group: str) -> Text:
    return next((title for key, title, _note in GROUPS if key == group), group)


def line(row: Row) -> dict[str, Any]:
    """What gates/list_row.html prints."""
    return {
        "url": reverse("gates:review", args=[row["id"]]),
        "initiative": row["initiative_name"],
        "key": row["initiative_key"],
        "unit": row["unit_name"],
        "gate": row["gate_name"],
        "round": row["round"] if row["round"] > 1 else 0,
        "state": sign(STATES, row["state"]),
        "mode": MODES[row["mode"]],
        "ready": row["ready"],
        "open": row["state"] in ("planned", "scheduled", "in_review", "proposed"),
        "recommended": outcome(row["recommended"]),
        "decided": outcome(row["decided"]) if row["state"] in ("decided", "closed") else None,
        "chips": chips_of(row["verdicts"]),
        "missing": [{**one, "who": owed_by(one)} for one in row["missing"]],
        "scheduled_at": row["scheduled_at"],
        "wanted_on": row["wanted_on"],
        "window_ends_at": row["window_ends_at"],
        "decided_at": row["decided_at"],
        "changed_at": row["changed_at"],
        "changed": sum(bool(one["material"]) for one in row["changes"]) if row["changed_at"] else 0,
        "evaluated": row["evaluated_at"] is not None,
    }


def owed_by(missing: Row) -> str:
    """The kinds of people who owe a deliverable."""
    return ", ".join(str(WHO.get(one, one)) for one in missing["who"])


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    yield "\ufeff"
    yield from csv_lines(EXPORTED, ([flat(row)[name] for name in EXPORTED] for row in rows))


def json_export(rows: Iterable[Row]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(flat(row), default=str, ensure_ascii=False)
    yield "\n]\n"


def flat(row: Row) -> dict[str, Any]:
    """A row of the export: verdicts as counts, what is missing as one text."""
    counts = {name: row["verdicts"].get(name, 0) for name in ("met", "warning", "not_met", "unknown", "stale", "waived")}
    owed = "; ".join(dict.fromkeys(owed_by(one) for one in row["missing"]))
    missing = "; ".join(one["text"] for one in row["missing"])
    whole = {**row, **counts, "missing": missing, "owed_by": owed}
    return {name: whole[name] for name in EXPORTED}


EXPORTS = {"csv": (csv_export, "text/csv; charset=utf-8"), "json": (json_export, "application/json")}
