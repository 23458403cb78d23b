"""Tries of a source, and what is left of old pulls."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet
from readiness.evidence.choices import Failure, TrialKind
from readiness.evidence.models.source import Source


class TrialQuerySet(ScopedQuerySet["Trial"]):
    """Seen by those who see the source."""

    unit_path_lookup = "source__unit__path"
    demo_lookup = "source__demo"


class Trial(models.Model):
    """One try and what came of it, kept for a day. A worker asks: the network is no place for the web server to wait.

    `asked` is the ask, or {field} of what there is to choose from.

    Open while `ended_at` is empty. `found` is {version, facts, remarks, choices: [[value, label]]}; on failure `error` says what
    to do and `field` which value to mend. Nothing of the other side's answer is in it but what the connector says.
    """

    # Without a constraint: a trial keeps no source from going with the demo.
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="trials", db_constraint=False)
    kind = models.CharField(max_length=10, choices=choices_of(TrialKind))
    asked = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    through = models.CharField(max_length=10, blank=True, default="", db_default="")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    found = models.JSONField(default=dict)
    failure = models.CharField(max_length=10, blank=True, default="", db_default="", choices=choices_of(Failure))
    error = models.TextField(blank=True, default="", db_default="")
    field = models.CharField(max_length=100, blank=True, default="", db_default="")

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["by", "-asked_at"], name="evidence_trials_of")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class PullTally(models.Model):
    """What is left of the pulls of a source and day that brought nothing and were thinned out: how many ended how."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    day = models.DateField()
    done = models.PositiveIntegerField(default=0)
    partly = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("source", "day", name="evidence_tally_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"
