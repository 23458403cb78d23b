"""Signing in and out, on the real pages: lock-out, reset, rotation, and sessions that end when they must."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.core.cache import cache
from django.test import Client

from portfolio.accounts.models import User
from portfolio.accounts.services import set_active
from portfolio.kit import clock
from tests.people import PASSWORD, SYSTEM, Organisation

pytestmark = pytest.mark.usefixtures("no_earlier_attempts")

LOGIN = "/account/login/"
HOME = "/account/profile/"


@pytest.fixture
def no_earlier_attempts() -> None:
    """allauth counts attempts by network address in the process' cache, which tests share."""
    cache.clear()


def sign_in(client: Client, email: str = "paula@example.org", password: str = PASSWORD, **extra: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password, **extra}).status_code


def test_a_person_signs_in_and_out(organisation: Organisation, client: Client) -> None:
    assert client.get(LOGIN).status_code == 200
    assert sign_in(client, email="PAULA@Example.org") == 302
    assert client.get(HOME).status_code == 200
    client.post("/account/logout/")
    assert client.get(HOME)["Location"].startswith(LOGIN)


@pytest.mark.parametrize(("email", "password"), [("paula@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_refusal_does_not_tell_whether_the_address_is_known(
    organisation: Organisation, client: Client, email: str, password: str
) -> None:
    page = client.post(LOGIN, {"login": email, "password": password}).content.decode()
    assert "not correct" in page and client.get(HOME).status_code == 302


def test_eight_failures_lock_the_address_out_with_the_right_password_too(organisation: Organisation) -> None:
    client = Client()
    spellings = ["paula@example.org", "PAULA@example.org", " Paula@Example.org "]
    answers = [sign_in(client, email=spellings[n % 3], password=f"wrong {n}") for n in range(8)]
    assert answers == [200] * 7 + [429]
    assert sign_in(Client()) == 429 and sign_in(Client(), email="Paula@example.ORG") == 429
    assert sign_in(Client(), email="vera@example.org") == 302  # others at the same network address go on
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")) == 302  # no way to lock somebody out from elsewhere


def test_the_lock_opens_by_itself(organisation: Organisation) -> None:
    for n in range(8):
        sign_in(Client(), password=f"wrong {n}")
    assert sign_in(Client()) == 429
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=16))
    assert sign_in(Client()) == 302


def test_a_person_without_a_password_cannot_sign_in(organisation: Organisation, client: Client) -> None:
    User.objects.create_user("rosa@example.org", name="Rosa")
    assert sign_in(client, email="rosa@example.org", password="") == 200
    assert client.get(HOME).status_code == 302


def test_the_reset_mail_leads_to_a_new_password_once(organisation: Organisation) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": "paula@example.org"})
    (message,) = mail.outbox
    assert message.to == ["paula@example.org"]
    (address,) = re.findall(r"https?://[^/]+(/account/password/reset/key/\S+)", str(message.body))
    form = client.get(address, follow=True)
    new = "a-rather-different-pass-phrase"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done.status_code == 302
    assert sign_in(Client(), password=PASSWORD) == 200 and sign_in(Client(), password=new) == 302
    again = Client().get(address, follow=True)
    assert "password1" not in again.content.decode()


def test_asking_for_a_reset_of_an_unknown_address_looks_the_same(organisation: Organisation) -> None:
    known = Client().post("/account/password/reset/", {"email": "paula@example.org"})
    unknown = Client().post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox if "key" in str(message.body)] == [["paula@example.org"]]


def test_the_session_key_changes_at_sign_in(organisation: Organisation, client: Client) -> None:
    client.get(LOGIN)
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["sessionid"] = str(planted.session_key)
    before = planted.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    assert Client(headers={"cookie": f"sessionid={before}"}).get(HOME).status_code == 302


def test_a_deactivated_persons_open_session_ends_at_the_next_request(
    organisation: Organisation, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("Paula")
    assert client.get(HOME).status_code == 200
    set_active(by=SYSTEM, user=organisation.people["Paula"], active=False)
    assert client.get(HOME).status_code == 302
    assert client.get("/api/v1/initiatives/").status_code == 401
    again = Client()
    sign_in(again)
    assert again.get(HOME).status_code == 302


def test_a_new_password_ends_other_sessions(organisation: Organisation) -> None:
    here, elsewhere = Client(), Client()
    assert sign_in(here) == sign_in(elsewhere) == 302
    new = "a-rather-different-pass-phrase"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get(HOME).status_code == 200 and elsewhere.get(HOME).status_code == 302


@pytest.mark.parametrize("weak", ["short", "paula@example.org", "123456789012345", "password1234"])
def test_weak_passwords_are_refused(organisation: Organisation, weak: str) -> None:
    client = Client()
    sign_in(client)
    answer = client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert answer.status_code == 200 and User.objects.get(email="paula@example.org").check_password(PASSWORD)


def test_a_session_does_not_outlive_twelve_hours(organisation: Organisation, client: Client) -> None:
    sign_in(client)
    assert client.session.get_expiry_age() <= timedelta(hours=12).total_seconds()
    assert client.session.get_expiry_date() > clock.now()


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "\\\\evil.example", "https:evil.example", "/\\evil.example"]
)
def test_signing_in_never_leads_to_another_site(organisation: Organisation, client: Client, elsewhere: str) -> None:
    answer = client.post(LOGIN, {"login": "paula@example.org", "password": PASSWORD, "next": elsewhere})
    assert "evil" not in answer["Location"]
