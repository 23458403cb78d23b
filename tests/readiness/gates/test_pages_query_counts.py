"""The committed number of SQL statements of each page, the same at 10, 50 and 1,000 reviews."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readiness.gates.models import Condition, Decision, GateTemplate, Review, Waiver
from tests.people import Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.readiness.gates.deciding_world import a_review, all_vote, an_initiative
from tests.readiness.gates.many import many_reviews
from tests.readiness.gates.pages import HX, SignIn, with_panel
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_pages.json").read_text())
pytestmark = pytest.mark.django_db


def pages(first: Review, proposed: Review) -> dict[str, str]:
    """As Paula, and what Bea alone may open."""
    review, initiative = f"/gates/reviews/{first.pk}/", f"/initiatives/{first.initiative_id}/gates/"
    return {
        "list": "/gates/",
        "list of a group": "/gates/?group=scheduled_not_ready",
        "list of what changed": "/gates/?group=changed",
        "export csv": "/gates/export/csv/",
        "export json": "/gates/export/json/",
        "review": review,
        "schedule": f"/gates/reviews/{proposed.pk}/withdraw/",
        "seats": f"{review}seats/",
        "judge": f"{review}judge/worth-it/",
        "waive": f"{review}waive/worth-it/",
        "initiative": initiative,
        "plan": f"{initiative}plan/",
        "decisions": "/gates/decisions/",
        "decision": f"/gates/decisions/{Decision.objects.get(review=first).pk}/",
        "decisions csv": "/gates/decisions/export/csv/",
        "conditions": "/gates/conditions/",
        "prove": f"/gates/conditions/{Condition.objects.latest('id').pk}/prove/",
        "waivers": "/gates/waivers/",
        "waiver": f"/gates/waivers/{Waiver.objects.latest('id').pk}/",
        "gatekeepers": "/gates/gatekeepers/",
        "gatekeeper": "/gates/gatekeepers/new/",
        "templates": "/gates/templates/",
        "template": f"/gates/templates/{GateTemplate.objects.get(key='panel').pk}/",
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    first = many_reviews(with_panel(organisation), rows)
    proposed = all_vote(organisation, a_review(organisation, initiative=an_initiative(organisation, "Proposed")))
    found = {}
    paula, bea = signed_in("Paula"), signed_in("Bea")
    for name, path in pages(first, proposed).items():
        with CaptureQueriesContext(connection) as queries:
            answer = paula.get(path)
            text_of(answer)
        assert answer.status_code == 200, path
        found[name] = len(queries)
    with CaptureQueriesContext(connection) as queries:
        text_of(paula.get(f"/initiatives/{first.initiative_id}/gates/panel/", headers=HX))
    found["panel"] = len(queries)
    with CaptureQueriesContext(connection) as queries:
        assert bea.get(f"/gates/reviews/{proposed.pk}/decide/").status_code == 200
    found["decide"] = len(queries)
    assert found == COUNTS
