"""Runs of the detection, the figures that its rules are tuned by, and which purchases pay for which pool."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.models import Purchase
from readiness.silos.choices import KIND_LABELS, FindingKind
from readiness.workloads.models import CapacityPool


class Detection(models.Model):
    """One run over one portfolio (demo or real). `counts`: {kind: found}; `seen`: how many rows of each sort it looked at."""

    insert_only = True

    demo = models.BooleanField(default=False, db_default=False)
    on = models.DateField()
    why = models.CharField(max_length=60)
    seen = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    opened = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    unknown = models.JSONField(default=dict, help_text="{what could not be judged: how many}")
    settings = models.JSONField(default=dict, help_text="What the rules were tuned by.")
    currency = models.CharField(max_length=16, blank=True, default="", db_default="")
    seconds = models.FloatField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["demo", "-id"], name="silo_detection_newest")]

    def __str__(self) -> str:
        return f"{self.on} ({self.why})"


class RuleSetting(models.Model):
    """What of a rule differs from its default (rules/settings.py): `{name: value}` as rules.tuning reads it."""

    kind = models.CharField(_("rule"), max_length=25, choices=choices_of(FindingKind, KIND_LABELS), unique=True)
    values = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("kind",)

    def __str__(self) -> str:
        return self.kind


class PoolPurchaseQuerySet(ScopedQuerySet["PoolPurchase"]):
    """A link is seen by those who see its purchase."""

    unit_path_lookup = "purchase__unit__path"
    demo_lookup = "purchase__demo"


class PoolPurchase(models.Model):
    """This purchase pays for this pool, so that what stands idle has a price. Declared by a person; nothing is guessed."""

    pool = models.ForeignKey(
        CapacityPool, on_delete=models.CASCADE, related_name="pool_purchases", verbose_name=_("capacity pool")
    )
    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="pool_purchases", verbose_name=_("purchase"))

    objects = PoolPurchaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("pool", "purchase", name="silo_pool_purchase_once")]

    def __str__(self) -> str:
        return f"{self.purchase_id} pays for {self.pool_id}"
