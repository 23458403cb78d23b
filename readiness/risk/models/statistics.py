"""Reference statistics: published figures with their source, shown beside the portfolio's own, editable."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from readiness.risk.rules.statistics import StatisticKind


class ReferenceStatistic(models.Model):
    """One published figure. Never multiplied into a score unseen: whoever uses it names it.

    `low` and `high` are the published range or the interval of `value`; `bound` says that the truth lies at or above ("lower")
    or at or below ("upper") the value, and "" that it is an estimate. An empty definition, denominator or horizon was not
    published.
    """

    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(_("what it says"), max_length=300)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, help_text="ratio, USD, people, ...")
    low = models.DecimalField(_("low"), max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("high"), max_digits=14, decimal_places=4, null=True, blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=[(one.value, one.value.capitalize()) for one in StatisticKind],
        default=StatisticKind.CITED, db_default="cited",
    )  # fmt: skip
    bound = models.CharField(
        _("bound"), max_length=5, choices=[("lower", _("Lower bound")), ("upper", _("Upper bound"))], blank=True, default="",
        db_default="",
    )  # fmt: skip
    definition = models.TextField(_("definition"), blank=True, default="", db_default="")
    denominator = models.CharField(_("denominator"), max_length=300, blank=True, default="", db_default="")
    horizon_months = models.PositiveSmallIntegerField(_("horizon (months)"), null=True, blank=True)
    population = models.CharField(_("population"), max_length=300, blank=True, default="", db_default="")
    source = models.CharField(_("source"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    verified = models.BooleanField(_("checked at its primary source"), default=False, db_default=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.label
