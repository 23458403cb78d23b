"""Answers are saved as they are typed, with and without scripts, and never over somebody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse

from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.models import Workload
from readiness.workloads.services.profiles import ValueInput, set_values
from tests.people import SYSTEM, Organisation
from tests.readiness.workloads.pages import HX, SignIn, bases, html, make_chat, stored, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation)


class Browser:
    """Paula's page: it knows what it saw, and sends what is typed into one value."""

    def __init__(self, signed_in: SignIn, chat: Workload) -> None:
        self.client, self.chat = signed_in("Paula"), chat
        self.seen = bases(self.client.get(f"/workloads/{chat.pk}/"))

    def type(self, name: str, **parts: str) -> HttpResponse:
        data = {f"{name}-{part}": text for part, text in parts.items()} | self.seen
        answer: HttpResponse = self.client.post(f"/workloads/{self.chat.pk}/values/{name}/", data, headers=HX)  # type: ignore[assignment]
        self.seen |= bases(answer)
        return answer

    def save_all(self, **typed: Any) -> HttpResponse:
        data = {name.replace("__", "-"): text for name, text in typed.items()} | self.seen
        return self.client.post(f"/workloads/{self.chat.pk}/values/", data)  # type: ignore[return-value]


@pytest.fixture
def paula(signed_in: SignIn, chat: Workload) -> Browser:
    return Browser(signed_in, chat)


def test_a_typed_number_is_known_and_the_answer_beside_it_is_told(paula: Browser, chat: Workload) -> None:
    answer = paula.type("peak_factor", knowledge="known", value="3.5")
    assert answer.status_code == 200
    assert (stored(chat, "peak_factor").value, stored(chat, "peak_factor").knowledge) == (3.5, Knowledge.KNOWN)
    assert "workload-changed" in answer.headers["HX-Trigger"]
    assert "Saved" in words(answer)
    assert "1 of 24 answered" in words(answer)
    assert 'hx-swap-oob="innerHTML:#meta-peak_factor"' in html(answer)
    assert 'id="v-peak_factor"' not in html(answer)  # the field stays as it is being typed


def test_a_number_without_a_choice_is_known_and_the_choice_follows(paula: Browser, chat: Workload) -> None:
    answer = paula.type("peak_factor", value="3.5")
    assert stored(chat, "peak_factor").knowledge == Knowledge.KNOWN
    assert answer.headers["HX-Retarget"] == "#row-peak_factor"
    assert re.search(r'value="known"\s+checked', html(answer))


def test_we_do_not_know_keeps_the_number_and_takes_an_owner(organisation: Organisation, paula: Browser, chat: Workload) -> None:
    assumed = stored(chat, "peak_factor").value
    answer = paula.type("peak_factor", knowledge="unknown")
    assert answer.headers["HX-Retarget"] == "#row-peak_factor"  # the fields now show the assumption
    assert (stored(chat, "peak_factor").value, stored(chat, "peak_factor").origin) == (assumed, Origin.STATED)
    paula.type("peak_factor", knowledge="unknown", value="4", low="2", high="10", owner="Otto Test", due="2027-01-15")
    value = stored(chat, "peak_factor")
    assert (value.owner, str(value.due)) == (organisation.people["Otto"], "2027-01-15")
    page = words(paula.client.get(f"/workloads/{chat.pk}/"))
    assert "Otto Test finds out, 15 Jan" in page
    assert "0 of 24 answered, 1 unknown with an owner, 23 unknown without an owner" in page


def test_an_owner_who_holds_no_role_there_is_refused_beside_the_field(paula: Browser, chat: Workload) -> None:
    answer = paula.type("peak_factor", knowledge="unknown", owner="Lars Test")
    assert answer.status_code == 422
    assert "Nobody here is called “Lars Test”" in words(answer)
    assert stored(chat, "peak_factor").origin == Origin.TEMPLATE


def test_not_applicable_is_an_answer_where_the_sizing_can_do_without(paula: Browser, chat: Workload) -> None:
    paula.type("concurrency", knowledge="not_applicable")
    assert stored(chat, "concurrency").knowledge == Knowledge.NOT_APPLICABLE
    refused = paula.type("peak_factor", knowledge="not_applicable")
    assert refused.status_code == 422
    assert "A sizing needs it" in words(refused)


