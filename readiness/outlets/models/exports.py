"""Exports that come by themselves, and the files that they made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import EVERY_LABELS, FORMAT_LABELS, WHAT_LABELS, Every, FileState, Format, What
from readiness.outlets.models.own import OwnQuerySet, stored_name


def export_name() -> str:
    return stored_name("exports")


class ExportQuerySet(OwnQuerySet["Export"]):
    """One's own."""


class Export(models.Model):
    """What a person has made again and again. `query` is the address of a list: filters, order, columns; `about` says it
    in words.

    `next_on` is the day of the next file; a pause leaves days out and makes none of them up.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    name = models.CharField(max_length=100)
    what = models.CharField(max_length=20, choices=choices_of(What, WHAT_LABELS))
    format = models.CharField(max_length=10, choices=choices_of(Format, FORMAT_LABELS))
    every = models.CharField(max_length=10, choices=choices_of(Every, EVERY_LABELS))
    query = models.CharField(max_length=2000, blank=True, default="", db_default="")
    about = models.CharField(max_length=500, blank=True, default="", db_default="")
    keep_days = models.PositiveSmallIntegerField(default=30)
    mail = models.BooleanField(default=True, db_default=True)
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    next_on = models.DateField()
    paused_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(keep_days__range=(1, 400)), name="export_kept_for_days"),
            models.UniqueConstraint("owner", "name", name="export_name_of_owner"),
        ]
        indexes = [models.Index(fields=["next_on"], name="export_due", condition=models.Q(paused_at__isnull=True))]

    def __str__(self) -> str:
        return self.name


class ExportFile(models.Model):
    """One file of an export, or why there is none. `view_paths` and `money_paths` as of a sheet."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="files")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=choices_of(FileState), default=FileState.ASKED, db_default="asked")
    view_paths = models.JSONField(default=list)
    money_paths = models.JSONField(default=list)
    stored_as = models.CharField(max_length=100, default=export_name, editable=False)
    rows = models.PositiveIntegerField(null=True)
    size_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    made_at = models.DateTimeField(null=True)
    kept_until = models.DateField(null=True)

    class Meta:
        ordering = ("-due_on", "-id")
        constraints = [
            models.UniqueConstraint("export", "due_on", name="export_once_a_day"),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | (~models.Q(sha256="") & models.Q(kept_until__isnull=False)),
                name="ready_export_has_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.export}, {self.due_on}"
