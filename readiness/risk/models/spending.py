"""What hangs on initiatives in flight, and how much of it is likely abandoned: kept by a job, so that pages read rows."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Now

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.choices import CURRENCY_LENGTH, MONEY_DIGITS, MONEY_PLACES
from portfolio.finance.models.scope import MoneyReader
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import EVERYTHING, within
from readiness.risk.models.model import Generation


class Stake(models.Model):
    """Amounts of one initiative in flight, in the reporting currency; empty is unknown, never 0.

    `spent`: actual so far. `bound`: of its commitments, what has to be paid after `on` even if it ended that day. `ahead`:
    planned for the days after it. `unknown` lines and `unbounded` commitments have an amount that nobody knows, `no_rate` of both
    one that no rate brings into the currency: what stands here is then the least. Read it beside an initiative whose amounts the
    reader may see (queries.spending); there is no other door.
    """

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, primary_key=True, related_name="risk_stake")
    spent = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True)
    bound = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True)
    ahead = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True)
    unknown = models.PositiveIntegerField(default=0)
    unbounded = models.PositiveIntegerField(default=0)
    no_rate = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.initiative_id} on {self.on}"


class SpendingQuerySet(models.QuerySet["Spending"]):
    """A unit's row is for those who see every amount below it: who holds money for the unit."""

    def visible_to(self, reader: MoneyReader) -> Self:
        paths = reader.paths("money")
        rows = self.filter(within("unit__path", paths), generation__demo=reader.showing_demo)
        return rows if EVERYTHING in paths else rows.exclude(unit=None)


class Spending(models.Model):
    """Abandoned spend of a unit with everything below it, or (no unit) of the whole portfolio, under one generation's figures.

    `figures` are the fields of rules.spending.Kept. Written anew whenever an amount changed; `on` is the day of its amounts.
    """

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="spending")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.CASCADE, null=True, related_name="+")
    figures = models.JSONField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    on = models.DateField()
    at = models.DateTimeField(db_default=Now(), editable=False)
    seconds = models.FloatField(default=0.0)

    objects = SpendingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("generation", "unit", name="risk_spending_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id or 'all'} on {self.on}"
