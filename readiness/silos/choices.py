"""Words of silo findings (DOMAIN.md), and what each kind means: the definitions that rules, pages and docs share."""

from enum import StrEnum


class FindingKind(StrEnum):
    OUTSIDE_PLAN = "outside_plan"
    DUPLICATE_CAPABILITY = "duplicate_capability"
    IDLE_COMMITMENT = "idle_commitment"
    PRICE_TIER = "price_tier"
    SHADOW_SPEND = "shadow_spend"
    TERM_OVERLAP = "term_overlap"
    RENEWAL_DUE = "renewal_due"


class FindingState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    DONE = "done"


class Proposal(StrEnum):
    MERGE = "merge"
    TRANSFER = "transfer"
    BRING_INTO_PLAN = "bring_into_plan"
    LET_LAPSE = "let_lapse"


class Utilisation(StrEnum):
    """How a pool is used, as far as that was measured."""

    USED = "used"
    IDLE = "idle"
    UNKNOWN = "unknown"
    STALE = "stale"


class ProofTable(StrEnum):
    """Which row proves: `id` of a Proof is the id in this table."""

    PURCHASE = "purchase"
    REQUEST = "request"
    POOL = "pool"
    QUEUE = "queue"  # an allocation asked for and not granted
    BILLING_ITEM = "billing_item"
    QUOTA = "quota"  # a quota of a venue option asked for and not granted in full


KIND_LABELS = {
    FindingKind.OUTSIDE_PLAN: "Outside the plan",
    FindingKind.DUPLICATE_CAPABILITY: "Same capability, several units",
    FindingKind.IDLE_COMMITMENT: "Idle beside a queue",
    FindingKind.PRICE_TIER: "Contracts above a price tier",
    FindingKind.SHADOW_SPEND: "Shadow spend",
    FindingKind.TERM_OVERLAP: "Terms overlap",
    FindingKind.RENEWAL_DUE: "Renewal due",
}
STATE_LABELS = {
    FindingState.OPEN: "Open",
    FindingState.ACCEPTED: "Accepted",
    FindingState.DISMISSED: "Dismissed",
    FindingState.DONE: "Done",
}
PROPOSAL_LABELS = {
    Proposal.MERGE: "Merge",
    Proposal.TRANSFER: "Transfer",
    Proposal.BRING_INTO_PLAN: "Bring into the plan",
    Proposal.LET_LAPSE: "Let lapse",
}

# One finding per what, and when. A purchase is *current* when its state is planned or active and its term has not ended
# (ends_on empty or today or later). The *family* of a vendor is its parent, or itself. Figures: rules/settings.py.
DEFINITIONS = {
    FindingKind.OUTSIDE_PLAN: (
        "One per unit, vendor and capability: current purchases that are outside the IT plan (in_plan 'no'; 'unknown' is never a "
        "finding), together at least min_amount. A purchase of unknown amount counts as enough."
    ),
    FindingKind.DUPLICATE_CAPABILITY: (
        "One per capability and parent unit: two or more branches of that unit (a child with all below it; the unit's own "
        "purchases are a branch of their own) hold current purchases of the capability whose terms overlap, from today on, by at "
        "least min_overlap_days with those of another branch; each branch at least min_amount. Sub-units of one branch count "
        "once here, and are compared with each other at their own parent. Purchases of several units under one contract number "
        "of one vendor family are one shared contract and never meet each other; they meet what other branches buy elsewhere."
    ),
    FindingKind.IDLE_COMMITMENT: (
        "One per capacity pool: measured utilisation below max_utilisation, known for at least min_coverage of the pool and not "
        "older than max_age_days, with at least min_idle_quantity idle, while another unit has an open purchase request (asked "
        "or approved) or a queue for the same capability: an allocation asked for, or a quota that a provider has not granted in "
        "full. Utilisation unknown, stale or thin is 'unknown', never a finding, and so is a quota of which nobody knows how "
        "much was granted. What is idle and yet set aside or granted to somebody is told and does not count as a saving."
    ),
    FindingKind.PRICE_TIER: (
        "One per vendor family and capability of the tier: two or more current contracts (purchases under one contract number "
        "are one), started within window_days of each other, together reach a tier's from_amount that none of them reaches alone "
        "(one that does is left out), and not all of them have its discount. A tier holds for the family of its vendor; one "
        "without a capability for everything bought there. Billing accounts and unknown amounts do not count."
    ),
    FindingKind.SHADOW_SPEND: (
        "One per unit, vendor, billing account and sub-account: spend (effective cost, else billed; credits netted) without a "
        "purchase, for an AI capability, of at least min_per_month (or unknown) in at least one of the last window_months "
        "months, and in that month and those after it together: a later credit takes it back. Covered is what is linked to a "
        "purchase; what a purchase that is not cancelled names by account (a billing account alone covers its sub-accounts) "
        "during its term; and, where a purchase names no account, spend of its unit with its vendor family for its capability "
        "during its term."
    ),
    FindingKind.TERM_OVERLAP: (
        "One per unit, vendor family and product (capability where the product is unknown): two or more current purchases "
        "under different contract numbers (or none) whose terms overlap, from today on, by at least min_overlap_days. Billing "
        "accounts do not count: they run beside everything."
    ),
    FindingKind.RENEWAL_DUE: (
        "One per purchase and end of term: active, not declared as 'does not renew', whose last day to act (the notice date, "
        "else the end of the term) lies between today and horizon_days from now; at least min_amount, or of unknown amount."
    ),
}


class FindingStep(StrEnum):
    """What happened to a finding, as its history tells it."""

    OPENED = "opened"
    CHANGED = "changed"
    GONE = "gone"
    RETURNED = "returned"
    REOPENED = "reopened"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    DONE = "done"
    ASSIGNED = "assigned"


STEP_LABELS = {
    FindingStep.OPENED: "Found for the first time",
    FindingStep.CHANGED: "Its amount changed materially",
    FindingStep.GONE: "No longer found",
    FindingStep.RETURNED: "Found again",
    FindingStep.REOPENED: "Open again",
    FindingStep.ACCEPTED: "Accepted",
    FindingStep.DISMISSED: "Dismissed",
    FindingStep.DONE: "Done",
    FindingStep.ASSIGNED: "Somebody else looks after it",
}
STEP_OF_STATE = {
    FindingState.OPEN: FindingStep.REOPENED,
    FindingState.ACCEPTED: FindingStep.ACCEPTED,
    FindingState.DISMISSED: FindingStep.DISMISSED,
    FindingState.DONE: FindingStep.DONE,
}

# The capability that a pool of a kind (workloads.PoolKind) is capacity of.
CAPABILITY_OF_POOL = {"accelerators": "accelerator_compute", "storage": "storage", "network": "network"}
# The capability that a venue option's quota (workloads.Function) is asked of: accelerators, or TB.
CAPABILITY_OF_FUNCTION = {"training": "accelerator_compute", "inference": "accelerator_compute", "storage": "storage"}
