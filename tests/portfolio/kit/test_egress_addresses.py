"""Nothing forbidden passes the door, whatever it is written like, even where the operator opened everything."""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from portfolio.kit.egress import check_address, door
from portfolio.kit.egress.errors import EgressError, NoAnswer, NotAllowed, Recovery
from portfolio.kit.egress.place import Address
from tests.portfolio.kit.forbidden import GOOD, NAMES, URLS

EVERYTHING = """
probe:
  - {scheme: http, to: ["0.0.0.0/0", "::/0"], ports: [80, 8080, 6379]}
  - {scheme: https, to: ["0.0.0.0/0", "::/0"], ports: [443, 80]}
"""
connected: list[Any] = []


def _notice(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and args[0].family != socket.AF_UNIX:
        connected.append(args[1])


sys.addaudithook(_notice)


def as_glibc_would(host: str, port: int, timeout_s: float) -> list[Address]:
    """The names of the corpus, and every odd number that inet_aton takes."""
    if host in NAMES:
        return [ip_address(text) for text in NAMES[host]]
    try:
        return [ip_address(socket.inet_aton(host))]
    except OSError:
        raise NoAnswer("unknown") from None


def opened(settings: Settings, tmp_path: Path, text: str) -> None:
    path = tmp_path / "egress.yaml"
    path.write_text(text)
    settings.EGRESS_FILE = str(path)


def _passes(url: str) -> bool:
    try:
        check_address("probe", url, resolver=as_glibc_would)
    except NotAllowed:
        return False
    return True


@pytest.fixture
def everything(settings: Settings, tmp_path: Path) -> None:
    opened(settings, tmp_path, EVERYTHING)
    settings.ALLOWED_HOSTS, settings.BASE_URL = [], "http://pilotage.example"


def test_the_corpus_is_large_and_has_no_twins() -> None:
    assert len(set(URLS)) == len(URLS) >= 200


@pytest.mark.parametrize("url", URLS)
def test_a_forbidden_address_is_refused_by_form_and_door_without_a_connection(everything: None, url: str) -> None:
    connected.clear()
    with pytest.raises(NotAllowed):
        check_address("probe", url, resolver=as_glibc_would)
    with door("probe", resolver=as_glibc_would, deadline_s=2) as client, pytest.raises(NotAllowed):
        client.get(url)
    assert connected == []


def test_without_the_list_of_denied_addresses_much_of_the_corpus_would_pass(
    everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portfolio.kit.egress.gate.is_denied", lambda address, *, loopback: False)
    passing = [url for url in URLS if _passes(url)]
    assert len(passing) >= 80


def test_the_good_name_of_the_corpus_would_pass(everything: None) -> None:
    for url in (f"http://{GOOD}/x", f"HTTP://{GOOD.upper()}:8080/", f"https://{GOOD}/", "http://10.0.0.7/", "http://[fd12::7]/"):
        check_address("probe", url, resolver=as_glibc_would)


@pytest.mark.parametrize(
    "url",
    [
        "https://10.1.2.3/",  # scheme
        "http://10.1.2.3:81/",  # port
        "http://10.2.0.1/",  # network
        "http://8.8.8.8/",
        "http://other.example/",  # resolves outside
        "http://unknown.example/",  # does not resolve
        "http://api.named.example/",  # a name is that name alone
        "http://named.example.evil.example/",
        "http://n\u0430med.example/",  # a Cyrillic letter
        "http://[::ffff:10.2.0.1]/",
        "http://[64:ff9b::10.1.2.3]/",  # a translator is another place, to be opened as such
    ],
)
def test_what_the_operator_did_not_open_is_refused(settings: Settings, tmp_path: Path, url: str) -> None:
    opened(settings, tmp_path, "probe:\n  - {scheme: http, to: [10.1.0.0/16, named.example], ports: [80]}\n")

    def resolver(host: str, port: int, timeout_s: float) -> list[Address]:
        if host == "unknown.example":
            raise NoAnswer("unknown")
        return [ip_address("10.2.0.1")]

    with pytest.raises(NotAllowed):
        check_address("probe", url, resolver=resolver)
    check_address("probe", "http://named.example/", resolver=resolver)
    check_address("probe", "http://[::ffff:10.1.2.3]/", resolver=resolver)
    with pytest.raises(NotAllowed):
        check_address("other", "http://named.example/", resolver=resolver)


def test_a_name_that_does_not_resolve_now_is_tried_again_if_the_operator_named_it(settings: Settings, tmp_path: Path) -> None:
    opened(settings, tmp_path, "probe:\n  - {scheme: http, to: [10.1.0.0/16, named.example], ports: [80]}\n")
    check_address("probe", "http://named.example/", resolver=as_glibc_would)
    with door("probe", resolver=as_glibc_would) as client:
        with pytest.raises(NoAnswer):
            client.get("http://named.example/")
        with pytest.raises(NotAllowed) as refused:
            client.get("http://by-network.example/")
    assert refused.value.recovery is Recovery.RETRY
    assert refused.value.text == NotAllowed.text


def test_an_unlisted_address_among_the_answers_is_left_out_and_a_denied_one_spoils_them(
    settings: Settings, tmp_path: Path
) -> None:
    opened(settings, tmp_path, "probe:\n  - {scheme: http, to: [10.1.0.0/16], ports: [80]}\n")
    answers = ["8.8.8.8", "2001:db8::1", "10.1.0.1"]
    check_address("probe", "http://dual.example/", resolver=lambda *_: [ip_address(a) for a in answers])
    with pytest.raises(NotAllowed):
        check_address("probe", "http://dual.example/", resolver=lambda *_: [ip_address(a) for a in [*answers, "::1"]])


def test_without_a_list_nothing_is_allowed_and_the_text_names_the_setting(settings: Settings) -> None:
    settings.EGRESS_FILE = ""
    with pytest.raises(NotAllowed) as refused:
        check_address("probe", "http://10.1.2.3/")
    assert "PILOTAGE_EGRESS_FILE" in str(refused.value.text)


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(
    ("settings_of", "url"),
    [
        ({"DATABASES": {"default": {"HOST": "10.0.0.9", "PORT": "8080"}}}, "http://10.0.0.9:8080/"),
        ({"DATABASES": {"default": {"HOST": "10.0.0.8,10.0.0.9", "PORT": "8080"}}}, "http://10.0.0.9:8080/"),
        ({"CELERY_BROKER_URL": "redis://:pw@10.0.0.9:6379/0"}, "http://10.0.0.9:6379/"),
        ({"CELERY_BROKER_URL": "redis://10.0.0.9"}, "http://[::ffff:10.0.0.9]:6379/"),
        ({"CELERY_BROKER_URL": "sentinel://10.0.0.8:8080;sentinel://10.0.0.9:8080"}, "http://10.0.0.9:8080/"),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "10.0.0.9", "EMAIL_PORT": 8080},
            "http://10.0.0.9:8080/",
        ),
        ({"BASE_URL": f"https://{GOOD}"}, f"https://{GOOD}/"),
        ({"ALLOWED_HOSTS": [f".{GOOD}"]}, f"http://{GOOD}/"),
        ({"WEB_PORT": 8080}, "http://127.0.0.1:8080/"),
        ({"WEB_PORT": 8080}, "http://localhost:8080/"),
    ],
)
def test_our_own_servers_are_never_a_target(settings: Settings, everything: None, settings_of: dict[str, Any], url: str) -> None:
    settings.EGRESS_LOOPBACK = True
    check_address("probe", url, resolver=as_glibc_would)
    for name, value in settings_of.items():
        setattr(settings, name, value)
    with pytest.raises(NotAllowed):
        check_address("probe", url, resolver=as_glibc_would)
    check_address("probe", "http://10.0.0.7/", resolver=as_glibc_would)


def test_this_machines_other_addresses_lead_to_our_web_server_too(
    settings: Settings, everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEB_PORT = 8080
    monkeypatch.setattr("portfolio.kit.egress.own._interfaces", lambda: {ip_address("10.0.0.9")})
    check_address("probe", "http://10.0.0.9:80/")
    with pytest.raises(NotAllowed):
        check_address("probe", "http://10.0.0.9:8080/")


def test_the_setting_for_trials_opens_this_machine_and_no_tunnel_to_it(settings: Settings, everything: None) -> None:
    settings.EGRESS_LOOPBACK = True
    for url in ("http://127.0.0.1/", "http://[::1]/", "http://localhost:8080/", "http://[::ffff:127.0.0.1]/"):
        check_address("probe", url)
    for url in ("http://0.0.0.0/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://169.254.169.254/"):
        with pytest.raises(EgressError):
            check_address("probe", url)
