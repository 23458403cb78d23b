"""What an import will make where it is not there yet: register, top unit, lifecycle template. Made when publishing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.mapping_data import mapping_from_data, plain_data
from portfolio.formats.registers.mapping_export import mapping_to_data
from portfolio.formats.registers.profiles import Lifecycle, LifecycleStage, load_profile
from portfolio.formats.registers.tables import ReadOptions
from portfolio.initiatives.services.lifecycles import StageSpec

FEDERAL_UNIT = "US federal government"
MAX_REGISTER_NAME = 60  # the register's name is the system of its external ids


@dataclass(frozen=True)
class LifecyclePlan:
    """The template a register brings along."""

    key: str
    name: str
    stages: tuple[StageSpec, ...]


@dataclass(frozen=True)
class ReadPlan:
    """What a person said about the file; empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    header_line: int | None = None
    sheet: str = ""
    json_list: str = ""
    lenient_quotes: bool = False

    def options(self) -> ReadOptions:
        quotes: Literal["strict", "lenient"] = "lenient" if self.lenient_quotes else "strict"
        return ReadOptions(
            encoding=self.encoding or None,
            delimiter=self.delimiter or None,
            header_line=self.header_line,
            sheet=self.sheet or None,
            json_list=self.json_list or None,
            quotes=quotes,
        )


@dataclass(frozen=True)
class Plan:
    """`unit_name` is made under the run's unit (on top if it has none); `lifecycle` empty: the register's or the default."""

    register: str
    unit_name: str = ""
    profile: str = ""
    lifecycle: LifecyclePlan | None = None
    read: ReadPlan = field(default_factory=ReadPlan)

    def to_data(self) -> dict[str, Any]:
        """JSON-able; `plan_from_data` makes the same plan of it."""
        return asdict(self)


def plan_from_data(data: dict[str, Any]) -> Plan:
    """The plan that an import run carries."""
    lifecycle = data.get("lifecycle")
    return Plan(
        register=data.get("register", ""),
        unit_name=data.get("unit_name", ""),
        profile=data.get("profile", ""),
        lifecycle=_lifecycle(lifecycle) if lifecycle else None,
        read=ReadPlan(**data.get("read", {})),
    )


def profile_plan(name: str) -> tuple[Plan, Mapping]:
    """Plan and mapping of a built-in profile. Raises BadMapping for a name that is none."""
    profile = load_profile(name)
    return Plan(profile.mapping.register, FEDERAL_UNIT, name, _brought(profile.lifecycle)), profile.mapping


def file_plan(text: str) -> tuple[Plan, Mapping]:
    """Plan and mapping of a mapping file (YAML or JSON): a bare mapping, or a block of `mapping`, `unit`, `lifecycle`.

    Raises BadMapping that names the place.
    """
    data = plain_data(text)
    if not isinstance(data, dict) or "mapping" not in data:
        mapping = mapping_from_data(data)
        return Plan(mapping.register), mapping
    unknown = set(data) - {"title", "unit", "lifecycle", "mapping"}
    if unknown:
        raise BadMapping(min(unknown), "unknown name; a file has title, unit, lifecycle and mapping")
    mapping = mapping_from_data(data["mapping"])
    lifecycle = data.get("lifecycle")
    return Plan(mapping.register, str(data.get("unit") or ""), "", _lifecycle(lifecycle) if lifecycle else None), mapping


def mapping_data(mapping: Mapping) -> dict[str, Any]:
    """The mapping as an import run keeps it."""
    return cast("dict[str, Any]", mapping_to_data(mapping))


def _brought(lifecycle: Lifecycle) -> LifecyclePlan:
    return LifecyclePlan(lifecycle.key, lifecycle.name, tuple(_spec(stage) for stage in lifecycle.stages))


def _spec(stage: LifecycleStage) -> StageSpec:
    return StageSpec(stage.key, stage.name, stage.kind)


def _lifecycle(data: object) -> LifecyclePlan:
    """From JSON (stages as lists) or a mapping file (stages as blocks)."""
    if not isinstance(data, dict) or not isinstance(data.get("stages"), list | tuple) or not data["stages"]:
        raise BadMapping("lifecycle", "is a block of key, name and stages")
    try:
        stages = tuple(StageSpec(**each) if isinstance(each, dict) else StageSpec(*each) for each in data["stages"])
        return LifecyclePlan(str(data["key"]), str(data["name"]), stages)
    except (KeyError, TypeError) as error:
        raise BadMapping("lifecycle", f"needs key and name, and each stage key, name and kind ({error})") from error
