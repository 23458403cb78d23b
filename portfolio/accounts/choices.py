"""Roles, what each may do, and the scopes of API tokens: DOMAIN's table as data."""

from enum import StrEnum


class Role(StrEnum):
    PROGRAM_MANAGER = "program_manager"
    SPONSOR = "sponsor"
    ARCHITECT = "infrastructure_architect"
    GATEKEEPER = "gatekeeper"
    PROCUREMENT = "procurement_officer"
    FINANCE = "finance"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.PROGRAM_MANAGER: "Program manager",
    Role.SPONSOR: "Sponsor or initiative owner",
    Role.ARCHITECT: "Infrastructure architect",
    Role.GATEKEEPER: "Gatekeeper",
    Role.PROCUREMENT: "Procurement officer",
    Role.FINANCE: "Finance",
    Role.VIEWER: "Viewer",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}
ROLE_CHOICES = [(role.value, label) for role, label in ROLE_LABELS.items()]


class Action(StrEnum):
    VIEW = "view"
    MONEY = "money"
    COMMENT = "comment"
    REQUEST = "request.create"
    TRIAGE = "request.triage"
    EDIT = "initiative.edit"  # owners and sponsors may edit their own, see rules.may_edit
    INFRASTRUCTURE = "initiative.infrastructure"
    WORKLOAD = "workload.edit"  # profiles, requirements, sizing, venues; owners and sponsors answer for their own
    CAPACITY = "capacity.edit"
    EVIDENCE = "evidence.edit"  # sources, feeds, query templates
    BRING = "evidence.bring"  # upload, push, attest; owners and sponsors for their own
    ASSESS = "assessment.edit"
    GATE = "gate.manage"  # plan, schedule and open reviews, seat panels, hold meetings
    DECIDE = "gate.decide"  # vote, decide, approve waivers; never on one's own
    WAIVE = "waiver.request"  # owners and sponsors for their own
    BUDGET = "budget.edit"  # budget lines, actuals, commitments, rates
    PURCHASE = "purchase.edit"  # vendors, the IT plan, purchases, decisions on requests
    ASK = "purchase.request"  # owners and sponsors for their own
    BILLING = "billing.import"
    SILO = "silo.judge"
    IMPORT = "import.run"
    AUDIT = "audit.view"
    CONFIGURE = "configure"
    TOKEN = "token.create"  # noqa: S105


# A sum of fewer amounts, beside others that are hidden from its reader, would tell one of them (docs/decisions/0011).
FEWEST_IN_A_TOTAL = 2

_EVERYONE = frozenset(Role)
ALLOWED: dict[Action, frozenset[Role]] = {
    Action.VIEW: _EVERYONE,
    Action.MONEY: frozenset(
        {
            Role.FINANCE,
            Role.PROCUREMENT,
            Role.AUDITOR,
            Role.ADMINISTRATOR,
            Role.PROGRAM_MANAGER,
        }
    ),
    Action.COMMENT: _EVERYONE - {Role.AUDITOR},
    Action.REQUEST: _EVERYONE - {Role.AUDITOR, Role.VIEWER},
    Action.TRIAGE: frozenset({Role.PROGRAM_MANAGER}),
    Action.EDIT: frozenset({Role.PROGRAM_MANAGER}),
    Action.INFRASTRUCTURE: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT}),
    Action.WORKLOAD: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT}),
    Action.CAPACITY: frozenset({Role.ARCHITECT, Role.ADMINISTRATOR}),
    Action.EVIDENCE: frozenset({Role.ARCHITECT, Role.ADMINISTRATOR}),
    Action.BRING: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT, Role.ADMINISTRATOR}),
    Action.ASSESS: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT}),
    Action.GATE: frozenset({Role.PROGRAM_MANAGER}),
    Action.DECIDE: frozenset({Role.GATEKEEPER}),
    Action.WAIVE: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT}),
    Action.BUDGET: frozenset({Role.FINANCE, Role.PROGRAM_MANAGER}),
    Action.PURCHASE: frozenset({Role.PROCUREMENT}),
    Action.ASK: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT, Role.PROCUREMENT}),
    Action.BILLING: frozenset({Role.PROCUREMENT, Role.FINANCE, Role.ADMINISTRATOR}),
    Action.SILO: frozenset({Role.PROCUREMENT, Role.PROGRAM_MANAGER}),
    Action.IMPORT: frozenset({Role.PROGRAM_MANAGER, Role.ADMINISTRATOR}),
    Action.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    Action.CONFIGURE: frozenset({Role.ADMINISTRATOR}),
    Action.TOKEN: frozenset({Role.PROGRAM_MANAGER, Role.ARCHITECT, Role.PROCUREMENT, Role.ADMINISTRATOR}),
}


