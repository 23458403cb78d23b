"""Adding, changing and retiring what the catalogues offer, one by one or from a file; every change is in the audit trail.

A row is never deleted: sizings and pools stand on it. Who edits needs capacity rights for the whole organisation, because
everybody sizes with the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.workloads.choices import ModelSource
from readiness.workloads.models import Accelerator, CatalogueModel
from readiness.workloads.rules import catalogue as rules

Entry = TypeVar("Entry", Accelerator, CatalogueModel)
FIELDS: dict[type[Accelerator | CatalogueModel], Mapping[str, rules.Reader]] = {
    Accelerator: rules.ACCELERATOR,
    CatalogueModel: rules.MODEL,
}


@dataclass(slots=True)
class CatalogueImport:
    """What a file did: keys by what happened to them, or its errors by line; with an error nothing was written."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def may_edit_catalogue(actor: Actor) -> bool:
    """Architects and administrators of the whole organisation, and tokens of its root."""
    return actor.may(Action.CAPACITY, EVERYTHING)


def add_entry(*, by: Actor, kind: type[Entry], values: Mapping[str, Any]) -> Entry:
    """A new accelerator or model. Raises PermissionDenied and ValidationError; ValueError for a field there is not."""
    _require(by)
    with acting(by):
        made = _filled(kind(), values)
        _check(made)
        made.save(force_insert=True)
        _tell([made])
    return made


def change_entry(*, by: Actor, entry: Entry, values: Mapping[str, Any]) -> Entry:
    """Set the given fields; the key stays, files and exports name rows by it. Raises as `add_entry`."""
    _require(by)
    with acting(by):
        row = type(entry).objects.select_for_update().get(pk=entry.pk)
        if values.get("key", row.key) != row.key:
            raise ValidationError({"key": _("The key of a row stays as it is; add another row instead.")})
        if _differs(row, values):
            _check(_filled(row, values))
            row.save()
            _tell([row])
    return row


def retire_entry(*, by: Actor, entry: Entry, retired: bool = True) -> Entry:
    """No longer offered to new options, pools and measurements; what stands on it stays."""
    return change_entry(by=by, entry=entry, values={"retired": retired})


def import_entries(*, by: Actor, kind: type[Entry], text: str, form: str) -> CatalogueImport:
    """Add and change the rows of a YAML, JSON or CSV file by key, all or none; rows it does not name stay as they are."""
    _require(by)
    parsed = rules.parse(text, form, FIELDS[kind])
    report = CatalogueImport(errors=list(parsed.errors))
    with acting(by, note=f"catalogue import, {len(parsed.rows)} rows"):
        known = {row.key: row for row in kind.objects.select_for_update().filter(key__in=[r.get("key") for _l, r in parsed.rows])}
        written = [row for line, values in parsed.rows if (row := _placed(kind, known, line, values, report))]
        report.errors.sort()
        if report.errors:
            return CatalogueImport(errors=report.errors)
        new, old = [row for row in written if row.pk is None], [row for row in written if row.pk is not None]
        kind.objects.bulk_create(new)
        kind.objects.bulk_update(old, [name for name in FIELDS[kind] if name != "key"])
        if written:
            _tell(written)
    return report


def _placed(
    kind: type[Entry], known: Mapping[str, Entry], line: int, values: dict[str, Any], report: CatalogueImport
) -> Entry | None:
    """The row that a line adds or changes, checked; None where it says nothing new or cannot be taken."""
    row = known.get(values.get("key", ""))
    if row is not None and not _differs(row, values):
        report.same.append(row.key)
        return None
    (report.added if row is None else report.changed).append(values.get("key", ""))
    made = _filled(kind() if row is None else row, values)
    try:
        _check(made, unique=False)
    except ValidationError as error:
        report.errors += [(line, f"{name}: {text}") for name, texts in error.message_dict.items() for text in texts]
        return None
    return made


def _require(by: Actor) -> None:
    if not may_edit_catalogue(by):
        raise PermissionDenied(_("Only architects and administrators of the whole organisation change the catalogues."))


def _differs(row: Accelerator | CatalogueModel, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _filled(row: Entry, values: Mapping[str, Any]) -> Entry:
    if unknown := set(values) - set(FIELDS[type(row)]):
        raise ValueError(f"not a field of the catalogue: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _check(row: Accelerator | CatalogueModel, *, unique: bool = True) -> None:
    problems: dict[str, list[Any]] = {}
    try:
        row.full_clean(validate_unique=unique)
    except ValidationError as error:
        problems |= {name: list(texts) for name, texts in error.message_dict.items()}
    more = _accelerator_problems(row) if isinstance(row, Accelerator) else _model_problems(row)
    if row.verified and not row.source:
        more["source"] = _("Say what the figures were compared with.")
    problems |= {name: [*problems.get(name, []), text] for name, text in more.items()}
    if problems:
        raise ValidationError(problems)


def _accelerator_problems(row: Accelerator) -> dict[str, str]:
    found: dict[str, str] = {}
    prices = [price for price in (row.price_low, row.price_likely, row.price_high) if price is not None]
    if prices != sorted(prices):
        found["price_likely"] = _("A price range goes from low over usual to high.")
    return found | _currency_problem(row, prices) | _not_zero(row, ("memory_bytes", "bandwidth", "flops_bf16", "flops_fp8"))


def _model_problems(row: CatalogueModel) -> dict[str, str]:
    found = _currency_problem(row, [price for price in (row.price_input, row.price_output) if price is not None])
    if row.active_parameters and row.parameters and row.active_parameters > row.parameters:
        found["active_parameters"] = _("A model has no more active parameters than parameters.")
    if row.offered_as == ModelSource.API and row.layers:
        found["layers"] = _("What a provider's model keeps in memory is the provider's; leave the layers empty.")
    try:
        row.layers = rules.read_layers(row.layers)
    except rules.Unreadable as error:
        found["layers"] = str(error)
    return found | _not_zero(row, ("parameters", "active_parameters", "max_context_tokens"))


def _currency_problem(row: Accelerator | CatalogueModel, prices: Sequence[float]) -> dict[str, str]:
    code = row.price_currency
    if prices and not code:
        return {"price_currency": _("A price needs its currency.")}
    if code and not (len(code) == 3 and code.isascii() and code.isupper()):
        return {"price_currency": _("A currency is three capital letters, such as USD.")}
    return {}


def _not_zero(row: Accelerator | CatalogueModel, names: Sequence[str]) -> dict[str, str]:
    """Zero would be taken for a figure; what is not known is left empty."""
    return {name: _("Leave it empty if it is not known.") for name in names if getattr(row, name) == 0}


def _tell(rows: Sequence[Accelerator | CatalogueModel]) -> None:
    key = "accelerator_ids" if isinstance(rows[0], Accelerator) else "model_ids"
    emit("catalogue.changed", {key: [row.pk for row in rows]})
