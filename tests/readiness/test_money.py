"""No amount reaches a role that may not see it, through any page, export, search, chart, API, mail, PDF or error.

Every column of money holds canaries (money_world). Every address of the URLconf is read by people who may see none of them, or
only those of their own unit: no answer tells one, and with other amounts in their places every answer is the same to the letter,
whatever it is sorted and narrowed by. Who may see all of them sees each. Rows of other units are answered like none (ROOMS).

The suite walks a part of it, another one each day. All of it:

    PILOTAGE_FULL=1 .venv/bin/python -m pytest tests/readiness/test_money.py
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.activity.models import Mail, MailAttachment, Notice
from portfolio.initiatives.models import RegisterRow
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_text import short
from portfolio.procurement.models import Purchase
from portfolio.procurement.models.billing import (
    BillingAssignment,
    BillingImport,
    BillingItem,
    BillingMonth,
    BillingPeriod,
)
from readiness.meetings.choices import Variant
from readiness.meetings.models import Pack
from tests.readiness.leak_routes import Route, routes_of
from tests.readiness.leak_world import MISSING
from tests.readiness.money_canaries import (
    Spot,
    canaries_of,
    content_of,
    difference,
    let_anything_be_changed,
    other_amounts,
    spots,
    steady,
    text_of,
    told,
    ungrouped,
)
from tests.readiness.money_fields import MONEY, NOT_MONEY, could_hold_money
from tests.readiness.money_routes import addresses, every_route, filled
from tests.readiness.money_rows import LEADS, TODAY, canary
from tests.readiness.money_world import World, make_world
from tests.sampling import some

pytestmark = pytest.mark.django_db
ALL = tuple(LEADS)
BUT_LOGISTICS, BUT_STORES = ("Stores", "Retail", "Group"), ("Logistics", "Retail", "Group")
# Whose amounts each may not see. "tool" and "trail" are tokens without `money` of people who may see all.
FORBIDDEN = {
    "Vic": ALL, "Arno": ALL, "Gus": ALL, "Olga": ALL, "Mona": BUT_LOGISTICS, "Mia": BUT_LOGISTICS, "Pete": BUT_LOGISTICS,
    "Audra": BUT_LOGISTICS, "Fay": BUT_STORES, "tool": ALL, "trail": ALL,
}  # fmt: skip
TOKENS = {"tool": "Fred", "trail": "Ada"}
HX = {"HX-Request": "true"}
WORDS = frozenset(Scope) - {Scope.MONEY}
# What asks for an amount, were it listened to.
SORTS = ("amount", "planned", "actual", "expected_value", "planned_amount", "saving_low", "cost_per_month", "billed", "value")
BETWEEN = "8000000"  # of the canaries of every unit either these or the other ones are less


@dataclass(frozen=True)
class Case:
    address: str
    fragment: bool = False


@dataclass(frozen=True)
class Made:
    world: World
    moment: datetime
    spots: list[Spot]
    tokens: dict[str, str]
    cases: list[Case]

    def client(self, who: str) -> Client:
        if who in self.tokens:
            return Client(headers={"authorization": f"Bearer {self.tokens[who]}"}, raise_request_exception=False)
        client = Client(raise_request_exception=False)
        client.force_login(self.world.organisation.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def walked_by(self, who: str, *, suite: int) -> list[Case]:
        """Tokens read the API alone."""
        cases = [case for case in self.cases if case.address.startswith("/api/")] if who in TOKENS else self.cases
        return some(cases, suite=suite, turn=list(FORBIDDEN).index(who) * 7 if who in FORBIDDEN else 0)


@pytest.fixture(scope="module")
def planted(module_db: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder):
        with django_db_blocker.unblock():
            world = make_world(folder)
            tokens = {name: world.organisation.token(*sorted(WORDS), maker=maker) for name, maker in TOKENS.items()}
            let_anything_be_changed()
            made = Made(world, clock.now(), spots(), tokens, list(_cases(world)))
        yield made


@pytest.fixture
def made(planted: Made, db: Any) -> Iterator[Made]:
    """The clock stands, for pages say how long ago something was."""
    with time_machine.travel(planted.moment, tick=False):
        yield planted


def _cases(world: World) -> Iterator[Case]:
    for route in every_route():
        if "get" in route.methods and route.path != "/readyz":  # it tells how long jobs wait, and nothing else
            for address in addresses(route, world):
                yield Case(address)
                if not route.api:
                    yield Case(address, fragment=True)


def test_every_column_that_can_hold_an_amount_holds_a_canary_or_says_why_not(made: Made) -> None:
    """A new column of money is planted first, or this fails."""
    known = {(model, name) for model, names in MONEY.items() for name in names}
    known |= {(model, name) for fields in NOT_MONEY.values() for model, names in fields.items() for name in names}
    assert not (new := set(could_hold_money()) - known), f"say in money_fields.py what these are: {sorted(new)}"
    held = {(spot.table, spot.column) for spot in made.spots}
    wanted = {(model.lower().replace(".", "_"), name) for model, names in MONEY.items() for name in names}
    assert not (wanted - held), f"plant canaries in {sorted(wanted - held)}"
    assert not (held - wanted), f"no mail, notice, event, job or verdict holds an amount, but {sorted(held - wanted)}"


# Where every canary is seen, as far as a small number of addresses goes.
SHOWING = (
    "/api/v1/budget-lines/", "/api/v1/commitments/", "/api/v1/purchases/", "/api/v1/plan-items/", "/api/v1/purchase-requests/",
    "/api/v1/billing-months/", "/api/v1/billing-imports/{pk}/", "/finance/imports/{pk}/", "/procurement/imports/{pk}/",
    "/api/v1/procurement-imports/{pk}/rows/",
    "/api/v1/imports/{pk}/rows/", "/api/v1/requests/", "/api/v1/findings/{pk}/", "/silos/findings/{pk}/", "/audit/export/",
    "/api/v1/capacity-pools/", "/api/v1/initiatives/{initiative}/venue-options/", "/api/v1/sizing-options/",
    "/api/v1/price-tiers/", "/api/v1/finance-imports/{pk}/", "/api/v1/finance-imports/{pk}/rows/",
    "/api/v1/risk/spending/",
    "/api/v1/evidence/observations/", "/api/v1/evidence/latest/", "/api/v1/initiatives/", "/api/v1/gates/decisions/{pk}/",
)  # fmt: skip
# Who sees what a person in finance has no part in: Prue buys for the organisation.
NOT_OF_FINANCE = {"/audit/export/": "Ada", "/api/v1/imports/{pk}/rows/": "Ada", "/procurement/imports/{pk}/": "Prue",
                  "/api/v1/procurement-imports/{pk}/rows/": "Prue"}  # fmt: skip


def test_who_may_see_all_amounts_sees_each_of_them(made: Made) -> None:
    """Else a canary that nobody finds would prove nothing."""
    seen: set[str] = set()
    asked = {route.path: addresses(route, made.world) for route in every_route() if route.path in SHOWING}
    for path, found in asked.items():
        client = made.client(NOT_OF_FINANCE.get(path, "Fred"))
        for address in found:
            seen |= set(canaries_of(ungrouped(text_of(client.get(address, {"show": "all"} if "imports" in address else {})))))
    for pk in RegisterRow.objects.values_list("initiative", flat=True):
        seen |= set(canaries_of(ungrouped(text_of(made.client("Ada").get(f"/initiatives/{pk}/register/")))))
    wanted = {one: f"{spot.table}.{spot.column}" for spot in made.spots for one in canaries_of(spot.text)}
    assert not (hidden := {one: column for one, column in wanted.items() if one not in seen}), hidden


@pytest.mark.parametrize("who", FORBIDDEN)
def test_no_answer_tells_an_amount_or_depends_on_one(made: Made, who: str, caplog: pytest.LogCaptureFixture) -> None:
    client, asked, forbidden = made.client(who), made.walked_by(who, suite=28), FORBIDDEN[who]
    caplog.set_level(logging.INFO)
    first = [(case, *ask(client, case)) for case in asked]
    wrong = [f"{case} {status} {told(text, forbidden)}" for case, status, text in first if status >= 500 or told(text, forbidden)]
    assert told(caplog.text, ALL) == []
    other_amounts(made.spots, forbidden)
    client = made.client(who)  # to whom no message of the first time is left
    again = [(case, *ask(client, case)) for case in asked]
    wrong += [f"{one[0]} {difference(one[2], other[2])}" for one, other in zip(first, again, strict=True) if one != other]
    assert not wrong, "\n".join(wrong)


def ask(client: Client, case: Case) -> tuple[int, str]:
    answer = client.get(case.address, headers=HX if case.fragment else {})
    return answer.status_code, steady(text_of(answer), answer)


LISTS = [route for route in every_route() if "get" in route.methods and "{" not in route.path and route.path != "/readyz"]
ASKING = ("Vic", "Olga", "Mia", "tool")


@pytest.mark.parametrize("who", ASKING)
def test_nothing_sorted_or_narrowed_depends_on_an_amount(made: Made, who: str) -> None:
    """By whatever the lists themselves offer to who sees amounts, and by what they would need to listen to."""
    client, forbidden = made.client(who), FORBIDDEN[who]
    lists = [route for route in LISTS if route.api] if who in TOKENS else LISTS
    asked = [
        f"{route.path}?{query}" for route in some(lists, suite=2, turn=ASKING.index(who))
        for query in some(queries(made, route), suite=25)
    ]  # fmt: skip
    first = [ask(client, Case(address)) for address in asked]
    other_amounts(made.spots, forbidden)
    client = made.client(who)
    again = [ask(client, Case(address)) for address in asked]
    wrong = [
        f"{address} {difference(one[1], other[1])}"
        for address, one, other in zip(asked, first, again, strict=True)
        if one != other
    ]
    assert not wrong, "\n".join(wrong)
    assert len(asked) > 10


def queries(made: Made, route: Route) -> list[str]:
    """Ways to ask the list that could tell an amount apart from another: `name=value`."""
    text = text_of(made.client("Ada").get(route.path, {"no-such": "1"} if route.api else {}))
    known = re.search(r"Known: ([^.]*)\.", text)
    offered = known[1].split(", ") if known else re.findall(r'<input[^>]* name="([a-z_]+)"', text)
    names = {*offered, *(f"{sort}{how}" for sort in SORTS for how in ("__gte", "_min"))} - {"none", "csrfmiddlewaretoken"}
    sorts = {f"{word}={sign}{sort}" for word in ("ordering", "sort", "by") for sort in SORTS for sign in ("", "-")}
    searched = {f"{name}={value}" for name in names for value in (BETWEEN, "7314111.26")}
    links = set(re.findall(r'href="\?([^"#]{1,200})"', text))
    return sorted(
        searched | {one for one in sorts if route.api == one.startswith("ordering")} | {unescape(link) for link in links}
    )


# What most forms and the API ask for, with amounts that lie between the planted ones.
AMOUNTS = (
    "amount", "planned", "actual", "expected_value", "planned_amount", "from_amount", "cost_per_month", "committed_quantity",
)  # fmt: skip
JUNK = dict.fromkeys(AMOUNTS, BETWEEN) | {
    "currency": "USD", "version": "1", "reason": "because", "note": "a note", "name": "Fresh", "title": "Fresh", "label": "Fresh",
    "share": "3", "quantity": "-1", "category": "compute", "period_start": "2026-01-01", "starts_on": "2026-01-01",
}  # fmt: skip


@pytest.mark.parametrize("who", ASKING)
def test_no_refusal_or_error_of_what_is_sent_tells_an_amount_or_depends_on_one(made: Made, who: str) -> None:
    client, forbidden = made.client(who), FORBIDDEN[who]
    routes = [route for route in every_route() if set(route.methods) - {"get", "head"} and (route.api or who not in TOKENS)]
    asked = [
        (method, address, body)
        for route in some(routes, suite=6, turn=ASKING.index(who))
        for method in sorted(set(route.methods) - {"get", "head"})
        for address in addresses(route, made.world)[:2]
        for body in ({}, JUNK)
    ]
    first = [send(client, *one) for one in asked]
    other_amounts(made.spots, forbidden)
    client = made.client(who)
    again = [send(client, *one) for one in asked]
    wrong = [
        f"{one} {status} {told(text, forbidden)}"
        for one, (status, text) in zip(asked, first, strict=True)
        if told(text, forbidden)
    ]
    wrong += [f"{one} {difference(a[1], b[1])}" for one, a, b in zip(asked, first, again, strict=True) if a != b]
    assert not wrong, "\n".join(wrong)


def send(client: Client, method: str, address: str, body: dict[str, str]) -> tuple[int, str]:
    """Status and body; of what was taken only the status and what the next page tells, for its number differs. Nothing stays."""
    act = getattr(client, method)
    with transaction.atomic():
        answer = (
            act(address, body)
            if not address.startswith("/api/")
            else act(address, json.dumps(body), content_type="application/json")
        )
        text = text_of(answer)
        transaction.set_rollback(True)
    return answer.status_code, "" if answer.status_code in (201, 302) else steady(text, answer)


# Totals over the two rows of a pair, one of Stores and one of Logistics.
TOTALS = ("/procurement/?q=Lone+pair", "/procurement/billing/totals/?by=service", "/silos/findings/?kind=duplicate_capability")
NOT_ADDED = "fewer than 2 amounts are not added up"


@pytest.mark.parametrize("who", ["Mia", "Pete", "Audra"])
def test_who_sees_one_of_two_rows_of_a_total_gets_no_total(made: Made, who: str) -> None:
    """They see both rows and the amount of Logistics alone: a sum over what they see would be that amount (decision 0011)."""
    pair = lone_pair(made.world)
    finding = sum(canary(unit, 65) for unit in pair)
    whole = [content_of_page(made.client("Fred"), path) for path in TOTALS]
    bought, billed, found = whole
    assert short(sum(pair.values())) in bought
    assert NOT_ADDED not in bought
    assert str(sum(pair.values())) in billed
    assert str(finding).split(".")[0] in found
    bought, billed, found = (content_of_page(made.client(who), path) for path in TOTALS)
    assert NOT_ADDED in bought
    assert bought.count(short(pair["Logistics"])) == 1, "its own row, and no sum of it"
    assert "Lone tokens" in billed
    for page, amount in ((billed, pair["Logistics"]), (found, canary("Logistics", 65))):
        assert str(amount).split(".")[0] not in page
    for page in (bought, billed, found):
        assert told(page, ["Stores"]) == []


def lone_pair(world: World) -> dict[str, Decimal]:
    """A purchase and a billed item in Stores and in Logistics, alike but for their amounts: `{unit: amount}`."""
    amounts = {unit: canary(unit, 91) for unit in ("Stores", "Logistics")}
    for name, amount in amounts.items():
        unit = world.organisation.units[name]
        Purchase.objects.create(
            unit=unit, kind="order", title="Lone pair", amount=amount, currency="USD", starts_on=TODAY, in_plan="yes"
        )
        run = BillingImport.objects.create(unit=unit, file_name="lone.csv", sha256="0" * 64)
        period = BillingPeriod.objects.create(
            billing_import=run, unit=unit, provider="Nimbus", billing_account_id=f"L-{name}", starts_on=TODAY.replace(day=1),
            ends_on=TODAY, rows=1, live=True,
        )  # fmt: skip
        item = BillingItem.objects.create(unit=unit, digest=uuid4(), service_name="Lone tokens", billing_account_id=f"L-{name}")
        BillingAssignment.objects.create(item=item, holder=unit)
        BillingMonth.objects.create(
            period=period, item=item, month=TODAY.replace(day=1), charge_category="Usage", currency="USD", billed=amount,
            effective=amount, rows=1,
        )  # fmt: skip
    return amounts


def content_of_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return ungrouped(text_of(answer))


ROOMS = ("portfolio.finance.", "portfolio.procurement.", "readiness.silos.", "readiness.meetings.")


def test_rows_of_another_unit_are_answered_like_rows_that_there_are_not(made: Made) -> None:
    """To somebody who may do everything in Logistics, rows of Stores and its meeting: by every page and route that names one."""
    nora, logistics = made.world.organisation.people["Nora"], made.world.organisation.units["Logistics"]
    for role in (Role.FINANCE, Role.PROCUREMENT, Role.PROGRAM_MANAGER, Role.ARCHITECT):
        RoleAssignment.objects.create(user=nora, role=role, unit=logistics)
    client, wrong, tried, taken = made.client("Nora"), [], 0, 0
    for route in [one for one in routes_of(ROOMS) if "{" in one.path]:
        own, hidden, missing = near_and_far(route, made.world)
        for method in set(route.methods) - {"head"} if hidden != missing else ():
            answers = [refused_alike(client, method, address) for address in (hidden, missing)]
            tried += 1
            if answers[0] != answers[1] or answers[0][0] not in (302, 400, 403, 404, 405, 409, 415, 422, 428):
                wrong.append((method, hidden, answers[0][0], difference(answers[0][1], answers[1][1])))
        taken += hidden != missing and "get" in route.methods and client.get(own).status_code == 200
    assert wrong == []
    assert tried > 100
    assert taken > 20, "of its own unit it reads the same pages"


def near_and_far(route: Route, world: World) -> tuple[str, str, str]:
    """The address with rows of Logistics, of Stores, and with rows that there are not; what is everybody's is alike in all."""
    near, far = (
        {name: values[0] if values else "0" for name, values in filled(route, world, unit).items()}
        for unit in ("Logistics", "Stores")
    )
    meeting = str(world.shared["meeting"].pk)
    theirs = {name for name in far if near[name] != far[name] or ("meetings" in route.path and far[name] == meeting)}
    gone = {name: str(MISSING) if name in theirs else value for name, value in far.items()}
    return route.path.format(**near), route.path.format(**far), route.path.format(**gone)


