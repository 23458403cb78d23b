"""What somebody took on in a meeting."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from readiness.meetings.models.meeting import AgendaItem, Meeting
from readiness.meetings.models.scope import PartQuerySet


class Action(models.Model):
    """Conditions of a decision are gates'; an action is everything else that was agreed. Without an item, of the meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    text = models.CharField(_("what"), max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="meeting_actions")
    due = models.DateField(_("by"))
    done_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PartQuerySet["Action"].as_manager()

    class Meta:
        ordering = ("due", "id")
        indexes = [models.Index(fields=["owner", "due"], name="action_owner_due", condition=models.Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return self.text
