"""Reference statistics: published figures with their source, shown beside the portfolio's own, editable."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReferenceStatistic(models.Model):
    """One published figure. Never multiplied into a score unseen: whoever uses it names it."""

    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(_("what it says"), max_length=300)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, help_text="ratio, USD, people, ...")
    low = models.DecimalField(_("low"), max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("high"), max_digits=14, decimal_places=4, null=True, blank=True)
    population = models.CharField(_("population"), max_length=300, blank=True, default="", db_default="")
    source = models.CharField(_("source"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    verified = models.BooleanField(_("checked at its primary source"), default=False, db_default=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.label
