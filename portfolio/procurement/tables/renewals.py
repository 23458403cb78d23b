"""The renewals calendar: months with what is due in them, and the same as a list."""

from __future__ import annotations

import calendar as weeks
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.addresses import numbered
from portfolio.procurement.rules.terms import LOOK_AHEAD_MONTHS, Turn, by_month
from portfolio.procurement.tables import words

WHAT: dict[str, Any] = {"notice": gettext_lazy("last day to give notice"), "end": gettext_lazy("last day of the term")}
SHORT: dict[str, Any] = {"notice": gettext_lazy("notice"), "end": gettext_lazy("end")}
SOON_DAYS = 60
NAMED = 5  # of what is due in a month; the list has the rest


def headline(rows: Sequence[dict[str, Any]], today: date) -> str:
    """`4 decisions are due within 60 days, the first on 12 Dec: Nimbus reserved GPUs.`"""
    until = today + timedelta(days=SOON_DAYS)
    soon = [row for row in rows if row["turns"][0].day <= until]
    if not soon:
        return _("Nothing ends and no notice is due within %d days.") % SOON_DAYS
    text = ngettext("%(n)d decision is due within %(days)d days", "%(n)d decisions are due within %(days)d days", len(soon))
    first = soon[0]
    said = text % {"n": len(soon), "days": SOON_DAYS}
    return _("%(said)s, the first on %(day)s: %(title)s.") % {
        "said": said, "day": f"{first['turns'][0].day:%-d %b}", "title": first["title"],
    }  # fmt: skip


def figures(rows: Sequence[dict[str, Any]], open_ended: int) -> list[dict[str, Any]]:
    counts = Counter(row["urgency"] for row in rows)
    labels = (
        ("soon", _("To decide within 60 days")), ("missed", _("Renewing: notice is over")),
        ("unknown", _("Renewal or notice unknown")),
    )  # fmt: skip
    made: list[dict[str, Any]] = [
        {"label": label, "value": str(counts[key]), "base": words.many(len(rows))} for key, label in labels
    ]
    note = _("They run on until somebody says when they end, so they stand in no calendar.")
    return [*made, {"label": _("End unknown"), "value": str(open_ended), "note": note}]


def rows(found: Sequence[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """The list twin of the calendar, the earliest first."""
    address = numbered("procurement:purchase")
    return [
        row
        | {
            "url": address(row["id"]),
            "sold_by": words.sold_by(row),
            "due": row["turns"][0].day,
            "due_label": WHAT[row["turns"][0].what],
            "days": (row["turns"][0].day - today).days,
            "urgency_label": words.URGENCIES[row["urgency"]][0],
            "tone": words.URGENCIES[row["urgency"]][1],
            "renews_label": words.RENEWS[row["renews"]],
        }
        for row in found
    ]


def calendar(found: Sequence[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Each month with its weeks of days, how much is due and the first of it; days before today and of other months are empty."""
    known = {row["id"]: row for row in found}
    turns = by_month((turn for row in found for turn in row["turns"]), today, LOOK_AHEAD_MONTHS)
    made = []
    for month, due in turns.items():
        entries = [_entry(known[turn.purchase_id], turn.what, turn.day) for turn in due[:NAMED]]
        named = {"entries": entries, "due": len(due), "more": len(due) - len(entries)}
        made.append({"first": month, "weeks": _weeks(month, due, today), **named})
    return made


def _entry(row: dict[str, Any], what: str, day: date) -> dict[str, Any]:
    return {
        "url": reverse("procurement:purchase", args=[row["id"]]), "title": row["title"], "unit_name": row["unit_name"],
        "day": day, "what": what, "label": SHORT[what],
    }  # fmt: skip


def _weeks(month: date, due: Sequence[Turn], today: date) -> tuple[tuple[tuple[int, str], ...], ...]:
    """(day, how it is marked) by week; 0 for days of other months."""
    marks: dict[int, str] = {}
    for turn in due:
        if turn.what == "notice" or turn.day.day not in marks:
            marks[turn.day.day] = f"due {turn.what}"
    if (month.year, month.month) == (today.year, today.month):
        marks[today.day] = f"{marks.get(today.day, '')} today".strip()
    days = weeks.Calendar().monthdayscalendar(month.year, month.month)
    return tuple(tuple((day, marks.get(day, "")) for day in week) for week in days)
