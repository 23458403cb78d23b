"""A person's word on a criterion that is judged by one. It is never a waiver, and nobody says unknown or stale."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.evidence.choices import Verdict
from readiness.gates.choices import FUNCTION_LABELS, GateFunction
from readiness.gates.models import Judgement, Review
from readiness.gates.models.review import OPEN
from readiness.gates.queries.gatekeepers import functions_of
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.kinds import JudgementRule
from readiness.gates.rules.templates.template import Criterion
from readiness.gates.services.deciders import as_of_now, own
from readiness.gates.services.evaluating import evaluate
from readiness.gates.services.locking import lock_review

SAYABLE = (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET)


def judge(
    *, by: Actor, review: Review, criterion: str, verdict: Verdict, note: str, impossible: bool = False,
    now: datetime | None = None,
) -> Judgement:  # fmt: skip
    """Say that a criterion is met, nearly or not, and why; `impossible`: not met, and never can be. A later word supersedes it.

    Raises PermissionDenied for a token, and for who is not of the functions that the template names; ValidationError with a
    message per field.
    """
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        who = as_of_now(by)
        person = int(who.user_id or 0)
        asked = _criterion(row, criterion)
        rule = asked.rule
        assert isinstance(rule, JudgementRule)
        functions = functions_of(person, row.pk, row.initiative)
        _require(who, row, rule, functions)
        _check(asked, verdict, note, impossible)
        before = Judgement.objects.filter(review=row, criterion=criterion, superseded_by=None).order_by("-id").first()
        made = Judgement.objects.create(
            review=row, criterion=criterion, verdict=verdict, impossible=impossible, note=note.strip(),
            functions=[one.value for one in GateFunction if one in functions], by_id=person, at=at, supersedes=before,
        )  # fmt: skip
        evaluate([row.pk], why="judgement", now=at, by=who)
    return made


def _criterion(row: Review, key: str) -> Criterion:
    if row.state not in OPEN:
        raise ValidationError(_("The review is decided or has ended; nothing more is judged in it."))
    found = next((one for one in parsed(row.template).gate(row.gate).criteria if one.key == key), None)
    if found is None:
        raise ValidationError({"criterion": _("This gate has no such criterion.")})
    if not isinstance(found.rule, JudgementRule):
        raise ValidationError({"criterion": _("This criterion judges itself; nobody's word changes it.")})
    return found


def may_judge(by: Actor, row: Review, rule: JudgementRule, functions: frozenset[GateFunction]) -> bool:
    """Where functions are named, one who stands for one of them; else whoever steers, decides or owns. Never one's own where it
    must be independent."""
    is_own = own(by, row.initiative)
    if rule.independent and is_own:
        return False
    path = row.initiative.unit.path
    if rule.functions:
        return bool(functions & set(rule.functions)) and by.may(Action.VIEW, path)
    return is_own or by.may(Action.GATE, path) or by.may(Action.DECIDE, path)


def _require(by: Actor, row: Review, rule: JudgementRule, functions: frozenset[GateFunction]) -> None:
    if may_judge(by, row, rule, functions):
        return
    if rule.functions:
        named = ", ".join(str(FUNCTION_LABELS[one]) for one in rule.functions)
        raise PermissionDenied(_("This is for somebody who stands for %s to say.") % named)
    raise PermissionDenied(_("This is not yours to judge."))


def _check(asked: Criterion, verdict: Verdict, note: str, impossible: bool) -> None:
    problems = {}
    if verdict not in SAYABLE:
        problems["verdict"] = _("Say met, warning or not met.")
    if not note.strip():
        problems["note"] = _("Say why.")
    if impossible and verdict is not Verdict.NOT_MET:
        problems["impossible"] = _("Only what is not met can be impossible.")
    elif impossible and asked.impossible is None:
        problems["impossible"] = _("The template declares nothing impossible here.")
    if problems:
        raise ValidationError(problems)
