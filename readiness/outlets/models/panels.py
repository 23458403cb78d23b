"""Panels that other people's pages show by a secret address."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import PANEL_LABELS, PanelKind
from readiness.outlets.models.own import OwnQuerySet


class PanelQuerySet(OwnQuerySet["Panel"]):
    """One's own."""


class Panel(models.Model):
    """Only the digest of the address's secret is kept. It opens one panel about one unit (none: the whole organisation), until it
    ends or is revoked, and never further than its owner sees. `origins` are the pages that may frame it; none may without any.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="panels")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=choices_of(PanelKind, PANEL_LABELS))
    money = models.BooleanField(default=False, db_default=False)
    origins = ArrayField(models.CharField(max_length=300), default=list)
    demo = models.BooleanField(default=False, db_default=False)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="panel_ends")]

    def __str__(self) -> str:
        return self.name


class PanelPace(models.Model):
    """How often a panel was asked for within one minute: one row a panel, counted in one statement."""

    panel = models.OneToOneField(Panel, on_delete=models.CASCADE, primary_key=True)
    minute = models.DateTimeField()
    reads = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.reads} in {self.minute}"
