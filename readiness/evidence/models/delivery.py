"""Each act of bringing evidence in, the raw payloads it brought, and the runs that were read from them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import ApiToken, BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.evidence.choices import DeliveryState, EvidenceKind, Failure, Way
from readiness.evidence.models.scope import EvidenceQuerySet
from readiness.evidence.models.source import Feed, Source
from readiness.workloads.models import CapacityPool, Workload


class Delivery(models.Model):
    """A pull of a source with all its feeds, an upload, a push or an attestation. The row is the queue: `state` and counts.

    `slot` is set for scheduled pulls: two beats make one pull of a slot. Uploads and pushes say what they are evidence of
    (`workload`, `pool` or neither) and the `environment` that their maker declares; pulls leave that to their feeds.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pool = models.ForeignKey(CapacityPool, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=15, choices=choices_of(Way))
    state = models.CharField(max_length=10, choices=choices_of(DeliveryState), default=DeliveryState.QUEUED, db_default="queued")
    environment = models.JSONField(default=dict, blank=True)
    slot = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(
        max_length=200, null=True, blank=True, unique=True, help_text="of who pushed, so that nobody meets another's"
    )
    request_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="of all that the key was for"
    )
    file_name = models.CharField(max_length=300, blank=True, default="", db_default="")
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    size_bytes = models.BigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    detected = models.JSONField(default=list, blank=True, help_text="[{tool, label, format, unproven}], the surest first")
    runs = models.PositiveIntegerField(default=0, db_default=0)
    runs_known = models.PositiveIntegerField(default=0, db_default=0, help_text="delivered before")
    runs_flawed = models.PositiveIntegerField(default=0, db_default=0)
    observations = models.PositiveIntegerField(default=0, db_default=0)
    repeated = models.PositiveIntegerField(default=0, db_default=0, help_text="observations delivered before")
    refused = models.PositiveIntegerField(default=0, db_default=0, help_text="values without a certain unit or time")
    problems = models.JSONField(default=list, blank=True, help_text="[{place, text}], at most 200")
    feeds = models.JSONField(default=list, blank=True, help_text="of a pull: [{feed_id, name, state, error, counts}]")
    failure = models.CharField(max_length=10, blank=True, default="", db_default="", choices=choices_of(Failure))
    error = models.TextField(blank=True, default="", db_default="")
    attempt = models.PositiveIntegerField(default=0, db_default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_through = models.CharField(max_length=10, blank=True, default="", db_default="")
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet["Delivery"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("source", "slot", name="evidence_delivery_slot"),
            models.CheckConstraint(
                condition=models.Q(workload__isnull=True) | models.Q(pool__isnull=True), name="evidence_delivery_one_subject"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-id"], name="evidence_delivery_of_source"),
            models.Index(fields=["source", "asked_at"], name="evidence_delivery_recent"),
            models.Index(fields=["state"], name="evidence_delivery_open", condition=models.Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.way} #{self.pk}"


class PushPace(models.Model):
    """How often somebody pushed in the minute that runs. One row a token or person; the row is the lock."""

    caller = models.CharField(max_length=140, primary_key=True, help_text="token:<digest> or user:<id>")
    minute = models.DateTimeField()
    pushes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.pushes} since {self.minute}"


class Payload(models.Model):
    """A raw answer or file: its digest for ever; an excerpt without what looks like a secret; the file itself where it was
    uploaded or pushed, until retention takes it away (`stored_as` is then empty)."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="payloads")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, null=True, blank=True, related_name="payloads", db_index=False)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=500)
    media_type = models.CharField(max_length=100, blank=True, default="", db_default="")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    excerpt = models.TextField(blank=True, default="", db_default="")
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)

    objects = EvidenceQuerySet["Payload"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["feed", "name"], name="evidence_payload_of_feed", condition=models.Q(feed__isnull=False))]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One benchmark point, telemetry window, cost window, inventory or attestation, as connectors.contract.Run says it.

    `key` is the connector's: the same measurement read again, from whatever copy, has the same key. With another declared
    environment (`environment_digest`), or told flawed by one copy and sound by another, it is another run (`digest`). `flaws` are
    [[code, text]]; a flawed run never decides. `raw` keeps what the source wrote: [[metric, statistic, percentile, raw name,
    raw value, raw unit]], at most 300.
    """

    insert_only = True

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="read_runs")
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, null=True, blank=True, related_name="read_runs")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    pool = models.ForeignKey(CapacityPool, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    kind = models.CharField(max_length=10, choices=choices_of(EvidenceKind))
    tool = models.CharField(max_length=40)
    tool_version = models.CharField(max_length=200, blank=True, default="", db_default="")
    format = models.CharField(max_length=40, blank=True, default="", db_default="")
    place = models.CharField(max_length=500, blank=True, default="", db_default="")
    name = models.CharField(max_length=300, blank=True, default="", db_default="")
    key = models.CharField(max_length=64)
    observed_at = models.DateTimeField(help_text="end of the run; of a file without times what its bringer says, else arrival")
    started_at = models.DateTimeField(null=True, blank=True)
    local_time = models.BooleanField(default=False, db_default=False)
    duration_s = models.FloatField(null=True, blank=True)
    load = models.JSONField(default=dict)
    environment = models.JSONField(default=dict, help_text="contract.Environment, what was declared filled in")
    environment_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True, help_text="of source, subject, key, environment and codes of flaws")
    flaws = models.JSONField(default=list)
    flawed = models.BooleanField(default=False, db_default=False)
    raw = models.JSONField(default=list)
    unread = models.JSONField(default=dict)
    unproven = models.BooleanField(default=False, db_default=False)
    received_at = models.DateTimeField(db_default=Now())

    objects = EvidenceQuerySet["Run"].as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["source", "key"], name="evidence_run_of_key"),
            BrinIndex(fields=["observed_at"], name="evidence_run_time"),
            models.Index(fields=["workload", "-observed_at"], name="evidence_run_of_workload"),
            models.Index(fields=["pool", "-observed_at"], name="evidence_run_of_pool"),
            models.Index(fields=["initiative", "-id"], name="evidence_run_of_initiative"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.tool} #{self.pk}"


class SetAside(models.Model):
    """A person's word that a run must not decide, or that it may again; the newest row of a run holds."""

    insert_only = True

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="set_asides")
    aside = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.reason
