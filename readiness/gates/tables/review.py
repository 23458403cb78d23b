"""A review's page: its facts, the steps that are offered, its history, and what stands beside each criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.gates.choices import Outcome, ReviewState, ReviewStep, RuleKind
from readiness.gates.models import Review, Waiver
from readiness.gates.rules.reviews import LEFT_OPEN
from readiness.gates.rules.templates.template import Gate
from readiness.gates.tables.words import MODES, OUTCOMES, STATES, WAIVERS, Text, outcome, sign

STEPS: dict[str, tuple[Text, str]] = {
    "plan": (gettext_lazy("Planned"), "plus"),
    "migrate": (gettext_lazy("Moved to another version of the template"), "git-branch"),
    ReviewStep.SCHEDULE: (gettext_lazy("Scheduled"), "calendar"),
    ReviewStep.UNSCHEDULE: (gettext_lazy("Taken off the calendar"), "arrow-back-up"),
    ReviewStep.OPEN: (gettext_lazy("Opened"), "users"),
    ReviewStep.LAPSE: (gettext_lazy("The vote in writing ended without a quorum"), "clock"),
    ReviewStep.PROPOSE: (gettext_lazy("Voted"), "scale"),
    ReviewStep.REOPEN: (gettext_lazy("Opened again for votes"), "refresh"),
    ReviewStep.DECIDE: (gettext_lazy("Decided"), "check"),
    ReviewStep.CORRECT: (gettext_lazy("Decision corrected"), "edit"),
    ReviewStep.CLOSE: (gettext_lazy("Closed"), "archive"),
    ReviewStep.AGAIN: (gettext_lazy("Another round"), "refresh"),
    ReviewStep.WITHDRAW: (gettext_lazy("Withdrawn"), "arrow-back-up"),
    ReviewStep.SUPERSEDE: (gettext_lazy("Another review took its place"), "git-merge"),
}
# What a page offers: (route, label, icon, first), by state; first: as the button that stands out.
_OFFERED: dict[str, tuple[tuple[str, Text, str, bool], ...]] = {
    ReviewState.PLANNED: (
        ("gates:schedule", gettext_lazy("Schedule"), "calendar", True),
        ("gates:open", gettext_lazy("Open for votes"), "users", False),
        ("gates:migrate", gettext_lazy("Move to another template version"), "git-branch", False),
        ("gates:withdraw", gettext_lazy("Withdraw"), "arrow-back-up", False),
    ),
    ReviewState.SCHEDULED: (
        ("gates:open", gettext_lazy("Open for votes"), "users", True),
        ("gates:schedule", gettext_lazy("Change the date"), "calendar", False),
        ("gates:unschedule", gettext_lazy("Take off the calendar"), "arrow-back-up", False),
        ("gates:migrate", gettext_lazy("Move to another template version"), "git-branch", False),
        ("gates:withdraw", gettext_lazy("Withdraw"), "arrow-back-up", False),
    ),
    ReviewState.IN_REVIEW: (
        ("gates:lapse", gettext_lazy("End the vote without a decision"), "clock", False),
        ("gates:withdraw", gettext_lazy("Withdraw"), "arrow-back-up", False),
    ),
    ReviewState.PROPOSED: (
        ("gates:reopen", gettext_lazy("Open again for votes"), "refresh", False),
        ("gates:withdraw", gettext_lazy("Withdraw"), "arrow-back-up", False),
    ),
    ReviewState.DECIDED: (("gates:close", gettext_lazy("Close"), "archive", False),),
}


def headline(row: Review, recommended: str) -> str:
    """The answer in one sentence: what was decided, what is recommended, or that it has ended."""
    if row.state in (ReviewState.DECIDED, ReviewState.CLOSED) and row.decided:
        name = OUTCOMES[row.decided][0]
        if row.changed_at:
            return _("Decided: %s. Evidence changed since") % name
        return _("Decided: %s") % name
    if row.state in (ReviewState.WITHDRAWN, ReviewState.SUPERSEDED):
        return str(STATES[row.state][0])
    return recommended


def facts(row: Review) -> dict[str, Any]:
    """What stands below the headline."""
    return {
        "state": sign(STATES, row.state),
        "mode": MODES[row.mode],
        "round": row.round,
        "scheduled_at": row.scheduled_at,
        "wanted_on": row.wanted_on,
        "window_ends_at": row.window_ends_at,
        "opened_at": row.opened_at,
        "template": str(row.template),
        "template_url": reverse("gates:template", args=[row.template_id]) + f"#gate-{row.gate}",
        "ready": row.ready,
        "decided": outcome(row.decided) if row.state in (ReviewState.DECIDED, ReviewState.CLOSED) else None,
        "evaluated_at": row.evaluated_at,
        "packs": sorted(row.packs.items()),
    }


def steps(row: Review, *, manages: bool, decides: bool) -> list[dict[str, Any]]:
    """What this person may do next, the one that is next first."""
    found = [
        {"url": reverse(name, args=[row.pk]), "label": label, "icon": icon, "first": first}
        for name, label, icon, first in _OFFERED.get(row.state, ())
        if manages or (decides and name == "gates:reopen")
    ]
    if manages and row.state in (ReviewState.DECIDED, ReviewState.CLOSED) and row.decided in {one.value for one in LEFT_OPEN}:
        again = reverse("gates:again", args=[row.pk])
        found.insert(0, {"url": again, "label": gettext_lazy("Start another round"), "icon": "refresh", "first": True})
    return found


def beside(row: Review, gate: Gate, waivers: Iterable[Waiver], *, judging: bool, waiving: bool) -> dict[str, dict[str, Any]]:
    """By criterion: its why, the waiver that stands, and what this reader may do about it."""
    standing = {one.criterion: one for one in waivers}
    return {
        one.key: {
            "why": one.why,
            "waiver": _waiver(standing.get(one.key)),
            "judge_url": reverse("gates:judge", args=[row.pk, one.key])
            if judging and one.rule.kind is RuleKind.JUDGEMENT
            else "",
            "waive_url": reverse("gates:waive", args=[row.pk, one.key])
            if waiving and one.waivable and one.key not in standing
            else "",
        }
        for one in gate.criteria
    }


def _waiver(row: Waiver | None) -> dict[str, Any] | None:
    if row is None:
        return None
    state = getattr(row, "standing", row.state)
    return {"url": reverse("gates:waiver", args=[row.pk]), "state": sign(WAIVERS, state), "expires_at": row.expires_at}


def history(events: Sequence[Any]) -> list[dict[str, Any]]:
    """For ui/timeline.html, the newest first."""
    return [
        {
            "icon": STEPS.get(one.step, ("", "point"))[1],
            "title": str(STEPS.get(one.step, (one.step, ""))[0]),
            "text": _told(one),
            "who": str(one.by) if one.by else _("by itself"),
            "at": one.at,
        }
        for one in reversed(events)
    ]


def _told(one: Any) -> str:
    found = [one.note]
    if one.round > 1:
        found.append(_("round %d") % one.round)
    outcome_ = one.facts.get("outcome") if isinstance(one.facts, Mapping) else None
    if outcome_ in {each.value for each in Outcome}:
        found.append(_("the votes come to %s") % OUTCOMES[outcome_][0])
    return "; ".join(part for part in found if part)


def run_rows(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Evaluations, the newest first; one that found the same says so."""
    whys = {"asked": _("asked for"), "schedule": _("by schedule")}
    return [
        {
            "at": one["at"],
            "why": whys.get(one["why"], one["why"].replace(".", " ").replace("_", " ")),
            "recommended": outcome(one["recommended"]),
            "ready": one["ready"],
            "same": one["same_as_id"] is not None,
            "by": one["by_name"] or "",
        }
        for one in runs
    ]
