"""The committed number of statements of each list, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.activity.models import Comment, Notice
from portfolio.initiatives.models import Initiative, Milestone
from portfolio.kit.acting import acting
from tests.people import Organisation
from tests.portfolio.activity.conftest import Register
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGES = {
    "audit": "/audit/",
    "audit of a unit, filtered": "/audit/?unit={unit}&q=name&who=a&since=2020-01-01",
    "history": "/activity/history/{initiative}/",
    "comments": "/activity/comments/initiative/{initiative}/",
    "notices": "/activity/notices/",
    "API audit": "/api/v1/audit/?page_size=1000",
    "API comments": "/api/v1/comments/?initiative={initiative}&page_size=1000",
}


def fill(organisation: Organisation, made: Initiative, rows: int) -> None:
    ada, stores = organisation.people["Ada"], organisation.units["Stores"]
    with acting(organisation.actor("Ada")):
        Initiative.objects.bulk_create(
            Initiative(name=f"name {n}", unit=stores, lifecycle=made.lifecycle, owner=ada, stage=made.stage) for n in range(rows)
        )
        Milestone.objects.bulk_create(Milestone(initiative=made, name=f"name {n}") for n in range(rows))
        comments = Comment.objects.bulk_create(
            Comment(
                object_type="initiatives_initiative",
                object_id=made.pk,
                initiative_id=made.pk,
                unit=stores,
                author=ada,
                text=f"name {n}",
            )
            for n in range(rows)
        )
        for comment in comments[:50]:
            comment.mentions.add(ada)
    Notice.objects.bulk_create(Notice(user=ada, kind="mention", text="x", url="/", key=f"{n}") for n in range(rows))


@pytest.mark.parametrize("rows", sizes(__name__))
def test_lists_take_the_same_number_of_statements_however_long(
    organisation: Organisation, register: Register, signed_in: Callable[[str], Client], rows: int
) -> None:
    made = register("Shelf camera")
    fill(organisation, made, rows)
    client = signed_in("Ada")
    counted = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as statements:
            answer = client.get(address.format(initiative=made.pk, unit=organisation.units["Retail"].pk))
        assert answer.status_code == 200
        counted[name] = len(statements)
    assert counted == COUNTS
