"""What a file of budget lines, of actuals or of rates may say: its fields, and the usual names of their columns."""

from __future__ import annotations

from portfolio.finance.choices import CATEGORY_LABELS, Category, ImportKind
from portfolio.formats.sheets.fields import Field, Kind

_WORDS = (
    *((label, category.value) for category, label in CATEGORY_LABELS.items()),
    ("gpu", "compute"), ("gpus", "compute"), ("accelerators", "compute"), ("servers", "compute"), ("cloud compute", "compute"),
    ("networking", "network"), ("connectivity", "network"), ("disk", "storage"), ("data storage", "storage"),
    ("kubernetes", "orchestration"), ("mlops", "orchestration"), ("platform", "orchestration"),
    ("llm", "model_api"), ("llm api", "model_api"), ("models", "model_api"), ("inference api", "model_api"),
    ("data", "data_engineering"), ("etl", "data_engineering"), ("labelling", "data_engineering"),
    ("staff", "people"), ("personnel", "people"), ("salaries", "people"), ("contractors", "people"), ("labour", "people"),
    ("labor", "people"), ("misc", "other"), ("miscellaneous", "other"), ("none", ""), ("uncategorised", ""),
    ("uncategorized", ""),
)  # fmt: skip
_HOLDER = (
    Field("initiative", "Initiative", Kind.TEXT, ("key", "ai key", "initiative key", "initiative id", "project", "use case")),
    Field("unit", "Business unit", Kind.TEXT, ("unit", "department", "bureau", "division", "organisation", "business area")),
)
_WHAT = (
    Field(
        "category", "Category", Kind.CHOICE, ("cost category", "cost type", "type", "account"),
        choices=("", *(category.value for category in Category)), words=_WORDS,
    ),
    Field("label", "What for", Kind.TEXT, ("description", "text", "item", "position", "line"), max_length=200),
    Field("cost_centre", "Cost centre", Kind.TEXT, ("cost center", "cc", "kostenstelle"), max_length=60),
)  # fmt: skip
_PERIOD = (
    Field(
        "period_start", "From", Kind.DATE,
        ("period", "month", "period start", "start", "start date", "date", "posting date", "year", "quarter"), required=True,
    ),
    Field("period_end", "To", Kind.DATE, ("period end", "end", "end date", "until")),
)  # fmt: skip
_PLANNED = Field("planned", "Planned", Kind.MONEY, ("budget", "plan", "planned amount", "budgeted", "forecast"))
_ACTUAL = Field("actual", "Actual", Kind.MONEY, ("spent", "actuals", "actual amount", "cost", "expense", "amount", "booked"))
_REST = (
    Field("currency", "Currency", Kind.CURRENCY, ("curr", "ccy")),
    Field("note", "Note", Kind.TEXT, ("comment", "remark"), max_length=500),
)
_RATES = (
    Field("effective_on", "From the day", Kind.DATE, ("date", "day", "effective", "effective on", "valid from"), required=True),
    Field("currency", "Currency", Kind.CURRENCY, ("code", "curr", "ccy", "iso"), required=True),
    Field("per_unit", "Rate", Kind.NUMBER, ("value", "exchange rate", "fx rate", "rate"), required=True),
    Field("source", "Source", Kind.TEXT, ("provider",), max_length=200),
)
FIELDS: dict[ImportKind, tuple[Field, ...]] = {
    ImportKind.BUDGET: (*_HOLDER, *_WHAT, *_PERIOD, _PLANNED, _ACTUAL, *_REST),
    ImportKind.ACTUALS: (*_HOLDER, *_WHAT, *_PERIOD, _ACTUAL, *_REST),
    ImportKind.RATES: _RATES,
}
