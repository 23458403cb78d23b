"""Telling of reviews: votes, judgements, dates, decisions, and evidence that fades before a review."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.choices import Action, Role
from portfolio.activity.choices import NoticeKind
from readiness.gates.choices import OUTCOME_LABELS, Outcome, ReviewState, ReviewStep
from readiness.gates.models import Decision, Review, ReviewEvent
from readiness.gates.queries import recipients
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.queries.panels import panels
from readiness.gates.rules.templates.template import Criterion
from readiness.gates.services.notices.telling import Told, moment, of_review, what

LOOK_AHEAD = timedelta(days=30)  # reviews that are nearer are looked through for evidence that fades before them


def vote_asked(told: Told) -> int:
    row = told.review
    if row is None or row.state != ReviewState.IN_REVIEW:
        return 0
    return ask_votes(row, told.now) + _ask_judgements(row, told.now)


def ask_votes(row: Review, now: datetime) -> int:
    until = _(" until %s") % moment(row.window_ends_at) if row.window_ends_at else ""
    text = _("Your vote is asked%(until)s: %(what)s") % {"until": until, "what": what(row)}
    key = f"vote-{row.pk}-{row.round}-{row.opened_at:%Y%m%d%H%M%S}"
    return of_review(row, panels([row], now=now)[row.pk].owing, NoticeKind.VOTE_ASKED, key, text)


def _ask_judgements(row: Review, now: datetime) -> int:
    """Of those who sit for the functions that a criterion names."""
    panel, told = panels([row], now=now)[row.pk], 0
    for criterion, rule in recipients.unsaid(evaluated([row], now=now)[row.pk]):
        people = recipients.standing_for(rule.functions, panel)
        text = _("Your judgement is asked: %(criterion)s %(what)s") % {"criterion": criterion.text, "what": what(row)}
        told += of_review(row, people, NoticeKind.JUDGEMENT_ASKED, f"judge-{row.pk}-{row.round}-{criterion.key}", text)
    return told


def opened(told: Told) -> int:
    row = told.review
    return _ask_judgements(row, told.now) if row else 0


def scheduled(told: Told) -> int:
    row = told.review
    if row is None or row.scheduled_at is None:
        return 0
    text = _("%(what)s is reviewed on %(when)s") % {"what": what(row), "when": moment(row.scheduled_at)}
    people = recipients.owners(row.initiative) | recipients.sitting(row)
    key = f"scheduled-{row.pk}-{row.scheduled_at:%Y%m%d%H%M}"
    return of_review(row, people, NoticeKind.REVIEW_SCHEDULED, key, text) + _ask_judgements(row, told.now)


def ready(told: Told) -> int:
    row = told.review
    if row is None or row.state != ReviewState.PLANNED:
        return 0
    text = _("Ready to be scheduled: %s") % what(row)
    people = recipients.may(Action.GATE, row.initiative)
    return of_review(row, people, NoticeKind.REVIEW_READY, f"ready-{row.pk}-{row.round}", text)


def proposed(told: Told) -> int:
    row = told.review
    if row is None or row.state != ReviewState.PROPOSED:
        return 0
    step = ReviewEvent.objects.filter(review=row, step=ReviewStep.PROPOSE).order_by("-id").values_list("id", flat=True).first()
    text = _("All votes are in, a decision is asked: %s") % what(row)
    people = recipients.deciding(panels([row], now=told.now)[row.pk])
    return of_review(row, people, NoticeKind.DECISION_ASKED, f"proposed-{row.pk}-{step}", text)


def decided(told: Told) -> int:
    row, decision = told.review, Decision.objects.filter(pk=told.payload.get("decision_id", 0)).first()
    if row is None or decision is None:
        return 0
    said = {"outcome": OUTCOME_LABELS[Outcome(decision.outcome)], "what": what(row)}
    text = _("Corrected to %(outcome)s: %(what)s") if decision.supersedes_id else _("Decided, %(outcome)s: %(what)s")
    people = recipients.owners(row.initiative) | recipients.sitting(row) | {row.created_by_id}
    key = f"decided-{decision.pk}"
    return of_review(row, people, NoticeKind.DECISION_MADE, key, text % said, quote=decision.reason, but=decision.by_id)


def drifted(told: Told) -> int:
    row = told.review
    last = Decision.objects.filter(review=row, superseded_by=None).order_by("-id").first() if row else None
    if row is None or last is None:
        return 0
    text = _("Evidence changed since it was decided: %s") % what(row)
    people = recipients.owners(row.initiative) | {last.by_id, row.created_by_id}
    return of_review(row, people, NoticeKind.DECISION_DRIFTED, f"drifted-{last.pk}-{told.event_id}", text)


def tell_fading(now: datetime) -> int:
    """Tell owners what evidence will be too old at the review that is scheduled; once for each such set of criteria and date."""
    soon = Review.objects.filter(state=ReviewState.SCHEDULED, scheduled_at__gt=now, scheduled_at__lte=now + LOOK_AHEAD)
    rows = list(soon.select_related("template", "initiative__unit").order_by("id"))
    found = evaluated(rows, now=now)
    return sum(_fading(row, [one.criterion for one in recipients.fading(found[row.pk], _when(row))]) for row in rows)


def _fading(row: Review, criteria: Iterable[Criterion]) -> int:
    told = list(criteria)
    if not told:
        return 0
    many = "%(n)d criteria stand on evidence that is too old by the review on %(when)s: %(what)s"
    text = ngettext("A criterion stands on evidence that is too old by the review on %(when)s: %(what)s", many, len(told))
    said = {"n": len(told), "when": moment(_when(row)), "what": what(row)}
    names = "|".join(sorted(one.key for one in told)).encode()
    key = f"fading-{row.pk}-{_when(row):%Y%m%d%H%M}-{hashlib.sha256(names).hexdigest()[:16]}"
    people = {*recipients.owners(row.initiative), row.created_by_id, *recipients.holding([Role.ARCHITECT], row.initiative)}
    return of_review(row, people, NoticeKind.EVIDENCE_STALE, key, text % said, quote="; ".join(one.text for one in told))


def _when(row: Review) -> datetime:
    assert row.scheduled_at is not None
    return row.scheduled_at
