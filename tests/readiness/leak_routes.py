"""Every address of the judging slices, pages and API, read from the URLconf so that a new one is walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.readiness.leak_world import MISSING, Planted

# Finance, procurement, silos and meetings are walked by test_money.py, which plants their rows.
ROOMS = (
    "readiness.workloads.", "readiness.assessments.", "readiness.sizing.", "readiness.evidence.", "readiness.gates.",
    "readiness.risk.", "readiness.outlets.", "readiness.dashboards.", "portfolio.initiatives.views.import_links",
    "portfolio.initiatives.api.links",
)  # fmt: skip
ALL_METHODS = ("get", "post", "put", "patch", "delete")
_REGEX_PARAMETER = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

# What stands for a parameter, by the segment before it: the same name means the same thing there.
GLOBAL: Mapping[str, str] = {
    "export/fmt": "csv", "values/name": "arrival_per_s", "comparisons/function": "inference", "catalogue/name": "accelerators",
    "venue-comparisons/function": "inference", "{name}/key": "h100-sxm", "components/component": "accelerators",
    "accelerators/key": "h100-sxm", "models/key": "llama-3-1-8b", "metrics/pk": "ttft",
    "shipped/key": "vllm", "model/name": "learn", "jobs/name": "learn", "reference-statistics/key": "separate-purchasing",
    "compute/job": "1", "letter/mark": "x" * 40, "embed/secret": "x" * 40,
    "gates/gate": "poc", "judge/key": "purpose-and-value", "waive/key": "purpose-and-value",
}  # fmt: skip
# Whose rows everybody sees: question banks are the organisation's, not a unit's.
SHARED = {"gates/templates/pk": "gates.template", "banks/pk": "bank", "question-banks/pk": "bank", "questions/key": "question"}
OWN: Mapping[str, str] = {
    "initiatives/pk": "initiative", "initiatives/initiative": "initiative", "workloads/pk": "workload",
    "workloads/workload": "workload", "requirements/child": "requirement", "requirements/pk": "requirement",
    "trace/child": "trace", "traces/pk": "trace", "versions/number": "version", "capacity/pk": "pool",
    "capacity-pools/pk": "pool", "capacity-pools/pool": "pool", "allocations/child": "asked", "allocations/pk": "asked",
    "venues/child": "venue", "venue-options/pk": "venue", "options/pk": "option", "sizing-options/pk": "option",
    "measurements/pk": "measurement", "assessment/number": "number", "assessments/number": "number",
    "assessments/pk": "assessment", "answers/key": "question", "sources/pk": "source", "sources/source": "source",
    "feeds/pk": "feed", "query-templates/pk": "query_template", "templates/pk": "query_template",
    "deliveries/pk": "delivery", "runs/pk": "run",
    "reviews/pk": "gates.planned", "runs/run": "gates.run", "decisions/pk": "gates.decision", "conditions/pk": "gates.condition",
    "waivers/pk": "gates.waiver", "gatekeepers/pk": "gates.gatekeeper", "delegations/pk": "gates.delegation",
    "seats/person": "gates.seated", "initiatives/key": "initiative",
    "scenarios/pk": "outlook.scenario", "one-page/pk": "outlook.sheet", "panels/pk": "outlook.panel",
    "exports/pk": "outlook.export", "files/file": "outlook.file", "imports/pk": "outlook.run", "links/child": "outlook.link",
    "series/pk": "series", "verdicts/pk": "requirement", "payloads/pk": "payload", "trials/pk": "trial",
}  # fmt: skip
OF_EVERY_PARENT = ("number", "version", "question", "gates.seated")


@dataclass(frozen=True)
class Route:
    """`path` has its parameters as `{name}`, `meanings` says what each stands for (`segment/name`); `methods` are answered."""

    path: str
    name: str
    meanings: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def nested(self) -> bool:
        """Whether the last parameter names a row of its own below another's, not a number that every parent has."""
        last = OWN.get(self.meanings[-1], "") if self.meanings else ""
        return len([one for one in self.meanings if one in OWN]) > 1 and last not in OF_EVERY_PARENT

    @property
    def of_rows(self) -> bool:
        """Whether a parameter names a row of some unit."""
        return any(one in OWN for one in self.meanings)

    def at(self, planted: Planted, child: Planted | None = None, *, missing: bool = False) -> str:
        """The address of the planted rows; the last row from `child`, or rows that there are not."""
        own = [one for one in self.meanings if one in OWN]
        values = {}
        for meaning in self.meanings:
            whose = child if child is not None and own and meaning == own[-1] else planted
            values[meaning.rpartition("/")[2]] = _value(meaning, whose, missing=missing and (child is None or whose is child))
        return self.path.format(**values)


def routes() -> list[Route]:
    """All of them, in the order of the URLconf."""
    found = routes_of(ROOMS)
    unknown = {one for route in found for one in route.meanings} - {*GLOBAL, *SHARED, *OWN}
    assert not unknown, f"say in leak_routes.py what these parameters stand for: {sorted(unknown)}"
    return found


def routes_of(rooms: tuple[str, ...]) -> list[Route]:
    """Those whose views lie in these packages, in the order of the URLconf."""
    walked = _walk(get_resolver(), "", "", rooms)
    found = [Route("/" + path, name, _meanings("/" + path), methods) for path, name, methods in walked]
    assert len(found) > 100, "the walk lost the URLconf"
    return found


def _walk(resolver: URLResolver, prefix: str, space: str, rooms: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for entry in resolver.url_patterns:
        path = prefix + _plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path, f"{entry.namespace}:" if entry.namespace else space, rooms)
        elif isinstance(entry, URLPattern) and _module(entry.callback).startswith(rooms):
            yield path, f"{space}{entry.name}", _methods(entry.callback)


def _plain(pattern: str) -> str:
    text = _REGEX_PARAMETER.sub(r"<\1>", pattern).removeprefix("^").removesuffix(r"\Z").removesuffix("$").replace("\\", "")
    return _PARAMETER.sub(r"{\1}", text)


def _module(view: Any) -> str:
    made = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    return str(made.__module__)


def _methods(view: Any) -> tuple[str, ...]:
    if hasattr(view, "actions"):
        return tuple(view.actions)
    made = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if made is not None:
        return tuple(method for method in ALL_METHODS if hasattr(made, method))
    return ("get", "post")


def _meanings(path: str) -> tuple[str, ...]:
    parts = path.strip("/").split("/")
    return tuple(_meaning(parts[:place], part[1:-1]) for place, part in enumerate(parts) if part.startswith("{"))


def _meaning(before: list[str], name: str) -> str:
    """By the segment before it; by the two before it, where one alone means several things."""
    longer = f"{'/'.join(before[-2:])}/{name}"
    return longer if longer in SHARED else f"{before[-1]}/{name}"


def _value(meaning: str, planted: Planted, *, missing: bool) -> str:
    if meaning in GLOBAL:
        return GLOBAL[meaning]
    name = SHARED.get(meaning) or OWN[meaning]
    if name == "gates.template":
        return str(planted.gates.template.pk)
    if name == "bank":
        return str(planted.assessment.bank_id)
    if name == "question":
        return planted.question
    if missing:
        return str(MISSING)
    if name in ("version", "number"):
        return "1"
    found = attrgetter(name)(planted)
    return str(getattr(found, "pk", found))
