"""Options to run a workload, what was measured on such an option, and what the sizing said each time its inputs changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.inputs import Grade
from readiness.sizing.choices import Approach
from readiness.workloads.choices import Precision
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel, ProfileVersion, VenueOption, Workload


class InitiativeQuerySet(ScopedQuerySet[Row]):
    """Rows that belong to an initiative are seen by those who see it."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class Measurement(models.Model):
    """A benchmark of one replica, typed in or pasted; `points` are core.sizing.inputs.SweepPoint as dicts.

    For classic models `service_s` with its interval and squared variation instead of points. Never changed in what it says:
    a correction is a new one that `replaces` it. Sweeps of the evidence slice are taken over with their runs.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="measurements", verbose_name=_("business unit"))
    name = models.CharField(_("name"), max_length=200)
    accelerator = models.ForeignKey(
        Accelerator, on_delete=models.PROTECT, null=True, blank=True, related_name="measurements", verbose_name=_("accelerator")
    )
    accelerators = models.PositiveIntegerField(_("accelerators per replica"), default=1, db_default=1)
    model = models.ForeignKey(
        CatalogueModel, on_delete=models.PROTECT, null=True, blank=True, related_name="measurements", verbose_name=_("model")
    )
    precision = models.CharField(
        _("precision"), max_length=5, choices=choices_of(Precision), default=Precision.BF16, db_default="bf16"
    )
    software = models.CharField(_("software and version"), max_length=200, blank=True, default="", db_default="")
    input_tokens = models.FloatField(_("input tokens"), null=True, blank=True)
    output_tokens = models.FloatField(_("output tokens"), null=True, blank=True)
    max_num_seqs = models.PositiveIntegerField(_("sequences at most"), null=True, blank=True)
    kv_tokens = models.PositiveIntegerField(_("KV cache (tokens)"), null=True, blank=True)
    points = models.JSONField(_("points"), default=list, blank=True)
    service_s = models.FloatField(_("service time (s)"), null=True, blank=True)
    service_low_s = models.FloatField(null=True, blank=True)
    service_high_s = models.FloatField(null=True, blank=True)
    service_cv2 = models.FloatField(_("squared variation of the service time"), null=True, blank=True)
    observed_on = models.DateField(_("measured on"), null=True, blank=True)
    source = models.TextField(_("source"), blank=True, default="", db_default="")
    evidence_runs = models.JSONField(
        default=list, blank=True, editable=False, db_default=models.Value([], models.JSONField()),
        help_text="ids of the runs of the evidence slice that it was made from, ascending",
    )  # fmt: skip
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["Measurement"].as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class SizingOption(models.Model):
    """One candidate architecture for a workload: model, accelerator, count, precision, venue. At most one is chosen."""

    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="options")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(_("name"), max_length=200)
    approach = models.CharField(_("approach"), max_length=12, choices=choices_of(Approach))
    model = models.ForeignKey(
        CatalogueModel, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    accelerator = models.ForeignKey(
        Accelerator, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accelerator")
    )
    accelerators = models.PositiveIntegerField(_("accelerators per replica"), default=1, db_default=1)
    precision = models.CharField(
        _("weights"), max_length=5, choices=choices_of(Precision), default=Precision.BF16, db_default="bf16"
    )
    kv_precision = models.CharField(
        _("KV cache"), max_length=5, choices=choices_of(Precision), default=Precision.BF16, db_default="bf16"
    )
    software = models.CharField(_("software planned"), max_length=200, blank=True, default="", db_default="")
    measurement = models.ForeignKey(
        Measurement, on_delete=models.PROTECT, null=True, blank=True, related_name="options", verbose_name=_("measurement")
    )
    pool = models.ForeignKey(
        CapacityPool, on_delete=models.PROTECT, null=True, blank=True, related_name="options", verbose_name=_("capacity pool")
    )
    venue_option = models.ForeignKey(
        VenueOption, on_delete=models.PROTECT, null=True, blank=True, related_name="sizings", verbose_name=_("venue option")
    )
    utilisation = models.FloatField(_("load at most this share"), default=0.8, db_default=0.8)
    max_num_seqs = models.PositiveIntegerField(_("sequences at most"), default=256, db_default=256)
    slots = models.PositiveIntegerField(_("worker slots per replica"), default=1, db_default=1)
    replica_availability = models.FloatField(_("availability of one replica"), default=0.995, db_default=0.995)
    requests_per_minute = models.FloatField(_("quota (requests/min)"), null=True, blank=True)
    tokens_per_minute = models.FloatField(_("quota (tokens/min)"), null=True, blank=True)
    price_per_accelerator_hour = models.FloatField(_("our price per accelerator hour"), null=True, blank=True)
    price_input = models.FloatField(_("our price per million input tokens"), null=True, blank=True)
    price_output = models.FloatField(_("our price per million output tokens"), null=True, blank=True)
    price_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    chosen = models.BooleanField(_("chosen"), default=False, db_default=False)
    result = models.ForeignKey(
        "sizing.SizingResult", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InitiativeQuerySet["SizingOption"].as_manager()

    class Meta:
        ordering = ("workload", "id")
        constraints = [
            models.UniqueConstraint("workload", name="one_chosen_option", condition=models.Q(chosen=True)),
            models.CheckConstraint(condition=models.Q(utilisation__gt=0, utilisation__lte=1), name="utilisation_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.label


class SizingResult(models.Model):
    """What one option's sizing said for these inputs; the same inputs add nothing. `answer` is core.sizing.answer.Answer."""

    insert_only = True

    option = models.ForeignKey(SizingOption, on_delete=models.PROTECT, related_name="results")
    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    profile_version = models.ForeignKey(ProfileVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    inputs = models.JSONField()
    inputs_digest = models.CharField(max_length=64)
    core_version = models.CharField(max_length=20)
    answer = models.JSONField()
    grade = models.CharField(max_length=20, choices=choices_of(Grade))
    constraint = models.CharField(max_length=30, choices=choices_of(Constraint))
    replicas_low = models.PositiveIntegerField(null=True)
    replicas_likely = models.PositiveIntegerField(null=True)
    replicas_high = models.PositiveIntegerField(null=True)
    accelerators_low = models.PositiveIntegerField(null=True)
    accelerators_likely = models.PositiveIntegerField(null=True)
    accelerators_high = models.PositiveIntegerField(null=True)
    unknowns = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["SizingResult"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint("option", "inputs_digest", name="sizing_result_once")]

    def __str__(self) -> str:
        return f"{self.replicas_low}-{self.replicas_high}"
