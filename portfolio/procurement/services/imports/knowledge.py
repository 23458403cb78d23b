"""What the register knows when a file is read: units, vendors, capabilities, plan items, initiatives. Loaded once a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import unit_trail
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.procurement.models import Capability, PlanItem, Product, RegisterImport
from portfolio.procurement.queries.pickers import known_vendors
from portfolio.procurement.rules.matching import Match, Matcher, normalised


@dataclass(slots=True)
class Knowledge:
    """`new_vendors`: normalised key -> the names that the file writes for a vendor that nobody knows yet, the first one first."""

    run: RegisterImport
    units: dict[str, int]
    capabilities: dict[str, int]
    plan: dict[tuple[int, str], int]
    products: dict[tuple[int, str], int]
    initiatives: dict[str, tuple[int, int]]
    vendors: Matcher
    names: dict[int, str]
    new_vendors: dict[str, list[str]] = field(default_factory=dict)
    _found: dict[str, Match | None] = field(default_factory=dict)

    def vendor(self, name: str) -> Match | None:
        """The vendor that a written name means; each name is looked up once."""
        if name not in self._found:
            self._found[name] = self.vendors.best(name)
        return self._found[name]

    def new_vendor(self, name: str) -> str:
        """Remember a name that nobody knows; its key. All spellings of one key become one vendor."""
        key = normalised(name)
        names = self.new_vendors.setdefault(key, [])
        if name not in names:
            names.append(name)
        return key

    def unit(self, text: str) -> int | None:
        """A unit at or under the import's own, by name, code or trail; None where there is none or several are called so."""
        return self.units.get(" ".join(text.split()).casefold()) or None


def gather(by: Actor, run: RegisterImport) -> Knowledge:
    """A constant number of statements."""
    below = list(BusinessUnit.objects.filter(path__startswith=run.unit.path).order_by("path"))
    items = PlanItem.objects.visible_to(by).exclude(code="").order_by("year").values_list("unit_id", "code", "id")
    products = Product.objects.filter(demo=run.demo).values_list("vendor_id", "name", "id")
    seen = Initiative.objects.visible_to(by).values_list("key", "id", "unit_id")
    known = known_vendors(demo=run.demo)
    return Knowledge(
        run=run, units=_units(below), capabilities=dict(Capability.objects.values_list("key", "id")),
        plan={(unit, code.casefold()): pk for unit, code, pk in items},
        products={(vendor, name.casefold()): pk for vendor, name, pk in products},
        initiatives={key.casefold(): (pk, unit) for key, pk, unit in seen}, vendors=Matcher(known),
        names={one.id: one.name for one in known},
    )  # fmt: skip


def _units(rows: list[BusinessUnit]) -> dict[str, int]:
    """Every name of a unit -> its id; 0 where several units are called so."""
    trails = unit_trail(rows)
    found: dict[str, int] = {}
    for row in rows:
        for name in {row.name.casefold(), row.code.casefold(), trails[row.pk].casefold()} - {""}:
            found[name] = 0 if name in found and found[name] != row.pk else row.pk
    return found


def options_of(run: RegisterImport) -> dict[str, Any]:
    """`{alike, new}`: whether names much like a known vendor's are taken for it, and whether unknown ones become vendors."""
    options: dict[str, Any] = run.mapping.get("options", {})
    return {"alike": options.get("alike") is True, "new": options.get("new") is True}
