"""Where a file lies in a submission, and whether what lies there is a result."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RESULT = re.compile(
    r"(?:^|/)(?P<division>closed|open|network)/(?P<submitter>[^/]+)/(?:results|compliance)/(?P<system>[^/]+)/(?P<benchmark>[^/]+)/"
    r"(?P<scenario>[^/]+)/(?P<rest>.+)$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"(?:^|/)(?P<division>closed|open|network)/(?P<submitter>[^/]+)/systems/(?P<system>[^/]+)\.json$", re.IGNORECASE
)
_MEASURED = re.compile(
    r"(?:^|/)(?P<division>closed|open|network)/(?P<submitter>[^/]+)/(?:measurements|results)/(?P<system>[^/]+)/(?P<benchmark>[^/]+)/"
    r"(?P<scenario>[^/]+)/[^/]+\.json$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?:^|[/_\-])v?(\d\.\d)(?:[/_\-.]|$)")
_SUBMISSION = re.compile(
    r"mlperf_log_(detail|summary)|(^|/)(closed|open|network)/[^/]+/(results|systems|measurements|compliance)/"
)
_SCENARIOS = {one.lower(): one for one in ("Offline", "Server", "SingleStream", "MultiStream", "Interactive")}
_RUN = re.compile(r"(?:^|/)performance/run_\d+/")


@dataclass(frozen=True, slots=True)
class Place:
    """Every part "" where the path does not say it. `rest` is the path below the scenario."""

    division: str = ""
    submitter: str = ""
    system: str = ""
    benchmark: str = ""
    scenario: str = ""
    rest: str = ""
    version: str = ""

    @property
    def owner(self) -> tuple[str, str, str]:
        return self.division, self.submitter, self.system


def place(path: str) -> Place:
    """Of a log, from its path; scenario folders are sometimes written in lower case."""
    path = path.replace("\\", "/")
    found = _RESULT.search(path)
    if found is None:
        return Place(rest=path, version=_version(path))
    scenario = _SCENARIOS.get(found["scenario"].lower(), found["scenario"])
    whose = (found["division"].lower(), found["submitter"], found["system"], found["benchmark"])
    return Place(*whose, scenario, found["rest"], _version(path[: found.start("division")]))


def system_of(path: str) -> tuple[str, str, str] | None:
    """(division, submitter, system) of a system description."""
    found = _SYSTEM.search(path.replace("\\", "/"))
    return (found["division"].lower(), found["submitter"], found["system"]) if found else None


def measured_of(path: str) -> Place | None:
    """Where a description of weights and data types belongs."""
    found = _MEASURED.search(path.replace("\\", "/"))
    if found is None:
        return None
    scenario = _SCENARIOS.get(found["scenario"].lower(), found["scenario"])
    return Place(found["division"].lower(), found["submitter"], found["system"], found["benchmark"], scenario)


def is_submission(names: tuple[str, ...]) -> bool:
    return any(_SUBMISSION.search(name) for name in names)


def why_no_result(path: str) -> str:
    """A reason, or "" for the performance run of a result and for a log whose path says nothing."""
    path = path.replace("\\", "/")
    if re.search(r"(^|/)compliance/|(^|/)TEST\d\d(/|$)", path):
        return "a compliance test, not a result"
    if re.search(r"(^|/)performance/ranging/", path):
        return "a ranging run calibrates the power meter"
    if re.search(r"(^|/)accuracy/", path) and not _RUN.search(path):
        return "an accuracy run: its speed is no result"
    return ""


def _version(path: str) -> str:
    found = _VERSION.findall(path)
    return f"v{found[-1]}" if found else ""
