"""The committed number of SQL statements of each address of the API, the same at 10, 50 and 1,000 reviews."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.gates.models import Condition, Decision, GateTemplate, Review, Run, Waiver
from readiness.gates.services.evaluating import evaluate
from tests.people import Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.readiness.gates.deciding_world import a_review, an_initiative
from tests.readiness.gates.many import many_reviews
from tests.readiness.gates.pages import with_panel
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_api.json").read_text())
pytestmark = pytest.mark.django_db


def addresses(first: Review, running: Review) -> dict[str, str]:
    gates, run = "/api/v1/gates", Run.objects.filter(review=running).latest("id").pk
    verdict = f"/api/v1/initiatives/{first.initiative.key}/gates"
    return {
        "reviews": f"{gates}/reviews/",
        "reviews of a unit that are ready": f"{gates}/reviews/?unit={first.initiative.unit_id}&ready=true&page_size=1000",
        "review": f"{gates}/reviews/{running.pk}/",
        "decided review": f"{gates}/reviews/{first.pk}/",
        "runs": f"{gates}/reviews/{running.pk}/runs/",
        "run": f"{gates}/reviews/{running.pk}/runs/{run}/",
        "decisions": f"{gates}/decisions/?page_size=1000",
        "decision": f"{gates}/decisions/{Decision.objects.get(review=first).pk}/",
        "decisions csv": f"{gates}/decisions/export/csv/",
        "decisions json": f"{gates}/decisions/export/json/",
        "record": f"{gates}/decisions/record/",
        "conditions": f"{gates}/conditions/?page_size=1000",
        "condition": f"{gates}/conditions/{Condition.objects.latest('id').pk}/",
        "waivers": f"{gates}/waivers/?page_size=1000",
        "waiver": f"{gates}/waivers/{Waiver.objects.latest('id').pk}/",
        "templates": f"{gates}/templates/",
        "template": f"{gates}/templates/{GateTemplate.objects.get(key='panel').pk}/",
        "gatekeepers": f"{gates}/gatekeepers/",
        "verdict of a decision": f"{verdict}/poc/verdict/",
        "verdict of a running review": f"/api/v1/initiatives/{running.initiative.key}/gates/poc/verdict/",
        "verdict without a review": f"{verdict}/production/verdict/",
        "badge": f"{verdict}/poc/badge.svg",
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_address_asks_more_than_committed(organisation: Organisation, api: Callable[..., Client], rows: int) -> None:
    first = many_reviews(with_panel(organisation), rows)
    running = a_review(organisation, initiative=an_initiative(organisation, "Running"))
    evaluate([running.pk], why="asked", now=clock.now())
    found, client = {}, api(Scope.GATES_READ)
    for name, path in addresses(first, running).items():
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(path))
        found[name] = len(queries)
    assert found == COUNTS
