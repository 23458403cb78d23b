"""What exists, what of it is committed and allocated, and therefore what is free: the same eight accelerators once."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Reader, ScopedQuerySet, at_or_above, within
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models.catalogue import Accelerator
from readiness.workloads.models.workload import InitiativeQuerySet, Workload


class CapacityPoolQuerySet(ScopedQuerySet["CapacityPool"]):
    """Pools are seen by the people of their owner, and by those of the unit that they are offered to: the one door of both."""

    def within_reach(self, reader: Reader) -> Self:
        """Pools of the reader's units, and those offered to one of them, to a unit above it or to one below it."""
        paths = reader.paths(self.view_action)
        own = within(self.unit_path_lookup, paths)
        if not own:
            return self.all()
        offered = within("offered_to__path", paths) | models.Q(offered_to__path__in=at_or_above(paths))
        return self.filter(own | offered)

    def visible_to(self, reader: Reader) -> Self:
        return self.within_reach(reader).filter(demo=reader.showing_demo)


class CapacityPool(models.Model):
    """Accelerators, storage (TB) or network (Gbit/s) that several workloads share; owned by a business unit.

    Offered to a unit, the people of that unit and of those below it see the pool, without its cost and its note, and may ask
    for a part of it; granting stays with the owner.

    free = size + what has arrived of `ordered` - committed - granted allocations. `committed` is set aside for what is not
    tracked here (other systems, failover). An empty size is unknown, and then so is what is free.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="pools", verbose_name=_("owner"))
    offered_to = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="offered_pools", verbose_name=_("offered to")
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=15, choices=choices_of(PoolKind))
    accelerator = models.ForeignKey(
        Accelerator, on_delete=models.PROTECT, null=True, blank=True, related_name="pools", verbose_name=_("accelerator")
    )
    venue = models.CharField(
        _("venue"), max_length=15, choices=choices_of(Venue, VENUE_LABELS), default=Venue.UNKNOWN, db_default="unknown"
    )
    provider = models.CharField(_("provider"), max_length=120, blank=True, default="", db_default="")
    size = models.FloatField(_("size"), null=True, blank=True)
    committed = models.FloatField(_("committed elsewhere"), default=0, db_default=0)
    ordered = models.FloatField(_("ordered"), default=0, db_default=0)
    arrives_on = models.DateField(_("arrives on"), null=True, blank=True)
    lead_time_days = models.PositiveIntegerField(_("lead time for more (days)"), null=True, blank=True)
    cost_per_month = models.DecimalField(_("cost per month"), max_digits=16, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CapacityPoolQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint("unit", "name", name="pool_name"),
            models.CheckConstraint(
                condition=(models.Q(size__isnull=True) | models.Q(size__gte=0)) & models.Q(committed__gte=0, ordered__gte=0),
                name="pool_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(ordered=0) | models.Q(arrives_on__isnull=False), name="ordered_has_a_date"),
        ]

    def __str__(self) -> str:
        return self.name


class Allocation(models.Model):
    """Capacity of a pool for a workload from a day, until a day or open-ended. Only what is granted takes from the pool."""

    pool = models.ForeignKey(CapacityPool, on_delete=models.PROTECT, related_name="allocations")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="allocations")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    quantity = models.FloatField(_("quantity"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=choices_of(AllocationState), default=AllocationState.REQUESTED, db_default="requested"
    )
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["Allocation"].as_manager()

    class Meta:
        ordering = ("starts_on", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="allocation_of_something"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="allocation_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["pool", "state"], name="allocation_of_pool")]

    def __str__(self) -> str:
        return f"{self.quantity:g} of {self.pool_id}"
