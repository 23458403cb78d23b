"""Waivers and conditions: lists, one waiver with its steps, and what may be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.choices import ConditionState, ProofKind, WaiverState, WaiverStep
from readiness.gates.rules.waivers import STEPS, Waiver, deciding
from readiness.gates.tables.words import CONDITIONS, PROOFS, WAIVERS, Text, sign

Row = Mapping[str, Any]
EVENTS: dict[str, tuple[Text, str]] = {
    WaiverStep.PROPOSE: (gettext_lazy("Asked for"), "send"),
    WaiverStep.REVIEW: (gettext_lazy("Taken up for review"), "eye"),
    WaiverStep.APPROVE: (gettext_lazy("Approved"), "shield-check"),
    WaiverStep.REJECT: (gettext_lazy("Rejected"), "x"),
    WaiverStep.EXTEND: (gettext_lazy("Extension asked for"), "clock"),
    WaiverStep.REVOKE: (gettext_lazy("Revoked"), "circle-off"),
}
# (step, route, label, icon)
_OFFERED: tuple[tuple[WaiverStep, str, Text, str], ...] = (
    (WaiverStep.REVIEW, "gates:waiver_review", gettext_lazy("Take up for review"), "eye"),
    (WaiverStep.APPROVE, "gates:waiver_approve", gettext_lazy("Approve"), "shield-check"),
    (WaiverStep.REJECT, "gates:waiver_reject", gettext_lazy("Reject"), "x"),
    (WaiverStep.EXTEND, "gates:waiver_extend", gettext_lazy("Ask for an extension"), "clock"),
    (WaiverStep.REVOKE, "gates:waiver_revoke", gettext_lazy("Revoke"), "circle-off"),
)


def waiver_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What gates/waivers.html prints; rows of queries.listed.waiver_rows."""
    return [
        {
            "url": reverse("gates:waiver", args=[row["id"]]),
            "text": row["criterion_text"],
            "initiative": f"{row['initiative_key']} {row['initiative_name']}",
            "initiative_url": reverse("gates:initiative", args=[row["initiative_id"]]),
            "unit": row["unit_name"],
            "gate": row["gate"],
            "state": sign(WAIVERS, row["standing"]),
            "begins_at": row["begins_at"],
            "expires_at": row["expires_at"],
        }
        for row in rows
    ]


def waivers_headline(states: Mapping[str, int]) -> str:
    """`2 waivers are in force, 1 waits for somebody to decide it`"""
    active = states.get(WaiverState.ACTIVE, 0)
    waiting = states.get(WaiverState.PROPOSED, 0) + states.get(WaiverState.UNDER_REVIEW, 0)
    if not active and not waiting:
        return _("No waiver is in force and none is asked for")
    told = (
        (active, ngettext("%s waiver is in force", "%s waivers are in force", active)),
        (waiting, ngettext("%s waits for a decision", "%s wait for a decision", waiting)),
    )
    return ", ".join(text % grouped(count) for count, text in told if count)


def waiver_headline(row: Any) -> str:
    return _("Waiver of “%(text)s”: %(state)s") % {"text": row.criterion_text, "state": str(WAIVERS[row.standing][0]).lower()}


def waiver_history(events: Iterable[Any]) -> list[dict[str, Any]]:
    """For ui/timeline.html, the newest first."""
    return [
        {
            "icon": EVENTS[one.step][1],
            "title": str(EVENTS[one.step][0]),
            "text": "; ".join(part for part in (one.reason, one.measure, one.note) if part),
            "who": str(one.by),
            "at": one.at,
        }
        for one in reversed(list(events))
    ]


def waiver_steps(pk: int, now: Waiver, reader: int | None, *, decides: bool, asks: bool, manages: bool) -> dict[str, Any]:
    """What this person may do; why they may not approve where they asked for it themselves."""
    rights = {
        WaiverStep.REVIEW: decides or manages,
        WaiverStep.APPROVE: decides and reader not in now.asked_by,
        WaiverStep.REJECT: decides,
        WaiverStep.EXTEND: asks and now.extension is None,
        WaiverStep.REVOKE: decides or manages or asks,
    }
    found = [
        {"url": reverse(name, args=[pk]), "label": label, "icon": icon, "first": step is WaiverStep.APPROVE}
        for step, name, label, icon in _OFFERED
        if rights[step] and _possible(step, now)
    ]
    own = decides and reader in now.asked_by and deciding(now)
    return {"steps": found, "own_request": own}


def _possible(step: WaiverStep, now: Waiver) -> bool:
    decides = step in (WaiverStep.APPROVE, WaiverStep.REJECT)
    return now.state in STEPS[step] or (decides and deciding(now))


def condition_rows(rows: Iterable[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What gates/conditions.html prints; rows of queries.listed.condition_rows. `names`: of criteria by key."""
    return [
        {
            "id": row["id"],
            "text": row["text"],
            "url": reverse("gates:decision", args=[row["decision_id"]]),
            "initiative": f"{row['initiative_key']} {row['initiative_name']}",
            "initiative_url": reverse("gates:initiative", args=[row["initiative_id"]]),
            "unit": row["unit_name"],
            "gate": row["gate"],
            "owner": row["owner_name"],
            "due": row["due"],
            "state": sign(CONDITIONS, row["state"]),
            "overdue": row["state"] == ConditionState.OVERDUE,
            "open": row["state"] in (ConditionState.OPEN, ConditionState.OVERDUE),
            "proof": _proof(row, names),
            "by_person": row["proof"] == ProofKind.PERSON,
            "proven_at": row["proven_at"],
            "proven": " · ".join(part for part in (row["proven_by"] or "", row["proven_note"] or "") if part),
        }
        for row in rows
    ]


def _proof(row: Row, names: Mapping[str, str]) -> str:
    said = str(PROOFS[row["proof"]])
    if row["proof"] == ProofKind.CRITERION:
        return f"{said}: {names.get(row['ref'], row['ref'])}"
    return said


def conditions_headline(states: Counter[str] | Mapping[str, int]) -> str:
    """`3 conditions are open, 1 of them is overdue`"""
    overdue = states.get(ConditionState.OVERDUE, 0)
    count = states.get(ConditionState.OPEN, 0) + overdue
    if not count:
        return _("No condition is open")
    said = ngettext("%s condition is open", "%s conditions are open", count) % grouped(count)
    if not overdue:
        return said
    late = ngettext("%s of them is overdue", "%s of them are overdue", overdue) % grouped(overdue)
    return f"{said}, {late}"
