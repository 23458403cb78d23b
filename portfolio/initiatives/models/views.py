"""Saved views: a page's filters under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit


class SavedView(models.Model):
    """`query` is the page's query string; shared views show to everybody who may see `unit` (empty: private)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=30)
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(max_length=2000, blank=True, default="", db_default="")
    columns = models.JSONField(default=list, blank=True)
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shared with"),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint("owner", "page", "name", name="saved_view_name")]

    def __str__(self) -> str:
        return self.name
