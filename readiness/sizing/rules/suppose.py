"""What somebody supposes on the sizing page, as the address carries it: one text per value, over what the profile says.

4        known to be 4; a share also as 95%
2..8     known to lie between 2 and 8; 2-8 and 2 to 8 say the same
2..4..8  the same, most likely 4
?        not known: what is plausible stands for it
-        not applicable
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, sqrt

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.sizing.choices import Unread
from readiness.workloads.choices import Knowledge
from readiness.workloads.rules.demand import Value
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.values import Answered, Fault, faults

MAX_TEXT = 60
UNKNOWN, NOT_APPLICABLE, BETWEEN = "?", "-", ".."
SHARE = "share"
_RANGE = re.compile(r"\s+to\s+|\u2013|(?<=[0-9%])\s*-\s*(?=[0-9.])")  # as people type one; never the minus of 1e-6
_GAPS = str.maketrans("", "", " \u00a0\u202f\u2009")


@dataclass(frozen=True, slots=True)
class Answer:
    """A supposed value in the shape that profiles check."""

    knowledge: Knowledge
    value: float | None = None
    low: float | None = None
    high: float | None = None
    owner: object | None = None
    due: None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """`values` stand over the profile's; `texts` are what was typed for them; `wrong` holds what could not be taken."""

    values: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[Unread | Fault]] = field(default_factory=dict)

    def over(self, stored: Mapping[str, Value]) -> dict[str, Value]:
        """The profile as if they were true."""
        return {**stored, **self.values}


def supposed(task: Task, workload_class: WorkloadClass, given: Mapping[str, str], stored: Mapping[str, Value]) -> Supposed:
    """Read the values of `given` that such a workload has; what the profile says anyway is no supposition."""
    found = Supposed()
    answers: dict[str, Answered] = {}
    for one in asked(task, workload_class):
        text = given.get(one.name, "").strip()
        if not text or text == shown(stored.get(one.name), one.unit):
            continue
        found.texts[one.name] = text[:MAX_TEXT]
        read = read_text(text, share=one.unit == SHARE)
        if isinstance(read, Answer):
            answers[one.name] = read
        else:
            found.wrong[one.name] = [read]
    found.wrong.update({name: list(wrong) for name, wrong in faults(task, workload_class, answers).items()})
    for name, answer in answers.items():
        if name not in found.wrong:
            found.values[name] = Value(answer.knowledge, answer.value, answer.low, answer.high)
    return found


def shown(value: Value | None, unit: str = "") -> str:
    """The text that stands in the field of a known value; "" for what nobody knows, so that its field is empty."""
    if value is None or value.knowledge == Knowledge.UNKNOWN:
        return ""
    if value.knowledge == Knowledge.NOT_APPLICABLE:
        return NOT_APPLICABLE
    assert value.value is not None
    if value.low is None or value.high is None:
        return _brief(value.value, unit)
    return BETWEEN.join(_brief(one, unit) for one in (value.low, value.value, value.high))


def _brief(value: float, unit: str) -> str:
    """What stands in the field, short enough to be read; as long as it stands there, the profile's own digits count."""
    return number(value if value == int(value) else float(f"{value:.{6 if unit == SHARE else 4}g}"), unit)


def number(value: float, unit: str = "") -> str:
    """The shortest text that reads back as the same number to twelve digits; a share in per cent."""
    if unit == SHARE:
        return f"{value * 100:.12g}%"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.12g}"


def read_text(text: str, *, share: bool) -> Answer | Unread:
    """What the text says; a share may be in per cent."""
    if text == UNKNOWN:
        return Answer(Knowledge.UNKNOWN)
    if text == NOT_APPLICABLE:
        return Answer(Knowledge.NOT_APPLICABLE)
    if len(text) > MAX_TEXT:
        return Unread.NOT_A_NUMBER
    parts = [_number(part, share=share) for part in _RANGE.sub(BETWEEN, text).split(BETWEEN)]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts) or len(parts) > 3:
        return Unread.NOT_A_NUMBER
    if not all(isfinite(one) for one in numbers):
        return Unread.NOT_FINITE
    if len(numbers) == 1:
        return Answer(Knowledge.KNOWN, numbers[0])
    low, likely, high = (numbers[0], middle(*numbers), numbers[1]) if len(numbers) == 2 else numbers
    return Answer(Knowledge.KNOWN, likely, low, high)


def middle(low: float, high: float) -> float:
    """The likely value of a range of which only the ends are known: the geometric mean, as these quantities scale."""
    return sqrt(low * high) if low > 0 and high > 0 else (low + high) / 2


def _number(text: str, *, share: bool) -> float | None:
    """Digits with a point, perhaps an exponent; nothing else that Python would take for a number.

    A share above 1 can only be meant in per cent.
    """
    plain = text.translate(_GAPS)
    percent = share and plain.endswith("%")
    plain = plain[:-1] if percent else plain
    if not plain or plain.strip("0123456789.eE+-"):
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return float(f"{value / 100:.15g}") if percent or (share and 1 < value <= 100) else value
