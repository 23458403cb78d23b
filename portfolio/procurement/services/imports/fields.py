"""What a file of each kind may say: the fields, the headers that they usually have, and the words that they use."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.formats.sheets.fields import Field
from portfolio.formats.sheets.fields import Kind as Cell
from portfolio.initiatives.choices import Venue
from portfolio.procurement.choices import Function, ImportKind, Kind, Quantity, State

KIND_WORDS = (
    ("purchase order", Kind.ORDER), ("delivery order", Kind.ORDER), ("task order", Kind.ORDER), ("bpa call", Kind.ORDER),
    ("po", Kind.ORDER), ("definitive contract", Kind.CONTRACT), ("framework", Kind.CONTRACT), ("agreement", Kind.CONTRACT),
    ("license", Kind.SUBSCRIPTION), ("saas", Kind.SUBSCRIPTION), ("cloud account", Kind.BILLING_ACCOUNT),
)  # fmt: skip
VENUE_WORDS = (
    ("cloud", Venue.PUBLIC_CLOUD),
    ("on prem", Venue.ON_PREMISES),
    ("onprem", Venue.ON_PREMISES),
    ("colo", Venue.COLOCATION),
)
STATE_WORDS = (
    ("open", State.ACTIVE), ("running", State.ACTIVE), ("closed", State.ENDED), ("expired", State.ENDED),
    ("terminated", State.CANCELLED), ("ordered", State.ACTIVE), ("draft", State.PLANNED),
)  # fmt: skip
UNIT_WORDS = (
    ("gpu", Quantity.ACCELERATORS), ("gpus", Quantity.ACCELERATORS), ("gpu hours", Quantity.ACCELERATOR_HOURS),
    ("terabyte", Quantity.TB), ("gbps", Quantity.GBIT_S), ("gbit/s", Quantity.GBIT_S),
)  # fmt: skip
COUNTED = tuple(one.value for one in Quantity if one is not Quantity.AMOUNT)


def _choice(name: str, label: str, choices: tuple[str, ...], headers: tuple[str, ...], **more: object) -> Field:
    return Field(name, label, Cell.CHOICE, headers, choices=choices, **more)  # type: ignore[arg-type]


def _unit() -> Field:
    return Field(
        "unit", "Business unit", Cell.TEXT,
        ("Business unit", "Unit", "Department", "Division", "Awarding Sub Agency", "Sub Agency", "Agency"), max_length=255,
    )  # fmt: skip


def _capability(known: tuple[str, ...], words: tuple[tuple[str, str], ...]) -> Field:
    return Field(
        "capability", "Capability", Cell.CHOICE, ("Capability", "Category", "Product category"), choices=known, words=words
    )


VENDOR = Field("vendor", "Vendor", Cell.TEXT, ("Vendor", "Supplier", "Recipient Name", "Vendor name", "Seller"), max_length=255)
KEY = Field("external_key", "Key", Cell.TEXT, ("Key", "Record id", "Unique id"), max_length=250)
AMOUNT = Field("amount", "Amount", Cell.MONEY, ("Amount", "Award Amount", "Contract value", "Total", "Value"))
CURRENCY = Field("currency", "Currency", Cell.CURRENCY, ("Currency", "Ccy"))
NOTE = Field("note", "Note", Cell.TEXT, ("Note", "Comment", "Remarks"), max_length=5_000)
INITIATIVE = Field("initiative", "Initiative", Cell.TEXT, ("Initiative", "Initiative key", "AI initiative"), max_length=300)


def _purchases(capability: Field) -> tuple[Field, ...]:
    return (
        Field("title", "Title", Cell.TEXT, ("Title", "Description", "Subject", "Purchase"), required=True, max_length=500),
        Field("order_number", "Order number", Cell.TEXT, ("Order number", "PO number", "Award ID", "Order"), max_length=120),
        KEY, VENDOR, _unit(), capability, AMOUNT, CURRENCY,
        _choice("kind", "Kind", tuple(Kind), ("Kind", "Contract Award Type", "Type of contract", "Type"), words=KIND_WORDS,
                otherwise=Kind.ORDER.value),
        Field("starts_on", "From", Cell.DATE, ("Start Date", "Start", "From", "Valid from")),
        Field("ends_on", "Until", Cell.DATE, ("End Date", "End", "Until", "Valid to", "Expiry")),
        Field("notice_days", "Notice (days)", Cell.WHOLE, ("Notice days", "Notice period", "Notice")),
        Field("renews", "Renews by itself", Cell.YES_NO, ("Renews", "Auto renewal", "Renewal")),
        Field("in_plan", "In the IT plan", Cell.YES_NO, ("In plan", "In the IT plan", "Planned", "IT plan")),
        Field("plan_code", "Code of the plan item", Cell.TEXT, ("Plan item", "Plan code", "Budget item"), max_length=80),
        _choice("venue", "Venue", tuple(Venue), ("Venue", "Location", "Hosting"), words=VENUE_WORDS, otherwise="unknown"),
        _choice("function", "Function", tuple(Function), ("Function", "Used for"), otherwise="unknown"),
        _choice("state", "State", tuple(State), ("State", "Status"), words=STATE_WORDS, otherwise=State.ACTIVE.value),
        Field("contract_number", "Contract number", Cell.TEXT, ("Contract number", "Contract", "Agreement"), max_length=120),
        Field("cost_centre", "Cost centre", Cell.TEXT, ("Cost centre", "Cost center"), max_length=80),
        Field("buyer_name", "Buyer", Cell.TEXT, ("Buyer", "Purchaser", "Requested by"), max_length=200),
        Field("product", "Product", Cell.TEXT, ("Product", "Item", "SKU name"), max_length=255),
        Field("committed_quantity", "Committed", Cell.NUMBER, ("Committed", "Quantity", "Committed quantity")),
        _choice("committed_unit", "Committed in", COUNTED, ("Unit of measure", "Committed in"), words=UNIT_WORDS),
        Field("non_cancellable_until", "Cannot be cancelled before", Cell.DATE, ("Non-cancellable until", "Committed until")),
        Field("billing_account_id", "Billing account", Cell.TEXT, ("Billing account", "Account id"), max_length=200),
        Field("sub_account_id", "Sub-account", Cell.TEXT, ("Sub-account", "Sub account"), max_length=200),
        INITIATIVE, NOTE,
    )  # fmt: skip


def _plan(capability: Field) -> tuple[Field, ...]:
    return (
        Field("name", "Name", Cell.TEXT, ("Name", "Item", "Title", "Description"), required=True, max_length=300),
        Field("year", "Year", Cell.WHOLE, ("Year", "Plan year", "Fiscal year", "FY"), required=True),
        Field("code", "Code", Cell.TEXT, ("Code", "Plan code", "Id", "Number"), max_length=80),
        _unit(), capability,
        Field("planned_amount", "Planned amount", Cell.MONEY, ("Planned amount", "Amount", "Budget", "Planned")),
        CURRENCY, KEY,
    )  # fmt: skip


def _requests(capability: Field) -> tuple[Field, ...]:
    return (
        Field("title", "What is wanted", Cell.TEXT, ("Title", "Description", "What", "Request"), required=True, max_length=300),
        _unit(), INITIATIVE, capability, VENDOR,
        Field("quantity", "How much", Cell.NUMBER, ("Quantity", "How much", "Amount of units")),
        _choice("quantity_unit", "Counted in", COUNTED, ("Unit of measure", "Quantity unit", "Counted in"), words=UNIT_WORDS),
        Field("amount", "Estimated amount", Cell.MONEY, ("Estimated amount", "Estimate", "Amount", "Cost")), CURRENCY,
        Field("needed_on", "Needed on", Cell.DATE, ("Needed on", "Need date", "Needed by", "Due")),
        KEY, NOTE,
    )  # fmt: skip


def _vendors(_capability: Field) -> tuple[Field, ...]:
    return (
        Field("name", "Name", Cell.TEXT, ("Name", "Vendor", "Supplier", "Recipient Name"), required=True, max_length=255),
        Field("parent", "Belongs to", Cell.TEXT, ("Parent", "Belongs to", "Group", "Holding"), max_length=255),
        Field("aliases", "Other names (by semicolons)", Cell.TEXT, ("Aliases", "Other names", "Also known as"), max_length=2_000),
        NOTE,
    )  # fmt: skip


_MAKERS = {
    ImportKind.PURCHASES: _purchases, ImportKind.PLAN_ITEMS: _plan, ImportKind.REQUESTS: _requests, ImportKind.VENDORS: _vendors,
}  # fmt: skip


def fields_of(kind: str, capabilities: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of a kind of file; `capabilities` are the labels of the taxonomy by key: a file may say either."""
    words = tuple((label, key) for key, label in capabilities.items())
    return _MAKERS[ImportKind(kind)](_capability(tuple(capabilities), words))
