"""What was read becomes the register's, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from portfolio.accounts.choices import Role, Through
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor, Grant, system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.choices import AliasSource, Ask, ImportKind, ImportState, Outcome
from portfolio.procurement.models import (
    PurchaseRequestStep,
    PurchaseShare,
    RegisterImport,
    RegisterImportRow,
    Vendor,
    VendorAlias,
)
from portfolio.procurement.rules.matching import normalised
from portfolio.procurement.services.commitments import keep_commitments
from portfolio.procurement.services.imports.landing import SHARES
from portfolio.procurement.services.imports.targets import MODELS, SPECIAL, from_json

CHUNK = 1_000


def importer(run: RegisterImport) -> Actor:
    """Who imports: the person who started it, as an import; the product itself where nobody did.

    A token was allowed to import into the run's unit, and may reach less far than its maker: so it buys there and nowhere else.
    """
    if run.started_by is None:
        return system(run.started_label or "import", Through.IMPORT)
    if run.by_token:
        return Actor(
            run.started_by_id, run.started_label, Through.IMPORT, (Grant(Role.PROCUREMENT, run.unit.path),), showing_demo=run.demo
        )  # fmt: skip
    return actor_for(run.started_by, through=Through.IMPORT)


def publish_import(*, by: Actor, run: RegisterImport) -> RegisterImport:
    """Write every created and updated row in one transaction; the same file again finds nothing to write."""
    with acting(by, note=f"import {run.pk}"):
        row = RegisterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
        if row.state != ImportState.PUBLISHING:
            return row
        read = list(RegisterImportRow.objects.filter(run=row, outcome__in=(Outcome.CREATED, Outcome.UPDATED)).order_by("line"))
        before, vendors = _served(row, read), _new_vendors(row, read)
        made = _create(by, row, [one for one in read if one.outcome == Outcome.CREATED], vendors)
        changed = _update(row, [one for one in read if one.outcome == Outcome.UPDATED], vendors)
        _tell(by, row, [*made, *changed], read, before)
        row.state, row.finished_at = ImportState.PUBLISHED, clock.now()
        row.save(update_fields=["state", "finished_at"])
        RegisterImportRow.objects.filter(run=row, outcome=Outcome.UNCHANGED).delete()
    return row


def _new_vendors(run: RegisterImport, read: list[RegisterImportRow]) -> dict[str, int]:
    """Vendors for the names that nobody knew, by key; other spellings are their other names."""
    wanted = {one.fields["new_vendor"] for one in read if "new_vendor" in one.fields}
    names: dict[str, list[str]] = next((note["names"] for note in run.notes if note["kind"] == "new_vendors"), {})
    there = dict(Vendor.objects.filter(key__in=wanted, demo=run.demo).values_list("key", "id"))
    fresh = Vendor.objects.bulk_create(
        [Vendor(name=names[key][0], key=key[:255], demo=run.demo) for key in sorted(wanted - there.keys())], batch_size=CHUNK
    )
    made = {row.key: row.pk for row in fresh} | there
    aliases = [
        VendorAlias(vendor_id=made[key], name=name, key=key[:255], source=AliasSource.IMPORT, demo=run.demo)
        for key in sorted(wanted)
        for name in names[key][1:]
        if name.casefold() not in {other.casefold() for other in names[key][:1]}
    ]
    VendorAlias.objects.bulk_create(_once(aliases), batch_size=CHUNK, ignore_conflicts=True)
    return made


def _once(aliases: Iterable[VendorAlias]) -> list[VendorAlias]:
    return list({alias.name.casefold(): alias for alias in aliases}.values())


def _create(by: Actor, run: RegisterImport, read: list[RegisterImportRow], vendors: dict[str, int]) -> list[Any]:
    model: Any = MODELS[ImportKind(run.kind)]
    rows = [model(**_columns(run, one, vendors), **_marks(by, run, one)) for one in read]
    model.objects.bulk_create(rows, batch_size=CHUNK)
    _parts(run, list(zip(read, rows, strict=True)))
    if run.kind == ImportKind.REQUESTS:
        PurchaseRequestStep.objects.bulk_create(
            [PurchaseRequestStep(request=row, state=Ask.ASKED, by_id=by.user_id, by_label=by.label[:200]) for row in rows]
        )
    return rows


def _update(run: RegisterImport, read: list[RegisterImportRow], vendors: dict[str, int]) -> list[Any]:
    model: Any = MODELS[ImportKind(run.kind)]
    held = model.objects.select_for_update(of=("self",)).in_bulk([one.target_id for one in read])
    pairs = [(one, held[one.target_id]) for one in read if one.target_id in held]
    touched = {"version", "updated_at"}
    for one, row in pairs:
        columns = {name: value for name, value in _columns(run, one, vendors).items() if name != "key"}
        for name, value in columns.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, clock.now()
        touched |= {name.removesuffix("_id") if name.endswith("_id") and _points(model, name) else name for name in columns}
    if pairs:
        model.objects.bulk_update([row for _one, row in pairs], sorted(touched), batch_size=CHUNK)
        _parts(run, pairs)
    return [row for _one, row in pairs]


def _points(model: Any, name: str) -> bool:
    return bool(model._meta.get_field(name).is_relation)


def _columns(run: RegisterImport, one: RegisterImportRow, vendors: dict[str, int]) -> dict[str, Any]:
    """The row's own columns; what lies in other tables is left to _parts. A vendor keeps the name that it has."""
    model = MODELS[ImportKind(run.kind)]
    wanted = {name: value for name, value in one.fields.items() if name not in SPECIAL}
    if run.kind == ImportKind.VENDORS and one.outcome == Outcome.UPDATED:
        wanted.pop("name", None)
    made = {name: from_json(model, name, value) for name, value in wanted.items()}
    if "new_vendor" in one.fields:
        made["vendor_id"] = vendors[one.fields["new_vendor"]]
    return made


