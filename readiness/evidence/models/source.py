"""Where evidence comes from, what is asked there and of what it is evidence, and how the source fares."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import ScopedQuerySet
from portfolio.kit.secrets import SealedField
from readiness.evidence.choices import BROUGHT, Failure, SourceKind
from readiness.evidence.models.scope import EvidenceQuerySet
from readiness.workloads.models import CapacityPool, Workload


class Source(models.Model):
    """A place that evidence comes from. `config` are the connector's fields but for the secrets, which are sealed as one JSON
    object for the owner "evidence.source:<id>"; `secret_names` says which of them are set.

    Uploads, pushes and attestations of a unit are a source each, made when the first one comes.
    """

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="evidence_sources", verbose_name=_("business unit")
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=15, choices=choices_of(SourceKind))
    config = models.JSONField(_("settings"), default=dict, blank=True)
    sealed = SealedField()
    secret_names = models.JSONField(default=list, blank=True, editable=False)
    secrets_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="when they were set last")
    interval_s = models.PositiveIntegerField(_("asked every (s)"), default=900, db_default=900)
    deadline_s = models.PositiveIntegerField(_("at most this long at a time (s)"), default=60, db_default=60)
    max_bytes = models.BigIntegerField(_("at most this much at a time (bytes)"), default=200 * 2**20, db_default=200 * 2**20)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["Source"].as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                "unit", "name", "demo", name="evidence_source_name", condition=models.Q(retired_at__isnull=True)
            ),
            models.UniqueConstraint(
                "unit", "kind", "demo", name="evidence_source_brought_once", condition=models.Q(kind__in=sorted(BROUGHT))
            ),
            models.CheckConstraint(
                condition=models.Q(interval_s__gte=60, deadline_s__gte=1, deadline_s__lte=540, max_bytes__gt=0),
                name="evidence_source_budget",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pulled(self) -> bool:
        return self.kind not in BROUGHT

    @property
    def seal_owner(self) -> str:
        return f"evidence.source:{self.pk}"


class SourceHealth(models.Model):
    """What the pulls of a source say about it; beside it, so that no pull changes the source itself."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="health")
    next_pull_at = models.DateTimeField(null=True, blank=True)
    last_pull_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, db_default=0, help_text="in a row")
    stopped_until = models.DateTimeField(null=True, blank=True, help_text="the circuit is open until then")
    failure = models.CharField(max_length=10, blank=True, default="", db_default="", choices=choices_of(Failure))
    error = models.TextField(blank=True, default="", db_default="")
    typical_s = models.FloatField(null=True, blank=True, help_text="how long a pull takes, smoothed")
    remote_version = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["next_pull_at"], name="evidence_due", condition=models.Q(next_pull_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.failures}"


class Feed(models.Model):
    """One thing asked of a source: `ask` are the connector's ask_fields. It is evidence of a workload, of a pool, or of neither.

    `environment` is what its maker declares of the place that is measured, by the names of connectors.contract.Environment.
    `read_to` moves only when a pull of this feed succeeded as a whole.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="feeds")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    workload = models.ForeignKey(
        Workload, on_delete=models.PROTECT, null=True, blank=True, related_name="feeds", verbose_name=_("workload")
    )
    pool = models.ForeignKey(
        CapacityPool, on_delete=models.PROTECT, null=True, blank=True, related_name="feeds", verbose_name=_("capacity pool")
    )
    name = models.CharField(_("name"), max_length=200)
    ask = models.JSONField(_("what is asked"), default=dict)
    environment = models.JSONField(_("environment"), default=dict, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    read_to = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EvidenceQuerySet["Feed"].as_manager()

    class Meta:
        ordering = ("source", "id")
        constraints = [
            models.UniqueConstraint("source", "name", name="evidence_feed_name", condition=models.Q(retired_at__isnull=True)),
            models.CheckConstraint(
                condition=models.Q(workload__isnull=True) | models.Q(pool__isnull=True), name="evidence_feed_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueryTemplate(models.Model):
    """Queries that somebody keeps for the next feed; beside those shipped with a connector, which nobody edits."""

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("business unit"))
    kind = models.CharField(_("kind"), max_length=15, choices=choices_of(SourceKind), default=SourceKind.PROMETHEUS)
    name = models.CharField(_("name"), max_length=200)
    about = models.TextField(_("what it is for"), blank=True, default="", db_default="")
    based_on = models.CharField(_("made from"), max_length=60, blank=True, default="", db_default="", editable=False)
    queries = models.JSONField(_("queries"), default=list)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = ScopedQuerySet["QueryTemplate"].as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint("unit", "name", "demo", name="evidence_query_template_name")]

    def __str__(self) -> str:
        return self.name
