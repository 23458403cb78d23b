"""Redirects and certificates: every hop is checked again, and nobody is trusted whom the source does not name."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from portfolio.kit.egress import door
from portfolio.kit.egress.errors import BadAnswer, NoAnswer, NotAllowed, NotTrusted
from tests.portfolio.kit.rogue import Authority, moved, ok, saying, serving
from tests.portfolio.kit.visits import visiting

pytestmark = pytest.mark.usefixtures("opened")


def test_a_redirect_within_the_origin_keeps_the_credentials_and_one_to_another_origin_loses_all() -> None:
    with serving(saying(ok(b"end"))) as last:

        def script(connection: socket.socket, head: bytes) -> None:
            target = "/b" if head.startswith(b"GET /a") else f"http://other.test:{last.port}/c"
            moved(target)(connection, head)

        with serving(script) as first, visiting(redirects=2) as client:
            secrets = {"Authorization": "Bearer canary", "X-Api-Key": "canary", "Cookie": "s=canary", "Accept": "text/plain"}
            assert client.get(f"http://metrics.test:{first.port}/a", headers=secrets).content == b"end"
    assert [head.split()[1] for head in first.heads + last.heads] == [b"/a", b"/b", b"/c"]
    assert first.heads[1].count(b"canary") == 3
    assert b"canary" not in last.heads[0]
    assert b"text/plain" in last.heads[0]


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/",
        "//169.254.169.254/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "http://user@127.0.0.1:8080/",
        "http://127.0.0.1:80/",  # a port nobody opened
        "http://a\tb/",
        "",
    ],
)
def test_every_hop_is_checked(target: str) -> None:
    with serving(moved(target)) as rogue, visiting(redirects=5) as client, pytest.raises((NotAllowed, BadAnswer, NoAnswer)):
        client.get(f"http://metrics.test:{rogue.port}/")


def test_a_chain_ends_where_it_was_told_to() -> None:
    with serving(moved("/again")) as rogue, visiting(redirects=3) as client, pytest.raises(BadAnswer):
        client.get(f"http://metrics.test:{rogue.port}/")
    assert rogue.hits == 4


def test_a_write_is_not_repeated_elsewhere() -> None:
    with serving(moved("/again", 307)) as rogue, visiting(redirects=3) as client, pytest.raises(BadAnswer):
        client.post(f"http://metrics.test:{rogue.port}/", json={"secret": 1})
    assert rogue.hits == 1


def test_no_redirect_leads_out_of_tls(authority: Authority) -> None:
    tls = authority.context("metrics.test")
    with (
        serving(saying(ok())) as plain,
        serving(moved(f"http://metrics.test:{plain.port}/"), tls=tls) as rogue,
        visiting(redirects=3, ca=authority.pem) as client,
        pytest.raises(BadAnswer),
    ):
        client.get(f"https://metrics.test:{rogue.port}/")
    assert (rogue.hits, plain.hits) == (1, 0)


# --- TLS -------------------------------------------------------------------------------------------------------------


def test_a_source_with_its_own_ca_is_trusted_under_its_name(authority: Authority) -> None:
    with (
        serving(saying(ok()), tls=authority.context("metrics.test")) as rogue,
        visiting(ca=authority.pem, deadline_s=5) as client,
    ):
        for _ in range(2):
            assert client.get(f"https://metrics.test:{rogue.port}/").content == b"fine"


@pytest.mark.parametrize("wrong", ["signed by nobody we know", "another name", "expired", "an address"])
def test_a_wrong_certificate_is_not_trusted_and_sees_no_request(authority: Authority, tmp_path: Path, wrong: str) -> None:
    name = "other.test" if wrong == "another name" else "metrics.test"
    ca = None if wrong == "signed by nobody we know" else authority.pem
    host = "127.0.0.1" if wrong == "an address" else "metrics.test"
    tls = authority.context(name, days=-1 if wrong == "expired" else 30)
    with serving(saying(ok()), tls=tls) as rogue, visiting(ca=ca) as client, pytest.raises(NotTrusted):
        client.get(f"https://{host}:{rogue.port}/", headers={"Authorization": "Bearer canary"})
    assert rogue.hits == 0


def test_another_ca_of_the_same_name_is_not_enough(authority: Authority, tmp_path: Path) -> None:
    twin = Authority(tmp_path)
    tls = twin.context("metrics.test")
    with serving(saying(ok()), tls=tls) as rogue, visiting(ca=authority.pem) as client, pytest.raises(NotTrusted):
        client.get(f"https://metrics.test:{rogue.port}/")


@pytest.mark.parametrize("ca", ["no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "zertifikät"])
def test_a_ca_that_is_none_is_said_at_once(ca: str) -> None:
    with pytest.raises(NotTrusted):
        door("probe", ca=ca)


# --- what is left behind ---------------------------------------------------------------------------------------------
