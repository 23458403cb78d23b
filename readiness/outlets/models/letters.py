"""The weekly letter: who wants it, on which day, about which unit."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import WEEKDAY_LABELS, Weekday


class Letter(models.Model):
    """A row is the wish for it; without one nothing is mailed. `unit` narrows what the person sees (none: all of it).

    `written_on` is the day of the last one, `said` what became of it: sent, or why there was none.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="weekly_letter")
    weekday = models.CharField(max_length=1, choices=choices_of(Weekday, WEEKDAY_LABELS), default=Weekday.MONDAY)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateTimeField(db_default=Now(), editable=False)
    written_on = models.DateField(null=True)
    said = models.CharField(max_length=200, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.owner}, {self.get_weekday_display()}"
