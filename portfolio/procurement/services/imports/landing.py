"""A row of a file into the values that it would write, with what was put aside and why. Nothing is guessed and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.sheets.amounts import Amount, Unreadable
from portfolio.formats.sheets.cells import currency_of, first_day, last_day
from portfolio.formats.sheets.rows import SheetRow
from portfolio.procurement.choices import ImportKind
from portfolio.procurement.rules.matching import normalised
from portfolio.procurement.services.imports.knowledge import Knowledge

LAST_DAYS = frozenset({"ends_on", "non_cancellable_until"})
MONEY = frozenset({"amount", "planned_amount"})
POINTERS = frozenset({"unit", "vendor", "capability", "plan_code", "product", "initiative", "currency", "external_key"})
SHARES = "shares"
MOST = Decimal(10) ** 17


@dataclass(slots=True)
class Landed:
    """`fields` by column, as JSON keeps them; `issues` [{kind, column, value, reason}], kind `rejected` or `unread`."""

    line: int
    raw: dict[str, str]
    key: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    issues: list[dict[str, str]] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        return any(issue["kind"] == "rejected" for issue in self.issues)

    def report(self, column: str, value: str, reason: str, *, reject: bool = False) -> None:
        kind = "rejected" if reject else "unread"
        self.issues.append({"kind": kind, "column": column, "value": value[:200], "reason": reason})


class Landing:
    """Lands rows of one run. `mapped` are the fields that the file fills: only those are written."""

    def __init__(self, known: Knowledge, mapped: frozenset[str], options: Mapping[str, Any]) -> None:
        self._known, self._mapped, self._options = known, mapped, options
        self._kind = ImportKind(known.run.kind)
        self._seen: dict[str, int] = {}

    def __call__(self, row: SheetRow) -> Landed:
        made = Landed(row.line, row.raw)
        for issue in row.issues:
            made.report(issue.column or issue.field, issue.value, issue.reason, reject=issue.reject)
        for name in self._mapped - POINTERS:
            made.fields[name] = _plain(name, row.values[name])
        self._money(row, made)
        for pointer in (self._unit, self._vendor, self._capability, self._plan_item, self._product, self._initiatives):
            pointer(row, made)
        self._term(made)
        made.key = self._identity(row, made)
        return made

    def _text(self, row: SheetRow, name: str) -> str:
        return str(row.values.get(name) or "").strip() if name in self._mapped else ""

    def _money(self, row: SheetRow, made: Landed) -> None:
        """An amount with its currency. What is not above zero says nothing about the price, so it stays unknown and is told."""
        for name in MONEY & self._mapped:
            amount = row.values[name]
            made.fields[name] = None
            made.fields["currency"] = self._text(row, "currency")
            if not isinstance(amount, Amount):
                continue
            text = row.raw.get(name, "")
            try:
                currency = currency_of(amount, made.fields["currency"])
            except Unreadable as error:
                made.report(name, text, str(error), reject=True)
                continue
            if amount.number <= 0 or amount.number >= MOST:
                made.report(name, text, "an amount that is not above zero is no price; it stays unknown")
            elif not currency:
                made.report(name, text, "an amount without a currency", reject=True)
            else:
                made.fields[name], made.fields["currency"] = str(amount.number.quantize(Decimal("0.01"))), currency

    def _unit(self, row: SheetRow, made: Landed) -> None:
        if self._kind is ImportKind.VENDORS:
            return
        own, text = self._known.run.unit, self._text(row, "unit")
        made.fields["unit_id"] = own.pk
        if text and (found := self._known.unit(text)):
            made.fields["unit_id"] = found
        elif text:
            made.report("unit", text, f"no unit under {own.name} is called so; the row counts for {own.name}")

    def _vendor(self, row: SheetRow, made: Landed) -> None:
        if "vendor" not in self._mapped:
            return
        name = self._text(row, "vendor")
        match = self._known.vendor(name) if name else None
        certain = match is not None and (match.how != "fuzzy" or self._options["alike"])
        made.fields["vendor_id"] = match.id if match is not None and certain else None
        if self._kind is ImportKind.PURCHASES:
            made.fields["vendor_name"] = name
        if name and match is None and self._options["new"]:
            made.fields["new_vendor"] = self._known.new_vendor(name)
        elif name and match is not None and not certain:
            like = self._known.names.get(match.id, "")
            made.report("vendor", name, f"much like {like} (likeness {match.score:.2f}); somebody must say whether it is")
        elif name and match is None:
            made.report("vendor", name, "nobody knows this vendor; its name stays as it is written")

    def _capability(self, row: SheetRow, made: Landed) -> None:
        if "capability" in self._mapped:
            made.fields["capability_id"] = self._known.capabilities.get(self._text(row, "capability"))

    def _plan_item(self, row: SheetRow, made: Landed) -> None:
        if "plan_code" not in self._mapped:
            return
        code = self._text(row, "plan_code")
        made.fields["plan_item_id"] = found = self._known.plan.get((made.fields["unit_id"], code.casefold())) or next(
            (pk for (_unit, one), pk in self._known.plan.items() if one == code.casefold()), None
        )
        if code and found is None:
            made.report("plan_code", code, "the IT plan has no item of this code")

    def _product(self, row: SheetRow, made: Landed) -> None:
        if "product" not in self._mapped:
            return
        name, vendor = self._text(row, "product"), made.fields.get("vendor_id")
        made.fields["product_id"] = found = self._known.products.get((vendor or 0, name.casefold()))
        if name and found is None:
            made.report("product", name, "this vendor has no such product")

    def _initiatives(self, row: SheetRow, made: Landed) -> None:
        """`AI-0042` or, of a purchase, `AI-0042: 60 %; AI-0043: 40 %`."""
        if "initiative" not in self._mapped:
            return
        text = self._text(row, "initiative")
        if self._kind is ImportKind.REQUESTS:
            made.fields["initiative_id"] = self._one(text, made)
            return
        shares: list[list[Any]] = []
        for part in filter(None, (one.strip() for one in text.split(";"))):
            key, _colon, percent = part.partition(":")
            found, share = self._known.initiatives.get(key.strip().casefold()), _share(percent)
            if found is None or share is None:
                made.report("initiative", part, "no visible initiative with a share that can be read")
            else:
                shares.append([found[0], str(share)])
        if sum(Decimal(share) for _pk, share in shares) > 1 or len({pk for pk, _share in shares}) < len(shares):
            made.report("initiative", text, "shares of a purchase add up to 100 % at most, each initiative once", reject=True)
        made.fields[SHARES] = sorted(shares)

    def _one(self, text: str, made: Landed) -> int | None:
        found = self._known.initiatives.get(text.casefold())
        if text and (found is None or found[1] != made.fields["unit_id"]):
            made.report("initiative", text, "no visible initiative of the row's unit has this key")
            return None
        return found[0] if found else None

    def _term(self, made: Landed) -> None:
        """What one value asks of another."""
        fields = made.fields
        starts, ends = fields.get("starts_on"), fields.get("ends_on")
        if starts and ends and ends < starts:
            made.report("ends_on", ends, f"it ends before it starts ({starts})", reject=True)
        for quantity, unit in (("committed_quantity", "committed_unit"), ("quantity", "quantity_unit")):
            value = fields.get(quantity)
            if value is not None and (Decimal(value) < 0 or not fields.get(unit)):
                made.report(quantity, value, "a quantity from 0 on, with what it is counted in; it stays unknown")
                fields[quantity] = None
        if not 0 <= (fields.get("notice_days") or 0) <= 3660:
            made.report("notice_days", str(fields["notice_days"]), "a number of days from 0 to 3660", reject=True)
        if "year" in fields and not 1990 <= (fields["year"] or 0) <= 2200:
            made.report("year", str(fields["year"]), "a year from 1990 to 2200", reject=True)

    def _identity(self, row: SheetRow, made: Landed) -> str:
        """By the file's own key; else order number, vendor and unit; else the row's whole content."""
        written = self._text(row, "external_key")
        name = self._text(row, "vendor") or self._text(row, "name")
        unit = str(made.fields.get("unit_id", ""))
        if self._kind is ImportKind.VENDORS:
            key = normalised(name)
        elif written:
            key = written
        elif number := self._text(row, "order_number") or self._text(row, "code"):
            key = " / ".join(filter(None, (number, str(made.fields.get("year") or ""), normalised(name) if name else "", unit)))
        else:
            key = "content " + sha256(repr(sorted(row.raw.items())).encode()).hexdigest()[:40]
        key = key if len(key) <= 300 else f"{key[:250]} {sha256(key.encode()).hexdigest()[:40]}"
        if not made.rejected and (first := self._seen.setdefault(key, row.line)) != row.line:
            made.report("", key, f"the same as line {first}; the first one counts", reject=True)
        return key


def _plain(name: str, value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, FuzzyDate):
        day: date | None = last_day(value) if name in LAST_DAYS else first_day(value)
        return day.isoformat() if day else None
    return str(value) if isinstance(value, Decimal) else None if isinstance(value, Amount) else value


def _share(text: str) -> Decimal | None:
    plain = text.strip().removesuffix("%").strip()
    if not plain:
        return Decimal(1)
    if not plain.replace(".", "", 1).isdigit() or not plain.isascii():
        return None
    share = (Decimal(plain) / 100).quantize(Decimal("0.000001"))
    return share if 0 < share <= 1 else None


Lander = Callable[[SheetRow], Landed]
