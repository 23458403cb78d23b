"""Where it could run: options per function with cost, capacity, lead time and what depends on the provider."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.models import Initiative
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models.catalogue import Accelerator
from readiness.workloads.models.workload import InitiativeQuerySet


class VenueOption(models.Model):
    """One place for one function of an initiative. Empty facts are unknown and are shown as that."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="venue_options")
    function = models.CharField(_("function"), max_length=10, choices=choices_of(Function))
    venue = models.CharField(_("venue"), max_length=15, choices=choices_of(Venue, VENUE_LABELS))
    label = models.CharField(_("name"), max_length=200)
    provider = models.CharField(_("provider"), max_length=120, blank=True, default="", db_default="")
    accelerator = models.ForeignKey(
        Accelerator, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accelerator")
    )
    capacity = models.FloatField(_("capacity (accelerators or TB)"), null=True, blank=True)
    cost_per_month = models.DecimalField(_("cost per month"), max_digits=16, decimal_places=2, null=True, blank=True)
    one_off_cost = models.DecimalField(_("one-off cost"), max_digits=16, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    lead_time_days = models.PositiveIntegerField(_("lead time (days)"), null=True, blank=True)
    quota_requested = models.FloatField(_("quota requested"), null=True, blank=True)
    quota_granted = models.FloatField(_("quota granted"), null=True, blank=True)
    price_notice_days = models.PositiveIntegerField(_("notice before a price change (days)"), null=True, blank=True)
    backlog_days = models.PositiveIntegerField(_("provider's backlog (days)"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    state = models.CharField(
        _("state"), max_length=10, choices=choices_of(OptionState), default=OptionState.CANDIDATE, db_default="candidate"
    )
    reason = models.TextField(_("why it was chosen or rejected"), blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InitiativeQuerySet["VenueOption"].as_manager()

    class Meta:
        ordering = ("initiative", "function", "id")
        constraints = [
            models.UniqueConstraint(
                "initiative", "function", name="one_chosen_venue", condition=models.Q(state=OptionState.CHOSEN)
            ),
        ]

    def __str__(self) -> str:
        return self.label


class VenueComparison(models.Model):
    """Why fewer than two options, or only public cloud, were compared for a function; and when it was decided.

    `not_applicable`: the initiative does not have this function (it trains nothing, say), so there is nothing to compare.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="venue_comparisons")
    function = models.CharField(_("function"), max_length=10, choices=choices_of(Function))
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    not_applicable = models.BooleanField(_("not applicable"), default=False, db_default=False)

    objects = InitiativeQuerySet["VenueComparison"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("initiative", "function", name="venue_comparison_once")]

    def __str__(self) -> str:
        return f"{self.function}: {self.decided_on or 'open'}"
