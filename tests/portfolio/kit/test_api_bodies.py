"""What no reader of the API may be broken by: bodies without end, numbers that no row has, versions that are none."""

from __future__ import annotations

import json

import pytest

from portfolio.initiatives.models import Initiative
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make

pytestmark = pytest.mark.django_db
URL = "/api/v1/initiatives/"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[" * 5_000, 400),
        ('{"a":' * 3_000 + "1" + "}" * 3_000, 400),
        ("[" * 65 + "]" * 65, 400),
        ('{"name": ' + "9" * 5_000 + "}", 400),
        ("NaN", 400),
        ("\xff", 400),
    ],
)
def test_a_body_that_nests_without_end_or_is_none_is_refused(
    organisation: Organisation, signed_in: SignIn, body: str, code: int
) -> None:
    answer = signed_in("Paula").post(URL, body.encode("latin-1"), content_type="application/json")
    assert answer.status_code == code
    assert Initiative.objects.count() == 0


def test_a_body_as_deep_as_is_allowed_is_read(organisation: Organisation, signed_in: SignIn) -> None:
    deep = json.dumps({"name": "Shelf camera", "unit": json.loads("[" * 60 + "]" * 60)})
    answer = signed_in("Paula").post(URL, deep, content_type="application/json")
    assert "unit" in str(answer.json()["errors"])


@pytest.mark.parametrize("header", ["v²", "v" + "9" * 5_000, "-1", "*", "", "v"])
def test_a_version_that_is_none_is_refused(organisation: Organisation, signed_in: SignIn, header: str) -> None:
    row = make(organisation)
    answer = signed_in("Paula").patch(
        f"{URL}{row.pk}/", {"name": "Other"}, content_type="application/json", headers={"If-Match": header}
    )
    assert answer.status_code == 400
    assert Initiative.objects.get().name == row.name


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5_000])
@pytest.mark.parametrize("path", ["workloads", "capacity-pools", "question-banks", "assessments", "initiatives"])
def test_a_number_that_no_row_can_have_names_nothing(signed_in: SignIn, number: str, path: str) -> None:
    assert signed_in("Paula").get(f"/api/v1/{path}/{number}/").status_code == 404
    assert signed_in("").get(f"/api/v1/{path}/{number}/").status_code in (401, 403, 404)
