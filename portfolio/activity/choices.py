"""Words of the audit trail, and what may be attached to a comment."""

from enum import StrEnum


class AuditAction(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


# Columns that hold money: hidden in every diff from those who may not see amounts.
MONEY_FIELDS = frozenset({"expected_value", "expected_value_currency"})

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
    "initiatives_savedview": "Saved view",
    "accounts_user": "Person",
    "accounts_businessunit": "Business unit",
    "accounts_roleassignment": "Role",
    "accounts_apitoken": "API token",
    "activity_comment": "Comment",
    "activity_attachment": "Attachment",
    "risk_referencestatistic": "Reference statistic",
}
