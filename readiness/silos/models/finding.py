"""A silo finding: what it is about, the rows that prove it, its proposal, its state and its history.

Who sees what: a finding belongs to the lowest unit above all its rows (`ancestor_path`). Whoever holds that unit sees it
whole; whoever holds only some of its units sees that it exists, with the rows of these units.
"""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import Reader, ScopedQuerySet, within
from portfolio.procurement.models import Capability, Vendor
from readiness.silos.choices import (
    KIND_LABELS,
    PROPOSAL_LABELS,
    STATE_LABELS,
    STEP_LABELS,
    FindingKind,
    FindingState,
    ProofTable,
    Proposal,
)
from readiness.silos.choices import FindingStep as Step
from readiness.silos.models.detection import Detection


class FindingQuerySet(ScopedQuerySet["Finding"]):
    """Findings of which a row belongs to a unit that the reader holds."""

    unit_path_lookup = "ancestor_path"

    def visible_to(self, reader: Reader) -> Self:
        return self.filter(self._seen(reader), demo=reader.showing_demo)

    def _seen(self, reader: Reader) -> Q:
        paths = reader.paths(self.view_action)
        whole = within(self.unit_path_lookup, paths)
        if not whole or not paths:
            return whole
        links = Finding.units.through.objects.filter(within("businessunit__path", paths), finding=OuterRef("pk"))
        return whole | Q(Exists(links))


class Finding(models.Model):
    """`digest` is SHA-256 over kind and identity: with it a later detection finds this row again.

    Amounts are in `currency`, the reporting currency of the run. `judged_amount` is the amount when a person last judged it,
    `rows_digest` tells whether the rows are the same. Not `current`: the last run no longer found it.
    """

    kind = models.CharField(_("kind"), max_length=25, choices=choices_of(FindingKind, KIND_LABELS))
    identity = models.JSONField()
    digest = models.CharField(max_length=64)
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("capability")
    )
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("vendor"))
    units = models.ManyToManyField(BusinessUnit, related_name="+")
    ancestor_path = models.CharField(max_length=255)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2, null=True)
    amount_is_low = models.BooleanField(default=False)
    saving_low = models.DecimalField(_("saving, at least"), max_digits=20, decimal_places=2, null=True)
    saving_high = models.DecimalField(_("saving, at most"), max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=16, blank=True, default="", db_default="")
    proposal = models.CharField(_("proposal"), max_length=20, choices=choices_of(Proposal, PROPOSAL_LABELS))
    assumptions = models.JSONField(default=list)
    due_on = models.DateField(_("act by"), null=True)
    rows_count = models.PositiveIntegerField(_("rows"), default=0)
    units_count = models.PositiveIntegerField(_("units"), default=0)
    rows_digest = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=choices_of(FindingState, STATE_LABELS), default=FindingState.OPEN, db_default="open"
    )
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("looked after by")
    )
    judged_amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    current = models.BooleanField(default=True, db_default=True)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_on = models.DateField()
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("digest", "demo", name="silo_finding_once"),
            models.CheckConstraint(
                condition=~models.Q(state=FindingState.DISMISSED) | ~models.Q(reason=""), name="silo_dismissed_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["demo", "current", "state", "kind"], name="silo_finding_list"),
            models.Index(fields=["ancestor_path"], name="silo_finding_path", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class RowQuerySet(ScopedQuerySet["FindingRow"]):
    """Rows of the reader's units, and all rows of findings that are whole to it."""

    unit_path_lookup = "unit__path"
    demo_lookup = "finding__demo"

    def visible_to(self, reader: Reader) -> Self:
        paths = reader.paths(self.view_action)
        seen = within("unit__path", paths)
        if seen and paths:
            seen |= within("finding__ancestor_path", paths)
        return self.filter(seen, finding__demo=reader.showing_demo)


class FindingRow(models.Model):
    """A row that proves a finding: `row_id` is the id in `table` (choices.ProofTable); `amount` is what of it counts here."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=15, choices=choices_of(ProofTable))
    row_id = models.BigIntegerField()
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        ordering = ("finding", "id")
        constraints = [models.UniqueConstraint("finding", "table", "row_id", name="silo_finding_row_once")]
        indexes = [models.Index(fields=["table", "row_id"], name="silo_row_of")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class StepQuerySet(ScopedQuerySet["FindingStep"]):
    unit_path_lookup = "finding__ancestor_path"
    demo_lookup = "finding__demo"


class FindingStep(models.Model):
    """One step of a finding's history, never edited: a run's (`detection`) or a person's (`by`), with the amount of then."""

    insert_only = True

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=choices_of(Step, STEP_LABELS))
    reason = models.TextField(blank=True, default="", db_default="")
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    detection = models.ForeignKey(Detection, on_delete=models.PROTECT, null=True, related_name="steps")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=200, blank=True, default="", db_default="")
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ("finding", "id")
        indexes = [models.Index(fields=["finding", "id"], name="silo_history")]

    def __str__(self) -> str:
        return self.step
