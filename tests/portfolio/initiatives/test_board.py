"""The board: columns of one template, moves by form and by drag, only what one may move."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Lifecycle
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, make_many, text_of

BOARD = "/initiatives/board/"
pytestmark = pytest.mark.django_db


def columns(response: Any) -> dict[str, list[str]]:
    return {column["key"]: [card["name"] for card in column["cards"]] for column in response.context["columns"]}


def test_every_stage_has_its_column_and_so_has_unknown(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "A")
    lost = make(organisation, "B")
    move_stage(by=SYSTEM, initiative=lost, stage=None)
    found = columns(signed_in("Paula").get(BOARD))
    assert list(found) == ["idea", "poc", "pilot", "scale-up", "production", "unknown"]
    assert (found["idea"], found["unknown"]) == (["A"], ["B"])


def test_the_board_shows_the_template_with_most_rows_and_leads_to_the_others(
    organisation: Organisation, signed_in: SignIn
) -> None:
    light = Lifecycle.objects.get(key="light")
    for name in "ab":
        make(organisation, name, lifecycle=light)
    make(organisation, "c")
    client = signed_in("Paula")
    assert list(columns(client.get(BOARD))) == ["idea", "pilot", "production", "unknown"]
    assert columns(client.get(f"{BOARD}?template=standard"))["idea"] == ["c"]


def test_closed_ones_show_only_when_asked_for(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "Gone")
    close_initiative(by=SYSTEM, initiative=row, kind=ClosureKind.DRIFTED)
    client = signed_in("Paula")
    assert "Gone" not in text_of(client.get(BOARD))
    assert "Gone" in text_of(client.get(f"{BOARD}?status=closed"))


def test_a_long_column_is_capped_and_shows_more_when_asked(organisation: Organisation, signed_in: SignIn) -> None:
    make_many(organisation, 100)
    client = signed_in("Paula")
    answer = client.get(BOARD)
    assert len(columns(answer)["poc"]) == 12
    assert "show=poc.52" in text_of(answer)
    assert len(columns(client.get(f"{BOARD}?show=poc.52"))["poc"]) == 17
    part = text_of(client.get(f"{BOARD}?show=poc.52", headers=HX | {"HX-Target": "board"}))
    assert 'id="board"' in part
    assert "<html" not in part


def test_a_drop_moves_the_card_and_answers_with_the_board(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "Shelf gaps")
    client = signed_in("Paula")
    headers = HX | {"HX-Target": "board"}
    answer = client.post(
        f"/initiatives/{row.pk}/stage/", {"stage": "pilot", "version": "1", "next": f"{BOARD}?q=shelf"}, headers=headers
    )
    assert answer.headers["Location"] == f"{BOARD}?q=shelf"
    part = client.get(answer.headers["Location"], headers=headers)
    assert columns(part)["pilot"] == ["Shelf gaps"]
    assert "<html" not in text_of(part)


def test_a_drop_that_comes_too_late_leaves_the_board_standing_and_says_why(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "Shelf gaps")
    move_stage(by=SYSTEM, initiative=row, stage=row.lifecycle.stages.get(key="poc"))
    client = signed_in("Paula")
    headers = HX | {"HX-Target": "board"}
    sent = {"stage": "pilot", "version": "1", "next": BOARD}
    answer = client.post(f"/initiatives/{row.pk}/stage/", sent, headers=headers, follow=True)
    html = text_of(answer)
    assert columns(answer)["poc"] == ["Shelf gaps"]
    assert "Somebody else" in html
    assert "toast" in html


def test_only_what_one_may_move_can_be_dragged(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Hers", owner="Otto", unit="Stores")
    make(organisation, "Not hers", unit="Stores")
    assert text_of(signed_in("Otto").get(BOARD)).count('draggable="true"') == 1
    assert text_of(signed_in("Paula").get(BOARD)).count('draggable="true"') == 2
    assert text_of(signed_in("Vera").get(BOARD)).count('draggable="true"') == 0


def test_each_card_has_a_form_of_its_own_for_the_keyboard(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "Shelf gaps")
    client = signed_in("Paula")
    assert f'href="/initiatives/{row.pk}/stage/?next=' in text_of(client.get(BOARD))
    assert "Pilot" in text_of(client.get(f"/initiatives/{row.pk}/stage/"))
