"""The committed number of statements of each page of workloads, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readiness.workloads.models import ProfileValue
from tests.people import Organisation
from tests.readiness.workloads.pages import HX, SignIn, make_chat, make_initiative, words
from tests.readiness.workloads.test_query_counts_profiles import fill
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_pages.json").read_text())
PAGES = {
    "list": "/workloads/?sort=unit",
    "tab": "/initiatives/{initiative}/workloads/",
    "templates": "/initiatives/{initiative}/workloads/new/",
    "detail": "/workloads/{workload}/",
    "value": "/workloads/{workload}/values/peak_factor/",
    "requirements": "/workloads/{workload}/requirements/",
    "versions": "/workloads/{workload}/versions/",
    "logs": "/workloads/{workload}/trace/",
}


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    initiative = make_initiative(organisation)
    workload = fill(initiative, organisation.people["Otto"].pk, rows)
    client, found = signed_in("Paula"), {}
    for name, address in PAGES.items():
        path = address.format(initiative=initiative.pk, workload=workload.pk)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, headers=HX if name == "value" else {}).status_code == 200
        found[name] = len(queries)
    assert found == COUNTS


def test_a_page_asks_the_same_for_one_owner_and_for_one_of_each_value(organisation: Organisation, signed_in: SignIn) -> None:
    client, found = signed_in("Paula"), []
    chat = make_chat(organisation)
    rows = ProfileValue.objects.filter(workload=chat)
    for names in (["users"], rows.values_list("name", flat=True)):
        rows.filter(name__in=list(names)).update(owner=organisation.people["Otto"], origin="stated")
        with CaptureQueriesContext(connection) as queries:
            assert "Otto Test finds out" in words(client.get(f"/workloads/{chat.pk}/"))
        found.append(len(queries))
    assert found[0] == found[1]
