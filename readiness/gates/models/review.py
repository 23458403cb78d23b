"""A review: one initiative at one gate, each evaluation of its criteria, and what people judged."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Mode, Outcome, ReviewState, ReviewStep
from readiness.gates.models.scope import InitiativeQuerySet, ReviewQuerySet
from readiness.gates.models.template import GateTemplate

OPEN = ("planned", "scheduled", "in_review", "proposed")


class Review(models.Model):
    """The row whose lock every vote, waiver, decision and withdrawal takes first (SECURITY.md, section 0).

    `round` grows when it goes again after Hold or Recycle, and when a vote lapsed. What follows from the newest run stands on
    the row, so that lists need no run: `ready`, `recommended`, `verdicts` {verdict: count}, `missing` [{key, text, verdict,
    who}], `recheck_at` when time alone would change something. `changes` is what moved since the decision in effect
    (rules.drift), `changed_at` set where any of it is material. `packs` {variant: SHA-256} of the pre-read that was sent last;
    the slice that sends it writes it through services.packs.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="gate_reviews")
    template = models.ForeignKey(GateTemplate, on_delete=models.PROTECT, related_name="reviews")
    gate = models.SlugField(max_length=60)
    gate_name = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=choices_of(ReviewState), default=ReviewState.PLANNED, db_default="planned")
    round = models.PositiveIntegerField(default=1, db_default=1)
    mode = models.CharField(max_length=10, choices=choices_of(Mode), default=Mode.MEETING, db_default="meeting")
    wanted_on = models.DateField(_("wanted by"), null=True, blank=True)
    scheduled_at = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    window_ends_at = models.DateTimeField(_("votes in writing until"), null=True, blank=True)
    superseded_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    ready = models.BooleanField(default=False, db_default=False, editable=False)
    recommended = models.CharField(
        max_length=15, choices=choices_of(Outcome), blank=True, default="", db_default="", editable=False
    )
    verdicts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), editable=False)
    missing = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    evaluated_at = models.DateTimeField(null=True, editable=False)
    recheck_at = models.DateTimeField(null=True, editable=False)
    decided = models.CharField(max_length=15, choices=choices_of(Outcome), blank=True, default="", db_default="", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    changes = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    packs = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), editable=False)

    objects = InitiativeQuerySet["Review"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("initiative", "gate", name="one_open_gate_review", condition=models.Q(state__in=OPEN)),
            models.CheckConstraint(
                condition=~models.Q(state__in=("decided", "closed")) | ~models.Q(decided=""), name="decided_review_says_what"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "scheduled_at"], name="gate_review_plan"),
            models.Index(fields=["recheck_at"], name="gate_review_recheck", condition=models.Q(recheck_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.gate_name}, round {self.round}"


class ReviewEvent(models.Model):
    """A step of a review: who moved it from where to where. `note` says why where a reason is asked for."""

    insert_only = True

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=15, choices=[*choices_of(ReviewStep), ("plan", "Plan"), ("migrate", "Migrate")])
    before = models.CharField(max_length=12, blank=True, default="")
    after = models.CharField(max_length=12, choices=choices_of(ReviewState))
    round = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)

    objects = ReviewQuerySet["ReviewEvent"].as_manager()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["review", "id"], name="gate_review_history")]

    def __str__(self) -> str:
        return self.step


class Run(models.Model):
    """One evaluation of all criteria. `content` holds {criteria, recommendation, dependencies} as a snapshot writes them.

    A run that found what the one before found keeps no content of its own: `same_as` names the run that has it.
    """

    insert_only = True

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="runs")
    round = models.PositiveIntegerField()
    why = models.CharField(max_length=40, help_text="an event's kind, `schedule` or `asked`")
    content = models.JSONField(null=True)
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    recommended = models.CharField(max_length=15, choices=choices_of(Outcome))
    ready = models.BooleanField()
    rules_version = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReviewQuerySet["Run"].as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["review", "-id"], name="gate_run_history")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content__isnull=False, same_as__isnull=True)
                | models.Q(content__isnull=True, same_as__isnull=False),
                name="gate_run_has_content",
            )
        ]

    def __str__(self) -> str:
        return self.recommended


class Judgement(models.Model):
    """A person's word on one criterion of a review; a later one supersedes it. Never a waiver, never unknown or stale.

    `functions`: what the person stood for when they said it.
    """

    insert_only = True

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="judgements")
    criterion = models.SlugField(max_length=60)
    verdict = models.CharField(
        max_length=15, choices=[(one.value, one.value) for one in (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET)]
    )
    impossible = models.BooleanField(default=False)
    note = models.TextField(_("why"))
    functions = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by")

    objects = ReviewQuerySet["Judgement"].as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                "review", "criterion", name="one_first_judgement", condition=models.Q(supersedes__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.verdict}"
