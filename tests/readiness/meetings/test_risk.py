"""The risk figure in packs and in the room."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.choices import Outcome
from readiness.meetings.choices import Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.services.packs.contents import risk
from readiness.meetings.services.packs.contents.gathered import gathered
from readiness.meetings.services.packs.sending import send_pack
from readiness.meetings.views import followed
from readiness.risk.choices import Occasion
from readiness.risk.models import Shown
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, text_of
from tests.portfolio.initiatives.standing_world import stand
from tests.readiness.meetings.packs_world import made, printed, stamped
from tests.readiness.meetings.world import actor, decided, fresh, in_progress, opened, voted, with_agenda

pytestmark = pytest.mark.django_db


def chat() -> Initiative:
    return Initiative.objects.get(name="Chat")


def section(pack: Pack, part: int = 0) -> dict[str, Any]:
    sections = pack.input["document"]["parts"][part]["sections"]
    found: dict[str, Any] = next(one for one in sections if one["title"] == "Risk of abandonment")
    return found


def words(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\u202f", " ").replace("\u200b", "")


def test_both_variants_tell_figure_horizon_ground_drivers_and_badges(board: Organisation) -> None:
    meeting = with_agenda(board, ["Chat"])
    stand(chat(), drivers=["no_reuse", "silo_finding_open"])
    packs = made(board, meeting)
    told = section(packs[Variant.PLAIN])
    assert told == section(packs[Variant.MONEY]), "there is no money in it"
    text = words(told)
    assert "within 24 months: 44 %, 80 % interval 30 to 58 %" in text
    assert [row[0]["text"] for row in told["table"]["rows"]] == ["No reuse of what exists", "Silo finding open"]
    assert [row[1]["badge"]["word"] for row in told["table"]["rows"]] == [
        "prior from published registers", "prior opinion, unvalidated",
    ]  # fmt: skip
    assert {row[2]["text"] for row in told["table"]["rows"]} == {"does not count in the figure"}
    assert "the good kind of ending" in text


def test_a_pack_says_reference_class_where_nothing_was_learned_and_why_there_is_no_figure(board: Organisation) -> None:
    meeting = with_agenda(board)
    stand(chat(), 0.46, 0.28, 0.65, resolved=0, drivers=[])
    pack = made(board, meeting)[Variant.PLAIN]
    assert "Reference class." in words(section(pack))
    assert section(pack, 1)["lead"] == "Likely abandoned: not computed yet."


def test_the_figure_that_a_sent_pack_tells_is_noted_and_not_a_later_one(board: Organisation) -> None:
    meeting = opened(board)
    stand(chat())
    pack = stamped(board, meeting)[Variant.PLAIN]
    stand(chat(), 0.9, 0.8, 0.95)
    assert not Shown.objects.exists(), "made is not shown"
    send_pack(by=actor(board), meeting=fresh(meeting), number=1)
    noted = Shown.objects.get()
    assert (noted.initiative, noted.occasion, noted.about, noted.on) == (chat(), Occasion.PACK, pack.pk, clock.today())
    assert noted.figure["value"] == "0.4400"


def test_figures_of_many_reviews_cost_no_more_statements(board: Organisation) -> None:
    few, many = with_agenda(board, ["Chat"]), with_agenda(board, [f"Trial {number}" for number in range(6)])
    for row in Initiative.objects.all():
        stand(row)
    counts = []
    for meeting in (few, many):
        with CaptureQueriesContext(connection) as queries:
            gathered(actor(board), meeting, now=clock.now())
        counts.append(sum("riskstanding" in one["sql"] or "risk_generation" in one["sql"] for one in queries))
    assert counts == [2, 2]


def test_the_pack_is_printed_with_it(board: Organisation) -> None:
    meeting = with_agenda(board, ["Chat"])
    stand(chat())
    assert all(pack.pages > 0 for pack in printed(board, meeting).values())


def test_the_room_says_it_in_one_line_and_says_that_there_is_none(
    board: Organisation, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = in_progress(board)
    client = signed_in("Paula")
    assert "Likely abandoned: no figure: closed, in production, or not computed yet" in room_text(client, meeting)
    stand(chat())
    monkeypatch.setattr(followed, "_KEPT", OrderedDict())  # as another process, that has not kept what it showed
    assert "Likely abandoned within 24 months: 44 % [30, 58] not told apart from average" in room_text(client, meeting)


def room_text(client: Client, meeting: Meeting) -> str:
    text = re.sub(r"<[^>]+>", " ", text_of(client.get(f"/meetings/{meeting.pk}/room/")))
    return re.sub(r"\s+", " ", text.replace("\u202f", " "))


def test_movement_is_told_since_the_last_decision(board: Organisation) -> None:
    meeting = in_progress(board)
    review = voted(board, meeting)
    stand(chat())
    decided(board, review, Outcome.HOLD)
    stand(chat(), 0.5, 0.4, 0.6)
    all_ = gathered(actor(board), fresh(meeting), now=clock.now())
    text = " ".join(risk.section(all_.subjects[0], all_).paragraphs).replace("\u202f", " ")
    assert "it was 44 % [30, 58]; +6 points since, to 50 %." in text
