"""Named what-ifs: what somebody supposed of an initiative, kept as texts; what follows is computed whenever it is opened."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.models import Initiative
from readiness.risk.models.model import InitiativeQuerySet


class ScenarioQuerySet(InitiativeQuerySet["Scenario"]):
    """Shared ones are seen by those who see the initiative, the others by whoever made them."""

    def visible_to(self, reader: Any) -> Self:
        return super().visible_to(reader).filter(Q(shared=True) | Q(created_by=reader.user_id))


class Scenario(models.Model):
    """`changes` is {name: text} as the address of the what-if page has it. `base`: digest of what stood when it was saved."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="risk_scenarios")
    name = models.CharField(_("name"), max_length=80)
    note = models.TextField(_("note"), max_length=2000, blank=True, default="", db_default="")
    changes = models.JSONField(default=dict)
    base = models.CharField(max_length=64, editable=False)
    shared = models.BooleanField(_("shared"), default=False, db_default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        ordering = ("initiative", "id")
        constraints = [models.UniqueConstraint("initiative", "created_by", "name", name="risk_scenario_name")]

    def __str__(self) -> str:
        return self.name
