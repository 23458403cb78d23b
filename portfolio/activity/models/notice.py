"""What a person should see, and how each wants to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portfolio.accounts.models import BusinessUnit
from portfolio.activity.choices import How, NoticeKind


class Notice(models.Model):
    """Something a person should see: shown on Today until read, and mailed as its person wants it (`how`, fixed when written).

    Who may no longer see the initiative (or, without one, the unit) no longer sees the notice. `mailed_at`: a mail with it was
    queued.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.value) for kind in NoticeKind])
    text = models.CharField(max_length=300)
    quote = models.CharField(max_length=200, default="", db_default="", help_text="What somebody typed: never mailed.")
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=150, help_text="Makes a repeated job write one notice.")
    initiative_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.CASCADE, null=True, related_name="+")
    how = models.CharField(
        max_length=10, choices=[(how.value, how.value) for how in How], default=How.PORTAL, db_default="portal"
    )
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [models.UniqueConstraint("user", "key", name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(
                fields=["user"],
                name="notice_for_digest",
                condition=Q(how="digest", mailed_at__isnull=True, read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class NoticePreference(models.Model):
    """How a person wants to be told of one kind of thing; without a row it is the kind's default (choices.DEFAULT_HOW)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.value) for kind in NoticeKind])
    how = models.CharField(max_length=10, choices=[(how.value, how.value) for how in How])

    class Meta:
        constraints = [models.UniqueConstraint("user", "kind", name="notice_preference_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.how}"
