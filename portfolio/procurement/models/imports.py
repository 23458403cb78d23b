"""Files of purchases, plan items, requests and vendors on their way in: every raw value kept beside what it was read as."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.choices import ImportKind, ImportState, Outcome


def import_path(_run: RegisterImport, _name: str) -> str:
    """A random name outside the web root; the name the person gave is kept in the row only."""
    return f"procurement/{secrets.token_hex(20)}"


class ImportQuerySet(ScopedQuerySet["RegisterImport"]):
    demo_lookup = None  # the first real import is prepared while the demo is still what everybody sees


class RegisterImport(models.Model):
    """One file. Counts add up: rows = created + updated + unchanged + rejected. `source` names what its rows are keyed in."""

    kind = models.CharField(_("what it holds"), max_length=12, choices=choices_of(ImportKind))
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("business unit"))
    source = models.CharField(_("source"), max_length=60)
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to=import_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=choices_of(ImportState), default=ImportState.UPLOADED, db_default="uploaded")
    counts = models.JSONField(default=dict, help_text="{rows, created, updated, unchanged, rejected, reported}")
    notes = models.JSONField(default=list, help_text="Messages about the file as a whole.")
    error = models.TextField(blank=True, default="", db_default="")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_label = models.CharField(max_length=200, default="", db_default="")
    by_token = models.BooleanField(default=False, db_default=False, help_text="A token started it: it reaches its unit alone.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    demo = models.BooleanField(default=False, db_default=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class RegisterImportRow(models.Model):
    """A read row: `fields` is what it means, `target_id` the row that it changes, empty where it makes one."""

    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=300, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=10, choices=choices_of(Outcome))
    raw = models.JSONField()
    fields = models.JSONField(default=dict)
    issues = models.JSONField(default=list, help_text="[{kind, column, target, value, reason}]")
    changed = ArrayField(models.TextField(), default=list)
    target_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("run", "line")
        indexes = [
            models.Index(fields=["run", "line"], name="register_import_line"),
            models.Index(fields=["run", "outcome", "line"], name="register_import_outcome"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"
