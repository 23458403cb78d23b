"""The words of purchasing (DOMAIN.md). Plain enums, so that pure code may use them."""

from enum import StrEnum


class Kind(StrEnum):
    """What was agreed with the vendor."""

    ORDER = "order"
    CONTRACT = "contract"
    SUBSCRIPTION = "subscription"
    BILLING_ACCOUNT = "billing_account"


class Function(StrEnum):
    """What a purchase serves; the first three are those of a venue option."""

    STORAGE = "storage"
    TRAINING = "training"
    INFERENCE = "inference"
    OTHER = "other"
    UNKNOWN = "unknown"


class InPlan(StrEnum):
    """Whether it was in the general IT plan, as somebody declared it."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Renews(StrEnum):
    """Whether it goes on by itself when nobody gives notice."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class State(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"


LIVE = frozenset({State.PLANNED, State.ACTIVE})


class Quantity(StrEnum):
    """What a committed or wanted capacity is counted in."""

    ACCELERATORS = "accelerators"
    ACCELERATOR_HOURS = "accelerator_hours"
    TB = "tb"
    GBIT_S = "gbit_s"
    TOKENS = "tokens"
    AMOUNT = "amount"  # a sum of money that is committed to be spent
    OTHER = "other"


QUANTITY_LABELS = {
    Quantity.ACCELERATORS: "accelerators",
    Quantity.ACCELERATOR_HOURS: "accelerator hours",
    Quantity.TB: "TB",
    Quantity.GBIT_S: "Gbit/s",
    Quantity.TOKENS: "tokens",
    Quantity.AMOUNT: "of the currency",
    Quantity.OTHER: "other units",
}


class AliasSource(StrEnum):
    """How another name of a vendor came to be known."""

    DECLARED = "declared"
    IMPORT = "import"
    BILLING = "billing"
    MATCHED = "matched"


class Ask(StrEnum):
    """The way of a purchase request: asked -> approved -> ordered; or declined, or withdrawn."""

    ASKED = "asked"
    APPROVED = "approved"
    ORDERED = "ordered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN_ASKS = frozenset({Ask.ASKED, Ask.APPROVED})


class ImportKind(StrEnum):
    """What a file's rows are."""

    PURCHASES = "purchases"
    PLAN_ITEMS = "plan_items"
    REQUESTS = "requests"
    VENDORS = "vendors"


class ImportState(StrEnum):
    """An import: uploaded -> (mapping) -> reading -> preview -> publishing -> published; or cancelled, failed."""

    UPLOADED = "uploaded"
    READING = "reading"
    PREVIEW = "preview"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Outcome(StrEnum):
    """What publishing does with a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


DECLARED = "declared"  # `source` of what a person or a token entered; an import writes its own name


class BillingState(StrEnum):
    """A bill's file: uploaded -> reading -> staged -> published; or failed; a published one may be withdrawn."""

    UPLOADED = "uploaded"
    READING = "reading"
    STAGED = "staged"
    PUBLISHED = "published"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


UNDERWAY = frozenset({BillingState.UPLOADED, BillingState.READING})