def _marks(by: Actor, run: RegisterImport, one: RegisterImportRow) -> dict[str, Any]:
    if run.kind == ImportKind.VENDORS:
        return {"demo": run.demo, "key": one.key[:255]}
    marks = {"demo": run.demo, "source": run.source, "external_key": one.key}
    return marks | ({"asked_by_id": by.user_id} if run.kind == ImportKind.REQUESTS else {})


def _parts(run: RegisterImport, pairs: list[tuple[RegisterImportRow, Any]]) -> None:
    """Shares of purchases; parents and other names of vendors."""
    if run.kind == ImportKind.PURCHASES:
        given = [(one.fields[SHARES], row.pk) for one, row in pairs if SHARES in one.fields]
        PurchaseShare.objects.filter(purchase__in=[pk for _shares, pk in given]).delete()
        PurchaseShare.objects.bulk_create(
            [
                PurchaseShare(purchase_id=pk, initiative_id=initiative, share=Decimal(share))
                for shares, pk in given
                for initiative, share in shares
            ],
            batch_size=CHUNK,
        )
    elif run.kind == ImportKind.VENDORS:
        _families(run, pairs)


def _families(run: RegisterImport, pairs: list[tuple[RegisterImportRow, Any]]) -> None:
    wanted = {normalised(one.fields["parent"]): one for one, _row in pairs if one.fields.get("parent")}
    there = Vendor.objects.filter(Q(key__in=wanted) | Q(aliases__key__in=wanted), demo=run.demo).distinct()
    known = {row.key: row for row in there}
    for one, row in pairs:
        parent = known.get(normalised(one.fields.get("parent") or ""))
        if parent is not None and parent.pk != row.pk and parent.parent_id != row.pk:
            row.parent = parent
    Vendor.objects.bulk_update([row for _one, row in pairs], ["parent"], batch_size=CHUNK)
    aliases = [
        VendorAlias(vendor=row, name=name.strip(), key=normalised(name)[:255], source=AliasSource.IMPORT, demo=run.demo)
        for one, row in pairs
        for name in (one.fields.get("aliases") or "").split(";")
        if name.strip() and name.strip().casefold() != row.name.casefold()
    ]
    VendorAlias.objects.bulk_create(_once(aliases), batch_size=CHUNK, ignore_conflicts=True)


def _served(run: RegisterImport, read: list[RegisterImportRow]) -> set[int]:
    """Initiatives that purchases of the file serve before it changes them."""
    if run.kind != ImportKind.PURCHASES:
        return set()
    ids = [one.target_id for one in read if one.target_id]
    return set(PurchaseShare.objects.filter(purchase__in=ids).values_list("initiative_id", flat=True))


def _tell(by: Actor, run: RegisterImport, rows: list[Any], read: list[RegisterImportRow], before: set[int]) -> None:
    """Whoever judges what follows is told once for the whole file."""
    ids = sorted(row.pk for row in rows)
    if not ids:
        return
    if run.kind == ImportKind.PURCHASES:
        keep_commitments(by, ids)
        initiatives = set(PurchaseShare.objects.filter(purchase__in=ids).values_list("initiative_id", flat=True)) | before
        emit("purchase.changed", {"purchase_ids": ids, "initiative_ids": sorted(initiatives)})
    elif run.kind == ImportKind.REQUESTS:
        initiatives = {one.fields["initiative_id"] for one in read if one.fields.get("initiative_id")}
        emit("purchase_request.changed", {"request_ids": ids, "initiative_ids": sorted(initiatives)})
    elif run.kind == ImportKind.VENDORS:
        emit("vendor.changed", {"vendor_ids": ids})
