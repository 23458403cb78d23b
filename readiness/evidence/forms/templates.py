"""Query templates of one's own: whose they are, what they are for, and their queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.forms.fields import pick, text_area
from portfolio.initiatives.queries.pickers import unit_options
from readiness.evidence.forms.rows import RowsField
from readiness.evidence.forms.shapes import QUERIES
from readiness.evidence.models import QueryTemplate


class TemplateForm(forms.Form):
    """`units` by id are what may be chosen; `queries` fill it, of a shipped template or of one's own."""

    name = forms.CharField(label=_("Name"), max_length=200)
    unit = pick(_("Business unit"), required=True, help_text=_("Whose template it is: its people choose from it."))
    about = text_area(_("What it is for"), rows=2, max_length=2_000)
    queries = RowsField(QUERIES, label=_("Query"), required=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: Mapping[int, BusinessUnit], **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = units
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_options(dict(units))

    @property
    def top(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "unit", "about")]

    def values(self) -> dict[str, Any]:
        """What create_template and change_template take."""
        made = {name: self.cleaned_data[name] for name in ("name", "about", "queries")}
        return made | {"unit": self.units[int(self.cleaned_data["unit"])]}


def texts(row: QueryTemplate) -> dict[str, Any]:
    """A template as initial values."""
    queries = [QUERIES.write(entry) for entry in row.queries]
    return {"name": row.name, "unit": str(row.unit_id), "about": row.about, "queries": queries, "version": row.version}
