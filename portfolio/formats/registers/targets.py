"""What a mapping may fill: the fields of an initiative that a register can state, their kinds and their choices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    LIST = "list"
    CHOICE = "choice"
    YES_NO = "yes_no"
    MONEY = "money"
    INTEGER = "integer"
    UNIT_PATH = "unit_path"


@dataclass(frozen=True, slots=True)
class Target:
    """`kinds[0]` is the usual kind. `choices` empty: any word (stages belong to the lifecycle)."""

    name: str
    kinds: tuple[Kind, ...]
    choices: tuple[str, ...] = ()


ANSWER_CHOICES = ("yes", "no", "partly", "other", "unknown", "not_applicable")
ANSWERS = (
    "infra_provisioned",
    "compute_request",
    "dev_tools_wait",
    "timely_resources",
    "existing_reuse",
    "ato",
    "documentation",
    "data_catalogue",
    "custom_code",
    "personal_data",
    "commercial_product",
)
VENUES = ("public_cloud", "on_premises", "colocation", "hybrid", "edge", "unknown")
CLOSURE_KINDS = (
    "stopped_by_decision",
    "drifted",
    "abandoned_unknown",
    "retired",
    "merged",
    "replaced",
    "out_of_scope",
    "reorganised",
)

_TEXT = (Kind.TEXT, Kind.LONG_TEXT)
_LONG = (Kind.LONG_TEXT, Kind.TEXT)
_CHOICE = (Kind.CHOICE,)
_DATE = (Kind.DATE,)
_LIST = (Kind.LIST,)
_ANSWER = (Kind.YES_NO, Kind.CHOICE, Kind.TEXT, Kind.LONG_TEXT)

_ALL = (
    Target("external_id", _TEXT),
    Target("external_ids", _LIST),
    Target("name", _TEXT),
    Target("unit", (Kind.UNIT_PATH,)),
    Target("unit_code", _TEXT),
    Target("purpose", _LONG),
    Target("outputs", _LONG),
    Target("topic", _TEXT),
    Target("approach", _TEXT),
    Target("stage", _CHOICE),
    Target("status", _CHOICE, ("active", "on_hold", "closed", "unknown")),
    Target("closure_kind", _CHOICE, (*CLOSURE_KINDS, "unknown")),
    Target("impact_level", (Kind.CHOICE, Kind.TEXT)),
    Target("initiated_on", _DATE),
    Target("development_began_on", _DATE),
    Target("implemented_on", _DATE),
    Target("retired_on", _DATE),
    Target("target_production_on", _DATE),
    Target("developed_by", _CHOICE, ("in_house", "contract", "both", "unknown")),
    Target("contract_numbers", _LIST),
    Target("owner_name", _TEXT),
    Target("owner_email", _TEXT),
    Target("sponsor_name", _TEXT),
    Target("programme", _TEXT),
    Target("expected_value", (Kind.MONEY,)),
    Target("expected_value_currency", _TEXT),
    Target("venue_storage", _CHOICE, VENUES),
    Target("venue_training", _CHOICE, VENUES),
    Target("venue_inference", _CHOICE, VENUES),
    Target("containerised", (Kind.YES_NO, Kind.CHOICE), ("yes", "no", "unknown")),
    Target("orchestrator", _TEXT),
    Target("procurement_route", _CHOICE, ("in_plan", "separate", "unknown")),
    Target("tags", _LIST),
    Target("links", _LIST),
    Target("source_code_url", _TEXT),
    Target("status_note", _LONG),
    Target("system_name", _TEXT),
    *(Target(f"answers.{key}", _ANSWER, ANSWER_CHOICES) for key in ANSWERS),
)
TARGETS: dict[str, Target] = {target.name: target for target in _ALL}
