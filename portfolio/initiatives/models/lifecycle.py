"""Lifecycle templates: ordered stages with a gate between them; a version is immutable once an initiative uses it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import StageKind, choices_of


class Lifecycle(models.Model):
    """One version of a template. `key` names the template over all its versions."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1, db_default=1)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, default="", db_default="")
    is_default = models.BooleanField(default=False, db_default=False)
    archived = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint("key", "version", name="lifecycle_version"),
            models.UniqueConstraint(
                "is_default",
                name="one_default_lifecycle",
                condition=models.Q(is_default=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Stage(models.Model):
    """A step of one template version. `kind` says whether it counts as production."""

    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="stages")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=20, choices=choices_of(StageKind), default=StageKind.BEFORE)
    gate = models.CharField(
        _("gate that lets an initiative in"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
    )

    class Meta:
        ordering = ("lifecycle", "position")
        constraints = [
            models.UniqueConstraint("lifecycle", "key", name="stage_key"),
            models.UniqueConstraint("lifecycle", "position", name="stage_position"),
        ]

    def __str__(self) -> str:
        return self.name
