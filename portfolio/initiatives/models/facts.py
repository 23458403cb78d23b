"""What hangs on an initiative: dates with their precision, people slots, milestones, history, closure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import (
    CLOSURE_LABELS,
    REASON_LABELS,
    ClosureKind,
    DateKind,
    DependencyKind,
    Precision,
    ReasonCode,
    TeamFunction,
    choices_of,
)
from portfolio.initiatives.models.initiative import Initiative
from portfolio.initiatives.models.lifecycle import Stage

_PRECISION = choices_of(Precision)


class InitiativeDate(models.Model):
    """A dated fact; `value` is the first day of the period that `precision` names, `raw` what the source said."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="dates")
    kind = models.CharField(max_length=25, choices=choices_of(DateKind))
    value = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=8, choices=_PRECISION, default=Precision.DAY)
    raw = models.TextField(blank=True, default="", db_default="")
    unread = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("initiative", "kind", name="initiative_date_kind"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | models.Q(precision=Precision.UNKNOWN),
                name="unknown_date_has_no_precision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value or self.raw}"


class FunctionSlot(models.Model):
    """Who stands for IT operations, data science and business; a person of ours or just a name."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="functions")
    function = models.CharField(max_length=15, choices=choices_of(TeamFunction))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    name = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint("initiative", "function", name="function_once")]

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.person or self.name}"


class Milestone(models.Model):
    """Something due; `moved` counts how often its date slipped."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(_("name"), max_length=200)
    due = models.DateField(_("due"), null=True, blank=True)
    first_due = models.DateField(null=True, blank=True, editable=False)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    moved = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ("due", "id")

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """On another initiative or on a platform that is only named."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="dependencies")
    on = models.ForeignKey(
        Initiative,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dependents",
    )
    platform = models.CharField(_("platform"), max_length=200, blank=True, default="", db_default="")
    kind = models.CharField(max_length=20, choices=choices_of(DependencyKind), default=DependencyKind.NEEDS)
    ready = models.BooleanField(_("ready"), null=True, blank=True, help_text="Empty: we do not know.")
    note = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(on__isnull=False) | ~models.Q(platform=""),
                name="dependency_on_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(on=models.F("initiative")),
                name="dependency_not_on_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.platform or str(self.on)


class ExternalId(models.Model):
    """Its id in another system; tooling creates or updates by it."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="external_ids")
    system = models.CharField(_("system"), max_length=60)
    value = models.CharField(_("id"), max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint("system", "value", "initiative", name="external_id_once")]
        indexes = [models.Index(fields=["system", "value"], name="external_id_lookup")]

    def __str__(self) -> str:
        return f"{self.system}: {self.value}"


class Link(models.Model):
    """An address worth keeping; http and https only."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(_("label"), max_length=200, blank=True, default="", db_default="")
    url = models.URLField(_("address"), max_length=1000)

    def __str__(self) -> str:
        return self.label or self.url


class StageEntry(models.Model):
    """A stay in a stage; an empty stage is "unknown", an empty `left_on` means still there."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="stage_entries")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_on = models.DateField(null=True, blank=True)
    entered_precision = models.CharField(max_length=8, choices=_PRECISION, default=Precision.DAY)
    left_on = models.DateField(null=True, blank=True)
    current = models.BooleanField(default=True, db_default=True)
    source = models.CharField(max_length=200, blank=True, default="", db_default="")
    raw = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What the source called the stage.",
    )
    told_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day of the snapshot that told it, where a register did; else it is known since it was recorded.",
    )
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("initiative", "id")
        constraints = [
            models.UniqueConstraint("initiative", name="one_current_stage", condition=models.Q(current=True)),
        ]
        indexes = [models.Index(fields=["stage", "entered_on"], name="stage_entry_cohort")]

    def __str__(self) -> str:
        return f"{self.stage or 'unknown'} from {self.entered_on or 'unknown'}"


class Closure(models.Model):
    """Why and when it ended; kept for ever. A reopened initiative keeps its old closures, each superseded."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="closures")
    kind = models.CharField(max_length=25, choices=choices_of(ClosureKind, CLOSURE_LABELS))
    reason = models.CharField(
        max_length=30,
        choices=choices_of(ReasonCode, REASON_LABELS),
        default=ReasonCode.UNKNOWN,
    )
    lesson = models.TextField(blank=True, default="", db_default="")
    closed_on = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=8, choices=_PRECISION, default=Precision.DAY)
    raw = models.TextField(blank=True, default="", db_default="")
    source = models.CharField(max_length=200, blank=True, default="", db_default="")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(
        Initiative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    told_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day of the snapshot that told it, where a register did; else it is known since it was recorded.",
    )
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                "initiative",
                name="one_standing_closure",
                condition=models.Q(reopened_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
