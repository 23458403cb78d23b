"""What higher slices judge of an initiative and lists must show or filter by. They write it through services.standing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portfolio.initiatives.choices import RISK_LABELS, RiskBand, choices_of
from portfolio.initiatives.models.initiative import Initiative
from portfolio.kit.scope import ScopedQuerySet


class StandingQuerySet(ScopedQuerySet["RiskStanding"]):
    """Seen by those who see the initiative."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class RiskStanding(models.Model):
    """P(abandoned before production within `months`), a ratio, with its 80 % interval, as of `on`.

    `band` says whether it can be told apart from the portfolio's average. `drivers` are the keys of up to three known drivers
    that push it up most; `counts` says whether drivers have a percent of their effect on it (else they are opinions beside it).
    `resolved` is how many initiatives that ended it was learned from: of none, everybody has the reference class's figure and
    nobody is ranked. `version`, `generation` and `digest` name the model, the scoring and its inputs, for whoever cites the
    figure. There is no row for what is closed or in production.
    """

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, primary_key=True, related_name="risk_standing")
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    band = models.CharField(max_length=10, choices=choices_of(RiskBand, RISK_LABELS))
    drivers = ArrayField(models.CharField(max_length=60), default=list)
    counts = models.BooleanField(default=False)
    months = models.PositiveSmallIntegerField()
    on = models.DateField()
    resolved = models.PositiveIntegerField(default=0, db_default=0)
    version = models.CharField(max_length=20, default="", db_default="")
    generation = models.BigIntegerField(default=0, db_default=0)
    digest = models.CharField(max_length=64, default="", db_default="")

    objects = StandingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-value"], name="initiative_risk_value")]

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"
