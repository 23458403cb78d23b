"""Profiles: the mapping of a known register and the lifecycle it brings, as data files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.mapping_data import mapping_from_data, plain_data

PROFILES: tuple[str, ...] = ("us-federal-2023", "us-federal-2024")


@dataclass(frozen=True, slots=True)
class LifecycleStage:
    """`kind`: before_production or production."""

    key: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    key: str
    name: str
    stages: tuple[LifecycleStage, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """`as_of`: the day that its files tell of, where they are of one year; a proposal, a person may know better."""

    name: str
    title: str
    mapping: Mapping
    lifecycle: Lifecycle
    as_of: date | None = None


def load_profile(name: str) -> Profile:
    """The profile of that name. Raises BadMapping if there is none, or if its file is wrong."""
    if name not in PROFILES:
        raise BadMapping("profile", f'"{name}" is none of {", ".join(PROFILES)}')
    data = plain_data(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise BadMapping("profile", "is a block of title, lifecycle and mapping")
    as_of = date.fromisoformat(str(data["as_of"])) if "as_of" in data else None
    profile = Profile(name, str(data["title"]), mapping_from_data(data["mapping"]), _lifecycle(data["lifecycle"]), as_of)
    _check_stages(profile)
    return profile


def _lifecycle(data: dict[str, object]) -> Lifecycle:
    stages = data["stages"]
    if not isinstance(stages, list):
        raise BadMapping("lifecycle.stages", "is a list")
    return Lifecycle(
        str(data["key"]),
        str(data["name"]),
        tuple(LifecycleStage(each["key"], each["name"], each["kind"]) for each in stages),
    )


def _check_stages(profile: Profile) -> None:
    field = profile.mapping.field_for("stage")
    known = {stage.key for stage in profile.lifecycle.stages} | {"unknown"}
    for raw, key in field.values if field else ():
        if key not in known:
            raise BadMapping(f"fields.stage.values.{raw}", f'the lifecycle has no stage "{key}"')
