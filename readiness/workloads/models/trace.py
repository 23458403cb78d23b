"""A request log that somebody uploaded: read in the background, shown, and only then accepted into the profile."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.workloads.choices import TraceState
from readiness.workloads.models.workload import InitiativeQuerySet, Workload


class TraceUpload(models.Model):
    """The file stays under var until it was read; its digest, what was found (`summary`) and what was refused stay here."""

    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="traces")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=300)
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=dict, help_text="{timestamp, input_tokens, output_tokens: column}; empty: found by name")
    state = models.CharField(max_length=10, choices=choices_of(TraceState), default=TraceState.UPLOADED, db_default="uploaded")
    error = models.TextField(blank=True, default="", db_default="")
    summary = models.JSONField(null=True, blank=True)
    accepted = models.JSONField(default=list, help_text="names of the profile values that were taken over")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InitiativeQuerySet["TraceUpload"].as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name
