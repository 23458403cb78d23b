"""Versions of the fitted model, generations of scores made with them, and where a figure was put before deciders."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import Row, ScopedQuerySet
from readiness.risk.choices import OCCASION_LABELS, Occasion


class InitiativeQuerySet(ScopedQuerySet[Row]):
    """Rows that belong to an initiative are seen by those who see it."""

    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class ModelVersion(models.Model):
    """One fit over one portfolio (demo or real). The newest is in use.

    `arrays` are both fits as rules.packing writes them; `form` says what their columns mean: drivers with their priors, codes of
    organisations, units and stages, the published shares and the horizon. `log_factor` is how far the outcomes prefer the form
    with drivers, `share` how much of their effect they have. `left_out` counts initiatives without an age, by reason. `digest`
    is of everything that was learned from and of the priors: the same inputs make no new version. `reconstructed`: fitted
    afterwards to what was known on `known_on`; such versions are numbered apart and never in use.
    """

    insert_only = True

    demo = models.BooleanField(default=False, db_default=False)
    number = models.PositiveIntegerField()
    engine = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    form = models.JSONField()
    arrays = models.BinaryField()
    horizon_months = models.PositiveSmallIntegerField()
    known_on = models.DateField(help_text="What happened until that day was learned from.")
    initiatives = models.PositiveIntegerField()
    months = models.PositiveIntegerField()
    abandoned = models.PositiveIntegerField()
    produced = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    log_factor = models.FloatField()
    share = models.FloatField()
    why = models.CharField(max_length=60)
    seconds = models.FloatField()
    reconstructed = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint("demo", "reconstructed", "number", name="risk_version_number")]
        indexes = [models.Index(fields=["demo", "-id"], name="risk_version_newest")]

    def __str__(self) -> str:
        return f"{'r' if self.reconstructed else 'v'}{self.number}"

    @property
    def resolved(self) -> int:
        """Initiatives whose end was learned from."""
        return self.abandoned + self.produced


class Generation(models.Model):
    """One scoring of a whole portfolio. `current` is what pages show; the first of a month is `frozen` and kept for ever.

    `reconstructed`: computed afterwards from dated history, not frozen at the time. `digest` is of the inputs of all its scores.
    `average` is the mean figure, `seen` how many are in flight; `changed` how many figures differ from those before.
    """

    demo = models.BooleanField(default=False, db_default=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="generations")
    on = models.DateField()
    at = models.DateTimeField(db_default=Now(), editable=False)
    why = models.CharField(max_length=60)
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    average = models.FloatField(null=True)
    digest = models.CharField(max_length=64)
    seconds = models.FloatField(default=0.0)
    current = models.BooleanField(default=False)
    frozen = models.BooleanField(default=False)
    reconstructed = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint("demo", name="risk_one_current", condition=models.Q(current=True)),
        ]
        indexes = [models.Index(fields=["demo", "on"], name="risk_generation_on")]

    def __str__(self) -> str:
        return f"{self.on} ({self.why})"


class Score(models.Model):
    """P(abandoned before production within the version's horizon) of one initiative: ratios, with the 80 % interval.

    `answers` are the inputs in the order of the version's drivers, NaN for unknown; `unit` and `stage` codes of its form.
    `top` are the places of up to three drivers that push it up most, among those known. Written by COPY, a generation at a time.
    """

    pk = models.CompositePrimaryKey("generation", "initiative")
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="scores", db_constraint=False)
    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="risk_scores", db_constraint=False, db_index=False
    )
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    organisation = models.IntegerField()
    unit = models.IntegerField()
    stage = models.IntegerField()
    answers = ArrayField(models.FloatField())
    top = ArrayField(models.SmallIntegerField())

    objects = InitiativeQuerySet["Score"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["initiative", "-generation"], name="risk_score_history")]

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


class Shown(models.Model):
    """A figure was put before people who decide: it may change the outcome that it will be tested on.

    `about` is the id of the review, pack or scenario; `figure` what was shown, so that thinning generations never empties it.
    """

    insert_only = True

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(_("where"), max_length=12, choices=choices_of(Occasion, OCCASION_LABELS))
    about = models.BigIntegerField(default=0)
    on = models.DateField()
    figure = models.JSONField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = InitiativeQuerySet["Shown"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("initiative", "occasion", "about", "on", name="risk_shown_once"),
        ]
        indexes = [models.Index(fields=["initiative", "on"], name="risk_shown_of")]

    def __str__(self) -> str:
        return f"{self.occasion} {self.on}"
