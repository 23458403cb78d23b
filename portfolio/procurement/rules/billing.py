"""Conditions of rules for bills: data that people write, checked and put in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Operator(StrEnum):
    """Texts are compared without case. `tag`: the item has the tag, with this value if one is given."""

    IS = "is"
    STARTS = "starts"
    CONTAINS = "contains"
    IN = "in"
    TAG = "tag"


OPERATOR_LABELS = {
    Operator.IS: "is",
    Operator.STARTS: "starts with",
    Operator.CONTAINS: "contains",
    Operator.IN: "is one of",
    Operator.TAG: "has the tag",
}
TAGS = "tags"
# fields of an item that a condition may look at, and what they are called
FIELD_LABELS = {
    "provider": "provider",
    "publisher": "publisher",
    "invoice_issuer": "invoice issuer",
    "billing_account_id": "billing account",
    "billing_account_name": "name of the billing account",
    "sub_account_id": "sub-account",
    "sub_account_name": "name of the sub-account",
    "service_name": "service",
    "service_category": "service category",
    "service_subcategory": "service subcategory",
    "charge_category": "charge category",
    "charge_description": "charge description",
    "sku_id": "SKU",
    "sku_meter": "meter",
    "region_id": "region",
    "resource_id": "resource",
    "resource_name": "name of the resource",
    "resource_type": "type of the resource",
    "commitment_id": "commitment",
    TAGS: "tag",
}
THINGS = ("vendor", "capability", "to_unit", "initiative", "purchase")
MOST_CONDITIONS, MOST_VALUES, LONGEST = 10, 200, 500


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` has one text, for IN several; for TAG none or one. `tag` is set for TAG alone."""

    field: str
    operator: Operator
    values: tuple[str, ...]
    tag: str = ""

    def as_data(self) -> dict[str, Any]:
        value: Any = list(self.values) if self.operator is Operator.IN else self.values[0] if self.values else ""
        data: dict[str, Any] = {"field": self.field, "operator": str(self.operator), "value": value}
        return data | {"tag": self.tag} if self.operator is Operator.TAG else data


class BadCondition(ValueError):
    """What is wrong with one condition; `number` counts from 1."""

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(f"Condition {number}: {what}")


def conditions(data: object) -> tuple[Condition, ...]:
    """Of [{field, operator, value, tag}]. Raises BadCondition."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes) or not data:
        raise BadCondition(1, "a rule needs at least one condition")
    if len(data) > MOST_CONDITIONS:
        raise BadCondition(MOST_CONDITIONS + 1, f"a rule has at most {MOST_CONDITIONS} conditions")
    return tuple(_condition(number, one) for number, one in enumerate(data, 1))


def _condition(number: int, data: object) -> Condition:
    if not isinstance(data, Mapping) or set(data) - {"field", "operator", "value", "tag"}:
        raise BadCondition(number, "it has field, operator, value and, for a tag, tag")
    try:
        operator = Operator(str(data.get("operator", "")))
    except ValueError as error:
        raise BadCondition(number, f"the operator is one of {', '.join(Operator)}") from error
    field = TAGS if operator is Operator.TAG else str(data.get("field", ""))
    if field not in FIELD_LABELS or (field == TAGS) != (operator is Operator.TAG):
        raise BadCondition(number, f"the field is one of {', '.join(name for name in FIELD_LABELS if name != TAGS)}")
    tag = str(data.get("tag") or "").strip()
    if (operator is Operator.TAG) != bool(tag):
        raise BadCondition(number, "a tag needs its name" if operator is Operator.TAG else "only the operator tag has a tag")
    return Condition(field, operator, _values(number, operator, data.get("value", "")), tag[:LONGEST])


def _values(number: int, operator: Operator, value: object) -> tuple[str, ...]:
    many = value if isinstance(value, list | tuple) else [value]
    texts = tuple(dict.fromkeys(text for one in many if (text := str(one).strip() if one is not None else "")))
    if not texts and operator is not Operator.TAG:
        raise BadCondition(number, "say what to compare with")
    if len(texts) > (MOST_VALUES if operator is Operator.IN else 1):
        raise BadCondition(number, f"at most {MOST_VALUES} values, and several only for {Operator.IN}")
    if any(len(text) > LONGEST for text in texts):
        raise BadCondition(number, f"a text has at most {LONGEST} characters")
    return texts


def in_words(data: object) -> str:
    """The conditions of a rule as a sentence's part: `service is "Amazon Bedrock" and has the tag "team" = "ml"`."""
    return " and ".join(_in_words(one) for one in conditions(data))


def _in_words(one: Condition) -> str:
    quoted = ", ".join(f'"{value}"' for value in one.values)
    if one.operator is Operator.TAG:
        return f'{OPERATOR_LABELS[one.operator]} "{one.tag}"' + (f" = {quoted}" if quoted else "")
    return f"{FIELD_LABELS[one.field]} {OPERATOR_LABELS[one.operator]} {quoted}"
