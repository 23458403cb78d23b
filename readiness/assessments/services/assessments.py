"""Starting and closing an initiative's assessments; a closed one is kept as it is, the next one starts from its answers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import lock
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.assessments.choices import BankState
from readiness.assessments.models import Assessment, AssessmentAnswer, QuestionBank
from readiness.assessments.services.rights import require_assess


def start_assessment(*, by: Actor, initiative: Initiative, bank: QuestionBank | None = None, note: str = "") -> Assessment:
    """The next numbered assessment, over the default bank unless another published one is given.

    Answers of the last closed one are carried over by question key and marked with the number they come from, until somebody
    confirms or changes them. Raises PermissionDenied, ValidationError (one is open, no bank, a closed initiative).
    """
    with acting(by):
        row = lock(initiative)
        require_assess(by, row)
        if row.status == Status.CLOSED:
            raise ValidationError(_("The initiative is closed; there is nothing left to get ready for."))
        last = Assessment.objects.filter(initiative=row).order_by("-number").first()
        if last is not None and last.closed_at is None:
            raise ValidationError(_("Assessment %d is open; answer or close it first.") % last.number)
        chosen = bank or QuestionBank.objects.filter(is_default=True).first()
        if chosen is None or chosen.state != BankState.PUBLISHED:
            raise ValidationError({"bank": _("Choose a published question bank; an administrator publishes them.")})
        made = Assessment.objects.create(initiative=row, bank=chosen, number=last.number + 1 if last else 1, note=note.strip())
        if last is not None:
            _carry_over(last, made)
        emit("assessment.changed", {"initiative_ids": [row.pk]})
    return made


def close_assessment(*, by: Actor, assessment: Assessment, note: str | None = None) -> Assessment:
    """Freeze it. Raises PermissionDenied, ValidationError (closed already, or nobody answered anything)."""
    with acting(by):
        row = lock_open(by, assessment)
        if not row.answers.exists():
            raise ValidationError(_("Nobody has answered a question yet; there is nothing to keep."))
        row.closed_at, row.closed_by_id = clock.now(), by.user_id
        row.note = row.note if note is None else note.strip()
        row.version += 1
        row.full_clean(exclude=["initiative", "bank"], validate_constraints=False)
        row.save(update_fields=["closed_at", "closed_by", "note", "version"])
        emit("assessment.changed", {"initiative_ids": [row.initiative_id]})
    return row


def lock_open(by: Actor, assessment: Assessment) -> Assessment:
    """The assessment locked for this transaction. Raises PermissionDenied; ValidationError once it is closed."""
    row: Assessment = (
        Assessment.objects.select_for_update(of=("self",)).select_related("initiative__unit", "bank").get(pk=assessment.pk)
    )
    require_assess(by, row.initiative)
    if row.closed_at is not None:
        raise ValidationError(_("Assessment %d is closed and stays as it is; start the next one.") % row.number)
    return row


def _carry_over(last: Assessment, made: Assessment) -> None:
    """Answers whose question the new bank asks too. Nobody answered them again, so author and moment stay theirs."""
    asked = dict(made.bank.questions.values_list("key", "id"))
    kept = ("reply", "note", "evidence_url", "owner_id", "due", "answered_by_id", "answered_at")
    old = last.answers.select_related("question")
    AssessmentAnswer.objects.bulk_create(
        AssessmentAnswer(
            assessment=made,
            initiative_id=made.initiative_id,
            question_id=asked[answer.question.key],
            carried_from=answer.carried_from or last.number,
            **{name: getattr(answer, name) for name in kept},
        )
        for answer in old
        if answer.question.key in asked
    )
