"""What became of kept figures: one row a horizon, made by a job and read by pages."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from readiness.risk.models.model import ModelVersion


class Backtest(models.Model):
    """Kept figures of one portfolio (demo or real) scored at one horizon, as known on `on`; the newest is shown.

    `figures` holds `sets` (frozen and reconstructed figures apart; all, shown to deciders, not shown), `drift` and `shuffle` as
    rules.backtest makes them. `version` is the one in use then; each figure was scored with its own. `digest` is of `figures`:
    the same ones make no new row.
    """

    insert_only = True

    demo = models.BooleanField(default=False, db_default=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="backtests")
    on = models.DateField()
    horizon_months = models.PositiveSmallIntegerField()
    figures = models.JSONField()
    digest = models.CharField(max_length=64)
    seconds = models.FloatField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["demo", "horizon_months", "-id"], name="risk_backtest_newest")]

    def __str__(self) -> str:
        return f"{self.horizon_months} months, {self.on}"
