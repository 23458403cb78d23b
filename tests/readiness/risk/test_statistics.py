"""Reference statistics: seeded with their sources, readable by all, changed by administrators only, under audit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.activity.models import AuditEntry
from readiness.risk.models import ReferenceStatistic
from tests.people import Organisation

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
FORM = {
    "label": "AI projects scrapped", "value": "0.44", "unit": "ratio", "population": "AI projects", "source": "RTS Labs",
    "year": "2025", "verified": "on", "note": "",
}  # fmt: skip


def test_every_figure_that_the_domain_names_is_seeded_unverified_with_a_source() -> None:
    found = {row.key: float(row.value) for row in ReferenceStatistic.objects.all()}
    cited = {
        "poc-abandoned": 0.39, "poc-to-production-scrapped": 0.46, "at-risk-infrastructure": 0.9, "separate-purchasing": 0.66,
        "public-cloud-storage": 0.51, "public-cloud-training": 0.39, "public-cloud-inference": 0.37, "containerised": 0.68,
        "containerised-year-before": 0.55, "infrastructure-spend": 1_500_000, "infrastructure-share": 0.2,
    }  # fmt: skip
    assert found | cited == found
    assert not ReferenceStatistic.objects.filter(verified=True).exists()
    assert not ReferenceStatistic.objects.filter(source="").exists()


def test_an_administrator_changes_a_figure_and_the_trail_says_so(organisation: Organisation, signed_in: SignIn) -> None:
    url = "/reference-statistics/poc-to-production-scrapped/"
    assert signed_in("Ada").post(url, FORM).status_code == 302
    row = ReferenceStatistic.objects.get(key="poc-to-production-scrapped")
    assert (float(row.value), row.year, row.verified) == (0.44, 2025, True)
    entry = AuditEntry.objects.filter(object_type="risk_referencestatistic", action="change").latest("id")
    assert entry.after is not None
    assert (entry.actor, entry.after["value"]) == ("Ada Test", 0.44)


def test_nobody_else_may_change_one(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("Paula", "Gita", "Vera"):
        assert signed_in(name).post("/reference-statistics/poc-abandoned/", FORM).status_code == 403
        page = signed_in(name).get("/reference-statistics/").content.decode()
        assert "39" in page
        assert "Change:" not in page
    assert float(ReferenceStatistic.objects.get(key="poc-abandoned").value) == 0.39


def test_a_form_that_cannot_be_read_keeps_what_was_typed(organisation: Organisation, signed_in: SignIn) -> None:
    answer = signed_in("Ada").post("/reference-statistics/poc-abandoned/", FORM | {"value": "a lot", "source": "My source"})
    assert answer.status_code == 422
    assert "My source" in answer.content.decode()


def test_the_api_lists_them_with_their_sources(organisation: Organisation, api: Callable[..., Client]) -> None:
    rows = api(Scope.INITIATIVES_READ).get("/api/v1/reference-statistics/").json()["results"]
    by_key = {row["key"]: row for row in rows}
    assert by_key["poc-to-production-scrapped"]["source"] == "RTS Labs"
    assert by_key["poc-to-production-scrapped"]["verified"] is False
    assert api(Scope.REQUESTS_READ).get("/api/v1/reference-statistics/").status_code == 403
