"""Bearer tokens: what they reach, and that they stop at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from portfolio.accounts.choices import SCOPE_ACTIONS, Action, Scope
from portfolio.accounts.models import ApiToken, RoleAssignment
from portfolio.accounts.queries import actor_for
from portfolio.accounts.services import revoke_token, set_active
from portfolio.kit import clock
from tests.people import SYSTEM, Organisation

READING = "/api/v1/initiatives/"
Api = Callable[..., Client]


def test_a_token_reads_what_its_scope_names(api: Api) -> None:
    assert api(Scope.INITIATIVES_READ).get(READING).status_code == 200
    assert api(Scope.REQUESTS_READ).get(READING).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Bearer pil_" + "0" * 60,
        "Token {secret}",
        "Bearer {secret}x",
        "Bearer \xff\xfe" + "x" * 40,
        "Bearer a b",
        "Basic YTpi",
    ],
)
def test_anything_but_the_whole_token_is_nobody(organisation: Organisation, header: str) -> None:
    secret = organisation.token(Scope.INITIATIVES_READ)
    headers = {"authorization": header.format(secret=secret)} if header else {}
    answer = Client(headers=headers).get(READING)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json" and answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_dies_at_its_next_request(api: Api) -> None:
    client = api(Scope.INITIATIVES_READ)
    assert client.get(READING).status_code == 200
    revoke_token(by=SYSTEM, token=ApiToken.objects.get())
    assert client.get(READING).status_code == 401


def test_an_expired_token_dies_and_stays_listed(api: Api, signed_in: Callable[[str], Client]) -> None:
    client = api(Scope.INITIATIVES_READ)
    ApiToken.objects.update(expiry=clock.now() - timedelta(seconds=1))
    assert client.get(READING).status_code == 401
    assert "Expired" in signed_in("Ada").get("/account/tokens/").content.decode()


def test_the_token_of_a_deactivated_person_dies(organisation: Organisation, api: Api) -> None:
    client = api(Scope.INITIATIVES_READ, maker="Paula", unit="Retail")
    assert client.get(READING).status_code == 200
    set_active(by=SYSTEM, user=organisation.people["Paula"], active=False)
    assert client.get(READING).status_code == 401


def test_a_token_never_reaches_beyond_its_unit_or_its_maker(organisation: Organisation, api: Api) -> None:
    def units(client: Client) -> set[str]:
        return {row["name"] for row in client.get("/api/v1/units/").json()["results"]}

    assert units(api(Scope.INITIATIVES_READ)) == {"Group", "Retail", "Stores", "Logistics"}
    assert units(api(Scope.INITIATIVES_READ, unit="Logistics")) == {"Logistics"}
    assert units(api(Scope.INITIATIVES_READ, maker="Paula")) == {"Retail", "Stores"}
    narrow = api(Scope.INITIATIVES_READ, maker="Paula", unit="Stores")
    assert units(narrow) == {"Stores"}
    assert units(api(Scope.INITIATIVES_READ, maker="Paula", unit="Logistics")) == set()
    RoleAssignment.objects.filter(user=organisation.people["Paula"]).delete()
    assert units(narrow) == set()  # rights are looked up at every request


@pytest.mark.parametrize("scope", list(Scope))
def test_no_scope_lets_a_token_triage_configure_or_make_tokens(organisation: Organisation, scope: Scope) -> None:
    organisation.token(scope)
    actor = actor_for(organisation.people["Ada"], token=ApiToken.objects.get())
    assert not any(actor.may_somewhere(action) for action in (Action.TRIAGE, Action.CONFIGURE, Action.TOKEN))
    allowed = {action for action in Action if actor.may_somewhere(action)}
    assert allowed == set(SCOPE_ACTIONS[scope])


@pytest.mark.parametrize("page", ["/account/people/", "/account/tokens/new/", "/audit/", "/"])
def test_a_token_opens_no_page(api: Api, page: str) -> None:
    answer = api(*Scope).get(page)
    assert answer.status_code == 302 and answer["Location"].startswith("/account/login/")


def test_a_copy_of_the_table_signs_in_nowhere(organisation: Organisation) -> None:
    secret = organisation.token(Scope.INITIATIVES_READ)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_apitoken t")
        (dump,) = cursor.fetchone()
    token = ApiToken.objects.get()
    assert secret not in dump and len(secret) >= 4 + 64
    for stolen in (token.digest, token.token_key, token.token_key + token.digest):
        assert Client(headers={"authorization": f"Bearer {stolen}"}).get(READING).status_code == 401


def test_the_last_use_is_kept_to_the_minute(api: Api) -> None:
    client = api(Scope.INITIATIVES_READ)
    client.get(READING)
    first = ApiToken.objects.get().last_used_at
    client.get(READING)
    assert first is not None and ApiToken.objects.get().last_used_at == first


def test_a_session_on_the_api_needs_the_csrf_token_to_write(organisation: Organisation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(organisation.people["Paula"], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post("/api/v1/comments/", {"initiative": 1, "text": "x"}, content_type="application/json")
    assert answer.status_code == 403 and "CSRF" in answer.content.decode()
