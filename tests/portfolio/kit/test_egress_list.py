"""The operator's file: what it says, that it is read again, and that a mistake closes everything and is said."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from portfolio.kit import checks
from portfolio.kit.egress import check_address
from portfolio.kit.egress.allowlist import BadList, load
from portfolio.kit.egress.errors import NotAllowed
from tests.conftest import ROOT

GOOD = "probe:\n  - {scheme: http, to: [10.0.0.0/8], ports: [80]}\n"


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "egress.yaml"
    settings.EGRESS_FILE = str(path)
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- probe", "a mapping"),
        ("probe: yes", "a list is expected"),
        ("probe: []", "a list is expected"),
        ("probe: [x]", "exactly the keys"),
        ("probe: [{scheme: http, to: [a.example]}]", "exactly the keys"),
        ("probe: [{scheme: http, to: [a.example], ports: [80], verify: false}]", "exactly the keys"),
        ("probe: [{scheme: ftp, to: [a.example], ports: [80]}]", "http or https"),
        ("probe: [{scheme: http, to: a.example, ports: [80]}]", "a list is expected"),
        ("probe: [{scheme: http, to: [], ports: [80]}]", "a list is expected"),
        ("probe: [{scheme: http, to: [10.0.0.1/8], ports: [80]}]", "has host bits set"),
        ("probe: [{scheme: http, to: ['*.example'], ports: [80]}]", "neither a host name"),
        ("probe: [{scheme: http, to: ['http://a.example/'], ports: [80]}]", "neither a host name"),
        ("probe: [{scheme: http, to: [127.1], ports: [80]}]", "neither a host name"),
        ("probe: [{scheme: http, to: [a.example], ports: [0]}]", "neither a port"),
        ("probe: [{scheme: http, to: [a.example], ports: [65536]}]", "neither a port"),
        ("probe: [{scheme: http, to: [a.example], ports: [true]}]", "neither a port"),
        ("probe: [{scheme: http, to: [a.example], ports: [90-80]}]", "neither a port"),
        ("probe: [{scheme: http, to: [a.example], ports: ['80-']}]", "neither a port"),
        ("probe: [{scheme: http, to: [a.example], ports: [-80]}]", "neither a port"),
        ("probe: {", "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_a_mistake_is_named_and_closes_everything(file: Path, text: str, says: str) -> None:
    file.write_text(GOOD + text.replace("probe", "other", 1) if text.startswith("probe") else text)
    with pytest.raises(BadList, match=says):
        load(file)
    with pytest.raises(NotAllowed):
        check_address("probe", "http://10.1.1.1/")
    assert [problem.id for problem in checks.egress_list()] == ["pilotage.E004"]


def test_a_file_that_is_not_there_closes_everything(file: Path) -> None:
    with pytest.raises(NotAllowed):
        check_address("probe", "http://10.1.1.1/")
    assert [problem.id for problem in checks.egress_list()] == ["pilotage.E004"]


def test_it_is_read_again_when_it_changes(file: Path) -> None:
    file.write_text("")
    with pytest.raises(NotAllowed):
        check_address("probe", "http://10.1.1.1/")
    file.write_text(GOOD)
    check_address("probe", "http://10.1.1.1/")
    stat = file.stat()
    file.write_text(GOOD.replace("10.", "11."))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(NotAllowed):
        check_address("probe", "http://10.1.1.1/")


def test_addresses_ranges_of_ports_and_capitals_are_understood(file: Path) -> None:
    file.write_text(
        "probe: [{scheme: https, to: [Metrics.EXAMPLE, 10.1.1.1, 'fd12::/32', '::ffff:10.2.2.2'], ports: [443, 9090-9092]}]"
    )
    check_address("probe", "https://10.1.1.1:9091/")
    check_address("probe", "https://[fd12::8]/")
    check_address("probe", "https://10.2.2.2/")
    check_address("probe", "https://METRICS.example:9092/", resolver=lambda *_: [ip_address("192.0.2.1")])
    for url in ("https://10.1.1.2/", "https://10.1.1.1:9093/", "http://10.1.1.1:443/"):
        with pytest.raises(NotAllowed):
            check_address("probe", url)


def test_the_example_of_the_documentation_is_a_good_list(settings: Settings) -> None:
    settings.EGRESS_FILE = str(ROOT / "docs" / "egress.example.yaml")
    assert checks.egress_list() == []
    assert "prometheus" in load(Path(settings.EGRESS_FILE))


def test_the_setting_for_trials_is_warned_about_before_deployment(settings: Settings) -> None:
    settings.EGRESS_LOOPBACK = False
    assert checks.egress_loopback() == []
    settings.EGRESS_LOOPBACK = True
    assert [problem.id for problem in checks.egress_loopback()] == ["pilotage.W005"]
