"""Templates of gates: one version is one YAML text, immutable once it is published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.gates.choices import TemplateState


class GateTemplate(models.Model):
    """`text` is what rules.templates.reading.read_template reads, `digest` its digest_of: a version is what its digest says.

    `is_default`: reviews of initiatives on the lifecycle with that key use it unless another is chosen.
    """

    key = models.SlugField(_("key"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    lifecycle = models.SlugField(_("lifecycle"), max_length=60)
    state = models.CharField(max_length=10, choices=choices_of(TemplateState), default=TemplateState.DRAFT)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False, db_default=False)
    text = models.TextField(_("template"))
    digest = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    row_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint("key", "version", name="gate_template_version"),
            models.UniqueConstraint("key", name="one_gate_template_draft", condition=models.Q(state="draft")),
            models.UniqueConstraint(
                "lifecycle", name="one_default_gate_template", condition=models.Q(is_default=True, state="published")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
