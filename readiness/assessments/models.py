"""Question banks, versioned answer sets over them, and the component checklist."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.assessments.choices import DIMENSION_LABELS, BankState, Component, Dimension, Presence, Reply


class InitiativeQuerySet(ScopedQuerySet[Row]):
    """Rows that belong to an initiative are seen by those who see it."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class QuestionBank(models.Model):
    """A versioned set of questions; once published its questions never change, a new version is made instead."""

    key = models.SlugField(_("key"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=choices_of(BankState), default=BankState.DRAFT)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False, db_default=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint("key", "version", name="bank_version"),
            models.UniqueConstraint("is_default", name="one_default_bank", condition=models.Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Question(models.Model):
    """`phases` says for which part of the way it counts (choices.Phase); `key` stays the same from version to version."""

    bank = models.ForeignKey(QuestionBank, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(_("key"), max_length=80)
    position = models.PositiveIntegerField()
    dimension = models.CharField(_("dimension"), max_length=25, choices=choices_of(Dimension, DIMENSION_LABELS))
    text = models.TextField(_("question"))
    why = models.TextField(_("why it matters"), blank=True, default="", db_default="")
    evidence = models.TextField(_("what evidence would answer it"), blank=True, default="", db_default="")
    phases = models.JSONField(_("counts for"), default=list)
    weight = models.FloatField(_("weight"), default=1, db_default=1)

    class Meta:
        ordering = ("bank", "position")
        constraints = [
            models.UniqueConstraint("bank", "key", name="question_key"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="question_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.text


class Assessment(models.Model):
    """One numbered answer set of an initiative over a bank. The open one is edited; a closed one is kept as it is."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="assessments")
    bank = models.ForeignKey(QuestionBank, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InitiativeQuerySet["Assessment"].as_manager()

    class Meta:
        ordering = ("initiative", "-number")
        constraints = [
            models.UniqueConstraint("initiative", "number", name="assessment_number"),
            models.UniqueConstraint("initiative", name="one_open_assessment", condition=models.Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.number}"


class AssessmentAnswer(models.Model):
    """An answer to one question. No row is unknown without an owner; both count as no at the low end and yes at the high."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    reply = models.CharField(max_length=15, choices=choices_of(Reply), default=Reply.UNKNOWN)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    evidence_url = models.URLField(_("evidence"), max_length=1000, blank=True, default="", db_default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    due = models.DateField(_("to be found out by"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(db_default=Now())
    carried_from = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Number of the assessment it was taken from; empty once confirmed."
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InitiativeQuerySet["AssessmentAnswer"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("assessment", "question", name="answer_once")]
        indexes = [models.Index(fields=["owner", "due"], name="answer_unknown_owner", condition=models.Q(reply="unknown"))]

    def __str__(self) -> str:
        return self.reply


class ComponentCheck(models.Model):
    """Whether a component of the platform is there for an initiative; no row is unknown. `stated_at` is when somebody said so
    last; of what was said before this was kept nobody knows."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="components")
    component = models.CharField(max_length=30, choices=choices_of(Component))
    presence = models.CharField(max_length=10, choices=choices_of(Presence), default=Presence.UNKNOWN)
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    due = models.DateField(_("due"), null=True, blank=True)
    stated_at = models.DateTimeField(null=True, db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InitiativeQuerySet["ComponentCheck"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("initiative", "component", name="component_once")]

    def __str__(self) -> str:
        return f"{self.component}: {self.presence}"
