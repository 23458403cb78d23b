"""Writing vendors: names and other names, whom they belong to, and merging two that are one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.scope import within
from portfolio.outbox.services import emit
from portfolio.procurement.choices import AliasSource
from portfolio.procurement.models import Purchase, PurchaseRequest, Vendor, VendorAlias
from portfolio.procurement.rules.matching import normalised
from portfolio.procurement.services.writing import check_names, fill, locked, refuse, require_somewhere, save

VENDOR_FIELDS = ("name", "parent", "note")
HIGHEST = 50  # steps up to whom a vendor belongs, before it is taken for a circle


def create_vendor(*, by: Actor, name: str, demo: bool = False, **values: Any) -> Vendor:
    """Say that a vendor exists. Raises PermissionDenied, ValidationError where its name is another's already."""
    require_somewhere(by, Action.PURCHASE)
    changes = {"name": name, **values}
    check_names(changes, VENDOR_FIELDS)
    with acting(by):
        row = Vendor(demo=demo)
        _write(row, changes)
        save(row)
        _changed(row.pk)
    return row


def change_vendor(*, by: Actor, vendor: Vendor, changes: Mapping[str, Any], version: int | None = None) -> Vendor:
    """Change VENDOR_FIELDS; a name that it had stays as another name of it."""
    require_somewhere(by, Action.PURCHASE)
    check_names(changes, VENDOR_FIELDS)
    with acting(by):
        row = locked(Vendor, vendor.pk, version=version)
        before = row.name
        _write(row, changes)
        VendorAlias.objects.filter(vendor=row, name__iexact=row.name).delete()
        save(row, [*changes, "key"])
        if row.name.casefold() != before.casefold():
            _alias(row, before, AliasSource.DECLARED)
        _changed(row.pk)
    return row


def add_alias(*, by: Actor, vendor: Vendor, name: str, source: AliasSource = AliasSource.DECLARED) -> VendorAlias:
    """Say that the vendor goes by another name, too; imports and bills that write it then find this vendor."""
    require_somewhere(by, Action.PURCHASE)
    with acting(by):
        row = locked(Vendor, vendor.pk)
        made = _alias(row, name.strip(), source)
        _changed(row.pk)
    return made


def remove_alias(*, by: Actor, alias: VendorAlias) -> None:
    require_somewhere(by, Action.PURCHASE)
    with acting(by):
        alias.delete()
        _changed(alias.vendor_id)


def merge_vendors(*, by: Actor, vendor: Vendor, into: Vendor, reason: str) -> Vendor:
    """`vendor` and `into` are one: all that names the first names the second from now on, and its names stay as other names.

    Whatever points to a vendor follows, also what slices above keep. Raises PermissionDenied where purchases or requests of a
    unit that is not theirs to change name it; ValidationError.
    """
    require_somewhere(by, Action.PURCHASE)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why they are one.")})
    if vendor.pk == into.pk or vendor.demo != into.demo:
        raise ValidationError({"into": _("Choose another vendor.")})
    with acting(by, note=reason.strip()):
        first, second = sorted((vendor.pk, into.pk))
        rows = {pk: locked(Vendor, pk) for pk in (first, second)}
        gone, kept = rows[vendor.pk], rows[into.pk]
        _require_all(by, gone)
        if kept.parent_id == gone.pk:
            kept.parent_id = gone.parent_id if gone.parent_id != kept.pk else None
            save(kept, ["parent"])
        _repoint(gone, kept)
        name = gone.name
        gone.delete()
        _alias(kept, name, AliasSource.DECLARED)
        _changed(kept.pk)
    return kept


def _write(row: Vendor, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    row.key = normalised(row.name)[:255]
    problems: dict[str, str] = {}
    if not row.name:
        problems["name"] = _("A vendor needs a name.")
    elif taken := _taken(row.name, row.demo, but=row.pk):
        problems["name"] = _("%s goes by this name already.") % taken
    if row.parent is not None and (row.parent.demo != row.demo or _circles(row)):
        problems["parent"] = _("It cannot belong to itself or to one that belongs to it.")
    refuse(problems)


def _taken(name: str, demo: bool, *, but: int | None) -> str:
    """The name of another vendor that is called so, or goes by it."""
    found = Vendor.objects.filter(Q(name__iexact=name) | Q(aliases__name__iexact=name), demo=demo).exclude(pk=but or 0).first()
    return found.name if found else ""


def _circles(row: Vendor) -> bool:
    above = row.parent
    for _step in range(HIGHEST):
        if above is None:
            return False
        if above.pk == row.pk:
            return True
        above = above.parent
    return True


def _alias(row: Vendor, name: str, source: AliasSource) -> VendorAlias:
    if not name:
        raise ValidationError({"name": _("Say the other name.")})
    if name.casefold() == row.name.casefold():
        raise ValidationError({"name": _("It is its name already.")})
    if taken := _taken(name, row.demo, but=row.pk):
        raise ValidationError({"name": _("%s goes by this name already.") % taken})
    made, _made = VendorAlias.objects.get_or_create(
        vendor=row, name=name, demo=row.demo, defaults={"key": normalised(name)[:255], "source": source}
    )
    return made


def _require_all(by: Actor, vendor: Vendor) -> None:
    """Of every unit that names it."""
    allowed = within("unit__path", by.paths(Action.PURCHASE))
    for model in (Purchase, PurchaseRequest):
        named = model._default_manager.filter(vendor=vendor)
        if named.exclude(pk__in=named.filter(allowed).values("pk")).exists():
            raise PermissionDenied(_("Units that are not yours to buy for name this vendor; ask their procurement officer."))


def _repoint(gone: Vendor, kept: Vendor) -> None:
    """Every foreign key to a vendor, of this slice or one above. A product that both have stays once."""
    names = {row.name.casefold(): row for row in kept.products.all()}
    for product in list(gone.products.all()):
        if (same := names.get(product.name.casefold())) is not None:
            _follow(product, same)
            product.delete()
    _follow(gone, kept)


def _follow(gone: models.Model, kept: models.Model) -> None:
    for relation in gone._meta.related_objects:
        if relation.one_to_many or relation.one_to_one:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: gone.pk})  # type: ignore[union-attr]
            rows.update(**{relation.field.name: kept.pk})


def _changed(*vendor_ids: int) -> None:
    emit("vendor.changed", {"vendor_ids": sorted(vendor_ids)})
