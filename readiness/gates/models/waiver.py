"""Waivers of criteria: the row says of what, its events say what became of it; nothing is edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.gates.choices import WaiverState, WaiverStep
from readiness.gates.models.scope import InitiativeQuerySet

STANDING = ("proposed", "under_review", "approved", "active")


class Waiver(models.Model):
    """Of one criterion of one gate of an initiative. `state`, `begins_at` and `expires_at` stand as the events fold
    (rules.waivers.fold) at the last write or sweep; whoever judges folds the events at their own time.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="waivers")
    gate = models.SlugField(max_length=60)
    criterion = models.SlugField(max_length=60)
    criterion_text = models.CharField(max_length=500)
    state = models.CharField(max_length=15, choices=choices_of(WaiverState), default=WaiverState.PROPOSED)
    begins_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    told_expiry = models.DateTimeField(null=True, editable=False, help_text="The end that people were told of beforehand.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["Waiver"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                "initiative", "gate", "criterion", name="one_standing_waiver", condition=models.Q(state__in=STANDING)
            )
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="waiver_expiry")]

    def __str__(self) -> str:
        return self.criterion_text


class WaiverQuerySet(ScopedQuerySet[Row]):
    unit_path_lookup = "waiver__initiative__unit__path"
    demo_lookup = "waiver__initiative__demo"


class WaiverEvent(models.Model):
    """A step. `reason`, `measure` and the times are set where it proposes or extends; `note` where it decides."""

    insert_only = True

    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=10, choices=choices_of(WaiverStep))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    reason = models.TextField(_("reason"), blank=True, default="")
    measure = models.TextField(_("compensating measure"), blank=True, default="")
    begins_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")

    objects = WaiverQuerySet["WaiverEvent"].as_manager()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["waiver", "id"], name="waiver_history")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(step__in=("propose", "extend"))
                | (models.Q(expires_at__isnull=False) & ~models.Q(reason="") & ~models.Q(measure="")),
                name="waiver_says_why_and_until",
            )
        ]

    def __str__(self) -> str:
        return self.step
