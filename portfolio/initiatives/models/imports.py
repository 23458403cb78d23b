"""Registers and what was imported into them: every raw value kept beside its interpretation."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import KeyRule, RowOutcome, RunState, choices_of
from portfolio.initiatives.models.initiative import Initiative
from portfolio.initiatives.models.lifecycle import Lifecycle
from portfolio.kit.scope import ScopedQuerySet


class Register(models.Model):
    """A named source of initiatives with one key rule; its units hang under `unit`."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="registers"
    )
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="+")
    key_rule = models.CharField(max_length=20, choices=choices_of(KeyRule))
    profile = models.CharField(max_length=60, blank=True, default="", db_default="")
    mapping = models.JSONField(default=dict)
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One file on its way in. Counts add up: rows = created + updated + unchanged + rejected."""

    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=choices_of(RunState), default=RunState.UPLOADED
    )
    publish_when_staged = models.BooleanField(default=False, db_default=False)
    rows_done = models.PositiveIntegerField(default=0, db_default=0)
    rows_total = models.PositiveIntegerField(null=True)
    counts = models.JSONField(
        default=dict,
        help_text="{rows, created, updated, unchanged, rejected, missing, ...}",
    )
    notes = models.JSONField(
        default=list, help_text="Messages about the file as a whole."
    )
    error = models.TextField(blank=True, default="", db_default="")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    started_label = models.CharField(max_length=200, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    demo = models.BooleanField(default=False, db_default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class ImportRow(models.Model):
    """A staged row. Rows that changed nothing are dropped after publishing (RegisterRow holds the same raw values)."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    key = models.TextField(blank=True, default="", db_default="")
    outcome = models.CharField(
        max_length=10, choices=choices_of(RowOutcome), default=RowOutcome.PENDING
    )
    raw = models.JSONField()
    fields = models.JSONField(default=dict)
    issues = models.JSONField(
        default=list, help_text="[{column, target, value, reason, rejected}]"
    )
    digest = models.CharField(max_length=64, default="", db_default="")
    initiative_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("run", "line")
        indexes = [
            models.Index(fields=["run", "line"], name="import_row_line"),
            models.Index(fields=["run", "outcome", "line"], name="import_row_outcome"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class RegisterRow(models.Model):
    """The newest published row of a register for one initiative: raw values beside their interpretation."""

    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, related_name="rows"
    )
    key = models.TextField()
    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="register_rows"
    )
    line = models.PositiveIntegerField()
    raw = models.JSONField()
    fields = models.JSONField(default=dict)
    issues = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")
    seen_in = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("register", "key", name="register_key")]
        indexes = [models.Index(fields=["initiative"], name="register_row_initiative")]

    def __str__(self) -> str:
        return self.key
