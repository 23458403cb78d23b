"""Nothing of another unit, and no amount, leaves by any address of the rooms that leak_routes.py names, nor by mail.

Two units hold one of everything under words and amounts of their own. Every route of the URLconf is walked with the rows of the
own unit, of the other one and with rows that there are not. A route or parameter that the walk cannot fill fails it.

The suite walks a part of them, another one each day. All of them:

    PILOTAGE_FULL=1 .venv/bin/python -m pytest tests/readiness/test_leaks.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db.models import F
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from portfolio.accounts.choices import Scope
from portfolio.activity.models import Mail
from portfolio.finance.models import BudgetLine, Commitment
from portfolio.kit import clock
from readiness.outlets.models import ExportFile, Sheet
from readiness.risk.models import Spending, Stake
from readiness.sizing.models import SizingOption
from readiness.workloads.models import CapacityPool, VenueOption
from tests.people import Organisation, make_organisation
from tests.readiness.leak_bodies import RELATIONS, body, page_body
from tests.readiness.leak_outlook import Outlook, cross, plant_outlook, work_off
from tests.readiness.leak_routes import Route, routes
from tests.readiness.leak_walk import HX, digits, everything, same, send, swapped, walk, writes
from tests.readiness.leak_world import MISSING, Planted, ids_apart, plant, share
from tests.readiness.money_canaries import content_of
from tests.sampling import FULL, some

pytestmark = pytest.mark.django_db
OWN, OTHER = "Heron", "Wombat"
OWN_AMOUNT, OTHER_AMOUNT = Decimal("48151.62"), Decimal("73921.84")
AMOUNTS = (OWN_AMOUNT, OTHER_AMOUNT)
# What whoever reads may have made for themselves.
ONES_OWN = ("outlets:letter", "outlets:sheet_make", "outlets:export_plan", "risk:what_if_keep", "risk:scenario_copy")
REFUSED = frozenset({302, 400, 401, 403, 404, 405, 409, 415, 422})
_CURRENCY = re.compile(r"(?<![0-9A-Za-z])XTS(?![0-9A-Za-z])")  # three letters of a random token are none
READ = (
    Scope.WORKLOADS_READ, Scope.EVIDENCE_READ, Scope.ASSESSMENTS_READ, Scope.GATES_READ, Scope.INITIATIVES_READ,
    Scope.IMPORTS_READ,
)  # fmt: skip
WRITE = (
    Scope.WORKLOADS_WRITE, Scope.EVIDENCE_WRITE, Scope.ASSESSMENTS_WRITE, Scope.GATES_WRITE, Scope.INITIATIVES_WRITE,
    Scope.IMPORTS_WRITE,
)  # fmt: skip


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
            own, other = outlooks(organisation, own, other, folder)
        yield World(organisation, own, other), clock.now()


def outlooks(organisation: Organisation, own: Planted, other: Planted, folder: Path) -> tuple[Planted, Planted]:
    made = [
        plant_outlook(organisation, one.initiative, one.word, amount, folder)
        for one, amount in ((own, OWN_AMOUNT), (other, OTHER_AMOUNT))
    ]
    work_off()
    return replace(own, outlook=cross(made[0], made[1])), replace(other, outlook=made[1])


def outlook(planted: Planted) -> Outlook:
    assert planted.outlook
    return planted.outlook


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
    Stake.objects.update(spent=F("spent") * 7, bound=F("bound") * 7, ahead=F("ahead") * 7)
    BudgetLine.objects.update(planned=F("planned") * 7, actual=F("actual") * 7)
    Commitment.objects.update(amount=F("amount") * 7)
    Spending.objects.all().delete()
    SizingOption.objects.update(
        price_per_accelerator_hour=F("price_per_accelerator_hour") * 7, price_input=F("price_input") * 7, price_output=1.0
    )
    again = walk(client, world.own, asked, fragments=who == "Iris")
    assert [one.path for (one, old), (_one, new) in zip(first, again, strict=True) if same(old, "") != same(new, "")] == []


SHOWING = {
    "/capacity/{pk}/", "/initiatives/{pk}/venues/", "/workloads/{pk}/sizing/", "/api/v1/sizing-options/",
    "/api/v1/evidence/observations/", "/api/v1/evidence/latest/", "/api/v1/evidence/observations/export/csv/",
    "/api/v1/risk/spending/",
}  # fmt: skip


def test_who_sees_amounts_sees_them_and_still_nothing_of_another_unit(world: World) -> None:
    """Also the control of the test above."""
    shown, asked = set(), [one for one in ROUTES if one.path in SHOWING or one in walked_by("Paula")]
    for route, answer in walk(world.client("Paula"), world.own, asked, fragments=False):
        text = everything(answer)
        assert OTHER.lower() not in text.lower(), route.path
        assert digits(OTHER_AMOUNT)[:5] not in digits(text), route.path
        if _CURRENCY.search(text) or digits(OWN_AMOUNT)[:5] in digits(text):
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
    crossing = outlook(world.own).crossing
    assert crossing
    other = replace(world.other, pool=world.other.closed, outlook=replace(outlook(world.other), link=crossing))
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
                if route.name in ("sizing-calculate", "evidence-inspect", *ONES_OWN):
                    continue  # they keep nothing, or nothing of a unit
                answer = send(client, route, method, route.at(world.own), world.own)
                if answer.status_code not in REFUSED and not _left_alone(answer):
                    wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    assert written == []


def test_a_stranger_reads_nothing(world: World) -> None:
    for route, answer in walk(world.client(""), world.own, walked_by("")):
        guessed = route.name in ("outlets:embedded", "outlets:letter_stop")  # opened by a secret, and the walk has none
        assert answer.status_code in ((404,) if guessed else (302, 401, 403)), route.path
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


@pytest.mark.parametrize(
    ("who", "route", "query"),
    [
        ("Iris", "risk:what_if", "scenario={scenario}"), ("Iris", "risk:what_if_compare", "scenario={scenario}"),
        ("writing", "initiative-what-if", "w{workload}.arrival_per_s=20"), ("Paula", "risk:funding", "only={initiative}"),
        ("Paula", "risk:spending", "unit={unit}"), ("Paula", "portfolio_risk_movers", "unit={unit}"),
        ("Paula", "portfolio_spend", "unit={unit}"), ("Iris", "risk:cohorts", "unit={unit}"),
    ],
)  # fmt: skip
def test_an_address_that_names_what_another_unit_has_says_no_more(world: World, who: str, route: str, query: str) -> None:
    """Beside rows of one's own."""
    client, [found] = world.client(who), [one for one in ROUTES if one.name == route]
    rows = {"scenario": outlook(world.other).scenario.pk, "workload": world.other.workload.pk, "unit": world.other.unit,
            "initiative": world.other.initiative.pk}  # fmt: skip
    for headers in ({}, HX):
        first, second = (
            swapped(
                client.get(f"{found.at(world.own)}?{query.format(**ids)}", headers=headers),
                [f"w{ids['workload']}", *ids.values()],
            )
            for ids in (rows, dict.fromkeys(rows, MISSING))
        )
        assert first == second


def test_what_leaves_by_itself_tells_nothing_of_another_unit(world: World) -> None:
    """Letters, panels and files. Each tells of the own unit, which is the control."""
    for one, hidden in ((world.own, OTHER), (world.other, OWN)):
        made, owner = outlook(one), world.organisation.people[outlook(one).owner]
        mails = [f"{mail.subject} {mail.text} {mail.html}" for mail in Mail.objects.filter(to=owner.email)]
        stored = [row.stored_as for row in (*Sheet.objects.filter(owner=owner), _file(made))]
        files = [content_of(default_storage.open(name).read()) for name in stored]
        panel = everything(Client().get(reverse("outlets:embedded", args=[made.secret])))
        assert len(mails) > 1 and len(files) > 1
        for text in (*mails, *files, panel):
            assert one.word in text
            assert hidden not in text
        assert digits(OTHER_AMOUNT if one is world.own else OWN_AMOUNT)[:5] not in digits((*mails, *files, panel))


def _file(made: Outlook) -> ExportFile:
    return ExportFile.objects.get(pk=made.file.pk, state="ready")


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
