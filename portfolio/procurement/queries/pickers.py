"""What forms of procurement offer to choose from, each list in one statement, and what a typed name or key means."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q, QuerySet

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.procurement.models import Capability, PlanItem, PriceTier, Product, Vendor, VendorAlias
from portfolio.procurement.rules.matching import Known, Match, Matcher, is_arm, normalised

MOST = 2_000


def units_for(actor: Actor, action: str, *, kept: BusinessUnit | None = None) -> dict[int, BusinessUnit]:
    """Units where the actor may do `action`, in tree order, and `kept` itself."""
    units = {row.pk: row for row in units_where(actor, action).order_by("path")}
    if kept is not None:
        units.setdefault(kept.pk, kept)
    return units


def capabilities(*, kept: int | None = None) -> dict[int, Capability]:
    """Those on offer, in their order, and the one that a row has already."""
    return {row.pk: row for row in Capability.objects.filter(Q(retired=False) | Q(pk=kept or 0))}


def products(actor: Actor) -> dict[int, Product]:
    rows: QuerySet[Product] = Product.objects.visible_to(actor)
    return {row.pk: row for row in rows.select_related("vendor", "capability").order_by("vendor__name", "name", "id")[:MOST]}


def tiers(actor: Actor, *, vendor: int | None = None) -> dict[int, PriceTier]:
    rows: QuerySet[PriceTier] = PriceTier.objects.visible_to(actor)
    rows = rows if vendor is None else rows.filter(Q(vendor=vendor) | Q(vendor__children=vendor)).distinct()
    return {row.pk: row for row in rows.select_related("vendor").order_by("vendor__name", "from_amount", "id")[:MOST]}


def plan_items(actor: Actor) -> dict[int, PlanItem]:
    rows: QuerySet[PlanItem] = PlanItem.objects.visible_to(actor)
    return {row.pk: row for row in rows.select_related("unit").order_by("-year", "unit__path", "code", "name", "id")[:MOST]}


def vendor_named(actor: Actor, text: str) -> Vendor | None:
    """The vendor of that name, of that other name, or whose name is the same but for case, legal form and signs."""
    rows: QuerySet[Vendor] = Vendor.objects.visible_to(actor)
    plain, key = text.strip(), normalised(text)
    if not plain:
        return None
    named = rows.filter(name__iexact=plain).first() or rows.filter(aliases__name__iexact=plain).first()
    return named or (rows.filter(Q(key=key) | Q(aliases__key=key)).order_by("id").first() if key else None)


def vendor_names(actor: Actor) -> list[str]:
    """Names for a field that completes what is typed."""
    rows: QuerySet[Vendor] = Vendor.objects.visible_to(actor)
    return list(rows.order_by("name").values_list("name", flat=True)[:MOST])


def known_vendors(*, demo: bool) -> list[Known]:
    """Every vendor with its other names, as the matcher wants them. Two statements."""
    names = dict(Vendor.objects.filter(demo=demo).values_list("id", "name"))
    aliases: dict[int, list[str]] = defaultdict(list)
    if names:
        for pk, name in VendorAlias.objects.filter(vendor__demo=demo).values_list("vendor_id", "name"):
            aliases[pk].append(name)
    return [Known(pk, name, tuple(aliases[pk])) for pk, name in names.items()]


def proposals(name: str, *, demo: bool, limit: int = 3) -> list[tuple[Vendor, Match]]:
    """Vendors that a written name could mean, the likeliest first: for a person to judge."""
    found = Matcher(known_vendors(demo=demo)).candidates(name, limit)
    rows = Vendor.objects.in_bulk([match.id for match in found])
    return [(rows[match.id], match) for match in found]


def parent_proposal(vendor: Vendor) -> Vendor | None:
    """The vendor whose arm it is by its name, while nobody said whom it belongs to: for a person to judge.

    The known vendors are asked for only where the name says that it is an arm.
    """
    if vendor.parent_id is not None or not is_arm(vendor.name):
        return None
    known = [one for one in known_vendors(demo=vendor.demo) if one.id != vendor.pk]
    match = Matcher(known).parent(vendor.name)
    found = None if match is None else Vendor.objects.get(pk=match.id)
    return None if found is None or found.parent_id == vendor.pk else found


def initiative_named(actor: Actor, text: str) -> Initiative | None:
    """A visible initiative by its key ("AI-0042")."""
    rows = Initiative.objects.visible_to(actor).select_related("unit")
    found: Initiative | None = rows.filter(key__iexact=text.strip()).first()
    return found