def refused_alike(client: Client, method: str, address: str) -> tuple[int, str]:
    status, text = send(client, method, address, JUNK) if method != "get" else ask(client, Case(address))
    return status, text.replace(address, "#")


def test_the_pack_with_money_opens_to_nobody_who_may_not_see_all_of_it(made: Made) -> None:
    address = f"/meetings/{made.world.shared['meeting'].pk}/packs/1/file/"
    for who in ("Vic", "Arno", "Gus", "Mia"):
        for query in ("", "?variant=money", "?variant=plain"):
            answer = made.client(who).get(address + query)
            assert told(text_of(answer), FORBIDDEN[who]) == [], (who, query)
    assert told(text_of(made.client("Ada").get(f"{address}?variant=money")), ["Stores"])
    inputs = dict(Pack.objects.filter(meeting=made.world.shared["meeting"]).values_list("variant", "input"))
    assert told(json.dumps(inputs[Variant.PLAIN], ensure_ascii=False), ALL) == []
    assert told(json.dumps(inputs[Variant.MONEY], ensure_ascii=False), ["Stores"])


def test_mails_and_notices_were_written_and_tell_no_amount(made: Made) -> None:
    """None of their columns holds a canary (the first test); here are the files that go with them."""
    assert Mail.objects.filter(key__startswith="digest").exists()
    assert Mail.objects.exclude(key__startswith="digest").exists()
    assert Notice.objects.filter(kind="silo_found").exists() or Notice.objects.exists()
    for file in MailAttachment.objects.all():
        assert told(content_of(bytes(file.content)), ALL) == [], file.name
