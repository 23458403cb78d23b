"""What the tests of the register's pages share: a small portfolio, many rows at once, and answers without request ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from portfolio.initiatives.models import (
    Dependency,
    ExternalId,
    Initiative,
    Lifecycle,
    Link,
    Milestone,
    Request,
    StageEntry,
    Tag,
)
from portfolio.initiatives.services.initiatives import create_initiative
from tests.people import SYSTEM, Organisation

SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}
_TOKEN = re.compile(r"[A-Za-z0-9]{64}")


def make(organisation: Organisation, name: str = "Claims triage", unit: str = "Retail", **values: Any) -> Initiative:
    """An initiative of a unit, made as the product itself; `owner` and `sponsor` may be first names."""
    for role in ("owner", "sponsor"):
        if isinstance(values.get(role), str):
            values[role] = organisation.people[values[role]]
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, **values)


def make_many(organisation: Organisation, count: int, unit: str = "Retail") -> list[Initiative]:
    """`count` initiatives with children, spread over the stages, in a few statements."""
    lifecycle = Lifecycle.objects.get(is_default=True)
    stages = [*lifecycle.stages.order_by("position"), None]
    owner = organisation.people["Otto"]
    tag, _made = Tag.objects.get_or_create(name="vision")
    rows = Initiative.objects.bulk_create(
        Initiative(
            name=f"Vision check {index}", unit=organisation.units[unit], lifecycle=lifecycle, stage=stages[index % len(stages)],
            stage_since=date(2025, 1 + index % 12, 1), owner=owner if index % 2 else None, expected_value=Decimal(1000 + index),
            expected_value_currency="EUR", purpose="Find scratches on painted panels",
        )
        for index in range(count)
    )  # fmt: skip
    StageEntry.objects.bulk_create(StageEntry(initiative=row, stage=row.stage, entered_on=row.stage_since) for row in rows)
    Milestone.objects.bulk_create(Milestone(initiative=row, name="Pilot review", due=date(2026, 5, 1)) for row in rows)
    ExternalId.objects.bulk_create(ExternalId(initiative=row, system="jira", value=f"X-{row.pk}") for row in rows)
    Link.objects.bulk_create(Link(initiative=row, url="https://example.org/") for row in rows)
    Dependency.objects.bulk_create(Dependency(initiative=row, on=rows[0]) for row in rows[1:])
    Initiative.tags.through.objects.bulk_create(Initiative.tags.through(initiative=row, tag=tag) for row in rows)
    return rows


def make_requests(organisation: Organisation, count: int, unit: str = "Retail") -> list[Request]:
    """`count` open requests of Paula's."""
    return Request.objects.bulk_create(
        Request(
            title=f"Vision request {n}", unit=organisation.units[unit], purpose="Look", requester=organisation.people["Paula"]
        )
        for n in range(count)
    )


def text_of(response: HttpResponseBase) -> str:
    """The body of an answer, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode(errors="replace")  # type: ignore[attr-defined]
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def same_text(response: HttpResponseBase) -> str:
    """The body without request id and form token, to compare two refusals."""
    return _TOKEN.sub("", text_of(response)).replace(response.headers["X-Request-ID"], "")


def stage_of(row: Initiative) -> str:
    """The key of its stage as it is in the database now."""
    stage = Initiative.objects.select_related("stage").get(pk=row.pk).stage
    return stage.key if stage else "unknown"
