"""Linking a newer snapshot to a register: what looks alike, and what a person said of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portfolio.initiatives.choices import LinkSearchState, LinkVerdict, choices_of
from portfolio.initiatives.models.imports import ImportRun
from portfolio.initiatives.models.initiative import Initiative
from portfolio.kit.scope import ScopedQuerySet


class LinkSearch(models.Model):
    """The search for candidates of one run: a job works on it, block by block."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, primary_key=True, related_name="link_search")
    state = models.CharField(max_length=10, choices=choices_of(LinkSearchState), default=LinkSearchState.WAITING)
    generation = models.PositiveIntegerField(default=0, db_default=0, help_text="grows with every search; an older job stops")
    rows_done = models.PositiveIntegerField(default=0, db_default=0)
    rows_total = models.PositiveIntegerField(default=0, db_default=0, help_text="rows without a match in the register")
    known = models.PositiveIntegerField(default=0, db_default=0, help_text="initiatives of the register not in the file")
    scorer = models.CharField(max_length=10, blank=True, default="", db_default="")
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"links of import {self.run_id}: {self.state}"


class LinkDecision(models.Model):
    """A person's word on one pair. Confirmed ones hold for their run; a refused pair is not proposed again by any later run."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="link_decisions", db_index=False)
    key = models.TextField(help_text="of the file's row")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=choices_of(LinkVerdict))
    score = models.FloatField(help_text="as it was shown, 0..1")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=200, default="", db_default="")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("run", "key", "initiative", name="link_decision_pair"),
            models.UniqueConstraint("run", "key", condition=Q(verdict="confirmed"), name="link_confirmed_row"),
            models.UniqueConstraint("run", "initiative", condition=Q(verdict="confirmed"), name="link_confirmed_initiative"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.key}"


class ProposalQuerySet(ScopedQuerySet["LinkProposal"]):
    """A pair is seen by whoever sees its initiative."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class LinkProposal(models.Model):
    """A row of the file and an initiative of the register that look alike; replaced by every search, so it decides nothing."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="link_proposals", db_index=False)
    line = models.PositiveIntegerField()
    key = models.TextField()
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(help_text="0..1; formats.registers.likeness says of what")
    parts = models.JSONField(default=dict, help_text="{name, text, office, ...}: 0..1, -1 against, null unknown")
    best = models.BooleanField(help_text="nothing is as good beside it, for the row or for the initiative")
    decision = models.OneToOneField(LinkDecision, on_delete=models.SET_NULL, null=True, related_name="proposal")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-score", "id")
        constraints = [models.UniqueConstraint("run", "key", "initiative", name="link_proposal_pair")]
        indexes = [models.Index(fields=["run", "-score", "id"], name="link_proposal_score")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.score:.2f}"
