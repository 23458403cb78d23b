"""What a decision does to the initiative, in the decision's own transaction (DOMAIN.md: Decision).

Gatekeepers may not edit initiatives: the product does it on their behalf, and the trail names who decided.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import Actor, system
from portfolio.initiatives.choices import ReasonCode
from portfolio.initiatives.models import Initiative, Stage
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage, reopen
from readiness.gates.models import Condition, ConditionEvent, Decision
from readiness.gates.rules.decisions import Effect


def carry_out(*, by: Actor, decision: Decision, before: Decision | None, effect: Effect, today: date) -> None:
    """Reopen, move, close, and let the conditions of a corrected decision lapse, as far as the effect says so.

    Raises ValidationError where the initiative does not allow it: then nothing is decided.
    """
    product = replace(system(by.label, Through(by.through)), user_id=by.user_id, request_id=by.request_id)
    initiative = decision.initiative
    if effect.reopen:
        reopen(by=product, initiative=initiative)
    if effect.move_to is not None:
        stage = _stage(initiative, effect.move_to)
        move_stage(by=product, initiative=initiative, stage=stage, on=today, source=f"decision {decision.chain}")
    if effect.close is not None:
        close_initiative(
            by=product, initiative=initiative, kind=effect.close, reason=ReasonCode(decision.reason_code),
            lesson=decision.lesson, closed_on=today,
        )  # fmt: skip
    if effect.lapse and before is not None:
        _lapse(before, decision)


def _stage(initiative: Initiative, key: str) -> Stage:
    found = Stage.objects.filter(lifecycle_id=initiative.lifecycle_id, key=key).first()
    if found is None:
        raise ValidationError(_("The initiative's lifecycle has no stage “%s”; migrate it or the review.") % key)
    return found


def _lapse(before: Decision, now: Decision) -> None:
    """Also those that were proven: what they were asked for by is no decision any more."""
    ConditionEvent.objects.bulk_create(
        ConditionEvent(condition=one, kind="lapsed", by_id=now.by_id, at=now.at, shown={"decision": now.pk})
        for one in Condition.objects.filter(decision=before).order_by("id")
    )
