"""The committed number of SQL statements of each page, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.models import Initiative
from tests.people import Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make_many, make_requests, text_of
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MOST = {"list": 10, "list refresh": 8, "detail": 15, "history": 15, "board": 10, "requests": 10, "search": 10, "suggestions": 10}
pytestmark = pytest.mark.django_db


def pages(first: Initiative) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        "list": ("/initiatives/", {}),
        "list with every column": ("/initiatives/?columns=unit,stage,owner,sponsor,programme,tags,register,value,route", {}),
        "list refresh": ("/initiatives/?q=vision&sort=-value", HX | {"HX-Target": "results"}),
        "detail": (f"/initiatives/{first.pk}/", {}),
        "history": (f"/initiatives/{first.pk}/history/", {}),
        "edit": (f"/initiatives/{first.pk}/edit/", {}),
        "board": ("/initiatives/board/", {}),
        "export csv": ("/initiatives/export/csv/", {}),
        "export json": ("/initiatives/export/json/", {}),
        "export xlsx": ("/initiatives/export/xlsx/", {}),
        "requests": ("/requests/", {}),
        "search": ("/search/?q=vision", {}),
        "suggestions": ("/search/?q=vis", HX),
        "templates": ("/initiatives/lifecycles/", {}),
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    first = make_many(organisation, rows)[0]
    make_requests(organisation, rows)
    client = signed_in("Paula")
    found = {}
    for name, (path, headers) in pages(first).items():
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(path, headers=headers))
        found[name] = len(queries)
    assert found == COUNTS


def test_the_committed_counts_keep_the_bars() -> None:
    assert {name: COUNTS[name] for name, most in MOST.items() if COUNTS[name] > most} == {}
