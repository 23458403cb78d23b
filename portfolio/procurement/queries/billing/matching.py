"""Conditions of rules (rules.billing) as what the database filters items by."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.models import F, Q, Value

from portfolio.procurement.rules.billing import Condition, Operator, conditions

_LOOKUPS = {Operator.IS: "iexact", Operator.STARTS: "istartswith", Operator.CONTAINS: "icontains"}


class HasTag(models.Func):
    """Whether a JSON object has a name, with a text if one is given; both without regard to case."""

    output_field = models.BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (tags, named), (name, names) = (compiler.compile(one) for one in self.get_source_expressions()[:2])
        value, values = compiler.compile(self.get_source_expressions()[2])
        sql = (
            f"EXISTS (SELECT FROM jsonb_each_text({tags}) AS tag(name, value)"
            f" WHERE lower(tag.name) = lower({name}) AND ({value} = '' OR lower(tag.value) = lower({value})))"
        )
        return sql, [*named, *names, *values, *values]


def matching(data: object, *, prefix: str = "") -> Q:
    """Items that meet all conditions. `prefix` leads to the item (`item__`). Raises BadCondition."""
    return reduce(and_, (_one(condition, prefix) for condition in conditions(data)))


def _one(condition: Condition, prefix: str) -> Q:
    if condition.operator is Operator.TAG:
        value = condition.values[0] if condition.values else ""
        return Q(HasTag(F(f"{prefix}tags"), Value(condition.tag), Value(value)))
    lookup = _LOOKUPS.get(condition.operator, "iexact")
    return reduce(or_, (Q(**{f"{prefix}{condition.field}__{lookup}": value}) for value in condition.values))
