"""Decisions as links of a chain, the conditions they set, and the anchors that are kept outside."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import REASON_LABELS, ReasonCode, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.gates.choices import Mode, Outcome, ProofKind
from readiness.gates.models.review import Review
from readiness.gates.models.scope import InitiativeQuerySet

PERSON = settings.AUTH_USER_MODEL
CONDITION_EVENTS = [
    ("proven", "Proven"),
    ("lapsed", "Lapsed"),
    ("due", "Told that it is due"),
    ("overdue", "Told that it is overdue"),
]


class Decision(models.Model):
    """One decision, for ever. `content` is the canonical text that was hashed (rules.record.snapshot); the columns repeat what
    pages read, and the verifier holds them against it. `sealed` is what only those who may see money may open.

    `id` is taken from the sequence before the content is written, because the content names it. `(review, round)` has one
    first decision: the unique constraint behind the review's lock.
    """

    insert_only = True

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="gate_decisions")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    gate = models.SlugField(max_length=60)
    round = models.PositiveIntegerField()
    turn = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by")
    outcome = models.CharField(max_length=15, choices=choices_of(Outcome))
    recommended = models.CharField(max_length=15, choices=choices_of(Outcome))
    mode = models.CharField(max_length=10, choices=choices_of(Mode))
    reason = models.TextField(_("reason"), blank=True, default="")
    reason_code = models.CharField(
        max_length=30, choices=choices_of(ReasonCode, REASON_LABELS), blank=True, default="", db_default=""
    )
    lesson = models.TextField(_("lesson"), blank=True, default="")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    chain = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    content = models.TextField()
    digest = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(null=True)

    objects = InitiativeQuerySet["Decision"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("chain", "sequence", name="decision_chain"),
            models.UniqueConstraint("review", "round", "turn", name="decision_turn"),
            models.UniqueConstraint("review", "round", name="one_first_decision", condition=models.Q(supersedes__isnull=True)),
            models.CheckConstraint(
                condition=~models.Q(outcome="kill") | (~models.Q(reason_code="") & ~models.Q(lesson="")),
                name="kill_says_why",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="decision_at")]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.gate}"


class Condition(models.Model):
    """What a Conditional Go asks for. Open until an event proves it or lets it lapse; overdue follows from the day."""

    insert_only = True

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="gate_conditions")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"))
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="conditions_owned")
    due = models.DateField(_("due"))
    proof = models.CharField(max_length=12, choices=choices_of(ProofKind))
    ref = models.CharField(max_length=60, blank=True, default="")
    set_at = models.DateTimeField(db_default=Now())

    objects = InitiativeQuerySet["Condition"].as_manager()

    class Meta:
        ordering = ("due", "id")
        indexes = [models.Index(fields=["owner", "due"], name="condition_owner_due")]

    def __str__(self) -> str:
        return self.text


class ConditionQuerySet(ScopedQuerySet[Row]):
    unit_path_lookup = "condition__initiative__unit__path"
    demo_lookup = "condition__initiative__demo"


class ConditionEvent(models.Model):
    """It was proven, by evidence (`by` empty, `shown` what showed it) or by a person; or it lapsed; or its owner was told that
    it is due, and that it is overdue. At most one of each.
    """

    insert_only = True

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=CONDITION_EVENTS)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True, default="")
    shown = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    objects = ConditionQuerySet["ConditionEvent"].as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint("condition", "kind", name="condition_event_once")]

    def __str__(self) -> str:
        return self.kind


class Anchor(models.Model):
    """Heads of chains as they were sent out of the database: `heads` [{chain, sequence, hash, at}], to whom and how."""

    insert_only = True

    heads = models.JSONField()
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=10, choices=[("mail", "Mail"), ("pack", "Pack"), ("export", "Export")])
    sent_to = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.digest[:12]
