"""The register's tables, a file per topic."""

from portfolio.initiatives.models.facts import (
    Closure,
    Dependency,
    ExternalId,
    FunctionSlot,
    InitiativeDate,
    Link,
    Milestone,
    StageEntry,
)
from portfolio.initiatives.models.imports import (
    ImportRow,
    ImportRun,
    Register,
    RegisterRow,
)
from portfolio.initiatives.models.initiative import Initiative, Programme, Tag
from portfolio.initiatives.models.lifecycle import Lifecycle, Stage
from portfolio.initiatives.models.linking import LinkDecision, LinkProposal, LinkSearch
from portfolio.initiatives.models.request import Request
from portfolio.initiatives.models.standing import RiskStanding
from portfolio.initiatives.models.views import SavedView

__all__ = [
    "Closure",
    "Dependency",
    "ExternalId",
    "FunctionSlot",
    "ImportRow",
    "ImportRun",
    "Initiative",
    "InitiativeDate",
    "Lifecycle",
    "Link",
    "LinkDecision",
    "LinkProposal",
    "LinkSearch",
    "Milestone",
    "Programme",
    "Register",
    "RegisterRow",
    "Request",
    "RiskStanding",
    "SavedView",
    "Stage",
    "StageEntry",
    "Tag",
]
