"""From an initiative to a first profile: the tab, the templates, three numbers, the page, the list."""

from __future__ import annotations

import pytest

from portfolio.initiatives.services.initiatives import create_initiative
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.models import Workload
from readiness.workloads.rules.templates import TEMPLATES
from readiness.workloads.services.profiles import retire_workload, set_serves
from tests.people import SYSTEM, Organisation
from tests.readiness.workloads.pages import HX, SignIn, html, make_chat, make_initiative, stored, words

pytestmark = pytest.mark.django_db


def test_an_empty_tab_says_what_it_is_for_and_offers_the_first_step(organisation: Organisation, signed_in: SignIn) -> None:
    pk = make_initiative(organisation).pk
    page = signed_in("Iris").get(f"/initiatives/{pk}/workloads/")
    assert "What will production demand?" in words(page)
    assert f"/initiatives/{pk}/workloads/new/" in html(page)
    assert "/workloads/new/" not in html(signed_in("Vera").get(f"/initiatives/{pk}/workloads/"))


def test_each_template_says_what_it_assumes(organisation: Organisation, signed_in: SignIn) -> None:
    page = signed_in("Paula").get(f"/initiatives/{make_initiative(organisation).pk}/workloads/new/")
    said = words(page)
    assert len(TEMPLATES) == 8
    assert all(one.name in said for one in TEMPLATES.values())
    assert "1,000 people (100 to 10,000)" in said
    assert "without a published source" in said


def test_three_numbers_make_a_profile_whose_rest_is_assumed(organisation: Organisation, signed_in: SignIn) -> None:
    pk = make_initiative(organisation).pk
    client = signed_in("Paula")
    form = client.get(f"/initiatives/{pk}/workloads/new/?template=chat-assistant")
    assert words(form).count("Empty: we do not know") == 3
    typed = {
        "template": "chat-assistant", "name": "Help desk", "experience": "conversational", "users": "1200",
        "requests_per_user_day": "12", "busy_hours_per_day": "",
    }  # fmt: skip
    answer = client.post(f"/initiatives/{pk}/workloads/new/", typed)
    made = Workload.objects.get(name="Help desk")
    assert answer.headers["Location"] == f"/workloads/{made.pk}/"
    assert (stored(made, "users").value, stored(made, "users").knowledge) == (1200, Knowledge.KNOWN)
    assert stored(made, "busy_hours_per_day").knowledge == Knowledge.UNKNOWN
    page = words(client.get(f"/workloads/{made.pk}/"))
    assert "2 of 24 answered, 22 unknown without an owner" in page
    assert "assumed 4 × (2 to 10), confirm?" in page  # noqa: RUF001


def test_a_number_that_cannot_be_keeps_what_was_typed_and_makes_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    pk = make_initiative(organisation).pk
    typed = {"template": "chat-assistant", "name": "Help desk", "experience": "conversational", "users": "-5"}
    answer = signed_in("Paula").post(f"/initiatives/{pk}/workloads/new/", typed)
    assert answer.status_code == 422
    assert 'value="Help desk"' in html(answer)
    assert 'value="-5"' in html(answer)
    assert not Workload.objects.exists()


def test_a_number_that_only_the_service_refuses_makes_nothing_either(organisation: Organisation, signed_in: SignIn) -> None:
    pk = make_initiative(organisation).pk
    typed = {"template": "chat-assistant", "name": "Help desk", "experience": "conversational", "users": "10.5"}
    answer = signed_in("Paula").post(f"/initiatives/{pk}/workloads/new/", typed)
    assert answer.status_code == 422
    assert "Whole people only." in words(answer)
    assert not Workload.objects.exists()


def test_a_blank_start_asks_what_it_is(organisation: Organisation, signed_in: SignIn) -> None:
    pk = make_initiative(organisation).pk
    typed = {"template": "blank", "name": "Ranking", "task": "classic", "workload_class": "online", "experience": "instant"}
    assert signed_in("Paula").post(f"/initiatives/{pk}/workloads/new/", typed).status_code == 302
    made = Workload.objects.get(name="Ranking")
    assert made.task == "classic"
    page = words(signed_in("Paula").get(f"/workloads/{made.pk}/"))
    assert "0 of 6 answered, 6 unknown without an owner" in page
    assert "not answered yet; 2 to 10 is assumed" in page


def test_the_three_questions_stand_in_order_and_every_value_takes_we_do_not_know(
    organisation: Organisation, signed_in: SignIn
) -> None:
    chat = make_chat(organisation)
    text = html(signed_in("Paula").get(f"/workloads/{chat.pk}/"))
    places = [text.index(f'id="q-{key}"') for key in ("scale", "demands", "architecture")]
    assert places == sorted(places)
    assert text.count('value="unknown"') == text.count('class="value-row"') == 24
    assert 'id="n-peak_factor"' not in text  # a sizing needs it
    assert 'id="n-concurrency"' in text


