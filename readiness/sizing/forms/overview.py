"""The filters of the list of all sizings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from readiness.core.sizing.inputs import Grade
from readiness.sizing.choices import Headroom
from readiness.sizing.services.messages import GRADES

VERDICTS = [
    (Headroom.NOT_MET.value, _("Not met")),
    (Headroom.WARNING.value, _("Warning")),
    (Headroom.UNKNOWN.value, _("Unknown")),
    (Headroom.MET.value, _("Met")),
]


class OverviewFilter(forms.Form):
    """All in the address; what cannot be read is ignored."""

    q = forms.CharField(label=_("Workload, initiative or key"), required=False, max_length=200)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    verdict = forms.MultipleChoiceField(label=_("Against what is free"), required=False, choices=VERDICTS)
    grade = forms.ChoiceField(
        label=_("Stands on"), required=False, choices=[("", "")] + [(one.value, GRADES[one]) for one in Grade]
    )

    def __init__(self, data: Any, *, units: Iterable[tuple[int, str]]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", ""), *((str(pk), name) for pk, name in units)]

    def wanted(self) -> dict[str, Any]:
        """What is asked for; a filter that cannot be read asks for nothing."""
        self.is_valid()
        return dict(self.cleaned_data)
