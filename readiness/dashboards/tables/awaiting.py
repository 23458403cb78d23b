"""What waits for a person as rows of a page and of the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from readiness.dashboards.choices import DUTY_LABELS, DutyKind
from readiness.dashboards.queries.awaiting.duty import Duty

_ICONS = {
    DutyKind.VOTE: "checklist", DutyKind.DECIDE: "scale", DutyKind.JUDGE: "clipboard-check", DutyKind.WAIVER: "shield",
    DutyKind.CONDITION: "flag", DutyKind.READINESS: "progress-check", DutyKind.UNKNOWN: "question-mark",
    DutyKind.ACTION: "circle-check", DutyKind.ANSWER: "calendar",
}  # fmt: skip


def rows(duties: Iterable[Duty]) -> list[dict[str, Any]]:
    """Each with its words, its icon and where it is done."""
    return [{"duty": one, "label": _(DUTY_LABELS[one.kind]), "icon": _ICONS[one.kind], "url": url_of(one)} for one in duties]


def url_of(one: Duty) -> str:
    return reverse(one.route, args=one.arguments) + one.query


def counted(duties: Iterable[Duty]) -> list[dict[str, Any]]:
    """Kinds with how many of each wait, in the order of the kinds; those without any are left out."""
    found = list(duties)
    each = [(kind, sum(1 for one in found if one.kind == kind)) for kind in DutyKind]
    return [{"kind": kind.value, "label": _(DUTY_LABELS[kind]), "icon": _ICONS[kind], "count": n} for kind, n in each if n]


def plain(one: Duty) -> dict[str, Any]:
    """As the API tells it."""
    return {
        "kind": one.kind.value, "ref": one.ref, "text": one.text, "initiative_id": one.initiative_id,
        "initiative_key": one.key, "initiative_name": one.name, "due": one.due.isoformat() if one.due else None,
        "overdue": one.overdue, "url": url_of(one),
    }  # fmt: skip
