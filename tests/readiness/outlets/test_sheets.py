"""The portfolio on one page: asked for, made by a job, found again, opened while the rights hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.initiatives.models import Initiative, RiskStanding
from portfolio.kit import clock
from portfolio.outbox.models import Job
from readiness.meetings.services.packs.rendering.parent import Printed, printed
from readiness.outlets.choices import SheetState, Variant
from readiness.outlets.models import Sheet
from readiness.outlets.rules.rights import covered
from readiness.outlets.services.sheets import printing
from readiness.outlets.services.sheets.asking import AT_ONCE, ask_again, ask_sheet
from readiness.risk.models import Spending
from readiness.risk.tables.spending import money
from tests.people import Organisation
from tests.readiness.meetings.hostile_texts import HOSTILE
from tests.readiness.outlets.work import run_jobs
from tests.readiness.risk.explaining_world import in_flight, past, score
from tests.readiness.risk.spending_world import keep, line

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MAKE = "outlets.make_sheet"
SignIn = Callable[[str], Client]


def asked(who: Organisation, name: str = "Paula", query: str = "") -> dict[Variant, Sheet]:
    return {Variant(one.variant): one for one in ask_sheet(by=who.actor(name), query=query, about="")}


def stamped(sheet: Sheet) -> Sheet:
    """Ready with a file that nobody printed: for what happens around the print, at a hundredth of its time."""
    printing.freeze(sheet)
    made = Printed(f"%PDF-1.7 {sheet.pk}".encode(), 1)
    printing.put(sheet, made)
    printing.keep(sheet, made)
    return Sheet.objects.get(pk=sheet.pk)


def words(sheet: Sheet) -> str:
    return json.dumps(Sheet.objects.get(pk=sheet.pk).input, ensure_ascii=False)


def _expected(sheet: Sheet) -> dict[str, Any]:
    facts = printing.freeze(sheet)["document"]["outlook"]["facts"]
    found: dict[str, Any] = next(one for one in facts if one["label"].startswith("Expected abandoned spend"))
    return found


class TestWhatItSays:
    def test_amounts_stand_in_one_variant_and_in_no_other(self, departments: Organisation) -> None:
        sheets = {variant: stamped(sheet) for variant, sheet in asked(departments, "Ada").items()}

        assert "1.3" in words(sheets[Variant.MONEY]) and "522" in words(sheets[Variant.MONEY])  # in flight, and sunk
        assert "USD" not in words(sheets[Variant.PLAIN])
        assert sheets[Variant.PLAIN].money_paths == [] and sheets[Variant.MONEY].money_paths == ["/"]

    def test_who_holds_no_money_gets_one_page_without_amounts(self, departments: Organisation) -> None:
        sheets = asked(departments, "Vera")

        assert list(sheets) == [Variant.PLAIN] and "USD" not in words(stamped(sheets[Variant.PLAIN]))

    def test_nothing_of_another_department_is_in_it(self, departments: Organisation) -> None:
        said = words(stamped(asked(departments, "Paula")[Variant.MONEY]))

        assert "Shelf camera" in said and "Sensors stand still" in said
        assert "Canary" not in said and "933" not in said and "Of 2 initiatives" in said

    def test_it_follows_the_filters_of_the_page(self, departments: Organisation) -> None:
        said = words(stamped(asked(departments, "Ada", f"unit={departments.units['Stores'].pk}")[Variant.PLAIN]))

        assert "Of 1 initiative," in said and "Till forecast" not in said

    def test_what_is_not_computed_is_unknown_and_says_so(self, departments: Organisation) -> None:
        facts = printing.freeze(asked(departments, "Ada")[Variant.MONEY])["document"]["outlook"]["facts"]

        expected = next(one for one in facts if one["label"].startswith("Expected abandoned spend"))
        assert expected["unknown"] and expected["under"] == ["not computed yet"]
        own = next(one for one in facts if one["label"].startswith("Initiatives above"))
        assert own["unknown"]

    def test_expected_abandoned_spend_is_told_with_p90_horizon_and_base(self, departments: Organisation) -> None:
        past(departments)
        score()
        keep()
        for name, query in (("Ada", ""), ("Paula", ""), ("Ada", f"unit={departments.units['Retail'].pk}&status=active")):
            kept = Spending.objects.get(unit=None if (name, query) == ("Ada", "") else departments.units["Retail"]).figures
            expected = _expected(asked(departments, name, query)[Variant.MONEY])
            assert expected["value"] == money(kept["expected"], "USD") and not expected["unknown"], (name, query)
            assert "within 24 months" in expected["under"][0] and f"{money(kept['p90'], 'USD')} (P90)" in expected["under"][0]
            n = kept["base"]["counted"]
            assert expected["under"][1].startswith(f"{n} of {n} in flight or of unknown stage counted")

    def test_an_expected_amount_that_would_tell_a_hidden_one_is_unknown(self, departments: Organisation) -> None:
        """Vera looks at all of Retail and keeps the books of Stores alone."""
        RoleAssignment.objects.create(user=departments.people["Vera"], role=Role.FINANCE, unit=departments.units["Stores"])
        line(in_flight(departments, "Pricing"), actual=600_000)
        past(departments)
        score()
        keep()

        expected = _expected(asked(departments, "Vera")[Variant.MONEY])
        assert expected["unknown"] and "would tell one of them" in expected["under"][0]

    def test_figures_of_initiatives_are_told_with_base_interval_and_horizon(self, departments: Organisation) -> None:
        camera = Initiative.objects.get(name="Shelf camera")
        RiskStanding.objects.create(
            initiative=camera, value=0.6, low=0.5, high=0.7, band="above", months=24, on=clock.today(), drivers=[]
        )

        facts = printing.freeze(asked(departments, "Paula")[Variant.PLAIN])["document"]["outlook"]["facts"]
        own = next(one for one in facts if one["label"].startswith("Initiatives above"))
        assert own["value"] == "1" and "of 1 in flight" in own["under"][0] and "within 24 months" in own["under"][1]

    def test_every_figure_has_its_base(self, departments: Organisation) -> None:
        document = printing.freeze(asked(departments, "Ada")[Variant.MONEY])["document"]

        assert len(document["figures"]) == 5 and all(one["under"] for one in document["figures"])
        assert [stage["name"] for stage in document["stages"]] == ["Pilot"]


class TestPrinting:
    def test_a_job_prints_it_and_the_digest_is_of_the_file(self, departments: Organisation) -> None:
        sheet = asked(departments, "Vera")[Variant.PLAIN]

        assert run_jobs(MAKE) == 1
        made = Sheet.objects.get(pk=sheet.pk)
        assert made.state == SheetState.READY, made.error
        with default_storage.open(made.stored_as) as file:
            content = file.read()
        assert content.startswith(b"%PDF") and hashlib.sha256(content).hexdigest() == made.sha256

    def test_the_longest_texts_stay_on_one_page_and_do_nothing(self, departments: Organisation) -> None:
        pages = printing.freeze(asked(departments, "Ada")[Variant.MONEY])
        document, long = pages["document"], "Überlängen " * 40
        document["needy"] = [
            {"name": hostile[:60], "about": long[:120], "reasons": [long[:92], hostile[:92], "and 9 more reasons"]}
            for hostile in HOSTILE[:5]
        ]
        document["headline"] = document["scope"] = long[:230]
        document["stages"] = [{**document["stages"][0], "name": f"Stage {n}", "bar": n / 8} for n in range(8)]
        for name in ("silos", "known"):
            block = document[name]
            block["heads"] = block["heads"] or ["Kind", "Open"]
            block["lines"] = [{"label": long[:40], "cells": ["1"] * (len(block["heads"]) - 1)}] * 6

        assert printed(pages, main=printing.TEMPLATE).pages == 1

    def test_a_second_try_prints_what_the_first_one_read(self, departments: Organisation) -> None:
        sheet = asked(departments, "Vera")[Variant.PLAIN]
        first = printing.freeze(sheet)
        Initiative.objects.filter(name="Shelf camera").update(name="Another name")

        again = printing.begin(sheet.pk)
        assert again is not None and printing.freeze(again) == first

    def test_what_was_printed_stays_as_it_is(self, departments: Organisation) -> None:
        sheet = stamped(asked(departments, "Vera")[Variant.PLAIN])
        assert printing.begin(sheet.pk) is None

        with pytest.raises(Error), transaction.atomic():
            Sheet.objects.filter(pk=sheet.pk).update(money_paths=["/"])

    def test_without_the_right_there_is_no_page_but_a_reason(self, departments: Organisation) -> None:
        sheet = asked(departments, "Finn")[Variant.MONEY]
        RoleAssignment.objects.filter(user=departments.people["Finn"]).update(role=Role.VIEWER)

        run_jobs(MAKE)
        made = Sheet.objects.get(pk=sheet.pk)
        assert made.state == SheetState.FAILED and made.input is None and "roles" in made.error

    def test_a_filter_that_is_understood_no_more_fails_with_its_reason(self, departments: Organisation) -> None:
        sheet = asked(departments, "Vera", "status=sleeping")[Variant.PLAIN]

        run_jobs(MAKE)
        assert "status" in Sheet.objects.get(pk=sheet.pk).error
        ask_again(by=departments.actor("Vera"), sheet=Sheet.objects.get(pk=sheet.pk))
        assert Sheet.objects.get(pk=sheet.pk).state == SheetState.ASKED

    def test_what_failed_in_every_attempt_is_told_instead_of_waited_for(self, departments: Organisation) -> None:
        sheet = asked(departments, "Vera")[Variant.PLAIN]
        assert printing.give_up(clock.now()) == 0

        assert printing.give_up(clock.now() + timedelta(hours=2)) == 1
        assert "every attempt" in Sheet.objects.get(pk=sheet.pk).error and printing.begin(sheet.pk) is None

    def test_what_belongs_to_the_demo_is_not_printed_as_real(self, departments: Organisation) -> None:
        sheet = asked(departments, "Vera")[Variant.PLAIN]
        Sheet.objects.filter(pk=sheet.pk).update(demo=True)

        run_jobs(MAKE)
        assert Sheet.objects.get(pk=sheet.pk).state == SheetState.FAILED


class TestAsking:
    def test_tokens_and_people_without_a_role_ask_for_none(self, departments: Organisation) -> None:
        token = replace(departments.actor("Ada"), scopes=frozenset({Scope.INITIATIVES_READ}))
        for by in (token, departments.actor("Nora")):
            with pytest.raises(PermissionDenied):
                ask_sheet(by=by, query="", about="")

    def test_a_click_that_is_repeated_prints_no_stack_of_paper(self, departments: Organisation) -> None:
        for _time in range(AT_ONCE):
            asked(departments, "Vera")
        with pytest.raises(ValidationError):
            asked(departments, "Vera")
        assert Job.objects.filter(handler=MAKE).count() == AT_ONCE


class TestPages:
    def test_the_portfolio_page_leads_there_with_its_filters(self, departments: Organisation, signed_in: SignIn) -> None:
        text = signed_in("Paula").get("/portfolio/?status=active").content.decode()
        assert "/portfolio/one-page/?status=active" in text

        page = signed_in("Paula").get("/portfolio/one-page/?status=active").content.decode()
        assert "Status: Active" in page and '<input type="hidden" name="status" value="active">' in page

    def test_one_click_asks_for_it_and_the_list_tells_how_far_it_is(self, departments: Organisation, signed_in: SignIn) -> None:
        client = signed_in("Vera")
        answer: Any = client.post("/portfolio/one-page/make/", {"status": "active"})
        assert answer.status_code == 302 and answer.url == "/portfolio/one-page/?status=active"

        waiting = client.get("/portfolio/one-page/", headers={"hx-request": "true"}).content.decode()
        assert "Waits to be made" in waiting and 'hx-trigger="every 2s"' in waiting and "<html" not in waiting
        stamped(Sheet.objects.get())
        ready = client.get("/portfolio/one-page/").content.decode()
        assert "SHA-256" in ready and "every 2s" not in ready and "Status: Active" in ready

    def test_the_file_is_a_download_with_its_digest(self, departments: Organisation, signed_in: SignIn) -> None:
        sheet = stamped(asked(departments, "Vera")[Variant.PLAIN])

        answer = signed_in("Vera").get(f"/portfolio/one-page/{sheet.pk}/file/")
        assert answer.headers["X-Content-SHA256"] == sheet.sha256
        assert answer.headers["Content-Disposition"].startswith("attachment") and "without-amounts" in str(answer.headers)

    def test_nobody_else_finds_or_opens_it(self, departments: Organisation, signed_in: SignIn) -> None:
        sheet = stamped(asked(departments, "Vera")[Variant.PLAIN])

        for name in ("Ada", "Paula", "Nora"):
            assert signed_in(name).get(f"/portfolio/one-page/{sheet.pk}/file/").status_code == 404
            assert signed_in(name).post(f"/portfolio/one-page/{sheet.pk}/again/").status_code == 404
            assert sheet.sha256 not in signed_in(name).get("/portfolio/one-page/").content.decode()

    def test_whose_rights_end_opens_what_was_made_under_them_no_more(self, departments: Organisation, signed_in: SignIn) -> None:
        sheets = {variant: stamped(one) for variant, one in asked(departments, "Finn").items()}
        RoleAssignment.objects.filter(user=departments.people["Finn"]).update(role=Role.VIEWER)
        client = signed_in("Finn")

        assert client.get(f"/portfolio/one-page/{sheets[Variant.PLAIN].pk}/file/").status_code == 200
        assert client.get(f"/portfolio/one-page/{sheets[Variant.MONEY].pk}/file/").status_code == 403
        RoleAssignment.objects.filter(user=departments.people["Finn"]).update(unit=departments.units["Stores"])
        assert client.get(f"/portfolio/one-page/{sheets[Variant.PLAIN].pk}/file/").status_code == 403
        assert "do not show any more" in client.get("/portfolio/one-page/").content.decode()

    def test_the_list_needs_as_many_statements_at_one_as_at_many(self, departments: Organisation, signed_in: SignIn) -> None:
        client, url = signed_in("Vera"), "/portfolio/one-page/"
        stamped(asked(departments, "Vera")[Variant.PLAIN])
        counts = [statements(client, url)]
        for _time in range(12):
            stamped(asked(departments, "Vera")[Variant.PLAIN])
        assert [*counts, statements(client, url)] == [COUNTS[url]] * 2


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    ("then", "now", "holds"),
    [
        (["/1/2/"], ["/1/"], True), (["/1/2/"], ["/"], True), (["/1/"], ["/1/2/"], False), (["/1/2/", "/3/"], ["/1/"], False),
        ([], [], True), (["/1/"], [], False), (["/12/"], ["/1/"], False),
    ],
)  # fmt: skip
def test_rights_hold_where_every_unit_of_then_is_still_seen(then: list[str], now: list[str], holds: bool) -> None:
    assert covered(then, now) is holds
