"""The portfolio on one page: what was printed, for whom, and the digest of the file."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import SheetState, Variant
from readiness.outlets.models.own import OwnQuerySet, stored_name


def sheet_name() -> str:
    return stored_name("sheets")


class SheetQuerySet(OwnQuerySet["Sheet"]):
    """One's own."""


class Sheet(models.Model):
    """One variant of one page. The row is the queue of its making. `about` says the filters in words, "" without any.

    `view_paths` and `money_paths` are the unit paths whose rows and amounts are in it; whoever opens it must still hold them.
    `input` is what it was printed from, frozen when the figures were read; the same input gives the same file.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sheets")
    variant = models.CharField(max_length=10, choices=choices_of(Variant))
    query = models.CharField(max_length=2000, blank=True, default="", db_default="")
    about = models.CharField(max_length=500, blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False)
    view_paths = models.JSONField(default=list)
    money_paths = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=choices_of(SheetState), default=SheetState.ASKED, db_default="asked")
    input = models.JSONField(null=True)
    stored_as = models.CharField(max_length=100, default=sheet_name, editable=False)
    size_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    made_at = models.DateTimeField(null=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | (~models.Q(sha256="") & models.Q(made_at__isnull=False)),
                name="ready_sheet_has_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}, {self.variant}"
