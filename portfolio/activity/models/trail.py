"""The audit trail: one row for every changed row."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from portfolio.outbox.models import CurrentTransaction, TransactionId


class AuditEntry(models.Model):
    """One changed row: written by a trigger only; the application may read it and nothing else (kit.audit)."""

    read_only = True

    at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=10)
    object_type = models.CharField(max_length=63)
    object_id = models.CharField(max_length=64)
    initiative_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    through = models.CharField(max_length=20)
    request_id = models.CharField(max_length=64, default="", db_default="")
    note = models.CharField(max_length=200, default="", db_default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    xact = TransactionId(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["initiative_id", "-id"],
                name="audit_initiative",
                condition=models.Q(initiative_id__isnull=False),
            ),
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["xact", "id"], name="audit_watermark"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
