"""Who sits at a gate: the unit's gatekeepers, the seats of a review, delegations, attendance and votes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet
from readiness.gates.choices import Ballot
from readiness.gates.models.review import Review
from readiness.gates.models.scope import ReviewQuerySet

PERSON = settings.AUTH_USER_MODEL


class Gatekeeper(models.Model):
    """Somebody who holds the role of a gatekeeper for a unit and what they stand for there; reviews are seated from these.

    Without a unit for the whole organisation. `gates`: keys of the gates that they sit at, [] all of them.
    """

    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="gatekeeper_of")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.CASCADE, null=True, blank=True, related_name="gatekeepers")
    functions = models.JSONField(_("stands for"), default=list)
    gates = models.JSONField(_("gates"), default=list, blank=True, db_default=models.Value([], models.JSONField()))
    chair = models.BooleanField(_("chairs"), default=False, db_default=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ScopedQuerySet["Gatekeeper"].as_manager()

    class Meta:
        ordering = ("unit", "person")
        constraints = [models.UniqueConstraint("person", "unit", name="gatekeeper_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return str(self.person)


class Seat(models.Model):
    """A gatekeeper named for a review."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    functions = models.JSONField(_("stands for"), default=list)
    chair = models.BooleanField(_("chairs"), default=False, db_default=False)

    objects = ReviewQuerySet["Seat"].as_manager()

    class Meta:
        ordering = ("-chair", "id")
        constraints = [
            models.UniqueConstraint("review", "person", name="gate_seat_once"),
            models.UniqueConstraint("review", name="one_chair_per_review", condition=models.Q(chair=True)),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Delegation(models.Model):
    """Somebody stands for a gatekeeper for a time. Taken back by `revoked_at`; what was voted meanwhile stays."""

    giver = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="delegations_given")
    taker = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="delegations_taken")
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ("begins_at", "id")
        constraints = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="delegation_to_another"),
            models.CheckConstraint(condition=models.Q(begins_at__lt=models.F("ends_at")), name="delegation_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.taker} for {self.giver}"


class Attendance(models.Model):
    """Somebody in the room while a review was held; the meeting writes these rows through gates' services."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="attendance")
    round = models.PositiveIntegerField(default=1, db_default=1)
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet["Attendance"].as_manager()

    class Meta:
        ordering = ("arrived_at", "id")
        constraints = [
            models.UniqueConstraint(
                "review", "round", "person", name="one_attendance_at_a_time", condition=models.Q(left_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class Vote(models.Model):
    """What was said on one seat; the one that nothing supersedes is in effect. `by` is the delegate where one stood there."""

    insert_only = True

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="votes")
    round = models.PositiveIntegerField()
    seat = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    ballot = models.CharField(max_length=12, choices=choices_of(Ballot))
    rationale = models.TextField(_("why"), blank=True, default="")
    at = models.DateTimeField(db_default=Now())
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by")

    objects = ReviewQuerySet["Vote"].as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                "review", "round", "seat", name="one_first_vote_per_seat", condition=models.Q(supersedes__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.ballot
