"""An initiative: one AI effort with an owner, a unit, a stage and what we know of its infrastructure choices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import (
    VENUE_LABELS,
    Answer,
    Developer,
    ProcurementRoute,
    Rag,
    Status,
    Venue,
    choices_of,
)
from portfolio.initiatives.models.lifecycle import Lifecycle, Stage
from portfolio.kit.scope import ScopedQuerySet

_VENUES = choices_of(Venue, VENUE_LABELS)


class NextNumber(models.Func):
    """The database hands out numbers, so that bulk SQL and single creates never meet."""

    template = "nextval('initiatives_number')"
    output_field = models.BigIntegerField()


class KeyOf(models.Func):
    """42 -> AI-0042; longer numbers keep all their digits."""

    template = "('AI-' || lpad((%(expressions)s)::text, greatest(4, length((%(expressions)s)::text)), '0'))"


class Programme(models.Model):
    """A bundle of initiatives that are steered together."""

    name = models.CharField(_("name"), max_length=200)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="programmes")
    purpose = models.TextField(_("purpose"), blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False)

    objects = ScopedQuerySet["Programme"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint("unit", "name", name="programme_name")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A free word on initiatives."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Initiative(models.Model):
    """`stage` empty means unknown, which is a verdict of its own. Money is `expected_value` in its currency."""

    number = models.BigIntegerField(unique=True, editable=False, db_default=NextNumber())
    key = models.GeneratedField(
        expression=KeyOf("number"),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
    )
    name = models.CharField(_("name"), max_length=500)
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.PROTECT,
        related_name="initiatives",
        verbose_name=_("business unit"),
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name=_("programme"),
    )
    lifecycle = models.ForeignKey(
        Lifecycle,
        on_delete=models.PROTECT,
        related_name="initiatives",
        verbose_name=_("lifecycle template"),
    )
    stage = models.ForeignKey(
        Stage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name=_("stage"),
    )
    stage_since = models.DateField(null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=choices_of(Status), default=Status.ACTIVE)
    purpose = models.TextField(_("purpose and expected benefit"), blank=True, default="", db_default="")
    outputs = models.TextField(_("what it puts out"), blank=True, default="", db_default="")
    topic = models.CharField(_("topic"), max_length=300, blank=True, default="", db_default="")
    approach = models.TextField(_("approach"), blank=True, default="", db_default="")
    impact_level = models.CharField(_("impact level"), max_length=200, blank=True, default="", db_default="")
    system_name = models.CharField(_("system"), max_length=500, blank=True, default="", db_default="")
    expected_value = models.DecimalField(_("expected value"), max_digits=16, decimal_places=2, null=True, blank=True)
    expected_value_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_initiatives",
        verbose_name=_("owner"),
    )
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sponsored_initiatives",
        verbose_name=_("sponsor"),
    )
    owner_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    sponsor_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    rag = models.CharField(
        _("status note colour"),
        max_length=5,
        blank=True,
        choices=choices_of(Rag),
        default="",
        db_default="",
    )
    status_note = models.TextField(_("status note"), blank=True, default="", db_default="")
    status_note_at = models.DateTimeField(null=True, editable=False)
    venue_storage = models.CharField(
        _("venue of storage"),
        max_length=15,
        choices=_VENUES,
        default="unknown",
        db_default="unknown",
    )
    venue_training = models.CharField(
        _("venue of training"),
        max_length=15,
        choices=_VENUES,
        default="unknown",
        db_default="unknown",
    )
    venue_inference = models.CharField(
        _("venue of inference"),
        max_length=15,
        choices=_VENUES,
        default="unknown",
        db_default="unknown",
    )
    containerised = models.CharField(
        _("containerised"),
        max_length=10,
        choices=choices_of(Answer),
        default="unknown",
        db_default="unknown",
    )
    orchestrator = models.CharField(_("orchestrator"), max_length=100, blank=True, default="", db_default="")
    procurement_route = models.CharField(
        _("procurement route"),
        max_length=10,
        choices=choices_of(ProcurementRoute),
        default="unknown",
        db_default="unknown",
    )
    developed_by = models.CharField(
        _("developed by"),
        max_length=10,
        choices=choices_of(Developer),
        default="unknown",
        db_default="unknown",
    )
    contract_numbers = models.JSONField(
        _("contract numbers"),
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
    )
    answers = models.JSONField(
        _("intake answers"),
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="{question: {value, raw}}; a question that was not asked is absent, an empty answer is unknown.",
    )
    tags = models.ManyToManyField(Tag, related_name="initiatives", blank=True, verbose_name=_("tags"))
    register = models.ForeignKey(
        "initiatives.Register",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        editable=False,
    )
    missing_since = models.ForeignKey(
        "initiatives.ImportRun",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        help_text="The import that no longer listed it. A mark, not a closure.",
    )
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    search_extra = models.TextField(blank=True, default="", db_default="", editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", weight="A", config="english")
        + SearchVector("topic", "system_name", weight="B", config="english")
        + SearchVector(
            "purpose",
            "outputs",
            "approach",
            "search_extra",
            weight="C",
            config="english",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ScopedQuerySet["Initiative"].as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            GinIndex("search", name="initiative_search"),
            models.Index(fields=["unit", "status"], name="initiative_unit_status"),
            models.Index(fields=["stage", "status"], name="initiative_stage_status"),
            models.Index(fields=["-updated_at", "-id"], name="initiative_updated"),
            models.Index(fields=["name", "id"], name="initiative_name"),
            # Counts over the whole portfolio read these two alone: 9 MB of rows become 1 MB of index at 10,000.
            models.Index(
                fields=["id"], name="initiative_real", condition=models.Q(demo=False), include=["status", "stage", "unit"]
            ),
            models.Index(
                fields=["id"], name="initiative_demo", condition=models.Q(demo=True), include=["status", "stage", "unit"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"
