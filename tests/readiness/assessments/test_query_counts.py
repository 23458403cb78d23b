"""The committed number of SQL statements of each page and API list, the same at 10, 50 and 1,000 assessed initiatives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from readiness.assessments.models import Assessment
from readiness.assessments.queries.unknowns.rows import unknowns_of
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, text_of
from tests.readiness.assessments.asking import HX, LOAD, typed
from tests.readiness.assessments.many import assessed
from tests.readiness.assessments.test_unknowns import TODAY
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
pytestmark = pytest.mark.django_db


def pages(first: Assessment) -> dict[str, str]:
    base = f"/initiatives/{first.initiative_id}/assessment/"
    keys = list(Assessment.objects.order_by("id").values_list("initiative__key", flat=True)[:2])
    return {
        "assessment": base,
        "start": f"{base}start/",
        "close": f"{base}1/close/",
        "components": f"{base}components/",
        "compare": f"/assessments/compare/?key={keys[0]}&key={keys[1]}",
        "banks": "/assessments/banks/",
        "bank": f"/assessments/banks/{first.bank_id}/",
        "unknowns": "/unknowns/",
        "unknowns of one kind": "/unknowns/?kind=answer&sort=-value",
        "unknown rows": "/unknowns/rows/",
        "unknown rows of a question": f"/unknowns/rows/?kind=answer&key={LOAD}",
        "mine": "/unknowns/rows/?owner=me",
        "export csv": "/unknowns/export/csv/?kind=answer",
        "export json": "/unknowns/export/json/?kind=value",
    }


def apis(first: Assessment) -> dict[str, str]:
    initiative = f"/api/v1/initiatives/{first.initiative_id}"
    return {
        "api assessments": f"{initiative}/assessments/",
        "api assessment": f"{initiative}/assessments/1/",
        "api components": f"{initiative}/components/",
        "api banks": "/api/v1/question-banks/",
        "api unknowns": "/api/v1/unknowns/",
        "api unknown rows": "/api/v1/unknowns/rows/",
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(
    organisation: Organisation, signed_in: SignIn, api: Callable[..., Client], rows: int
) -> None:
    first = assessed(organisation, rows)[0]
    found = {}
    for client, addresses in ((signed_in("Paula"), pages(first)), (api(Scope.ASSESSMENTS_READ), apis(first))):
        for name, path in addresses.items():
            with CaptureQueriesContext(connection) as queries:
                text_of(client.get(path))
            found[name] = len(queries)
    answer, client = f"/initiatives/{first.initiative_id}/assessment/1/answers/{LOAD}/", signed_in("Paula")
    with CaptureQueriesContext(connection) as queries:
        saved = client.post(answer, typed(LOAD, "no", version=1), headers=HX)
    assert saved.status_code == 200
    found["answer"] = len(queries)
    iris = organisation.people["Iris"]
    with CaptureQueriesContext(connection) as queries:
        assert unknowns_of(organisation.actor("Iris"), iris, TODAY)
    found["unknowns_of"] = len(queries)
    assert found == COUNTS
