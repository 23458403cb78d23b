"""Reads of the catalogues. They are public knowledge: whoever is signed in may read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from readiness.workloads.choices import ModelSource
from readiness.workloads.models import Accelerator, CatalogueModel
from readiness.workloads.rules.catalogue import ACCELERATOR, MODEL, kv_bytes_per_token

KINDS: dict[str, type[Accelerator] | type[CatalogueModel]] = {"accelerators": Accelerator, "models": CatalogueModel}
COLUMNS: dict[type[Accelerator] | type[CatalogueModel], tuple[str, ...]] = {
    Accelerator: tuple(ACCELERATOR),
    CatalogueModel: tuple(MODEL),
}


def accelerators(*, retired: bool = False) -> QuerySet[Accelerator]:
    """What may be chosen now, by name; with `retired` also what is no longer offered."""
    rows = Accelerator.objects.order_by("name", "id")
    return rows if retired else rows.filter(retired=False)


def models(*, offered_as: ModelSource | None = None, retired: bool = False) -> QuerySet[CatalogueModel]:
    """What may be chosen now, by name; with `retired` also what is no longer offered."""
    rows = CatalogueModel.objects.order_by("name", "id")
    rows = rows if retired else rows.filter(retired=False)
    return rows if offered_as is None else rows.filter(offered_as=offered_as)


def entry_rows(kind: type[Accelerator] | type[CatalogueModel]) -> QuerySet[Any, dict[str, Any]]:
    """All rows of a catalogue as plain rows of its fields and `id`, for the API and exports."""
    rows: QuerySet[Any, dict[str, Any]] = kind.objects.order_by("name", "id").values("id", *COLUMNS[kind])
    return rows


def narrowed(
    rows: QuerySet[Any, dict[str, Any]], *, q: str = "", offered_as: str = "", verified: str = "", retired: str = "no"
) -> QuerySet[Any, dict[str, Any]]:
    """Rows whose key, name, maker or other names hold `q`; `verified` and `retired` are yes, no or empty for both."""
    if q:
        maker = "vendor" if rows.model is Accelerator else "provider"
        rows = rows.filter(Q(key__icontains=q) | Q(name__icontains=q) | Q(**{f"{maker}__icontains": q}) | Q(aliases__icontains=q))
    if offered_as and rows.model is CatalogueModel:
        rows = rows.filter(offered_as=offered_as)
    for name, wanted in (("verified", verified), ("retired", retired)):
        rows = rows.filter(**{name: wanted == "yes"}) if wanted in ("yes", "no") else rows
    return rows


def with_kv(row: dict[str, Any]) -> dict[str, Any]:
    """A model's row with the bytes that its KV cache takes per token at BF16, None where its layers are not known."""
    return row | {"kv_bytes_per_token": kv_bytes_per_token(row["layers"])}


def by_name(name: str) -> Accelerator | None:
    """The accelerator that a file or a benchmark calls `name`: its key, its name, or one of its other names."""
    return Accelerator.objects.filter(Q(key__iexact=name) | Q(name__iexact=name) | Q(aliases__contains=[name])).first()
