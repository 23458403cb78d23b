"""Values over time: what makes them comparable, each one of them for ever, and the newest of each kept beside."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.models.delivery import Run
from readiness.evidence.models.scope import EvidenceQuerySet
from readiness.evidence.models.source import Source
from readiness.workloads.models import CapacityPool, Workload


class Series(models.Model):
    """Observations that can be compared: one source, subject, metric, statistic, percentile, window, labels and environment.

    A benchmark's series is its run's alone (`run_key`). `digest` is SHA-256 over all of it in canonical JSON.
    """

    insert_only = True

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="series")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, null=True, blank=True, related_name="series")
    pool = models.ForeignKey(CapacityPool, on_delete=models.PROTECT, null=True, blank=True, related_name="series")
    kind = models.CharField(max_length=10, choices=choices_of(EvidenceKind))
    metric = models.CharField(max_length=40)
    statistic = models.CharField(max_length=10, choices=choices_of(Statistic))
    percentile = models.FloatField(null=True, blank=True)
    window_s = models.FloatField(null=True, blank=True)
    labels = models.JSONField(default=dict)
    environment = models.JSONField(default=dict)
    run_key = models.CharField(max_length=64, blank=True, default="", db_default="")
    raw_name = models.CharField(max_length=300, blank=True, default="", db_default="")
    raw_unit = models.CharField(max_length=40, blank=True, default="", db_default="")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EvidenceQuerySet["Series"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workload", "metric"], name="evidence_series_of_workload"),
            models.Index(fields=["pool", "metric"], name="evidence_series_of_pool"),
            models.Index(fields=["source", "metric"], name="evidence_series_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} #{self.pk}"


class Observation(models.Model):
    """One value in the canonical unit of its metric, at the end of its window. Partitioned by month, written by COPY.

    Two different values for one series and time are two observations, and so are two counts of samples: nothing is overwritten,
    whatever the order. PostgreSQL keeps them apart by `pk` and `samples` together; Django's keys know no empty part.
    """

    insert_only = True

    pk = models.CompositePrimaryKey("series_id", "observed_at", "value", "marks")
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    observed_at = models.DateTimeField()
    value = models.FloatField()
    marks = models.SmallIntegerField(default=0, db_default=0)
    samples = models.BigIntegerField(null=True, blank=True)
    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)

    class Meta:
        ordering = ("series_id", "observed_at")

    def __str__(self) -> str:
        return f"{self.value:g}"


class Latest(models.Model):
    """The newest time of a series, of sound observations and of flawed ones apart. Where different values came for that
    time, `low` and `high` are the least and the greatest of them, and `marks` all their bounds."""

    pk = models.CompositePrimaryKey("series_id", "flawed")
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, db_constraint=False, related_name="latest", db_index=False)
    flawed = models.BooleanField()
    observed_at = models.DateTimeField()
    low = models.FloatField()
    high = models.FloatField()
    marks = models.SmallIntegerField(default=0, db_default=0)
    samples = models.BigIntegerField(null=True, blank=True)
    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.low:g}"


class Retention(models.Model):
    """How long observations of a kind are kept: all of them for `keep_days`, then one a `thin_to_s`, until `drop_days` (empty:
    for ever). What a verdict or decision cites is copied to it and stays. `thinned_to`: up to where that was done."""

    kind = models.CharField(_("kind"), max_length=10, choices=choices_of(EvidenceKind), unique=True)
    keep_days = models.PositiveIntegerField(_("all are kept for (days)"))
    thin_to_s = models.PositiveIntegerField(_("then one every (s)"), null=True, blank=True)
    drop_days = models.PositiveIntegerField(_("none is kept after (days)"), null=True, blank=True)
    thinned_to = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ("kind",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(keep_days__gte=7)
                & (models.Q(thin_to_s__isnull=True) | models.Q(thin_to_s__range=(60, 86400))),
                name="evidence_kept_and_thinned_within_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(drop_days__isnull=True) | models.Q(drop_days__gte=models.F("keep_days")),
                name="evidence_dropped_after_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
