"""What a requirement was judged, each time the answer changed, and what it is judged now."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.evidence.choices import Verdict
from readiness.workloads.models import Requirement, Workload


class InitiativeQuerySet(ScopedQuerySet[Row]):
    """Rows that belong to an initiative are seen by those who see it."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class RequirementVerdict(models.Model):
    """One judgement. Everything that it stands on is copied into it, so that thinning history never empties it.

    `evidence` is the observation that decided, `others` why each of the others did not, `capacity` what was counted on.
    Headroom is measured capability / required - 1, signed so that more is better, with its range. The same inputs and answer
    (`digest`) add nothing.
    """

    insert_only = True

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="verdicts")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=15, choices=choices_of(Verdict))
    reason = models.CharField(max_length=40, help_text="code of rules.verdicts.Reason")
    wanted = models.JSONField(help_text="{metric, comparator, target, unit, percentile, window_s, environment, max_age_days}")
    headroom = models.FloatField(null=True)
    headroom_low = models.FloatField(null=True)
    headroom_high = models.FloatField(null=True)
    evidence = models.JSONField(null=True)
    others = models.JSONField(default=list)
    capacity = models.JSONField(null=True)
    missing = models.JSONField(default=list, help_text="what would decide it: [{code, ...}]")
    observed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=20)
    judged_at = models.DateTimeField(db_default=Now())

    objects = InitiativeQuerySet["RequirementVerdict"].as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["requirement", "-id"], name="evidence_verdict_history")]

    def __str__(self) -> str:
        return self.verdict


class Standing(models.Model):
    """The current verdict of a requirement. `recheck_at`: when time alone would change it (evidence goes stale).

    `since`: when this word was first judged without another since then, `before` the word before it, "" for none. The newest row
    of the history may be younger: it is kept anew while the word stays.
    """

    requirement = models.OneToOneField(Requirement, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="standings")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    current = models.ForeignKey(RequirementVerdict, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=15, choices=choices_of(Verdict))
    before = models.CharField(max_length=15, blank=True, default="", db_default="", choices=choices_of(Verdict))
    since = models.DateTimeField(db_default=Now())
    headroom = models.FloatField(null=True)
    observed_at = models.DateTimeField(null=True)
    recheck_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(db_default=Now())

    objects = InitiativeQuerySet["Standing"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recheck_at"], name="evidence_recheck", condition=models.Q(recheck_at__isnull=False)),
            models.Index(fields=["initiative", "verdict"], name="evidence_standing_of"),
        ]

    def __str__(self) -> str:
        return self.verdict
