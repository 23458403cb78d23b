"""Registers and what was imported into them: every raw value kept beside its interpretation."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import KeyRule, RowOutcome, RunState, choices_of
from portfolio.initiatives.models.initiative import Initiative
from portfolio.initiatives.models.lifecycle import Lifecycle
from portfolio.kit.scope import ScopedQuerySet


def import_path(_run: ImportRun, _name: str) -> str:
    """A random name outside the web root; the name the person gave is kept in the row only."""
    return f"imports/{secrets.token_hex(20)}"


class Register(models.Model):
    """A named source of initiatives with one key rule; its units hang under `unit`. Its name is the system of its ids."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="registers")
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="+")
    key_rule = models.CharField(max_length=20, choices=choices_of(KeyRule))
    profile = models.CharField(max_length=60, blank=True, default="", db_default="")
    mapping = models.JSONField(default=dict)
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["Register"].as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class RunQuerySet(ScopedQuerySet["ImportRun"]):
    demo_lookup = None  # the first real import is prepared while the demo is still what everybody sees


class ImportRun(models.Model):
    """One file on its way in. Counts add up: rows = created + updated + unchanged + rejected."""

    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Where the register belongs; empty while its top unit does not exist yet.",
    )
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to=import_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    plan = models.JSONField(
        default=dict,
        help_text="{register, unit_name, profile, lifecycle, read}: what publishing makes where it is not there yet.",
    )
    state = models.CharField(max_length=12, choices=choices_of(RunState), default=RunState.UPLOADED)
    as_of = models.DateField(
        _("the day that the file tells of"),
        null=True,
        blank=True,
        help_text="Empty: the day on which it was published.",
    )
    publish_when_staged = models.BooleanField(default=False, db_default=False)
    rows_done = models.PositiveIntegerField(default=0, db_default=0)
    rows_total = models.PositiveIntegerField(null=True)
    counts = models.JSONField(
        default=dict,
        help_text="{rows, created, updated, unchanged, rejected, missing, ...}",
    )
    notes = models.JSONField(default=list, help_text="Messages about the file as a whole.")
    error = models.TextField(blank=True, default="", db_default="")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_label = models.CharField(max_length=200, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    demo = models.BooleanField(default=False, db_default=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class ImportRow(models.Model):
    """A staged row. Rows that changed nothing are dropped after publishing (RegisterRow holds the same raw values).

    `initiative_id` of a row to be created is reserved from the sequence while staging, so that publishing never has to
    rewrite the staged rows.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    key = models.TextField(blank=True, default="", db_default="")
    outcome = models.CharField(max_length=10, choices=choices_of(RowOutcome), default=RowOutcome.PENDING)
    raw = models.JSONField()
    fields = models.JSONField(default=dict)
    issues = models.JSONField(
        default=list,
        help_text="[{kind, column, target, value, reason}]; kind: rejected, unread or repeat.",
    )
    changed = ArrayField(
        models.TextField(),
        default=list,
        help_text="Fields that differ from the register's last import.",
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
    """The newest published row of a register for one initiative: raw values beside their interpretation.

    `line` is its line in the file of `run`, the import that brought these values; later imports that said the same left
    the row alone.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="rows", db_index=False)
    key = models.TextField()
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="register_rows")
    line = models.PositiveIntegerField()
    raw = models.JSONField()
    fields = models.JSONField(default=dict)
    issues = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint("register", "key", name="register_key")]

    def __str__(self) -> str:
        return self.key
