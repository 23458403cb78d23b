"""A person's meetings as a calendar that programs read by a secret address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class CalendarFeed(models.Model):
    """Only the digest of the address's secret is kept. It opens the person's own meetings and nothing else, until revoked."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("person", name="one_calendar_address", condition=models.Q(revoked_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.person}"
