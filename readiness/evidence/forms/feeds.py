"""A feed: what is asked of a source, what it is evidence of, and what is declared of the place that is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from readiness.connectors.live import Connector
from readiness.evidence.forms.connector_fields import ASK, ConnectorFields
from readiness.evidence.forms.environment import MEASURED_ON, EnvironmentFields, said_texts
from readiness.evidence.forms.rows import RowsField
from readiness.evidence.forms.subject import NEITHER, POOL, WORKLOAD, SubjectFields, Subjects
from readiness.evidence.models import Feed


class FeedForm(SubjectFields, EnvironmentFields):
    """`connector` says what can be asked; `ask` fills it, from a template or from `row`, the feed that is changed."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Such as “Chat, production cluster”."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, connector: Connector, subjects: Subjects, accelerators: Iterable[str], row: Feed | None = None,
        ask: Mapping[str, Any] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.connector = connector
        del self.fields[MEASURED_ON]
        self.asked = ConnectorFields(self, connector.kind, connector.ask_fields, ASK)
        self.initial = {**(stored(row) if row is not None else {"about": WORKLOAD}), **self.initial}
        kept = ask if ask is not None else row.ask if row is not None else None
        self.asked.add(kept)
        self.offer(subjects, with_unit=False)
        self.offer_accelerators(accelerators, kept=str(self["accelerator"].value() or ""))

    def let_try(self, url: str) -> None:
        """Each query gets a button that lets a worker ask it once."""
        for name in self.asked.known:
            field = self.fields[self.asked.html_name(name)]
            if isinstance(field, RowsField):
                field.widget.try_url = url

    @property
    def ask(self) -> dict[str, Any]:
        """What is asked, as the connector takes it; only after validation."""
        return self.asked.values()

    def values(self) -> dict[str, Any]:
        """What create_feed and change_feed take."""
        return {"name": self.cleaned_data["name"], "ask": self.ask, "environment": self.declared(), **self.subject}

    def objections(self, problem: ValidationError) -> None:
        """A service's, beside the fields that they are about."""
        self.asked.errors(problem)


def stored(row: Feed) -> dict[str, Any]:
    """A feed as initial values, without what is asked."""
    about = WORKLOAD if row.workload_id else POOL if row.pool_id else NEITHER
    return {
        "name": row.name, "version": row.version, "about": about, "workload": str(row.workload_id or ""),
        "pool": str(row.pool_id or ""), **said_texts(row.environment),
    }  # fmt: skip