def test_who_may_only_read_gets_words_and_no_fields(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    page = signed_in("Vera").get(f"/workloads/{chat.pk}/")
    assert "we do not know; assumed 4 × (2 to 10)" in words(page)  # noqa: RUF001
    assert 'type="number"' not in html(page)
    assert "confirm?" not in html(page)
    for address in ("edit/", "retire/", "requirements/new/"):
        assert signed_in("Vera").get(f"/workloads/{chat.pk}/{address}").status_code == 403


def test_an_owner_answers_for_the_own_initiative(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation, owner=organisation.people["Otto"])
    assert 'name="users-value"' in html(signed_in("Otto").get(f"/workloads/{chat.pk}/"))


def test_another_units_workload_does_not_exist(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    client = signed_in("Lars")
    addresses = (
        "", "edit/", "retire/", "values/users/", "requirements/", "requirements/new/", "versions/", "versions/keep/", "trace/",
    )  # fmt: skip
    assert {client.get(f"/workloads/{chat.pk}/{one}", headers=HX).status_code for one in addresses} == {404}
    assert client.get(f"/initiatives/{chat.initiative_id}/workloads/").status_code == 404
    assert client.post(f"/workloads/{chat.pk}/values/", {}).status_code == 404
    assert "Chat" not in words(client.get("/workloads/"))


def test_a_platform_shows_at_the_initiatives_that_it_carries(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation, name="Gateway")
    other = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Price tags")
    set_serves(by=SYSTEM, workload=chat, initiatives=[other])
    page = words(signed_in("Paula").get(f"/initiatives/{other.pk}/workloads/"))
    assert "Platforms of others that carry it" in page
    assert "Gateway" in page
    assert "What will production demand?" in page  # nothing of its own yet


def test_what_a_workload_is_can_be_changed_and_whom_it_serves(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    other = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Price tags")
    client = signed_in("Iris")
    typed = {
        "name": "Help", "task": "generate", "workload_class": "online", "experience": "interactive", "needed_on": "2027-03-01",
        "note": "", "serves": other.key, "version": str(chat.version),
    }  # fmt: skip
    assert client.post(f"/workloads/{chat.pk}/edit/", typed).status_code == 302
    chat.refresh_from_db()
    assert (chat.name, chat.experience, str(chat.needed_on)) == ("Help", "interactive", "2027-03-01")
    assert list(chat.serves.all()) == [other]
    stale = client.post(f"/workloads/{chat.pk}/edit/", typed | {"name": "Other"})
    assert stale.status_code == 422
    assert "Somebody else changed it meanwhile" in words(stale)
    unknown = client.post(f"/workloads/{chat.pk}/edit/", typed | {"serves": "AI-9999", "version": str(chat.version)})
    assert "There is no initiative AI-9999" in words(unknown)


def test_retiring_asks_once_and_takes_it_out_of_the_lists(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    client = signed_in("Paula")
    assert "Retire Chat?" in words(client.get(f"/workloads/{chat.pk}/retire/"))
    assert client.post(f"/workloads/{chat.pk}/retire/").status_code == 302
    assert f'/workloads/{chat.pk}/"' not in html(client.get("/workloads/"))
    assert "Retired" in words(client.get(f"/workloads/{chat.pk}/"))
    assert client.post(f"/workloads/{chat.pk}/values/users/", {}, headers=HX).status_code == 404


def test_the_list_filters_and_sorts_through_its_address(organisation: Organisation, signed_in: SignIn) -> None:
    make_chat(organisation, name="Chat")
    make_chat(organisation, name="Assistant")
    retire_workload(by=SYSTEM, workload=make_chat(organisation, name="Gone"))
    client = signed_in("Paula")
    everything = words(client.get("/workloads/?sort=name"))
    assert "2 workloads, 2 with something nobody knows" in everything
    assert everything.index("Assistant") < everything.index("Chat ")
    assert "Gone" not in everything
    narrowed = client.get("/workloads/?q=assist&task=generate")
    assert "1 workload" in words(narrowed)
    assert "/workloads/export/csv/?q=assist&amp;task=generate" in html(narrowed)
    assert "Nothing matches these filters" in words(client.get("/workloads/?task=train"))


def test_a_confirmed_origin_is_told(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    assert stored(chat, "users").origin == Origin.TEMPLATE
    client = signed_in("Paula")
    client.post(f"/workloads/{chat.pk}/values/users/", {"confirm": "users"}, headers=HX)
    assert (stored(chat, "users").knowledge, stored(chat, "users").origin) == (Knowledge.KNOWN, Origin.STATED)
