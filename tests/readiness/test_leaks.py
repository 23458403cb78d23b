"""Nothing of another unit, and no amount, leaves by any address of workloads, evidence, assessments, sizing and gates.

Two units hold one of everything under words and amounts of their own. Every route of the URLconf is walked with the rows of the
own unit, of the other one and with rows that there are not. A route or parameter that the walk cannot fill fails it.

The suite walks a part of them, another one each day. All of them:

    PILOTAGE_FULL=1 .venv/bin/python -m pytest tests/readiness/test_leaks.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.http import HttpResponseBase
from django.test import Client, override_settings

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.sizing.models import SizingOption
from readiness.workloads.models import CapacityPool, VenueOption
from tests.people import Organisation, make_organisation
from tests.readiness.leak_bodies import RELATIONS, body, page_body
from tests.readiness.leak_routes import Route, routes
from tests.readiness.leak_world import MISSING, Planted, ids_apart, plant, share
from tests.sampling import FULL, some

pytestmark = pytest.mark.django_db
OWN, OTHER = "Heron", "Wombat"
OWN_AMOUNT, OTHER_AMOUNT = Decimal("48151.62"), Decimal("73921.84")
AMOUNTS = (OWN_AMOUNT, OTHER_AMOUNT)
HX = {"HX-Request": "true"}
JSON = "application/json"
REFUSED = frozenset({302, 400, 401, 403, 404, 405, 409, 415, 422})
# Rows that are written by reading: when somebody or a token was last here.
_LAST_SEEN = re.compile(r'^\s*(UPDATE|INSERT INTO) "?(django_session|accounts_apitoken|accounts_user|evidence_pushpace)\b')
_WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY)\b", re.IGNORECASE)
_CURRENCY = re.compile(r"(?<![0-9A-Za-z])XTS(?![0-9A-Za-z])")  # three letters of a random token are none
_TOKEN = re.compile(r"[A-Za-z0-9]{64}")
# Lengths, nonces and the random ids by which parts of a page find one another.
_DIFFERS = re.compile(r"""'Content-Length': '\d+'|nonce="[^"]*"|nonce-[\w+/=-]*|(?<=-)[0-9a-f]{8}(?=["-])""")
_NOT_DIGITS = re.compile(r"[^0-9A-Za-z]+")
READ = (Scope.WORKLOADS_READ, Scope.EVIDENCE_READ, Scope.ASSESSMENTS_READ, Scope.GATES_READ)
WRITE = (Scope.WORKLOADS_WRITE, Scope.EVIDENCE_WRITE, Scope.ASSESSMENTS_WRITE, Scope.GATES_WRITE)


@dataclass(frozen=True)
class World:
    organisation: Organisation
    own: Planted
    other: Planted

    def client(self, who: str) -> Client:
        """A person by name, a token by `reading` or `writing`, a stranger by ""."""
        if who in ("reading", "writing"):
            secret = self.organisation.token(*(READ if who == "reading" else WRITE), unit="Retail")
            return Client(headers={"authorization": f"Bearer {secret}"})
        client = Client()
        if who:
            client.force_login(self.organisation.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture(scope="module")
def planted(module_db: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[tuple[World, datetime]]:
    """Made once: no test leaves anything of what it does."""
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder):
        with django_db_blocker.unblock():
            ids_apart()
            organisation = make_organisation()
            own, other = plant(organisation, "Stores", OWN, OWN_AMOUNT), plant(organisation, "Logistics", OTHER, OTHER_AMOUNT)
            share(organisation, own, other)
            share(organisation, other, own)
        yield World(organisation, own, other), clock.now()


@pytest.fixture
def world(planted: tuple[World, datetime], db: Any) -> Iterator[World]:
    """The clock stands, for pages say how long ago something was."""
    world, moment = planted
    with time_machine.travel(moment, tick=False):
        yield world


ROUTES = routes()
API = [route for route in ROUTES if route.api]
PARTS = 4  # of which the suite walks one a day, each reader another one
READERS = ("Iris", "Vera", "writing", "Paula", "reading", "")


def walked_by(who: str) -> list[Route]:
    """Tokens walk the API alone."""
    every = API if who in ("reading", "writing") else ROUTES
    return some(every, suite=-(-len(every) // PARTS), turn=READERS.index(who))


@pytest.mark.parametrize("who", ["Iris", "Vera", "writing"])
def test_no_word_of_another_unit_and_no_amount_is_told_by_any_address(world: World, who: str) -> None:
    """Nor what is worked out of an amount: with other amounts every answer is the same to the letter."""
    client, asked, told = world.client(who), walked_by(who), []
    with writes() as written:
        first = list(walk(client, world.own, asked, fragments=who == "Iris"))
    for route, answer in first:
        text = everything(answer)
        amounts = [digits(one)[:5] in digits(text) for one in AMOUNTS]
        words = [OTHER.lower() in text.lower(), bool(_CURRENCY.search(text)), *amounts]
        if any(words):
            told.append((route.path, words))
    assert told == []
    assert written == [], "reading writes nothing"
    assert sum(answer.status_code == 200 for _route, answer in first) > (30 if FULL else 3)
    CapacityPool.objects.update(cost_per_month=F("cost_per_month") * 7)
    VenueOption.objects.update(cost_per_month=F("cost_per_month") * 7, one_off_cost=F("one_off_cost") * 3)
    SizingOption.objects.update(
        price_per_accelerator_hour=F("price_per_accelerator_hour") * 7, price_input=F("price_input") * 7, price_output=1.0
    )
    again = walk(client, world.own, asked, fragments=who == "Iris")
    assert [one.path for (one, old), (_one, new) in zip(first, again, strict=True) if same(old, "") != same(new, "")] == []


SHOWING = {
    "/capacity/{pk}/", "/initiatives/{pk}/venues/", "/workloads/{pk}/sizing/", "/api/v1/sizing-options/",
    "/api/v1/evidence/observations/", "/api/v1/evidence/latest/", "/api/v1/evidence/observations/export/csv/",
}  # fmt: skip


def test_who_sees_amounts_sees_them_and_still_nothing_of_another_unit(world: World) -> None:
    """Also the control of the test above."""
    shown, asked = set(), [one for one in ROUTES if one.path in SHOWING or one in walked_by("Paula")]
    for route, answer in walk(world.client("Paula"), world.own, asked, fragments=False):
        text = everything(answer)
        assert OTHER.lower() not in text.lower(), route.path
        assert digits(OTHER_AMOUNT)[:5] not in digits(text), route.path
        if _CURRENCY.search(text):
            shown.add(route.path)
    assert shown >= SHOWING


@pytest.mark.parametrize("who", ["Paula", "writing"])
def test_rows_of_another_unit_are_answered_like_rows_that_there_are_not(world: World, who: str) -> None:
    client, differing = world.client(who), []
    with writes() as written:
        for route in walked_by(who):
            for method, hidden, missing in _hidden_and_missing(route, world):
                first, second = send(client, route, method, hidden, world.own), send(client, route, method, missing, world.own)
                if first.status_code not in REFUSED or same(first, hidden) != same(second, missing):
                    differing.append((method, hidden, first.status_code, second.status_code))
    assert differing == []
    assert written == []


def _hidden_and_missing(route: Route, world: World) -> Iterator[tuple[str, str, str]]:
    """(method, address of a hidden row, address of none). Of pools the one that is offered to nobody is hidden."""
    if not route.of_rows:
        return
    other = replace(world.other, pool=world.other.closed)
    pairs = [(route.at(other), route.at(other, missing=True))]
    if route.nested:
        pairs.append((route.at(world.own, other), route.at(world.own, other, missing=True)))
    for hidden, missing in pairs:
        for method in route.methods:
            yield method, hidden, missing


@pytest.mark.parametrize("who", ["Vera", "reading", ""])
def test_who_may_only_read_writes_nothing_anywhere(world: World, who: str) -> None:
    client, wrong = world.client(who), []
    with writes() as written:
        for route in walked_by(who):
            for method in set(route.methods) - {"get"}:
                if route.name in ("sizing-calculate", "evidence-inspect"):
                    continue  # they keep nothing
                answer = send(client, route, method, route.at(world.own), world.own)
                if answer.status_code not in REFUSED and not _left_alone(answer):
                    wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    assert written == []


def test_a_stranger_reads_nothing(world: World) -> None:
    for route, answer in walk(world.client(""), world.own, walked_by("")):
        assert answer.status_code in (302, 401, 403), route.path
        assert OWN not in everything(answer), route.path


@pytest.mark.parametrize("who", ["Iris", "writing"])
def test_filters_and_orders_do_not_tell_what_another_unit_has(world: World, who: str) -> None:
    """A foreign id or word finds as much as one that there is not, alone and in the sums."""
    client, differing = world.client(who), []
    for route in [one for one in walked_by(who) if not one.of_rows and "get" in one.methods]:
        path = route.at(world.own)
        for names in _parameters(client, route, path):
            hidden = {name: _asked(world.other, name, route) for name in names}
            missing = {name: _asked(None, name, route) for name in names}
            first, second = client.get(path, hidden), client.get(path, missing)
            if swapped(first, list(hidden.values())) != swapped(second, list(missing.values())):
                differing.append((path, names))
    assert differing == []


def _parameters(client: Client, route: Route, path: str) -> list[tuple[str, ...]]:
    """What a list of the API says that it knows, one by one; of a page the words that pages use, apart and together."""
    if not route.api:
        return [("q",), ("unit",), ("initiative", "workload", "pool", "owner", "measurement", "with", "left", "right", "ids")]
    text = everything(client.get(path, {"no-such": "1"}))
    found = re.search(r"Known: ([^.]*)\.", text)
    return [(name,) for name in (*found[1].split(", "), "ordering")] if found else [("ordering",)]


def _asked(planted: Planted | None, name: str, route: Route) -> str:
    ids = {"initiative": "initiative", "workload": "workload", "pool": "closed", "measurement": "measurement"}
    ids |= {name: name for name in ("source", "delivery", "run", "series")}
    ids |= {"review": "gates.planned", "decision": "gates.decision"}
    if name == "unit":  # who owns an offered pool is there to be seen
        owner = "depot" if "capacity" in route.path else "unit"
        return str(getattr(planted, owner) if planted else MISSING)
    if name in ("left", "right", "ids", "with"):
        return str(planted.initiative.pk if planted else MISSING)
    if name in ids:
        return str(attrgetter(ids[name])(planted).pk if planted else MISSING)
    return planted.word if planted else "Xyzzyx"


@pytest.mark.parametrize("who", ["Iris", "writing"])
def test_no_relation_takes_a_row_of_another_unit(world: World, who: str) -> None:
    """And the refusal says the same as for a row that there is not."""
    client, wrong, tried = world.client(who), [], 0
    with writes() as written:
        for route, method, name in _relations(walked_by(who)):
            hidden, missing = RELATIONS[name](world.other), RELATIONS[name](None)
            answers = [send(client, route, method, route.at(world.own), world.own, {name: value}) for value in (hidden, missing)]
            tried += 1
            texts = [swapped(answer, value) for answer, value in zip(answers, (hidden, missing), strict=True)]
            if texts[0] != texts[1] or (answers[0].status_code not in REFUSED and not _left_alone(answers[0])):
                wrong.append((method, route.path, name, answers[0].status_code, answers[1].status_code))
    assert wrong == []
    assert written == []
    assert tried > (10 if FULL else 0)


def _relations(walked: list[Route]) -> Iterator[tuple[Route, str, str]]:
    for route in walked:
        for method in set(route.methods) & {"post", "patch"}:
            fields = body(route, method, None) if route.api else page_body(route, None)
            for name in RELATIONS:
                if name in fields:
                    yield route, method, name


def _left_alone(answer: HttpResponseBase) -> bool:
    """Giving unknowns away leaves alone what is not there, and says how many it changed."""
    return '"changed":0' in everything(answer)


def walk(
    client: Client, planted: Planted, walked: list[Route], *, fragments: bool = True
) -> Iterator[tuple[Route, HttpResponseBase]]:  # fmt: skip
    """Every GET with the planted rows, pages also as the fragment that htmx asks for."""
    for route in walked:
        if "get" in route.methods:
            yield route, client.get(route.at(planted))
            if fragments and not route.api:
                yield route, client.get(route.at(planted), headers=HX)


def send(
    client: Client, route: Route, method: str, path: str, planted: Planted, changed: Mapping[str, Any] | None = None
) -> HttpResponseBase:  # fmt: skip
    if method == "get":
        return client.get(path)
    if not route.api:
        answer = client.post(path, page_body(route, planted) | dict(changed or {}))
        if answer.status_code == 302:  # what it has to say would stand on the next page, whichever that is
            client.get(answer.headers["Location"], headers=HX)
        return answer
    act: Callable[..., HttpResponseBase] = getattr(client, method)
    if route.name == "trace-list":
        return act(path, {"file": ""})
    said = body(route, method, planted) | dict(changed or {})
    if route.name in ("evidence-inspect", "evidence-attestation"):
        fields = {name: value for name, value in said.items() if value is not None}
        return act(path, fields | {"file": SimpleUploadedFile("fresh.txt", b"fresh")})
    return act(path, json.dumps(said), content_type=JSON, headers={"Idempotency-Key": "fresh"})


def everything(answer: HttpResponseBase) -> str:
    """Body and headers."""
    if getattr(answer, "streaming", False):
        if not hasattr(answer, "told"):
            answer.told = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        text = answer.told.decode(errors="replace")  # type: ignore[attr-defined]
    else:
        text = answer.content.decode(errors="replace")  # type: ignore[attr-defined]
    return f"{text}{answer.headers}"


def same(answer: HttpResponseBase, path: str) -> tuple[int, str]:
    """Status and body without what differs each time: request id, form token, and the address that was asked."""
    text = _TOKEN.sub("", everything(answer)).replace(answer.headers.get("X-Request-ID", "\0"), "")
    for part in sorted({path, *re.findall(r"\d{4,}", path)} - {""}, key=len, reverse=True):
        text = text.replace(part, "#")
    return answer.status_code, _DIFFERS.sub("", text)


def swapped(answer: HttpResponseBase, value: Any) -> tuple[int, str]:
    """The same without the value that was sent, where it comes back in a form or an address."""
    status, text = same(answer, "")
    for one in value if isinstance(value, list) else [value]:
        text = re.sub(rf"(?<![0-9a-z]){re.escape(str(one))}(?![0-9a-z])", "#", text, flags=re.IGNORECASE)
    return status, text


def digits(text: object) -> str:
    """Without anything between digits, as amounts are grouped in many ways."""
    return _NOT_DIGITS.sub("", str(text))


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that write, but for the traces of having been here."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql) and not _LAST_SEEN.match(sql):
            written.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written
