"""Who is asked to come, and who was there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.meetings.choices import Answer
from readiness.meetings.models.meeting import Meeting
from readiness.meetings.models.scope import PartQuerySet

PERSON = settings.AUTH_USER_MODEL


class Invitee(models.Model):
    """`sent_sequence` is the newest invitation that was mailed: what calendars of theirs know."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitees")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="meeting_invitations")
    invited_at = models.DateTimeField(null=True, editable=False)
    sent_sequence = models.PositiveIntegerField(null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=5, choices=choices_of(Answer), blank=True, default="", db_default="")
    answered_at = models.DateTimeField(null=True, editable=False)

    objects = PartQuerySet["Invitee"].as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint("meeting", "person", name="invited_once")]

    def __str__(self) -> str:
        return str(self.person)


class Attendance(models.Model):
    """Somebody in the room or in the call. Of each review it writes gates' own attendance, which the quorum counts."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendance")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    objects = PartQuerySet["Attendance"].as_manager()

    class Meta:
        ordering = ("arrived_at", "id")
        constraints = [
            models.UniqueConstraint("meeting", "person", name="in_the_room_once", condition=models.Q(left_at__isnull=True))
        ]

    def __str__(self) -> str:
        return str(self.person)
