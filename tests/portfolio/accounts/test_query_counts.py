"""The committed number of statements of each list, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import ApiToken, BusinessUnit, RoleAssignment, User
from portfolio.kit import clock
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGES = {
    "people": "/account/people/",
    "people searched": "/account/people/?q=person",
    "person": "/account/people/{ada}/",
    "tokens": "/account/tokens/",
    "tokens of everybody": "/account/tokens/?whose=all",
    "units": "/account/units/",
    "queue": "/account/queue/",
    "API units": "/api/v1/units/",
}


def fill(organisation: Organisation, rows: int) -> None:
    group, ada = organisation.units["Group"], organisation.people["Ada"]
    units = [
        BusinessUnit(pk=10_000 + n, name=f"Unit {n}", parent=group, path=f"{group.path}{10_000 + n}/", depth=1)
        for n in range(rows)
    ]
    BusinessUnit.objects.bulk_create(units)
    people = User.objects.bulk_create([User(email=f"p{n}@example.org", name=f"Person {n}", password="!") for n in range(rows)])
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=person, role=Role.VIEWER, unit=unit) for person, unit in zip(people, units, strict=True)
    )
    RoleAssignment.objects.bulk_create(RoleAssignment(user=ada, role=Role.FINANCE, unit=unit) for unit in units)
    year = clock.now() + timedelta(days=365)
    ApiToken.objects.bulk_create(
        ApiToken(digest=f"{n:0128x}", token_key=f"pil_{n}", user=ada, name=f"t{n}", unit=units[n], expiry=year)
        for n in range(rows)
    )
    Job.objects.bulk_create(Job(handler="outbox.housekeeping", dead_at=year) for _ in range(rows))


@pytest.mark.parametrize("rows", sizes(__name__))
def test_lists_take_the_same_number_of_statements_however_long(
    organisation: Organisation, signed_in: Callable[[str], Client], rows: int
) -> None:
    fill(organisation, rows)
    client = signed_in("Ada")
    counted = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert client.get(address.format(ada=organisation.people["Ada"].pk)).status_code == 200
        counted[name] = len(statements)
    assert counted == COUNTS