class Scope(StrEnum):
    INITIATIVES_READ = "initiatives:read"
    INITIATIVES_WRITE = "initiatives:write"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    WORKLOADS_READ = "workloads:read"
    WORKLOADS_WRITE = "workloads:write"
    EVIDENCE_READ = "evidence:read"
    EVIDENCE_WRITE = "evidence:write"
    EVIDENCE_PUSH = "evidence:push"
    ASSESSMENTS_READ = "assessments:read"
    ASSESSMENTS_WRITE = "assessments:write"
    GATES_READ = "gates:read"
    GATES_WRITE = "gates:write"
    FINANCE_READ = "finance:read"
    FINANCE_WRITE = "finance:write"
    PURCHASES_READ = "purchases:read"
    PURCHASES_WRITE = "purchases:write"
    SILOS_READ = "silos:read"
    SILOS_WRITE = "silos:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    COMMENTS_WRITE = "comments:write"
    AUDIT_READ = "audit:read"
    MONEY = "money"


SCOPE_LABELS = {
    Scope.INITIATIVES_READ: "Read initiatives, units, templates and reference statistics",
    Scope.INITIATIVES_WRITE: "Create and change initiatives",
    Scope.REQUESTS_READ: "Read requests",
    Scope.REQUESTS_WRITE: "Create requests",
    Scope.WORKLOADS_READ: "Read workloads, requirements, sizing, venues, capacity and catalogues",
    Scope.WORKLOADS_WRITE: "Change workloads, requirements, sizing, venues and capacity",
    Scope.EVIDENCE_READ: "Read evidence, its sources and verdicts",
    Scope.EVIDENCE_WRITE: "Change evidence sources and bring evidence in",
    Scope.EVIDENCE_PUSH: "Push evidence, and nothing else",
    Scope.ASSESSMENTS_READ: "Read assessments and question banks",
    Scope.ASSESSMENTS_WRITE: "Answer assessments",
    Scope.GATES_READ: "Read gate reviews, verdicts, decisions, conditions and meetings",
    Scope.GATES_WRITE: "Plan and schedule gate reviews",
    Scope.FINANCE_READ: "Read budgets, commitments and rates (amounts need `money` too)",
    Scope.FINANCE_WRITE: "Change budgets, actuals, commitments and rates (amounts need `money` too)",
    Scope.PURCHASES_READ: "Read vendors, the IT plan, purchases, purchase requests and billing",
    Scope.PURCHASES_WRITE: "Change vendors, the IT plan, purchases and purchase requests, import billing",
    Scope.SILOS_READ: "Read silo findings and the silo map",
    Scope.SILOS_WRITE: "Judge silo findings",
    Scope.IMPORTS_READ: "Read registers and import runs",
    Scope.IMPORTS_WRITE: "Import registers",
    Scope.COMMENTS_WRITE: "Comment",
    Scope.AUDIT_READ: "Read the audit trail",
    Scope.MONEY: "See amounts of money",
}
SCOPE_CHOICES = [(scope.value, label) for scope, label in SCOPE_LABELS.items()]

# What a token's scopes let it do. A token never triages, votes, decides, waives, or manages people and tokens.
SCOPE_ACTIONS: dict[Scope, frozenset[Action]] = {
    Scope.INITIATIVES_READ: frozenset({Action.VIEW}),
    Scope.INITIATIVES_WRITE: frozenset({Action.VIEW, Action.EDIT, Action.INFRASTRUCTURE}),
    Scope.REQUESTS_READ: frozenset({Action.VIEW}),
    Scope.REQUESTS_WRITE: frozenset({Action.VIEW, Action.REQUEST}),
    Scope.WORKLOADS_READ: frozenset({Action.VIEW}),
    Scope.WORKLOADS_WRITE: frozenset({Action.VIEW, Action.WORKLOAD, Action.CAPACITY}),
    Scope.EVIDENCE_READ: frozenset({Action.VIEW}),
    Scope.EVIDENCE_WRITE: frozenset({Action.VIEW, Action.EVIDENCE, Action.BRING}),
    Scope.EVIDENCE_PUSH: frozenset({Action.BRING}),
    Scope.ASSESSMENTS_READ: frozenset({Action.VIEW}),
    Scope.ASSESSMENTS_WRITE: frozenset({Action.VIEW, Action.ASSESS}),
    Scope.GATES_READ: frozenset({Action.VIEW}),
    Scope.GATES_WRITE: frozenset({Action.VIEW, Action.GATE}),
    Scope.FINANCE_READ: frozenset({Action.VIEW}),
    Scope.FINANCE_WRITE: frozenset({Action.VIEW, Action.BUDGET}),
    Scope.PURCHASES_READ: frozenset({Action.VIEW}),
    Scope.PURCHASES_WRITE: frozenset({Action.VIEW, Action.PURCHASE, Action.ASK, Action.BILLING}),
    Scope.SILOS_READ: frozenset({Action.VIEW}),
    Scope.SILOS_WRITE: frozenset({Action.VIEW, Action.SILO}),
    Scope.IMPORTS_READ: frozenset({Action.VIEW}),
    Scope.IMPORTS_WRITE: frozenset({Action.VIEW, Action.IMPORT}),
    Scope.COMMENTS_WRITE: frozenset({Action.VIEW, Action.COMMENT}),
    Scope.AUDIT_READ: frozenset({Action.VIEW, Action.AUDIT}),
    Scope.MONEY: frozenset({Action.MONEY}),
}


class Through(StrEnum):
    PAGE = "page"
    TOKEN = "token"  # noqa: S105
    COMMAND = "command"
    IMPORT = "import"
    JOB = "job"
    SQL = "sql"
