"""Canaries in what one unit budgets, buys, asks for, is billed for and imports."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.services.commitments import add_commitment
from portfolio.finance.services.lines import add_line
from portfolio.formats.sheets.mapping import SheetMapping
from portfolio.initiatives.models import ImportRun, Initiative, LinkProposal, LinkSearch
from portfolio.initiatives.services.requests import submit_request
from portfolio.kit import clock
from portfolio.procurement.choices import ImportKind, InPlan, Kind
from portfolio.procurement.models import (
    BillingItem,
    BillingMonth,
    BillingRow,
    Capability,
    Purchase,
    RegisterImport,
)
from portfolio.procurement.services.billing.rules import create_rule
from portfolio.procurement.services.catalogue import create_product, create_tier
from portfolio.procurement.services.imports.publishing import importer
from portfolio.procurement.services.imports.reading import read_import
from portfolio.procurement.services.imports.runs import map_import, start_import, suggest
from portfolio.procurement.services.plan import create_plan_item
from portfolio.procurement.services.purchases import change_purchase, create_purchase
from portfolio.procurement.services.requests import ask
from portfolio.procurement.services.vendors import add_alias, create_vendor
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import read, received
from tests.portfolio.initiatives.importing import publish, row, stage, write_csv
from tests.portfolio.procurement.billing.world import bring, line, work_off

# The first four of seven digits, and whose money that is. Price tiers are for everybody who may see any money.
LEADS = {"Stores": "7314", "Logistics": "8642", "Retail": "5921", "Group": "9473", "Vendors": "6853"}
DISCOUNT = Decimal("0.17314")  # of price tiers: a term, and no amount
TODAY = clock.today()
HALF_YEAR = timedelta(days=180)


def canary(unit: str, number: int) -> Decimal:
    """Numbers below 100 are the ones that leak_world plants."""
    return Decimal(f"{LEADS[unit]}{100 + number:03d}.26")


def sell() -> dict[str, Any]:
    """A vendor with terms, which belongs to everybody."""
    vendor = create_vendor(by=SYSTEM, name="Nimbus")
    alias = add_alias(by=SYSTEM, vendor=vendor, name="Nimbus Cloud Ltd")
    tier = create_tier(
        by=SYSTEM, vendor=vendor, from_amount=canary("Vendors", 1), currency="USD", per_year=False, discount=DISCOUNT,
        effective_on=TODAY - HALF_YEAR, source="Framework",
    )  # fmt: skip
    return {"vendor": vendor, "alias": alias, "tier": tier, "product": create_product(by=SYSTEM, vendor=vendor, name="Racks")}


def budget(unit: BusinessUnit, initiative: Initiative) -> dict[str, Any]:
    """Lines of the unit and of the initiative, in two categories and two currencies, and what is promised."""
    name = unit.name
    year: dict[str, Any] = {"period_start": date(TODAY.year, 1, 1), "period_end": date(TODAY.year, 12, 31)}
    planned, actual, promised = canary(name, 11), canary(name, 12), canary(name, 13)
    made = [
        add_line(by=SYSTEM, category=category, label=label, planned=planned, actual=actual, currency=currency, **year, **holder)
        for holder in ({"initiative": initiative}, {"unit": unit})
        for category, label, currency in (("compute", "Cluster", "USD"), ("people", "Staff", "USD"), ("", "Rest", "EUR"))
    ]
    terms: dict[str, Any] = {
        "category": "compute", "label": "Lease", "amount": promised, "currency": "USD", "starts_on": TODAY - HALF_YEAR,
        "ends_on": TODAY + HALF_YEAR, "non_cancellable_until": TODAY + timedelta(days=90),
    }  # fmt: skip
    commitment = add_commitment(by=SYSTEM, initiative=initiative, **terms)
    add_commitment(by=SYSTEM, unit=unit, **terms)
    return {"line": made[0], "commitment": commitment}


def purchases(unit: BusinessUnit, initiative: Initiative, shared: dict[str, Any]) -> dict[str, Any]:
    """Three of one vendor and one capability, one of them alone in its currency; an item of the plan; requests."""
    name, gpus = unit.name, Capability.objects.get(key="accelerator_compute")
    given: dict[str, Any] = {
        "by": SYSTEM, "unit": unit, "vendor": shared["vendor"], "product": shared["product"], "price_tier": shared["tier"],
        "capability": gpus, "venue": "public_cloud", "amount": canary(name, 20), "currency": "USD",
        "starts_on": TODAY - HALF_YEAR, "ends_on": TODAY + HALF_YEAR, "notice_days": 150,
    }  # fmt: skip
    item = create_plan_item(
        by=SYSTEM, unit=unit, name="Racks", code=f"IT-{unit.pk}", year=TODAY.year, capability=gpus, currency="USD",
        planned_amount=canary(name, 23),
    )  # fmt: skip
    first = create_purchase(
        kind=Kind.CONTRACT, title="Racks", committed_quantity=canary(name, 22), committed_unit="amount", in_plan=InPlan.NO,
        non_cancellable_until=TODAY + HALF_YEAR, shares={initiative: Decimal(1)}, billing_account_id=f"A-{unit.pk}", **given,
    )  # fmt: skip
    first = change_purchase(by=SYSTEM, purchase=first, changes={"amount": canary(name, 21)})
    create_purchase(kind=Kind.ORDER, title="More racks", plan_item=item, **given)
    create_purchase(kind=Kind.ORDER, title="Euro racks", **{**given, "currency": "EUR"})
    wanted = ask(
        by=SYSTEM, unit=unit, initiative=initiative, title="Yet more racks", capability=gpus, vendor=shared["vendor"],
        amount=canary(name, 24), currency="USD", quantity=Decimal(4), quantity_unit="accelerators",
        needed_on=TODAY + timedelta(days=60),
    )  # fmt: skip
    return {"purchase": first, "plan_item": item, "purchase_request": wanted}


def bills(unit: BusinessUnit, purchase: Purchase) -> dict[str, Any]:
    """A bill with a row for the purchase's account and one for nobody's, and rows that are refused; and a rule."""
    name, month = unit.name, TODAY.replace(day=1).isoformat()
    usual = {"BilledCost": str(canary(name, 31)), "EffectiveCost": str(canary(name, 32)), "BillingPeriodStart": month,
             "ChargePeriodStart": month, "ServiceName": f"Tokens of {name}"}  # fmt: skip
    lines = [
        line(**usual | {"BillingAccountId": purchase.billing_account_id}), line(**usual | {"BillingAccountId": f"B-{unit.pk}"}),
        line(**usual | {"ChargeCategory": "Rent"}), line(**usual | {"BilledCost": f"{canary(name, 36)}x"}),
    ]  # fmt: skip
    brought = bring(SYSTEM, unit, *lines, name=f"{name}.csv", publish_refused=True)
    more = {"list": canary(name, 33), "contracted": canary(name, 34), "pricing_effective": canary(name, 35)}
    BillingRow.objects.filter(billing_import=brought).update(**more)
    BillingMonth.objects.filter(period__billing_import=brought).update(**more)
    said = [{"field": "billing_account_id", "operator": "is", "value": f"B-{unit.pk}"}]
    rule = create_rule(by=SYSTEM, unit=unit, name=f"Rule of {name}", conditions=said, vendor=purchase.vendor)
    work_off()
    return {"bill": brought, "bill_item": BillingItem.objects.filter(unit=unit).order_by("pk")[0], "bill_rule": rule}


def imports(organisation: Organisation, unit: BusinessUnit, initiative: Initiative, folder: Path) -> dict[str, Any]:
    """Files of a budget, of purchases and of a register, each with a row that lands and one that is refused."""
    name = unit.name
    wanted, refused = _two(name, 41)
    head = "Initiative;Business unit;Category;Description;From;To;Budget;Spent;Currency\n"
    changed = f"{initiative.key};;compute;Cluster;{TODAY.year};;{wanted};;USD\n"
    text = head + changed + f";{name};people;New;{TODAY.year};;{wanted};;USD\n;{name};people;Bad;{TODAY.year};;{refused};;USD\n"
    run = _register(unit, folder)
    return {
        "finance_import": read(received(organisation, text, unit=name)),
        "register_import": _orders(unit),
        "import_run": run,
        "link": _link(run),
    }


def _two(unit: str, number: int) -> tuple[Decimal, str]:
    """An amount, and one that cannot be read."""
    return canary(unit, number), f"{canary(unit, number + 1)}x"


def _orders(unit: BusinessUnit) -> RegisterImport:
    wanted, refused = _two(unit.name, 43)
    text = f"Title,Order number,Vendor,Amount,Currency\nRacks,PO-{unit.pk},Nimbus,{wanted},USD\nBad,PO-0,Nimbus,{refused},USD\n"
    file = SimpleUploadedFile("orders.csv", text.encode())
    run = start_import(by=SYSTEM, kind=ImportKind.PURCHASES, unit=unit, source=f"orders {unit.pk}", file=file)
    proposed = suggest(run)[0].mapping
    mapping = SheetMapping(proposed.columns, (), proposed.decimal_sign, proposed.date_order)
    map_import(by=SYSTEM, run=run, mapping=mapping, options={"alike": False, "new": False})
    run.refresh_from_db()
    return read_import(by=importer(run), run=run)


def _register(unit: BusinessUnit, folder: Path) -> ImportRun:
    """One that was published, and the same with another row in preview."""
    wanted, refused = _two(unit.name, 45)
    path = folder / f"{unit.name}.csv"
    rows = [row(unit.pk, Unit="", Value=str(wanted)), row(unit.pk + 1, Unit="", Value=refused)]
    publish(write_csv(path, rows), unit=unit, register=f"register-{unit.pk}")
    return stage(
        write_csv(path, [*rows, row(unit.pk + 2, Unit="", Value=str(wanted))]), unit=unit, register=f"register-{unit.pk}"
    )


def _link(run: ImportRun) -> LinkProposal:
    """A row that may be an initiative of the register."""
    LinkSearch.objects.create(run=run, state="done")
    known = Initiative.objects.filter(register=run.register).order_by("pk")[0]
    last = run.rows.order_by("-line")[0]
    return LinkProposal.objects.create(run=run, line=last.line, key=last.key, initiative=known, score=0.9, best=True)


def request(organisation: Organisation, unit: BusinessUnit) -> Any:
    """What somebody asks for before it is an initiative."""
    return submit_request(
        by=organisation.actor("Ada"), unit=unit, title="Ask", purpose="To know", expected_value=canary(unit.name, 51),
        expected_value_currency="USD",
    )  # fmt: skip
