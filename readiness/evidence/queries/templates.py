"""Query templates: one's own from the store, and those that are shipped beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet

from portfolio.accounts.rules import Actor
from readiness.connectors.prometheus.templates import Pack, packs
from readiness.evidence.models import QueryTemplate

OWN, SHIPPED = "own", "shipped"


def own_templates(actor: Actor) -> QuerySet[QueryTemplate, dict[str, Any]]:
    """Those of the actor's units by name, each with the name of its unit and how many queries it has."""
    length = Func(F("queries"), function="jsonb_array_length", output_field=IntegerField())
    rows: QuerySet[QueryTemplate] = QueryTemplate.objects.visible_to(actor).order_by("name", "id")
    columns = ("id", "name", "about", "based_on", "version")
    return rows.annotate(unit_name=F("unit__name"), unit_path=F("unit__path"), count=length).values(
        *columns, "unit_name", "unit_path", "count"
    )


def shipped(key: str) -> Pack | None:
    """The shipped template of that key."""
    return next((pack for pack in packs() if pack.key == key), None)


def queries_of(actor: Actor, choice: str) -> tuple[list[Mapping[str, Any]], str]:
    """The queries of `shipped:vllm` or `own:17` and the template's name; ([], "") for what there is not."""
    where, _colon, key = choice.partition(":")
    if where == SHIPPED and (pack := shipped(key)):
        return list(pack.queries), pack.name
    if where == OWN and key.isdecimal() and len(key) < 19:
        row = QueryTemplate.objects.visible_to(actor).filter(pk=int(key)).first()
        return (list(row.queries), row.name) if row else ([], "")
    return [], ""


def choices(actor: Actor) -> list[tuple[str, str]]:
    """What a feed can start from: (choice, name), one's own after the shipped ones."""
    made = [(f"{SHIPPED}:{pack.key}", pack.name) for pack in packs()]
    return made + [(f"{OWN}:{row['id']}", row["name"]) for row in own_templates(actor)]
