"""Words of the audit trail and of notices, and what may be attached to a comment."""

from enum import StrEnum


class AuditAction(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


class NoticeKind(StrEnum):
    """What people are told of. Slices above write notices of these kinds; the words stand here, so that one page asks how."""

    MENTION = "mention"
    VOTE_ASKED = "vote_asked"
    JUDGEMENT_ASKED = "judgement_asked"
    WAIVER_ASKED = "waiver_asked"
    WAIVER_DECIDED = "waiver_decided"
    WAIVER_EXPIRING = "waiver_expiring"
    CONDITION_SET = "condition_set"
    CONDITION_DUE = "condition_due"
    CONDITION_OVERDUE = "condition_overdue"
    EVIDENCE_STALE = "evidence_stale_before_gate"
    REVIEW_READY = "review_ready"
    REVIEW_SCHEDULED = "review_scheduled"
    DECISION_ASKED = "decision_asked"
    DECISION_MADE = "decision_made"
    DECISION_DRIFTED = "decision_drifted"
    UNKNOWN_ASSIGNED = "unknown_assigned"
    MEETING_INVITED = "meeting_invited"
    ACTION_ASSIGNED = "action_assigned"
    SILO_FOUND = "silo_found"
    SILO_ASSIGNED = "silo_assigned"


class How(StrEnum):
    """How somebody is told; in the portal always."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    PORTAL = "portal"


KIND_LABELS: dict[NoticeKind, str] = {
    NoticeKind.MENTION: "You are mentioned in a comment",
    NoticeKind.VOTE_ASKED: "You are asked to vote",
    NoticeKind.JUDGEMENT_ASKED: "A criterion needs your judgement",
    NoticeKind.WAIVER_ASKED: "A waiver waits for a gatekeeper",
    NoticeKind.WAIVER_DECIDED: "A waiver that you asked for is decided",
    NoticeKind.WAIVER_EXPIRING: "A waiver expires soon",
    NoticeKind.CONDITION_SET: "You own a condition",
    NoticeKind.CONDITION_DUE: "A condition of yours is due soon",
    NoticeKind.CONDITION_OVERDUE: "A condition of yours is overdue",
    NoticeKind.EVIDENCE_STALE: "Evidence goes stale before your gate",
    NoticeKind.REVIEW_READY: "A review is ready to be scheduled",
    NoticeKind.REVIEW_SCHEDULED: "A review is scheduled",
    NoticeKind.DECISION_ASKED: "A review waits to be decided",
    NoticeKind.DECISION_MADE: "A gate is decided",
    NoticeKind.DECISION_DRIFTED: "Evidence changed since a decision",
    NoticeKind.UNKNOWN_ASSIGNED: "You are to find something out",
    NoticeKind.MEETING_INVITED: "You are invited to a gate meeting",
    NoticeKind.ACTION_ASSIGNED: "You own an action of a meeting",
    NoticeKind.SILO_FOUND: "New silo findings in your units",
    NoticeKind.SILO_ASSIGNED: "You look after a silo finding",
}
HOW_LABELS: dict[How, str] = {
    How.AT_ONCE: "By mail, at once",
    How.DIGEST: "In the daily mail",
    How.PORTAL: "In the portal only",
}

# Until a person says otherwise: what holds others up or cannot wait a day comes at once, the rest with the daily digest.
# A meeting sends its own invitation with a calendar entry, so its notice stays in the portal.
DEFAULT_HOW: dict[NoticeKind, How] = {
    NoticeKind.MENTION: How.AT_ONCE,
    NoticeKind.VOTE_ASKED: How.AT_ONCE,
    NoticeKind.JUDGEMENT_ASKED: How.DIGEST,
    NoticeKind.WAIVER_ASKED: How.AT_ONCE,
    NoticeKind.WAIVER_DECIDED: How.AT_ONCE,
    NoticeKind.WAIVER_EXPIRING: How.DIGEST,
    NoticeKind.CONDITION_SET: How.AT_ONCE,
    NoticeKind.CONDITION_DUE: How.DIGEST,
    NoticeKind.CONDITION_OVERDUE: How.AT_ONCE,
    NoticeKind.EVIDENCE_STALE: How.DIGEST,
    NoticeKind.REVIEW_READY: How.DIGEST,
    NoticeKind.REVIEW_SCHEDULED: How.DIGEST,
    NoticeKind.DECISION_ASKED: How.AT_ONCE,
    NoticeKind.DECISION_MADE: How.AT_ONCE,
    NoticeKind.DECISION_DRIFTED: How.DIGEST,
    NoticeKind.UNKNOWN_ASSIGNED: How.DIGEST,
    NoticeKind.MEETING_INVITED: How.PORTAL,
    NoticeKind.ACTION_ASSIGNED: How.DIGEST,
    NoticeKind.SILO_FOUND: How.DIGEST,
    NoticeKind.SILO_ASSIGNED: How.DIGEST,
}


# Columns that hold money: hidden in every diff from those who may not see amounts.
MONEY_FIELDS = frozenset({
    "expected_value", "expected_value_currency", "cost_per_month", "one_off_cost", "cost_currency",
    "saving_low", "saving_high", "judged_amount", "assumptions",
    "price_per_accelerator_hour", "price_input", "price_output", "price_currency",
    "planned", "actual", "amount", "currency",
    "from_amount", "discount", "planned_amount", "committed_quantity",
    "sheet",  # the first rows of a file of budgets
})  # fmt: skip


class Subjects(StrEnum):
    """What comments and a history panel may hang on, by table."""

    INITIATIVE = "initiatives_initiative"
    REQUEST = "initiatives_request"


# What has a history panel besides; nobody comments on it.
PURCHASE, PURCHASE_REQUEST, VENDOR = "procurement_purchase", "procurement_purchaserequest", "procurement_vendor"
HISTORY_ONLY = (PURCHASE, PURCHASE_REQUEST, VENDOR)
# Whose history tells of rows of other tables, too: the column by which they name it, and their tables.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    PURCHASE: ("purchase_id", ("procurement_purchaseshare",)),
    VENDOR: ("vendor_id", ("procurement_vendoralias", "procurement_product", "procurement_pricetier")),
}
TERMS = "procurement_pricetier"  # nothing but terms: for whoever sees no amounts there is none


# Shown by a panel of their own, so left out of an object's history (a removed comment stays removed there).
OWN_PANEL = ("activity_comment", "activity_attachment")

# What a row of a table is called, and the unit path that decides who may know (SQL over `x`; NULL: everybody).
_UNIT_OF = "(SELECT u.path FROM accounts_businessunit u WHERE u.id = x.unit_id)"
_UNIT_OF_INITIATIVE = (
    "(SELECT u.path FROM accounts_businessunit u JOIN initiatives_initiative i ON i.unit_id = u.id WHERE i.id = x.initiative_id)"
)
NAME_OF: dict[str, tuple[str, str]] = {
    "accounts_user": ("x.name", "NULL"),
    "accounts_businessunit": ("x.name", "x.path"),
    "initiatives_lifecycle": ("x.name || ' v' || x.version", "NULL"),
    "initiatives_stage": ("x.name", "NULL"),
    "initiatives_tag": ("x.name", "NULL"),
    "initiatives_programme": ("x.name", _UNIT_OF),
    "initiatives_register": ("x.name", _UNIT_OF),
    "initiatives_importrun": ("x.file_name", _UNIT_OF),
    "finance_financeimport": ("x.file_name", _UNIT_OF),
    "finance_rate": ("x.currency || ' ' || x.effective_on", "NULL"),
    "procurement_vendor": ("x.name", "NULL"),
    "procurement_capability": ("x.label", "NULL"),
    "procurement_product": ("x.name", "NULL"),
    "procurement_planitem": ("trim(x.code || ' ' || x.name)", _UNIT_OF),
    "procurement_purchase": ("x.title", _UNIT_OF),
    "procurement_purchaserequest": ("x.title", _UNIT_OF),
    "procurement_registerimport": ("x.file_name", _UNIT_OF),
    "workloads_workload": ("x.name", _UNIT_OF_INITIATIVE),
    "workloads_capacitypool": ("x.name", _UNIT_OF),
    "workloads_accelerator": ("x.name", "NULL"),
    "workloads_cataloguemodel": ("x.name", "NULL"),
    "workloads_venueoption": ("x.label", _UNIT_OF_INITIATIVE),
    "sizing_sizingoption": ("x.label", _UNIT_OF_INITIATIVE),
    "sizing_measurement": ("x.name", _UNIT_OF),
    "silos_finding": ("x.kind || ' no. ' || x.id", "x.ancestor_path"),
    "assessments_questionbank": ("x.name || ' v' || x.version", "NULL"),
    "assessments_question": ("x.text", "NULL"),
    "assessments_assessment": ("'No. ' || x.number", _UNIT_OF_INITIATIVE),
    "gates_gatetemplate": ("x.name || ' v' || x.version", "NULL"),
    "gates_review": ("x.gate_name", _UNIT_OF_INITIATIVE),
    "gates_waiver": ("x.criterion_text", _UNIT_OF_INITIATIVE),
    "meetings_meeting": ("x.title", _UNIT_OF),
}

# Columns that say nothing to a reader of a page; exports and the API keep them.
TECHNICAL = frozenset({
    "id", "number", "key", "path", "depth", "version", "demo", "token_key", "search", "moved", "current", "created_at",
    "recorded_at", "object_type", "object_id",
})  # fmt: skip

ACTION_LABELS = {AuditAction.CREATE: "Created", AuditAction.CHANGE: "Changed", AuditAction.DELETE: "Deleted"}
THROUGH_LABELS = {
    "page": "Page",
    "token": "API token",
    "command": "Command",
    "import": "Import",
    "job": "Background job",
    "sql": "Database session",
}

# table -> the domain's word for a row of it
OBJECT_LABELS = {
    "initiatives_initiative": "Initiative",
    "initiatives_initiativedate": "Date",
    "initiatives_functionslot": "Function",
    "initiatives_milestone": "Milestone",
    "initiatives_dependency": "Dependency",
    "initiatives_externalid": "External id",
    "initiatives_link": "Link",
    "initiatives_initiative_tags": "Tag of an initiative",
    "initiatives_stageentry": "Stage entry",
    "initiatives_closure": "Closure",
    "initiatives_request": "Request",
    "initiatives_programme": "Programme",
    "initiatives_tag": "Tag",
    "initiatives_lifecycle": "Lifecycle template",
    "initiatives_stage": "Stage",
    "initiatives_register": "Register",
    "initiatives_importrun": "Import",
    "initiatives_linkdecision": "Link of an imported row",
    "initiatives_savedview": "Saved view",
    "finance_budgetline": "Budget line",
    "finance_commitment": "Commitment",
    "finance_rate": "Exchange rate",
    "finance_financesettings": "Finance settings",
    "finance_financeimport": "Import of amounts",
    "procurement_vendor": "Vendor",
    "procurement_vendoralias": "Other name of a vendor",
    "procurement_capability": "Capability",
    "procurement_product": "Product",
    "procurement_pricetier": "Price tier",
    "procurement_planitem": "Item of the IT plan",
    "procurement_purchase": "Purchase",
    "procurement_purchaseshare": "Share of a purchase",
    "procurement_purchaserequest": "Purchase request",
    "procurement_registerimport": "Import of purchases",
    "procurement_billingimport": "Import of a bill",
    "procurement_billingrule": "Rule for bills",
    "workloads_workload": "Workload",
    "workloads_workload_serves": "Served initiative",
    "workloads_profilevalue": "Profile value",
    "workloads_profileversion": "Profile version",
    "workloads_requirement": "Requirement",
    "workloads_traceupload": "Request log",
    "workloads_venueoption": "Venue option",
    "workloads_venuecomparison": "Venue comparison",
    "workloads_capacitypool": "Capacity pool",
    "workloads_allocation": "Allocation",
    "workloads_accelerator": "Accelerator",
    "workloads_cataloguemodel": "Model",
    "sizing_measurement": "Measurement",
    "sizing_sizingoption": "Sizing option",
    "silos_finding": "Silo finding",
    "silos_rulesetting": "Rule of silo findings",
    "silos_poolpurchase": "Purchase of a pool",
    "assessments_questionbank": "Question bank",
    "assessments_question": "Question",
    "assessments_assessment": "Assessment",
    "assessments_assessmentanswer": "Answer",
    "assessments_componentcheck": "Component",
    "gates_gatetemplate": "Gate template",
    "gates_review": "Gate review",
    "gates_judgement": "Judgement",
    "gates_gatekeeper": "Gatekeeper",
    "gates_seat": "Seat",
    "gates_delegation": "Delegation",
    "gates_attendance": "Attendance",
    "gates_vote": "Vote",
    "gates_waiver": "Waiver",
    "gates_waiverevent": "Step of a waiver",
    "gates_decision": "Decision",
    "gates_condition": "Condition",
    "gates_conditionevent": "Step of a condition",
    "meetings_meeting": "Gate meeting",
    "meetings_agendaitem": "Agenda item",
    "meetings_invitee": "Invitation",
    "meetings_attendance": "Attendance of a meeting",
    "meetings_action": "Action",
    "meetings_calendarfeed": "Calendar address",
    "meetings_pack": "Pack",
    "accounts_user": "Person",
    "accounts_businessunit": "Business unit",
    "accounts_roleassignment": "Role",
    "accounts_apitoken": "API token",
    "activity_comment": "Comment",
    "activity_attachment": "Attachment",
    "risk_referencestatistic": "Reference statistic",
}
