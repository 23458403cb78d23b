"""What production will demand of one initiative or shared platform, value by value, and the requirements that follow."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Comparator, Experience, Knowledge, Metric, Origin


class InitiativeQuerySet(ScopedQuerySet[Row]):
    """Rows that belong to an initiative are seen by those who see it."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class Workload(models.Model):
    """One workload of an initiative; a shared platform's workload also `serves` other initiatives."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="workloads")
    name = models.CharField(_("name"), max_length=200)
    task = models.CharField(_("what the model does"), max_length=10, choices=choices_of(Task))
    workload_class = models.CharField(_("class"), max_length=10, choices=choices_of(WorkloadClass))
    experience = models.CharField(_("experience"), max_length=15, choices=choices_of(Experience))
    template = models.CharField(_("started from"), max_length=60, blank=True, default="", db_default="", editable=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    needed_on = models.DateField(_("capacity needed on"), null=True, blank=True)
    serves = models.ManyToManyField(Initiative, related_name="served_by", blank=True, verbose_name=_("also serves"))
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["Workload"].as_manager()

    class Meta:
        ordering = ("initiative", "id")
        constraints = [
            models.UniqueConstraint("initiative", "name", name="workload_name", condition=models.Q(retired_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name


class ProfileValue(models.Model):
    """One value of a profile, named by a field of rules/fields.py, in the unit that its name states.

    Known: `value`, with `low` and `high` where it was measured with an interval. Unknown: `value`, `low`, `high` are a working
    assumption or empty (then the field's plausible range is used); `owner` finds it out by `due`.
    """

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="values")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    knowledge = models.CharField(max_length=15, choices=choices_of(Knowledge))
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=choices_of(Origin), default=Origin.STATED, db_default="stated")
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    due = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["ProfileValue"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("workload", "name", name="profile_value_once"),
            models.CheckConstraint(
                condition=~models.Q(knowledge=Knowledge.KNOWN) | models.Q(value__isnull=False), name="known_has_a_value"
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=True, high__isnull=True)
                | models.Q(low__lte=models.F("value"), high__gte=models.F("value")),
                name="profile_value_inside_its_range",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due"], name="profile_unknown_owner", condition=models.Q(knowledge="unknown")),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value if self.knowledge == Knowledge.KNOWN else self.knowledge}"


class ProfileVersion(models.Model):
    """A profile as it stood when somebody kept it: never changed, compared with others, cited by decisions."""

    insert_only = True

    workload = models.ForeignKey(Workload, on_delete=models.PROTECT, related_name="versions")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    label = models.CharField(_("what changed"), max_length=200, blank=True, default="", db_default="")
    values = models.JSONField(help_text="{field: {knowledge, value, low, high, origin, note, owner_id, due}}")
    requirements = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["ProfileVersion"].as_manager()

    class Meta:
        ordering = ("workload", "-number")
        constraints = [models.UniqueConstraint("workload", "number", name="profile_version_number")]

    def __str__(self) -> str:
        return f"v{self.number}"


class Requirement(models.Model):
    """One metric, comparator and target; `derived_from` names the profile field that it follows, empty: added by hand.

    An empty target is a requirement whose number nobody knows: its verdict is unknown, not met never.
    """

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="requirements")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(_("metric"), max_length=30, choices=choices_of(Metric))
    comparator = models.CharField(_("comparator"), max_length=10, choices=choices_of(Comparator))
    target = models.FloatField(_("target"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20)
    percentile = models.FloatField(_("percentile"), null=True, blank=True)
    window_s = models.FloatField(_("window (s)"), null=True, blank=True)
    environment = models.JSONField(
        _("environment wanted"),
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="{venue, accelerator, min_accelerators, data: real, users: real, min_concurrency}; absent means any.",
    )
    max_age_days = models.PositiveIntegerField(_("evidence may be this old (days)"), default=90, db_default=90)
    derived_from = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["Requirement"].as_manager()

    class Meta:
        ordering = ("workload", "id")
        constraints = [
            models.UniqueConstraint(
                "workload",
                "derived_from",
                name="requirement_derived_once",
                condition=~models.Q(derived_from="") & models.Q(retired_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.comparator} {self.target}"
