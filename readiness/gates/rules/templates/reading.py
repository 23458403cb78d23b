"""Templates of gates as YAML: read with every fault named (line, place, what to do), written back, and their digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from portfolio.formats.errors import FormatError
from portfolio.formats.registers.mapping_data import plain_data
from readiness.gates.choices import RuleKind
from readiness.gates.rules import canonical
from readiness.gates.rules.templates.checks import check
from readiness.gates.rules.templates.kinds import BY_KIND, Rule
from readiness.gates.rules.templates.shapes import Path, Problem, Reader, written
from readiness.gates.rules.templates.template import Template

MAX_GATES, MAX_CRITERIA = 20, 100


class BadTemplate(ValueError):
    """Correct the file at every place in `problems`; nothing of it was taken."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(f"{problem}" for problem in self.problems))


def read_template(text: str) -> Template:
    """The template in a YAML (or JSON) text. Raises BadTemplate with every problem at once, except that what keys must not
    repeat is looked at only where all blocks can be read."""
    try:
        data = plain_data(text)
    except FormatError as error:
        raise BadTemplate([Problem("file", None, f"{error.what}. Correct the YAML and send it again.")]) from error
    if not isinstance(data, dict):
        what = "a template is a block with key, name, lifecycle, thresholds and gates. Start from an exported one."
        raise BadTemplate([Problem("file", None, what)])
    reader = Reader(lines_of(text), _class_of, check)
    if too_many := list(_too_many(data)):
        raise BadTemplate(too_many)
    template = reader.block(Template, data, ())
    if reader.problems or template is None:
        raise BadTemplate(reader.problems)
    return template


def write_template(template: Template) -> str:
    """YAML that `read_template` reads back as an equal template; what is as by default is left out."""
    return str(yaml.safe_dump(written(template), sort_keys=False, allow_unicode=True, width=120))


def digest_of(template: Template) -> str:
    """SHA-256 of the canonical JSON of all that the template says, defaults included: a version is what its digest says."""
    return canonical.digest(plain_of(template))


def plain_of(template: Template) -> object:
    """`written` leaves out defaults and rules know their kind as a class: here both are spelled out."""
    data = canonical.plain(template)
    assert isinstance(data, dict)
    for gate, block in zip(template.gates, data["gates"], strict=True):
        for criterion, row in zip(gate.criteria, block["criteria"], strict=True):
            row["rule"]["kind"] = criterion.rule.kind.value
    return data


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and item of a YAML text that can be read."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return dict(_lines(node, ())) if node is not None else {}


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = (*path, str(key.value))
            yield from _lines(value, at)
            yield at, key.start_mark.line + 1  # a key's own line, not that of the block below it
    elif isinstance(node, yaml.SequenceNode):
        for number, one in enumerate(node.value):
            yield from _lines(one, (*path, number))


def _class_of(cls: type, given: Mapping[str, object]) -> type | str:
    """The class of a block; for a rule it is chosen by its kind. A text is what is wrong with it."""
    if cls is not Rule:
        return cls
    kind = str(given.get("kind") or "").strip().lower().replace("-", "_")
    if kind not in list(RuleKind):
        return f'"{given.get("kind", "")}" is no kind of rule. Known are {", ".join(RuleKind)}.'
    return BY_KIND[RuleKind(kind)]


def _too_many(data: Mapping[Any, Any]) -> Iterator[Problem]:
    gates = data.get("gates")
    if not isinstance(gates, list):
        return
    if len(gates) > MAX_GATES:
        yield Problem("gates", None, f"there are {len(gates)}, at most {MAX_GATES} are taken. Split the template.")
    for number, gate in enumerate(gates, start=1):
        criteria = gate.get("criteria") if isinstance(gate, dict) else None
        if isinstance(criteria, list) and len(criteria) > MAX_CRITERIA:
            what = f"there are {len(criteria)}, at most {MAX_CRITERIA} are taken. A gate with so many asks nothing."
            yield Problem(f"gates[{number}].criteria", None, what)
