"""The words of budgets (DOMAIN.md). Plain enums, so that pure code may use them."""

from enum import StrEnum


class Category(StrEnum):
    """What money is spent on. A line in no category has ""; it counts as unknown, not as `other`."""

    MODEL_API = "model_api"
    DATA_ENGINEERING = "data_engineering"
    COMPUTE = "compute"
    NETWORK = "network"
    STORAGE = "storage"
    ORCHESTRATION = "orchestration"
    PEOPLE = "people"
    OTHER = "other"


CATEGORY_LABELS = {
    Category.MODEL_API: "Model API",
    Category.DATA_ENGINEERING: "Data engineering",
    Category.COMPUTE: "Compute",
    Category.NETWORK: "Network",
    Category.STORAGE: "Storage",
    Category.ORCHESTRATION: "Orchestration and MLOps",
    Category.PEOPLE: "People",
    Category.OTHER: "Other",
}
IN_NO_CATEGORY = "In no category"
INFRASTRUCTURE = frozenset({Category.COMPUTE, Category.NETWORK, Category.STORAGE, Category.ORCHESTRATION})


class Basis(StrEnum):
    """Which amounts a share is taken of."""

    PLANNED = "planned"
    ACTUAL = "actual"


class CommitmentSource(StrEnum):
    """Who said so: a person here, or a purchase (a standing row that procurement keeps)."""

    DECLARED = "declared"
    PURCHASE = "purchase"


class LineSource(StrEnum):
    ENTERED = "entered"
    IMPORT = "import"
    API = "api"


class ImportKind(StrEnum):
    BUDGET = "budget"
    ACTUALS = "actuals"
    RATES = "rates"


IMPORT_LABELS = {
    ImportKind.BUDGET: "Budget lines",
    ImportKind.ACTUALS: "Actuals",
    ImportKind.RATES: "Exchange rates",
}


class ImportState(StrEnum):
    """uploaded: its columns wait to be named; ready: the preview waits for a person; the last three are ends."""

    UPLOADED = "uploaded"
    READING = "reading"
    READY = "ready"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    DISCARDED = "discarded"


class RowOutcome(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


MONEY_DIGITS = 20
MONEY_PLACES = 2
CURRENCY_LENGTH = 16
