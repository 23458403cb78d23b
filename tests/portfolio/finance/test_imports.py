"""Files of budgets, actuals and rates: read as they mean, refused with reasons, published whole, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from portfolio.finance.choices import ImportKind, ImportState
from portfolio.finance.models import BudgetLine, FinanceImportRow, Rate
from portfolio.finance.services.imports import runs
from portfolio.finance.services.lines import add_line
from portfolio.outbox.models import Event
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import JANUARY, YEAR, line, published, read, received, upload
from tests.portfolio.initiatives.pages import make

pytestmark = pytest.mark.django_db
HEAD = "Initiative;Business unit;Category;Description;From;To;Budget;Spent;Currency\n"


def _reasons(run_id: int) -> dict[int, str]:
    rows = FinanceImportRow.objects.filter(run=run_id, outcome="rejected")
    return {row.line: "; ".join(issue["reason"] for issue in row.issues if issue["reject"]) for row in rows}


def test_a_budget_is_mapped_read_shown_and_published_whole(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    text = HEAD + f"{row.key};;GPU;Cluster;2026;;1.200,50;;EUR\n;Retail;Staff;;2026-01;2026-03;300;;EUR\n"
    run = read(received(organisation, text))
    assert (run.state, run.counts) == ("ready", {"rows": 2, "create": 2, "update": 0, "unchanged": 0, "rejected": 0})
    assert not BudgetLine.objects.exists()  # nothing is written before somebody says so
    assert published(run).state == ImportState.PUBLISHED
    own, units = BudgetLine.objects.order_by("-initiative_id")
    if own.initiative_id is None:
        own, units = units, own
    assert (own.category, own.label, own.planned, own.currency, own.source) == (
        "compute",
        "Cluster",
        Decimal("1200.50"),
        "EUR",
        "import",
    )
    assert (own.period_start, own.period_end) == YEAR
    assert (units.unit, units.category, units.planned, units.actual) == (
        organisation.units["Retail"],
        "people",
        Decimal(300),
        None,
    )
    assert units.period_end == date(2026, 3, 31)
    news = Event.objects.filter(kind="budget.changed").get()
    assert news.payload == {"initiative_ids": [row.pk], "unit_ids": [organisation.units["Retail"].pk]}


def test_the_same_file_again_changes_nothing_and_tells_nobody(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    text = HEAD + f"{row.key};;GPU;Cluster;2026;;1200,50;;EUR\n;Retail;Staff;;2026-01;;300;;EUR\n"
    published(read(received(organisation, text)))
    before = list(BudgetLine.objects.order_by("id").values())
    events = Event.objects.count()
    run = published(read(received(organisation, text)))
    assert run.counts["unchanged"] == 2
    assert list(BudgetLine.objects.order_by("id").values()) == before
    assert Event.objects.count() == events


def test_actuals_go_to_their_line_several_postings_added_together(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    line(row, "compute", 100, period_start=JANUARY[0], period_end=JANUARY[1])
    text = "Key,Cost type,Posting date,Amount,Currency\n"
    text += f"{row.key},compute,2026-01-05,40.25,USD\n{row.key},compute,2026-01-20,10,USD\n{row.key},storage,2026-01-20,5,USD\n"
    for _time in range(2):
        run = published(read(received(organisation, text, ImportKind.ACTUALS)))
    assert run.counts == {"rows": 3, "create": 0, "update": 0, "unchanged": 3, "rejected": 0}
    compute, storage = BudgetLine.objects.order_by("category")
    assert (compute.planned, compute.actual) == (Decimal(100), Decimal("50.25"))
    assert (storage.planned, storage.actual) == (None, Decimal(5))
    assert (storage.period_start, storage.period_end) == JANUARY


def test_an_empty_cell_takes_nothing_away(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    line(row, "compute", 100, 50)
    text = HEAD + f"{row.key};;compute;;2026-01-01;2026-12-31;120;;USD\n"
    run = read(received(organisation, text))
    assert FinanceImportRow.objects.get(run=run).changes == {"planned": ["100.00", "120.00"]}
    published(run)
    kept = BudgetLine.objects.get()
    assert (kept.planned, kept.actual, kept.version) == (Decimal(120), Decimal(50), 2)


def test_what_cannot_be_read_is_rejected_with_line_and_reason_and_the_rest_lands(organisation: Organisation) -> None:
    row, other = make(organisation, "Claims triage"), make(organisation, "Routing", "Logistics")
    lines = [
        f"{row.key};;GPU;;2026;;10;;EUR",
        f"{other.key};;GPU;;2026;;10;;EUR",  # not of this unit
        ";Nowhere;GPU;;2026;;10;;EUR",
        ";;GPU;;2026;;10;;EUR",
        f"{row.key};;GPU;;soon;;10;;EUR",
        f"{row.key};;GPU;x;2026-05;2026-04;10;;EUR",
        f"{row.key};;GPU;y;2026;;ten;;EUR",
        f"{row.key};;GPU;z;2026;;;;EUR",
        f"{row.key};;GPU;w;2026;;10;;$",
        f"{row.key};;GPU;v;2026;;£10;;EUR",
        f"{row.key};;GPU;u;2026;;10,123;;EUR",
        f"{row.key};;GPU;;2026;;20;;EUR",  # line 2 again
        f"{row.key};;magic;;2026;;30;;EUR",  # lands in no category, and says so
    ]  # fmt: skip
    run = read(received(organisation, HEAD + "\n".join(lines) + "\n"), decimal_sign=",")
    assert (run.counts["create"], run.counts["rejected"]) == (2, 11)
    reasons = _reasons(run.pk)
    for number, said in {
        3: "no initiative of this unit", 4: "no unit here", 5: "neither an initiative nor a unit", 6: "From is missing",
        7: "ends before it begins", 8: "no amount that can be read", 9: "no amount in this row", 10: "several currencies",
        11: "the amount is in GBP", 12: "two digits", 13: "line 2 says the same line",
    }.items():  # fmt: skip
        assert said in reasons[number]
    published(run)
    assert {each.category for each in BudgetLine.objects.all()} == {"compute", ""}
    assert FinanceImportRow.objects.filter(run=run).count() == 11  # the rejected ones are nowhere else


def test_a_spreadsheet_is_read_like_the_same_text(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (("Project", "Category", "Month", "Budget", "Ccy"), (row.name, "Storage", date(2026, 2, 1), 1234.5, "GBP")):
        sheet.append(cells)
    file = BytesIO()
    book.save(file)
    taken = runs.receive(
        by=SYSTEM, kind=ImportKind.BUDGET, unit=organisation.units["Retail"], file=SimpleUploadedFile("b.xlsx", file.getvalue())
    )
    published(read(taken))
    kept = BudgetLine.objects.get()
    assert (kept.initiative, kept.category, kept.planned, kept.currency) == (row, "storage", Decimal("1234.50"), "GBP")


def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(organisation: Organisation) -> None:
    with pytest.raises(ValidationError, match="empty"):
        received(organisation, "")
    with pytest.raises(ValidationError):
        runs.receive(
            by=SYSTEM,
            kind=ImportKind.BUDGET,
            unit=organisation.units["Retail"],
            file=SimpleUploadedFile("b.xlsx", b"PK\x03\x04no"),
        )
    assert not BudgetLine.objects.exists()
    run = read(
        received(organisation, HEAD + ";Retail;GPU;;2026;;10;;EUR\n"), columns={"unit": "Business unit", "planned": "Budget"}
    )
    assert run.state == ImportState.FAILED
    assert "From" in run.error  # nothing fills it; another mapping does
    assert (
        read(run, columns={"unit": "Business unit", "planned": "Budget", "period_start": "From", "currency": "Currency"}).state
        == "ready"
    )


def test_who_may_not_write_amounts_imports_none(organisation: Organisation) -> None:
    for name in ("Vera", "Iris", "Gita", "Lars"):
        with pytest.raises(PermissionDenied):
            runs.receive(
                by=organisation.actor(name), kind=ImportKind.BUDGET, unit=organisation.units["Retail"], file=upload(HEAD + "\n")
            )
    with pytest.raises(PermissionDenied):  # rates count for the whole organisation
        runs.receive(
            by=organisation.actor("Finn"), kind=ImportKind.RATES, unit=None, file=upload("Date,USD,GBP\n2026-01-02,1,1\n")
        )


def test_rates_as_a_central_bank_publishes_them_become_values_in_the_reporting_currency(organisation: Organisation) -> None:
    text = "Date,USD,GBP,JPY,\n2026-01-05,1.1000,0.8800,N/A,\n2026-01-02,1.0800,0.8640,165.00,\nsoon,1,1,1,\n2026-01-01,,0.9,,\n"
    taken = received(organisation, text, ImportKind.RATES)
    assert (taken.mapping["shape"], taken.mapping["base"], taken.unit) == ("wide", "EUR", None)
    run = published(read(taken))
    assert run.counts == {"rows": 7, "create": 5, "update": 0, "unchanged": 0, "rejected": 2}
    held = {(rate.currency, rate.effective_on.day): rate.per_unit for rate in Rate.objects.all()}
    assert held == {
        ("EUR", 5): Decimal("1.1"), ("GBP", 5): Decimal("1.25"), ("EUR", 2): Decimal("1.08"), ("GBP", 2): Decimal("1.25"),
        ("JPY", 2): Decimal("0.006545454545"),
    }  # fmt: skip
    assert "worth in USD" in _reasons(run.pk)[5]
    again = published(read(received(organisation, text, ImportKind.RATES)))
    assert (again.counts["unchanged"], Rate.objects.filter(version__gt=1).count()) == (5, 0)


def test_rates_row_by_row_and_only_what_is_wanted(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    line(row, "compute", 100, currency="EUR")
    before = Event.objects.filter(kind="budget.changed").count()
    text = "Date,Currency,Rate\n2026-01-01,EUR,1.10\n2025-01-01,EUR,1.05\n2026-01-01,CHF,1.2\n2026-01-01,GBP,0\n"
    published(read(received(organisation, text, ImportKind.RATES), since="2025-06-01", currencies=["EUR", "GBP"]))
    assert [(rate.currency, rate.per_unit) for rate in Rate.objects.all()] == [("EUR", Decimal("1.1"))]
    news = Event.objects.filter(kind="budget.changed").order_by("id")[before]
    assert news.payload["initiative_ids"] == [row.pk]


def test_a_line_that_somebody_wrote_after_the_preview_is_compared_again(organisation: Organisation) -> None:
    row = make(organisation, "Claims triage")
    run = read(received(organisation, HEAD + f"{row.key};;compute;;2026;;120;;USD\n"))
    add_line(
        by=SYSTEM,
        initiative=row,
        category="compute",
        period_start=YEAR[0],
        period_end=YEAR[1],
        planned=Decimal(120),
        currency="USD",
    )
    assert published(run).counts["unchanged"] == 1
    assert BudgetLine.objects.get().version == 1
