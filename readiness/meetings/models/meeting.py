"""A meeting: one date and an ordered agenda of gate reviews with minutes each."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.gates.models import Review
from readiness.meetings.choices import MeetingState
from readiness.meetings.models.scope import MeetingQuerySet, PartQuerySet

PERSON = settings.AUTH_USER_MODEL


class Meeting(models.Model):
    """`version` grows with every change that somebody in the room could see, `sequence` with every one that calendars must hear.

    `uid` is the meeting's name in calendars, the same for ever. `minutes` is the locked text, `digest` its SHA-256; a trigger
    keeps both as they are once the meeting is closed.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("begins"))
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", db_default="")
    place = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    call_link = models.URLField(_("link of the call"), max_length=500, blank=True, default="", db_default="")
    state = models.CharField(max_length=12, choices=choices_of(MeetingState), default=MeetingState.DRAFT, db_default="draft")
    chair = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("chair"))
    current = models.ForeignKey("AgendaItem", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    notes = models.TextField(_("notes"), blank=True, default="", db_default="")
    started_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    minutes = models.TextField(blank=True, default="", db_default="", editable=False)
    minutes_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    invited_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)

    objects = MeetingQuerySet["Meeting"].as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="closed") | (~models.Q(minutes_digest="") & models.Q(closed_at__isnull=False)),
                name="closed_meeting_has_minutes",
            )
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="meeting_plan")]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """A review on an agenda. `standing` until the meeting ends or the item is taken off: a review stands on one agenda.

    `votes_shown`: the chair let the room see the votes before all were cast.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="agenda_items")
    position = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=20, db_default=20)
    notes = models.TextField(_("notes"), blank=True, default="", db_default="")
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    votes_shown = models.BooleanField(default=False, db_default=False, editable=False)
    standing = models.BooleanField(default=True, db_default=True, editable=False)

    objects = PartQuerySet["AgendaItem"].as_manager()

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint("meeting", "review", name="review_once_on_an_agenda"),
            models.UniqueConstraint("review", name="review_on_one_agenda", condition=models.Q(standing=True)),
            models.CheckConstraint(condition=models.Q(minutes__range=(1, 480)), name="agenda_item_takes_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.review}"
