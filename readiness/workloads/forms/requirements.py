"""A requirement as it is typed: added by hand, or the part of a derived one that does not follow from the profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.forms.fields import pick
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.rules.units import kept, typed

_BY_HAND = ("venue", "accelerator", "min_accelerators")  # environment keys that a derived requirement leaves open
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What must be shown"), ("metric", "comparator", "target", "percentile", "window_s")),
    (
        _("Where and with whom"),
        ("real_data", "real_users", "min_concurrency", "venue", "accelerator", "min_accelerators"),
    ),
    (_("Evidence"), ("max_age_days", "note")),
)
_DERIVED = (*_BY_HAND, "max_age_days", "note")


class RequirementForm(forms.Form):
    """`metrics` are the choices with their units, `accelerators` the keys and names of the catalogue."""

    metric = pick(_("Metric"), required=True)
    comparator = forms.ChoiceField(label=_("It must be"), required=False)
    target = forms.FloatField(
        label=_("Target"), required=False, help_text=_("In the metric's unit. Empty: nobody knows it, and it is never met.")
    )
    percentile = forms.FloatField(
        label=_("For this share of requests (%)"), required=False, min_value=50, max_value=99.9999,
        help_text=_("For times only, such as 95."),
    )  # fmt: skip
    window_s = forms.FloatField(
        label=_("Over a window of (s)"), required=False, min_value=0.001, help_text=_("300 is five minutes.")
    )
    real_data = forms.BooleanField(label=_("Only real data count"), required=False)
    real_users = forms.BooleanField(label=_("Only real users count"), required=False)
    min_concurrency = forms.FloatField(label=_("With at least so many requests at once"), required=False, min_value=1)
    venue = pick(_("Only in this venue"))
    accelerator = pick(_("Only on this accelerator"))
    min_accelerators = forms.IntegerField(label=_("With at least so many accelerators"), required=False, min_value=1)
    max_age_days = forms.IntegerField(label=_("Evidence may be so old (days)"), min_value=1, max_value=3_650, initial=90)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(
        self, data: Any = None, *, metrics: list[tuple[str, Any]], comparators: list[tuple[str, Any]],
        accelerators: list[tuple[str, str]], row: Requirement | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=_initial(row))
        self.row = row
        any_of = ("", _("any"))
        venues = [choice for choice in choices_of(Venue, VENUE_LABELS) if choice[0] != Venue.UNKNOWN]
        self._choose("metric", metrics)
        self._choose("comparator", [("", _("as usual for the metric")), *comparators])
        self._choose("venue", [any_of, *venues])
        self._choose("accelerator", [any_of, *accelerators])
        if row is not None:
            del self.fields["metric"]
        if row is not None and row.derived_from:
            for name in [name for name in self.fields if name not in _DERIVED]:
                del self.fields[name]

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def sections(self) -> list[tuple[Any, list[BoundField]]]:
        """Titles with their fields; what is left out is left out."""
        kept_names = [(title, [name for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, [self[name] for name in names]) for title, names in kept_names if names]

    @property
    def unit(self) -> str:
        return self.row.unit if self.row else METRICS[Metric(self.cleaned_data["metric"])].unit

    def changes(self) -> dict[str, Any]:
        """What services.requirements takes, the metric apart. Of a derived one only what is its own."""
        values = self.cleaned_data
        own = {"max_age_days": values["max_age_days"], "note": values["note"], "environment": self._environment()}
        if self.row is not None and self.row.derived_from:
            return own
        target, share = values["target"], values["percentile"]
        if values["comparator"] or self.row is None:
            own["comparator"] = values["comparator"] or None
        return own | {
            "target": None if target is None else kept(target, self.unit),
            "percentile": None if share is None else kept(share, "share"),
            "window_s": values["window_s"],
        }

    def _environment(self) -> dict[str, Any]:
        values = self.cleaned_data
        wanted: dict[str, Any] = {name: values[name] for name in _BY_HAND if values.get(name)}
        wanted |= {name: "real" for name in ("data", "users") if values.get(f"real_{name}")}
        if values.get("min_concurrency"):
            wanted["min_concurrency"] = values["min_concurrency"]
        return wanted


def _initial(row: Requirement | None) -> dict[str, Any]:
    if row is None:
        return {"real_data": True, "real_users": True, "max_age_days": 90}
    wanted = row.environment
    return {
        "comparator": row.comparator,
        "target": typed(row.target, row.unit),
        "percentile": typed(row.percentile, "share"),
        "window_s": row.window_s,
        "max_age_days": row.max_age_days,
        "note": row.note,
        "real_data": wanted.get("data") == "real",
        "real_users": wanted.get("users") == "real",
        **{name: wanted.get(name) for name in (*_BY_HAND, "min_concurrency")},
    }
