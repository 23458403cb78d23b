"""Reads of question banks. They hold no secret of any unit: everybody who is signed in may read published ones."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from readiness.assessments.choices import BankState, Dimension, Phase
from readiness.assessments.models import Assessment, Question, QuestionBank
from readiness.assessments.rules.packs import Pack, PackQuestion
from readiness.assessments.rules.scores import Asked


def visible_banks(*, drafts: bool) -> QuerySet[QuestionBank]:
    """Published and retired versions, and drafts for those who work on them."""
    rows = QuestionBank.objects.all()
    return rows if drafts else rows.exclude(state=BankState.DRAFT)


def bank_rows(actor: Actor, *, drafts: bool) -> QuerySet[QuestionBank, dict[str, Any]]:
    """Dict rows with `question_count` and `used` (assessments that the actor may see); one statement."""
    used = (
        Assessment.objects.visible_to(actor)
        .filter(bank=OuterRef("pk"))
        .order_by()
        .values("bank")
        .annotate(n=Count("pk"))
        .values("n")
    )
    asked = Question.objects.filter(bank=OuterRef("pk")).order_by().values("bank").annotate(n=Count("pk")).values("n")
    shown: QuerySet[QuestionBank, dict[str, Any]] = (
        visible_banks(drafts=drafts)
        .annotate(question_count=Coalesce(Subquery(asked), 0), used=Coalesce(Subquery(used), 0))
        .values("id", "key", "name", "version", "state", "is_default", "note", "published_at", "question_count", "used")
    )
    return shown


def published_banks() -> list[QuestionBank]:
    """What a new assessment may choose from, the default first."""
    return list(QuestionBank.objects.filter(state=BankState.PUBLISHED).order_by("-is_default", "name"))


def version_before(bank: QuestionBank) -> QuestionBank | None:
    """The version of the same key that came before this one."""
    return QuestionBank.objects.filter(key=bank.key, version__lt=bank.version).order_by("-version").first()


def pack_of(bank: QuestionBank) -> Pack:
    """What an export writes and an import compares with."""
    return Pack(bank.key, bank.name, tuple(pack_question(row) for row in bank.questions.order_by("position")), bank.note)


def pack_question(row: Question) -> PackQuestion:
    return PackQuestion(
        key=row.key,
        dimension=Dimension(row.dimension),
        text=row.text,
        phases=tuple(Phase(phase) for phase in row.phases),
        why=row.why,
        evidence=row.evidence,
        weight=row.weight,
    )


def asked_of(row: Question) -> Asked:
    """The question as scores take it."""
    return Asked(row.key, Dimension(row.dimension), row.weight, frozenset(Phase(phase) for phase in row.phases))