def test_choosing_known_waits_for_the_number_and_clearing_one_is_a_mistake(paula: Browser, chat: Workload) -> None:
    waits = paula.type("users", knowledge="known", value="")
    assert waits.status_code == 200
    assert "Type the number" in words(waits)
    assert stored(chat, "users").knowledge == Knowledge.UNKNOWN
    paula.type("users", knowledge="known", value="900")
    cleared = paula.type("users", knowledge="known", value="")
    assert cleared.status_code == 422
    assert "A known value needs its number." in words(cleared)
    assert stored(chat, "users").value == 900


@pytest.mark.parametrize(
    ("name", "parts", "says"),
    [
        ("peak_factor", {"value": "0.5"}, "At least 1"),
        ("users", {"value": "10.5"}, "Whole people only."),
        ("availability", {"value": "101"}, "Between 50 and 99.9999 %."),
        ("input_tokens", {"value": "500", "low": "600", "high": "700"}, "The value must lie between low and high."),
        ("input_tokens", {"value": "500", "low": "400"}, "A range needs both its ends."),
        ("input_tokens", {"knowledge": "unknown", "value": "many"}, "Enter a number."),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_value(
    paula: Browser, chat: Workload, name: str, parts: dict[str, str], says: str
) -> None:
    answer = paula.type(name, **{"knowledge": "known", **parts})
    assert answer.status_code == 422
    assert says in words(answer)
    assert stored(chat, name).origin == Origin.TEMPLATE
    assert "HX-Trigger" not in answer.headers


def test_a_share_is_typed_in_per_cent_and_kept_as_a_share(paula: Browser, chat: Workload) -> None:
    paula.type("availability", value="99.95")
    assert stored(chat, "availability").value == 0.9995
    paula.type("ttft_s", value="1.5", share="90")
    assert (stored(chat, "ttft_s").value, stored(chat, "ttft_percentile").value) == (1.5, 0.9)
    page = html(paula.client.get(f"/workloads/{chat.pk}/"))
    assert 'value="99.95"' in page
    assert 'value="90"' in page


def test_three_known_numbers_give_the_rate_beside_its_field(paula: Browser) -> None:
    paula.type("users", value="1440")
    paula.type("requests_per_user_day", value="10")
    answer = paula.type("busy_hours_per_day", value="8")
    assert 'hx-swap-oob="innerHTML:#meta-arrival_per_s"' in html(answer)
    assert "follows from the three above: 0.5 per s" in words(answer)


def test_two_who_answer_different_values_never_meet(signed_in: SignIn, chat: Workload) -> None:
    first, second = Browser(signed_in, chat), Browser(signed_in, chat)
    assert first.type("users", value="100").status_code == 200
    assert second.type("peak_factor", value="3").status_code == 200
    assert (stored(chat, "users").value, stored(chat, "peak_factor").value) == (100, 3)


def test_two_who_answer_the_same_value_choose(signed_in: SignIn, chat: Workload) -> None:
    first, second = Browser(signed_in, chat), Browser(signed_in, chat)
    first.type("users", value="100")
    late = second.type("users", value="200")
    assert late.status_code == 409
    assert "somebody else answered meanwhile: 100 people" in words(late)
    assert stored(chat, "users").value == 100
    assert second.type("users", value="200").status_code == 200  # "keep mine": it has now seen theirs
    assert stored(chat, "users").value == 200
    theirs = first.client.get(f"/workloads/{chat.pk}/values/users/", headers=HX)
    assert 'value="200"' in html(theirs)


def test_the_same_answer_twice_is_no_conflict(signed_in: SignIn, chat: Workload) -> None:
    first, second = Browser(signed_in, chat), Browser(signed_in, chat)
    first.type("users", knowledge="known", value="100")
    assert second.type("users", knowledge="known", value="100.0").status_code == 200


def test_one_click_confirms_an_assumption(paula: Browser, chat: Workload) -> None:
    likely = stored(chat, "peak_factor").value
    answer = paula.client.post(f"/workloads/{chat.pk}/values/peak_factor/", {"confirm": "peak_factor"}, headers=HX)
    value = stored(chat, "peak_factor")
    assert (value.knowledge, value.value, value.low) == (Knowledge.KNOWN, likely, None)
    assert 'id="row-peak_factor"' in html(answer)
    assert "workload-changed" in answer.headers["HX-Trigger"]


def test_without_scripts_one_button_saves_what_was_touched(paula: Browser, chat: Workload) -> None:
    answer = paula.save_all(users__value="700", peak_factor__knowledge="unknown", peak_factor__owner="Otto Test")
    assert answer.status_code == 302
    assert stored(chat, "users").value == 700
    assert stored(chat, "peak_factor").owner is not None
    assert stored(chat, "input_tokens").origin == Origin.TEMPLATE


def test_without_scripts_a_confirming_button_saves_what_was_typed_too(paula: Browser, chat: Workload) -> None:
    assert paula.save_all(users__value="700", confirm="growth_per_year").status_code == 302
    assert stored(chat, "users").value == 700
    assert stored(chat, "growth_per_year").knowledge == Knowledge.KNOWN


def test_without_scripts_a_mistake_saves_nothing_and_keeps_everything(paula: Browser, chat: Workload) -> None:
    answer = paula.save_all(users__value="700", peak_factor__value="0.1")
    assert answer.status_code == 422
    assert "Nothing was saved. Everything you typed is kept" in words(answer)
    assert 'href="#v-peak_factor"' in html(answer)
    assert 'value="700"' in html(answer)
    assert stored(chat, "users").origin == Origin.TEMPLATE


def test_without_scripts_a_merge_page_offers_mine_and_theirs(paula: Browser, chat: Workload) -> None:
    set_values(by=SYSTEM, workload=chat, values={"users": ValueInput(Knowledge.KNOWN, 100)})
    answer = paula.save_all(users__value="700", peak_factor__value="3")
    assert answer.status_code == 409
    assert "100 people" in words(answer)
    assert stored(chat, "peak_factor").origin == Origin.TEMPLATE  # nothing before the choice
    now = bases(paula.client.get(f"/workloads/{chat.pk}/"))["users-base"]
    assert f'name="users-base" value="{now}"' in html(answer)
    paula.seen["users-base"] = now
    theirs = paula.save_all(users__value="700", peak_factor__value="3", take_users="theirs")
    assert theirs.status_code == 302
    assert (stored(chat, "users").value, stored(chat, "peak_factor").value) == (100, 3)
    assert Browser.save_all(paula, users__value="700", take_users="mine").status_code == 302
    assert stored(chat, "users").value == 700


def test_a_value_that_is_not_asked_has_no_address(paula: Browser, chat: Workload) -> None:
    assert paula.client.get(f"/workloads/{chat.pk}/values/items_per_run/", headers=HX).status_code == 404
    assert paula.client.get(f"/workloads/{chat.pk}/values/ttft_percentile/", headers=HX).status_code == 404


def test_who_may_not_change_it_saves_nothing(signed_in: SignIn, chat: Workload) -> None:
    vera = signed_in("Vera")
    assert vera.post(f"/workloads/{chat.pk}/values/users/", {"users-value": "1"}, headers=HX).status_code == 403
    assert vera.post(f"/workloads/{chat.pk}/values/", {"users-value": "1"}).status_code == 403


def test_a_measured_number_that_is_not_touched_stays_exact_and_measured(paula: Browser, chat: Workload) -> None:
    measured = ValueInput(Knowledge.KNOWN, 5.530136415281, 5.000452991, 6.059819831, Origin.TRACE, "From a log.")
    set_values(by=SYSTEM, workload=chat, values={"arrival_per_s": measured})
    page = paula.client.get(f"/workloads/{chat.pk}/")
    assert 'value="5.53014"' in html(page)
    assert "5 to 6.06; From a log." in words(page)
    paula.seen = bases(page)
    paula.type("arrival_per_s", knowledge="known", value="5.53014", low="5.00045", high="6.05982", note="Pilot week")
    value = stored(chat, "arrival_per_s")
    assert (value.value, value.low, value.origin, value.note) == (5.530136415281, 5.000452991, Origin.TRACE, "Pilot week")
