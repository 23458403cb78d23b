"""Every address of the product, read from the URLconf, filled with the rows of each unit of money_world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from operator import attrgetter

from portfolio.initiatives.models import Lifecycle
from tests.readiness.leak_routes import GLOBAL, Route, routes_of
from tests.readiness.leak_routes import OWN as LEAKS
from tests.readiness.money_world import World

ROOMS = ("portfolio.", "readiness.")
Values = Callable[[World, str], list[str]]
NOTHING = "1"  # no row of this sort is there, or it holds nothing of a unit


def _row(name: str) -> Values:
    return lambda world, unit: [str(getattr(world.units[unit][name], "pk", ""))]


def _shared(name: str) -> Values:
    return lambda world, _unit: [str(world.shared[name].pk)]


def _planted(name: str) -> Values:
    """A row of leak_world, which not every unit has."""

    def found(world: World, unit: str) -> list[str]:
        if unit not in world.planted:
            return []
        value = "1" if name in ("version", "number") else attrgetter(name)(world.planted[unit])
        return [str(getattr(value, "pk", value))]

    return found


def _words(*words: str) -> Values:
    return lambda _world, _unit: list(words)


def _person(world: World, _unit: str) -> list[str]:
    return [str(world.organisation.people["Fred"].pk)]


def _finding(world: World, unit: str) -> list[str]:
    return [str(world.units[unit]["finding"].pk), str(world.shared["finding"].pk)]


def _item(world: World, _unit: str) -> list[str]:
    return [str(world.shared["meeting"].items.get().pk)]


def _decision(world: World, unit: str) -> list[str]:
    return [str(world.shared["decision"].pk), *_planted("gates.decision")(world, unit)]


def _review(world: World, unit: str) -> list[str]:
    return [*_planted("gates.planned")(world, unit), *_planted("gates.decided")(world, unit)]


# What stands for a parameter, by the end of the address before it; the longest that fits counts.
VALUES: Mapping[str, Values] = {
    **{one.rsplit("/", 1)[0]: _words(word) for one, word in GLOBAL.items()},
    **{one.rsplit("/", 1)[0]: _planted(name) for one, name in LEAKS.items()},
    "export": _words("csv", "json", "xlsx"), "procurement/export": _words("purchases", "requests", "plan", "vendors"),
    "{what}": _words("csv", "json", "xlsx"), "billing/export": _words("totals", "unmapped"),
    "finance": _words("initiatives", "units"),
    "{of}": _row("initiative"), "gates/templates": _planted("gates.template"), "banks": _planted("assessment.bank"),
    "question-banks": _planted("assessment.bank"), "questions": _planted("question"),
    "reference-statistics": _words("separate-purchasing"), "account/tokens": _words(NOTHING), "account/people": _person,
    "roles": _words(NOTHING), "account/units": _row("unit"), "account/queue": _words(NOTHING),
    "activity/attachments": _words(NOTHING), "activity/comments": _words(NOTHING), "activity/notices": _words(NOTHING),
    "initiatives": _row("initiative"), "initiatives/views": _words(NOTHING), "saved-views": _words(NOTHING),
    "initiatives/lifecycles": lambda _world, _unit: [str(Lifecycle.objects.order_by("pk")[0].pk)], "milestones": _words(NOTHING),
    "dependencies": _words(NOTHING), "by-external-id": _words("register"), "{system}": _words("S-1"), "requests": _row("request"),
    "imports": _row("import_run"), "links": _row("link"),
    "finance/units": _row("unit"), "finance/initiatives": _row("initiative"),
    "lines": _row("line"),
    "budget-lines": _row("line"), "commitments": _row("commitment"), "rates": _words(NOTHING),
    "finance/imports": _row("finance_import"), "purchases": _row("purchase"), "procurement/requests": _row("purchase_request"),
    "purchase-requests": _row("purchase_request"), "plan": _row("plan_item"), "plan-items": _row("plan_item"),
    "vendors": _shared("vendor"), "names": _shared("alias"), "products": _shared("product"), "tiers": _shared("tier"),
    "price-tiers": _shared("tier"), "finance-imports": _row("finance_import"),
    "procurement-imports": _row("register_import"),
    "procurement/imports": _row("register_import"), "capabilities": _words(NOTHING), "billing/imports": _row("bill"),
    "billing-imports": _row("bill"), "billing/items": _row("bill_item"), "billing/rules": _row("bill_rule"),
    "billing-rules": _row("bill_rule"), "findings": _finding, "findings/{pk}": _words("dismissed", "done"),
    "silos/rules": _words("price_tier"), "pools": _planted("pool"), "pools/{pk}": _row("purchase"),
    "meetings": _shared("meeting"),
    "one-page": _words(NOTHING), "panels": _words(NOTHING), "embed": _words("x" * 40), "letter": _words("x" * 40),
    "exports": _words(NOTHING), "files": _words(NOTHING), "risk/model": _words("learn", "backtest"),
    "risk/model/jobs": _words("learn", "backtest"),
    "agenda": _item, "actions": _words(NOTHING), "packs": _words("1"), "calendar": _words("x" * 40), "decisions": _decision,
    "scenarios": _words(NOTHING), "risk/compute": _words(NOTHING),
    "gates/reviews": _review, "delegations": _planted("gates.delegation"),
}  # fmt: skip


def _subjects(world: World, unit: str) -> Iterator[dict[str, str]]:
    """What a history or comments hang on: a table, and a row of it."""
    rows = world.units[unit]
    for table, name in (
        ("initiatives_initiative", "initiative"), ("initiatives_request", "request"), ("procurement_purchase", "purchase"),
        ("procurement_purchaserequest", "purchase_request"), ("finance_budgetline", "line"),
    ):  # fmt: skip
        yield {"object_type": table, "object_id": str(rows[name].pk)}
    yield {"object_type": "procurement_vendor", "object_id": str(world.shared["vendor"].pk)}


def every_route() -> list[Route]:
    found = routes_of(ROOMS)
    unknown = {f"{route.path}: {before}" for route in found for before in _parameters(route).values() if _values(before) is None}
    assert not unknown, f"say in money_routes.py what stands after: {sorted(unknown)}"
    return found


def addresses(route: Route, world: World) -> list[str]:
    """The address with the rows of each unit; one where it names none."""
    found: dict[str, None] = {}
    for unit in world.units:
        for values in _filled(route, world, unit):
            found[route.path.format(**values)] = None
    return list(found)


def _filled(route: Route, world: World, unit: str) -> Iterator[dict[str, str]]:
    parameters = _parameters(route)
    if "object_id" in parameters:
        yield from _subjects(world, unit)
        return
    made = filled(route, world, unit)
    for values in product(*made.values()):
        yield dict(zip(made, values, strict=True))


def filled(route: Route, world: World, unit: str) -> dict[str, list[str]]:
    """`{parameter: what may stand for it}` with rows of the unit; everything is known (every_route)."""
    made = {name: _values(before) for name, before in _parameters(route).items()}
    return {name: values(world, unit) for name, values in made.items() if values}


def _parameters(route: Route) -> dict[str, str]:
    """`{name: address before it}`."""
    parts = route.path.split("/")
    return {
        part[1:].split("}")[0]: "/".join(parts[:place]) for place, part in enumerate(parts) if part.startswith("{")
    }  # fmt: skip


def _values(before: str) -> Values | None:
    parts = before.strip("/").split("/")
    for start in range(len(parts)):
        if (found := VALUES.get("/".join(parts[start:]))) is not None:
            return found
    return _words("-") if before.startswith("/activity/") else None
