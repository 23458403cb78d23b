"""The administration pages: who gets in, what they show, what they change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import ApiToken, BusinessUnit, RoleAssignment, User
from portfolio.accounts.services import assign_role
from portfolio.outbox.models import Job
from tests.people import SYSTEM, Organisation

SignIn = Callable[[str], Client]
FOR_ADMINISTRATORS = ["administration/", "people/", "people/new/", "units/", "units/new/"]


@pytest.mark.parametrize("page", FOR_ADMINISTRATORS)
def test_only_administrators_see_administration(signed_in: SignIn, page: str) -> None:
    assert signed_in("Ada").get(f"/account/{page}").status_code == 200
    for name in ("Paula", "Vera", "Gita", "Nora"):
        assert signed_in(name).get(f"/account/{page}").status_code == 403


@pytest.mark.parametrize("name", ["Ada", "Paula", "Vera", "Nora"])
@pytest.mark.parametrize("page", ["profile/", "tokens/"])
def test_everybody_has_a_profile_and_a_token_page(signed_in: SignIn, name: str, page: str) -> None:
    assert signed_in(name).get(f"/account/{page}").status_code == 200


def test_an_administrator_of_a_unit_sees_its_people_and_not_the_queue(organisation: Organisation, signed_in: SignIn) -> None:
    assign_role(by=SYSTEM, user=organisation.people["Vera"], role=Role.ADMINISTRATOR, unit=organisation.units["Retail"])
    client = signed_in("Vera")
    page = client.get("/account/people/").content.decode()
    assert "paula@example.org" in page and "lars@example.org" not in page and "gita@example.org" not in page
    assert client.get(f"/account/people/{organisation.people['Lars'].pk}/").status_code == 404
    assert client.get("/account/queue/").status_code == 403
    units = client.get("/account/units/").content.decode()
    assert "Stores" in units and "Logistics" not in units


def test_a_person_is_added_given_a_role_and_loses_it_again(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    client.post("/account/people/new/", {"email": "rosa@example.org", "name": "Rosa"})
    rosa = User.objects.get(email="rosa@example.org")
    assert not rosa.has_usable_password()
    retail = organisation.units["Retail"]
    client.post(f"/account/people/{rosa.pk}/", {"role": "viewer", "unit": retail.pk})
    assignment = RoleAssignment.objects.get(user=rosa)
    assert (assignment.role, assignment.unit) == ("viewer", retail)
    address = f"/account/people/{rosa.pk}/roles/{assignment.pk}/remove/"
    assert b"Take the role away?" in client.get(address).content
    client.post(address)
    assert not RoleAssignment.objects.filter(user=rosa).exists()


def test_a_registered_address_is_refused_with_what_was_typed_kept(signed_in: SignIn) -> None:
    answer = signed_in("Ada").post("/account/people/new/", {"email": "VERA@example.org", "name": "Somebody Else"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "registered already" in page and "Somebody Else" in page


def test_the_last_administrator_stays_and_the_page_says_why(organisation: Organisation, signed_in: SignIn) -> None:
    last = RoleAssignment.objects.get(role=Role.ADMINISTRATOR)
    answer = signed_in("Ada").post(f"/account/people/{last.user_id}/roles/{last.pk}/remove/", follow=True)
    assert "last administrator" in answer.content.decode() and RoleAssignment.objects.filter(pk=last.pk).exists()


def test_units_are_added_and_renamed(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    client.post("/account/units/new/", {"name": "Depots", "code": "DP", "parent": organisation.units["Logistics"].pk})
    depots = BusinessUnit.objects.get(name="Depots")
    assert depots.path == f"{organisation.units['Logistics'].path}{depots.pk}/"
    client.post(f"/account/units/{depots.pk}/", {"name": "Warehouses", "code": ""})
    depots.refresh_from_db()
    assert depots.name == "Warehouses"
    twice = client.post("/account/units/new/", {"name": "warehouses", "parent": organisation.units["Logistics"].pk})
    assert twice.status_code == 422 and b"already" in twice.content


def test_the_secret_of_a_token_is_shown_once_and_uncached(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    order = {"name": "pipeline", "scopes": [Scope.INITIATIVES_READ], "unit": organisation.units["Retail"].pk, "days": 30}
    answer = client.post("/account/tokens/new/", order)
    token = ApiToken.objects.get()
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert answer.content.decode().count("pil_") >= 1 and token.user == organisation.people["Paula"]
    listed = client.get("/account/tokens/").content.decode()
    assert "pipeline" in listed and token.token_key in listed and "pil_" + "x" not in listed
    secret = answer.context["secret"]
    assert secret in answer.content.decode() and secret not in listed


def test_a_form_offers_no_scope_and_no_unit_that_is_not_theirs(organisation: Organisation, signed_in: SignIn) -> None:
    page = signed_in("Iris").get("/account/tokens/new/").content.decode()
    assert "initiatives:write" in page and 'value="money"' not in page and 'value="audit:read"' not in page
    assert "Stores" in page and "Logistics" not in page and "whole organisation" not in page
    forged = {"name": "x", "scopes": [Scope.MONEY], "unit": organisation.units["Logistics"].pk, "days": 30}
    assert signed_in("Iris").post("/account/tokens/new/", forged).status_code == 422
    assert signed_in("Vera").get("/account/tokens/new/").status_code == 403


def test_a_token_is_revoked_by_its_maker_or_an_administrator_alone(organisation: Organisation, signed_in: SignIn) -> None:
    organisation.token(Scope.INITIATIVES_READ, maker="Paula", unit="Retail")
    address = f"/account/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert signed_in("Lars").post(address).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert signed_in("Paula").get(address).status_code == 200 and ApiToken.objects.get().revoked_at is None
    signed_in("Ada").post(address)
    assert ApiToken.objects.get().revoked_at is not None
    assert "ci" not in signed_in("Lars").get("/account/tokens/?whose=all").content.decode().split("</header>")[1]


def test_a_dead_letter_is_shown_with_its_reason_and_tried_again(signed_in: SignIn) -> None:
    from portfolio.kit import clock

    job = Job.objects.create(handler="outbox.housekeeping", dead_at=clock.now(), attempt=5, last_error="OSError: <disk> is full")
    client = signed_in("Ada")
    assert "OSError: &lt;disk&gt; is full" in client.get("/account/queue/").content.decode()
    client.post(f"/account/queue/{job.pk}/revive/")
    job.refresh_from_db()
    assert job.dead_at is None and job.attempt == 0


def test_times_are_shown_in_the_readers_zone(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    saved = client.post("/account/profile/", {"name": "Paula", "time_zone": "Asia/Tokyo"})
    assert saved.status_code == 302
    organisation.token(Scope.INITIATIVES_READ, maker="Paula", unit="Retail")
    assert "JST" in client.get("/account/tokens/").content.decode()
    assert "JST" not in signed_in("Ada").get("/account/tokens/?whose=all").content.decode()
    assert client.post("/account/profile/", {"name": "Paula", "time_zone": "Mars/Base"}).status_code == 422


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/"])
def test_nobody_registers_or_vouches_for_an_address_themselves(signed_in: SignIn, path: str) -> None:
    assert signed_in("Paula").get(path).status_code == 404
    assert signed_in("Paula").post(path, {"email": "x@example.org"}).status_code == 404
