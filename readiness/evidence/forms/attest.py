"""Vouching for a figure in the words of the catalogue: of what, when and where, who says so, and the file that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import add_errors, day_field, text_area
from readiness.connectors.contract import Statistic
from readiness.evidence.forms.environment import MEASURED_ON, EnvironmentFields
from readiness.evidence.forms.shapes import METRIC_CHOICES, STATISTICS, read_seconds, read_share
from readiness.evidence.forms.subject import SUBJECTS, SubjectFields, Subjects

FIGURE = ("metric", "value", "unit_of", "statistic", "percentile", "window", "samples", "currency", "observed_on")


class AttestForm(SubjectFields, EnvironmentFields):
    """`unit_of` is the unit of the value; nothing is attested of a business unit alone."""

    metric = forms.ChoiceField(label=_("Metric"), choices=METRIC_CHOICES)
    value = forms.FloatField(label=_("Value"), widget=forms.NumberInput(attrs={"step": "any"}))
    unit_of = forms.CharField(
        label=_("Unit"), max_length=40, help_text=_("It is converted; an uncertain unit is refused."),
        widget=forms.TextInput(attrs={"list": "units-of-metrics", "data-unit": "", "autocomplete": "off"}),
    )  # fmt: skip
    statistic = forms.ChoiceField(label=_("Statistic"), choices=STATISTICS, initial=Statistic.MEAN)
    percentile = forms.CharField(label=_("Percentile"), required=False, max_length=10, help_text=_("95 for the 95th."))
    window = forms.CharField(
        label=_("Over which time"), required=False, max_length=20, help_text=_("Such as 1h or 30d. Empty: not said.")
    )  # fmt: skip
    samples = forms.IntegerField(label=_("Out of how many"), required=False, min_value=1, help_text=_("Requests or samples."))
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, help_text=_("For amounts alone."),
        error_messages={"invalid": _("Three capital letters, such as EUR.")},
    )  # fmt: skip
    observed_on = day_field(_("Observed on"), required=True, help_text=_("The last day that the value is of."))
    who = forms.CharField(
        label=_("Who says so"), max_length=200, help_text=_("Name and role. That you wrote it down is recorded anyway.")
    )  # fmt: skip
    file = forms.FileField(
        label=_("The file that shows it"), allow_empty_file=True, help_text=_("A report, a screenshot, a mail.")
    )  # fmt: skip
    note = text_area(_("How it was found out"), rows=3, max_length=2_000)

    def __init__(self, *args: Any, subjects: Subjects, accelerators: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["metric"].widget.attrs["data-metric"] = ""
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)
        about.choices = SUBJECTS[:2]
        del self.fields[MEASURED_ON]
        self.offer(subjects, with_unit=False)
        self.offer_accelerators(accelerators)

    def clean_percentile(self) -> Any:
        return self._read("percentile", read_share)

    def clean_window(self) -> Any:
        return self._read("window", read_seconds)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_percentile = data.get("statistic") == Statistic.PERCENTILE
        if "percentile" not in self.errors and is_percentile != (data.get("percentile") is not None):
            says = _now("Say which percentile.") if is_percentile else _now("Only a percentile has one.")
            self.add_error("percentile", says)
        return data

    @property
    def figure(self) -> list[forms.BoundField]:
        return [self[name] for name in FIGURE]

    @property
    def proof(self) -> list[forms.BoundField]:
        return [self["who"]]

    def values(self) -> dict[str, Any]:
        """What attest takes."""
        data = self.cleaned_data
        said = f"{data['who']}: {data['note']}" if data["note"] else data["who"]
        names = ("metric", "value", "statistic", "percentile", "samples", "currency", "observed_on", "file")
        return {
            **{name: data[name] for name in names}, "unit": data["unit_of"], "window_s": data["window"], "note": said,
            "environment": self.declared(), **self.subject,
        }  # fmt: skip

    def objections(self, problem: ValidationError) -> None:
        """A service's, beside the fields that they are about."""
        if hasattr(problem, "error_dict"):
            ours = {"unit": "unit_of", "window_s": "window"}
            problem = ValidationError({ours.get(name, name): texts for name, texts in problem.message_dict.items()})
        add_errors(self, problem)

    def _read(self, name: str, reader: Any) -> Any:
        text = self.cleaned_data[name].strip()
        try:
            return reader(text) if text else None
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong
