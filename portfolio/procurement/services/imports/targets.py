"""What a read row changes: the row of the register that it is already, and the fields that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from portfolio.kit.scope import within
from portfolio.procurement.choices import ImportKind
from portfolio.procurement.models import PlanItem, Purchase, PurchaseRequest, PurchaseShare, RegisterImport, Vendor
from portfolio.procurement.services.imports.landing import SHARES

MODELS: dict[ImportKind, type[models.Model]] = {
    ImportKind.PURCHASES: Purchase, ImportKind.PLAN_ITEMS: PlanItem, ImportKind.REQUESTS: PurchaseRequest,
    ImportKind.VENDORS: Vendor,
}  # fmt: skip
SPECIAL = frozenset({SHARES, "new_vendor", "parent", "aliases"})


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is there: its id, whether the import may change it, and its values as JSON keeps them."""

    pk: int
    mine: bool
    values: Mapping[str, Any]


def held_rows(run: RegisterImport, keys: Iterable[str], paths: tuple[str, ...]) -> dict[str, Held]:
    """Rows of the run's source by key; `paths` are the units whose rows the importer may change. A few statements."""
    kind = ImportKind(run.kind)
    if kind is ImportKind.VENDORS:
        return _vendors(run, keys)
    model: Any = MODELS[kind]
    allowed = within("unit__path", paths)
    rows = model.objects.filter(source=run.source, external_key__in=list(keys), demo=run.demo)
    mine = set(rows.filter(allowed).values_list("pk", flat=True)) if allowed else None
    found = {row.external_key: row for row in rows}
    shares = _shares(found.values()) if kind is ImportKind.PURCHASES else {}
    return {
        key: Held(row.pk, mine is None or row.pk in mine, _values(row) | {SHARES: shares.get(row.pk, [])})
        for key, row in found.items()
    }


def changed(fields: Mapping[str, Any], held: Held) -> list[str]:
    """Names of the fields whose value would be another."""
    different = []
    for name, value in fields.items():
        if name == "new_vendor":
            different.append(name)  # the row is to get a vendor that is not there yet
        elif name == "aliases":
            if set(_names(value)) - set(held.values["aliases"]):
                different.append(name)
        elif name == "parent":
            if value and value.casefold() != held.values["parent"].casefold():
                different.append(name)
        elif not _same(value, held.values.get(name)):
            different.append(name)
    return sorted(different)


def from_json(model: type[models.Model], name: str, value: Any) -> Any:
    """A kept value as the column takes it."""
    field = model._meta.get_field(name)
    if value is None:
        return None
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(field, models.DecimalField) else value


def _same(given: Any, there: Any) -> bool:
    if isinstance(given, str) and isinstance(there, Decimal):
        return Decimal(given) == there
    return bool(given == there)


def _values(row: Any) -> dict[str, Any]:
    """By column, dates as ISO texts."""
    made = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in made.items()}


def _shares(rows: Iterable[Any]) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = {}
    for pk, initiative, share in PurchaseShare.objects.filter(purchase__in=[row.pk for row in rows]).values_list(
        "purchase_id", "initiative_id", "share"
    ):
        found.setdefault(pk, []).append([initiative, str(share)])
    return {pk: sorted(pairs) for pk, pairs in found.items()}


def _vendors(run: RegisterImport, keys: Iterable[str]) -> dict[str, Held]:
    """Vendors by normalised name, also by one of their other names."""
    wanted = list(keys)
    named = Q(key__in=wanted) | Q(aliases__key__in=wanted)
    rows = Vendor.objects.filter(named, demo=run.demo).select_related("parent").prefetch_related("aliases").distinct()
    found: dict[str, Held] = {}
    for row in rows:
        names = [alias.name.casefold() for alias in row.aliases.all()]
        values = {"note": row.note, "name": row.name, "parent": row.parent.name if row.parent else "", "aliases": names}
        for key in {row.key, *(alias.key for alias in row.aliases.all())}:
            found.setdefault(key, Held(row.pk, True, values))
    return found


def _names(text: str) -> list[str]:
    return [name.strip().casefold() for name in text.split(";") if name.strip()]
