"""The table and the pages of one initiative: who sees what, whole and as a fragment, with hostile texts in it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.models import Initiative, InitiativeDate, RegisterRow
from portfolio.initiatives.queries import lists
from portfolio.initiatives.services.initiatives import update_initiative
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, make_many, same_text, text_of

LIST = "/initiatives/"
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ROUTES = (
    "detail", "history", "source", "edit", "stage", "note", "close", "reopen", "template", "milestone_new", "dependency_new",
)  # fmt: skip
HOSTILE = (
    "q=%00", "q=" + "a" * 10_000, "unit=99999999999999999999999", "unit=x", "owner=99999999999999999999999", "owner=1e400",
    "sponsor=-1", "programme=999999999999999999999", "register=9999999999999999999999", "page=99999999999", "page=%C2%B2",
    "page=-1", "page=" + "9" * 5000, "sort=; drop table", "sort=-", "columns=" + "x," * 500, "stage=%00", "stage=%27",
    "status=nonsense", "external_id=%3A", "external_id=%00", "updated_after=never", "missing=maybe", "tag=%00",
    "lifecycle=%00", "q=%22%22%22", "q=((((", "q=-", "q=ai-99999999999999999999999999", "template=%00", "show=poc.99999",
)  # fmt: skip
pytestmark = pytest.mark.django_db


def test_a_manager_sees_her_units_rows_and_nobody_elses(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Shelf gaps")
    make(organisation, "Route plans", unit="Logistics")
    answer = text_of(signed_in("Paula").get(LIST))
    assert "Shelf gaps" in answer
    assert "Route plans" not in answer


def test_somebody_without_a_role_sees_an_empty_register(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Shelf gaps")
    answer = text_of(signed_in("Nora").get(LIST))
    assert "Shelf gaps" not in answer
    assert "No initiatives yet" in answer


def test_a_stranger_is_sent_to_sign_in(organisation: Organisation, signed_in: SignIn) -> None:
    answer = signed_in("").get(LIST)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_an_initiative_of_another_unit_is_as_missing_as_one_that_never_was(organisation: Organisation, signed_in: SignIn) -> None:
    other = make(organisation, "Route plans", unit="Logistics")
    client = signed_in("Paula")
    for route in ROUTES:
        hidden = client.get(reverse(f"initiatives:{route}", args=[other.pk]))
        missing = client.get(reverse(f"initiatives:{route}", args=[other.pk + 1000]))
        assert hidden.status_code == missing.status_code == 404, route
        assert same_text(hidden) == same_text(missing), route
    for route in ("stage", "note", "status", "close", "reopen", "template", "edit"):
        assert client.post(reverse(f"initiatives:{route}", args=[other.pk])).status_code == 404, route


def test_a_refresh_by_htmx_is_the_table_with_its_chips_and_sentence_alone(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Shelf gaps")
    client = signed_in("Paula")
    whole = text_of(client.get(LIST, {"q": "shelf"}))
    part = text_of(client.get(LIST, {"q": "shelf"}, headers=HX | {"HX-Target": "results"}))
    assert "<html" in whole
    assert "<html" not in part
    for piece in ('id="results"', 'id="active-filters"', 'id="headline"', "Shelf gaps"):
        assert piece in part
        assert piece in whole


def test_amounts_are_hidden_from_a_viewer_in_the_table_and_on_the_page(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, expected_value=Decimal(987654), expected_value_currency="EUR")
    viewer, manager = signed_in("Vera"), signed_in("Paula")
    for address in (f"{LIST}?columns=value", f"{LIST}{row.pk}/"):
        seen, hidden = text_of(manager.get(address)), text_of(viewer.get(address))
        assert "988" in seen
        assert "987,654.00" in seen
        assert "hidden" in hidden
        assert "988" not in hidden
        assert "987" not in hidden


def test_an_owner_sees_the_amount_of_her_own_initiative_alone(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Mine", owner="Vera", expected_value=Decimal(111), expected_value_currency="EUR")
    make(organisation, "Not mine", expected_value=Decimal(222), expected_value_currency="EUR")
    answer = text_of(signed_in("Vera").get(f"{LIST}?columns=value"))
    assert "111" in answer
    assert "222" not in answer


def test_sorting_by_value_does_not_betray_hidden_amounts(organisation: Organisation, signed_in: SignIn) -> None:
    for amount in (3, 1, 2):
        make(organisation, f"Worth {amount}", expected_value=Decimal(amount), expected_value_currency="EUR")
    answer = text_of(signed_in("Vera").get(f"{LIST}?sort=value"))
    assert [answer.index(f"Worth {amount}") for amount in (2, 1, 3)] == sorted(answer.index(f"Worth {a}") for a in (1, 2, 3))


def test_filters_stay_in_the_address_and_show_as_chips(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Shelf gaps", owner="Otto")
    otto = organisation.people["Otto"]
    answer = text_of(signed_in("Paula").get(LIST, {"owner": str(otto.pk), "status": "active", "q": "shelf"}))
    for label in ("Otto Test", "Active", "Clear all"):
        assert label in answer
    assert "1 initiative" in answer


def test_no_match_offers_to_clear_the_filters_and_no_rows_at_all_to_import(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    assert "Write the first initiative" in text_of(client.get(LIST))
    make(organisation)
    assert "Nothing matches these filters" in text_of(client.get(LIST, {"q": "zebra"}))


def test_unknown_is_said_and_never_left_blank(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    answer = text_of(signed_in("Paula").get(f"{LIST}{row.pk}/"))
    assert answer.count("v-unknown") >= 15
    assert "nobody named yet" in answer
    table = text_of(signed_in("Paula").get(f"{LIST}?columns=venue_storage,containerised,route,topic"))
    assert table.count("v-unknown") >= 4


def test_columns_come_from_the_address(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, topic="Vision of panels")
    client = signed_in("Paula")
    assert "Vision of panels" not in text_of(client.get(LIST))
    assert "Vision of panels" in text_of(client.get(f"{LIST}?columns=topic"))
    assert "Vision of panels" in text_of(client.get(f"{LIST}?columns=topic&columns=unit"))


def test_pages_hold_fifty_rows_and_lead_to_each_other(organisation: Organisation, signed_in: SignIn) -> None:
    make_many(organisation, 60)
    client = signed_in("Paula")
    first, second = text_of(client.get(LIST)), text_of(client.get(f"{LIST}?page=2"))
    assert first.count('class="title"') == 50
    assert second.count('class="title"') == 10
    assert "1–50 of 60" in first  # noqa: RUF001
    assert "page=2" in first


def test_a_count_beyond_the_limit_is_said_to_be_more(
    organisation: Organisation, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "COUNTED_EXACTLY", 5)
    make_many(organisation, 7)
    assert "More than 5 initiatives" in text_of(signed_in("Paula").get(LIST))


def test_a_hostile_address_gets_a_page(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation)
    client = signed_in("Paula")
    for query in HOSTILE:
        for path in (LIST, "/initiatives/board/", "/initiatives/export/csv/", "/requests/", "/search/"):
            answer = client.get(f"{path}?{query}")
            text_of(answer)
            assert answer.status_code == 200, (path, query[:80])


def test_a_filter_that_cannot_be_read_is_said_and_not_applied(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Shelf gaps")
    answer = text_of(signed_in("Paula").get(f"{LIST}?unit=x"))
    assert "could not be read" in answer
    assert "Shelf gaps" in answer


def test_texts_from_people_are_never_markup(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(
        organisation, XSS, purpose=XSS, outputs=XSS, topic=XSS[:300], approach=XSS, impact_level=XSS[:200], system_name=XSS,
        owner_name=XSS, sponsor_name=XSS, orchestrator=XSS[:100], tags=[XSS[:60]], contract_numbers=[XSS],
        functions={"business": {"name": XSS}}, external_ids=[{"system": "x", "value": XSS}],
        links=[{"label": XSS, "url": "https://example.org/"}], answers={XSS: {"value": XSS, "raw": XSS}},
    )  # fmt: skip
    BusinessUnit.objects.filter(pk=row.unit_id).update(name=XSS[:100])
    client = signed_in("Paula")
    columns = "unit,owner,sponsor,topic,impact,tags"
    addresses = [
        f"{LIST}?columns={columns}", f"{LIST}{row.pk}/", f"{LIST}{row.pk}/history/", f"{LIST}{row.pk}/edit/",
        f"{LIST}{row.pk}/stage/", "/initiatives/board/", f"/search/?q={'script'}", f"{LIST}?q=%3Cscript%3Ealert(1)",
    ]  # fmt: skip
    for address in addresses:
        answer = text_of(client.get(address))
        assert "<script>alert" not in answer, address
        assert "<img src=x" not in answer, address


def test_dates_keep_their_precision_and_what_the_register_said(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    InitiativeDate.objects.create(
        initiative=row, kind="initiated", value="2023-07-01", precision="month", raw="22-Jul-ish", unread="part"
    )
    InitiativeDate.objects.create(initiative=row, kind="implemented", precision="unknown", raw="sometime", unread="no date")
    answer = text_of(signed_in("Paula").get(f"{LIST}{row.pk}/"))
    assert "Jul 2023" in answer
    assert "22-Jul-ish" in answer
    assert "sometime" in answer


def test_the_register_page_shows_raw_beside_understood(organisation: Organisation, signed_in: SignIn) -> None:
    from portfolio.initiatives.models import ImportRun, Lifecycle, Register

    row = make(organisation)
    unit = organisation.units["Retail"]
    mapping = {"fields": {"topic": {"columns": ["Topic Area"]}, "initiated_on": {"columns": ["Started"]}}}
    register = Register.objects.create(
        name="Inventory", unit=unit, lifecycle=Lifecycle.objects.get(is_default=True), key_rule="external_id", mapping=mapping
    )
    run = ImportRun.objects.create(register=register, unit=unit, file_name="inventory.csv", sha256="0" * 64)
    issue = {"column": "Started", "target": "initiated_on", "value": "soon", "reason": "not a date", "rejected": False}
    fields = {"topic": "Vision", "initiated_on": {"value": None, "precision": "unknown"}, "answers": {"ato": {"value": "no"}}}
    RegisterRow.objects.create(
        register=register, key="1", initiative=row, line=7, raw={"Topic Area": " Vision ", "Started": "soon", "Other": "kept"},
        fields=fields, issues=[issue], digest="0" * 64, run=run,
    )  # fmt: skip
    client = signed_in("Paula")
    assert "cells not read" in text_of(client.get(f"{LIST}{row.pk}/"))
    answer = text_of(client.get(f"{LIST}{row.pk}/register/"))
    for text in ("Topic Area", "soon", "not a date", "Kept, not mapped to a field", "inventory.csv"):
        assert text in answer


def test_amounts_of_the_register_are_hidden_from_who_sees_none(organisation: Organisation, signed_in: SignIn) -> None:
    from portfolio.initiatives.models import ImportRun, Lifecycle, Register

    row, unit = make(organisation), organisation.units["Retail"]
    register = Register.objects.create(
        name="Inventory", unit=unit, lifecycle=Lifecycle.objects.get(is_default=True), key_rule="external_id",
        mapping={"fields": {"expected_value": {"columns": ["Worth"]}, "topic": {"columns": ["Topic"]}}},
    )  # fmt: skip
    run = ImportRun.objects.create(register=register, unit=unit, file_name="inventory.csv", sha256="0" * 64)
    issue = {"column": "Worth", "target": "expected_value", "value": "987654x", "reason": 'not read: "987654x"'}
    RegisterRow.objects.create(
        register=register, key="1", initiative=row, line=2, raw={"Worth": "987654x", "Topic": "Vision"},
        fields={"expected_value": "987654", "topic": "Vision"}, issues=[issue], digest="0" * 64, run=run,
    )  # fmt: skip
    assert "987654x" in text_of(signed_in("Paula").get(f"{LIST}{row.pk}/register/"))
    hidden = text_of(signed_in("Vera").get(f"{LIST}{row.pk}/register/"))
    assert "987654" not in hidden
    assert "Worth" in hidden
    assert "Vision" in hidden


def test_what_a_dependency_of_another_unit_is_called_stays_there(organisation: Organisation, signed_in: SignIn) -> None:
    from portfolio.initiatives.services.dependencies import add_dependency

    mine, other = make(organisation, "Mine"), make(organisation, "Secret route plans", unit="Logistics")
    add_dependency(by=SYSTEM, initiative=mine, on=other)
    answer = text_of(signed_in("Paula").get(f"{LIST}{mine.pk}/"))
    assert "an initiative of another unit" in answer
    assert "Secret route plans" not in answer
    assert "Mine" not in text_of(signed_in("Lars").get(f"{LIST}{other.pk}/"))


def test_only_who_may_change_it_is_offered_to(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, owner="Otto", unit="Stores")
    for name, edits, moves in (("Paula", True, True), ("Otto", True, True), ("Iris", True, False), ("Vera", False, False)):
        answer = text_of(signed_in(name).get(f"{LIST}{row.pk}/"))
        assert (f"/initiatives/{row.pk}/edit/" in answer) is edits, name
        assert (f"/initiatives/{row.pk}/stage/" in answer) is moves, name


def test_a_page_shows_what_was_changed_meanwhile(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    update_initiative(by=SYSTEM, initiative=row, changes={"topic": "Panels"})
    assert Initiative.objects.get(pk=row.pk).version == 2
    assert "Panels" in text_of(signed_in("Vera").get(f"{LIST}{row.pk}/"))
