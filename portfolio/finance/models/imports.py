"""A file of budget lines, actuals or rates on its way in: staged rows with what each would change, published whole."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.choices import ImportKind, ImportState, RowOutcome
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet


def finance_path(_run: FinanceImport, _name: str) -> str:
    """A random name outside the web root; the name the person gave is kept in the row only."""
    return f"finance/{secrets.token_hex(20)}"


class FinanceImportQuerySet(ScopedQuerySet["FinanceImport"]):
    """A run shows amounts: it is seen by those who hold money for its unit. Rates and files for everybody have no unit."""

    view_action = "money"
    demo_lookup = None  # the first real import is prepared while the demo is still what everybody sees


class FinanceImport(models.Model):
    """`unit`: rows may name this unit, those below it and their initiatives; nothing outside it is touched. Rates have none."""

    kind = models.CharField(_("what it holds"), max_length=10, choices=choices_of(ImportKind))
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("business unit"))
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to=finance_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    sheet = models.JSONField(default=dict, help_text="{headers, guesses, sheets}: what the file's first look told.")
    state = models.CharField(max_length=12, choices=choices_of(ImportState), default=ImportState.UPLOADED)
    counts = models.JSONField(default=dict, help_text="{rows, create, update, unchanged, rejected}")
    error = models.TextField(blank=True, default="", db_default="")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_label = models.CharField(max_length=200, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = FinanceImportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name


class FinanceImportRow(models.Model):
    """A staged row: raw cells, what was read of them, what is wrong, and what it would change."""

    run = models.ForeignKey(FinanceImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=choices_of(RowOutcome))
    raw = models.JSONField()
    values = models.JSONField(default=dict)
    issues = models.JSONField(default=list, help_text="[{field, column, value, reason, reject}]")
    changes = models.JSONField(default=dict, help_text="{field: [before, after]}")

    class Meta:
        ordering = ("run", "line")
        indexes = [models.Index(fields=["run", "outcome", "line"], name="finance_import_row")]

    def __str__(self) -> str:
        return f"line {self.line}"
