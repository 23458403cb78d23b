from __future__ import annotations

import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.choices import ReviewState
from readiness.gates.models import Anchor, Review
from readiness.gates.queries.situation import situation
from readiness.gates.rules.record.snapshot import ground_plain
from readiness.meetings.choices import PackState, Variant
from readiness.meetings.models import Pack
from readiness.meetings.queries.packs import opened_to, versions
from readiness.meetings.services.agenda import add_items, remove_item
from readiness.meetings.services.packs.making import make_pack, print_again
from readiness.meetings.services.packs.sending import send_pack
from tests.people import Organisation
from tests.readiness.gates import deciding_world as gates
from tests.readiness.meetings.packs_world import made, printed, run_jobs, stamped
from tests.readiness.meetings.world import (
    a_meeting,
    actor,
    decided,
    fresh,
    in_progress,
    mails,
    opened,
    second,
    voted,
    with_agenda,
)

pytestmark = pytest.mark.django_db


def words(pack: Pack) -> str:
    return json.dumps(pack.input, ensure_ascii=False)


class TestMaking:
    def test_both_variants_of_a_version_are_frozen_at_one_moment(self, board: Organisation) -> None:
        packs = made(board, with_agenda(board))

        assert set(packs) == set(Variant)
        assert {pack.number for pack in packs.values()} == {1}
        assert len({pack.input["made_at"] for pack in packs.values()}) == 1
        assert all(pack.state == PackState.DRAFT for pack in packs.values())

    def test_what_an_initiative_is_worth_stands_in_one_of_them_and_nothing_else_differs(self, board: Organisation) -> None:
        meeting = with_agenda(board, ["Chat"])
        Initiative.objects.filter(name="Chat").update(expected_value="1234567.00", expected_value_currency="EUR")

        packs = made(board, meeting)

        assert "1,234,567 EUR" in words(packs[Variant.MONEY])
        assert "1,234,567" not in words(packs[Variant.PLAIN])
        assert "EUR" not in words(packs[Variant.PLAIN])
        money, plain = (packs[one].input["document"]["parts"][0] for one in (Variant.MONEY, Variant.PLAIN))
        assert money["sections"] == plain["sections"]
        assert [one for one in money["facts"] if one not in plain["facts"]] == [
            {"label": "Expected value", "value": "1,234,567 EUR", "unknown": False}
        ]

    def test_what_nobody_knows_is_said_to_be_unknown(self, board: Organisation) -> None:
        pack = made(board, with_agenda(board, ["Chat"]))[Variant.MONEY]

        facts = {one["label"]: one for one in pack.input["document"]["parts"][0]["facts"]}
        assert facts["Expected value"] == {"label": "Expected value", "value": "nobody has said", "unknown": True}
        assert facts["Sponsor"]["unknown"]
        titles = {one["title"]: one for one in pack.input["document"]["parts"][0]["sections"]}
        assert titles["Evidence"]["lead"].startswith("We do not know what production demands")
        assert titles["Sizing"]["lead"].startswith("We do not know what production needs")
        assert "first gate decision" in titles["Changes since the last decision"]["lead"]

    def test_each_criterion_stands_there_with_its_verdict_and_the_rule_that_fired(self, board: Organisation) -> None:
        pack = made(board, with_agenda(board, ["Chat"]))[Variant.PLAIN]

        part = pack.input["document"]["parts"][0]
        assert part["headline"]["badge"]["word"] == "Go"
        assert part["headline"]["lead"].startswith("Rule 5")
        rows = next(one for one in part["sections"] if one["title"] == "Criteria")["table"]["rows"]
        assert [row[0]["text"] for row in rows[1:]] == ["It is worth finding out.", "The data are there."]
        assert {row[1]["badge"]["tone"] for row in rows[1:]} == {"met"}

    def test_a_later_version_has_the_next_number(self, board: Organisation) -> None:
        meeting = with_agenda(board)
        made(board, meeting)
        made(board, meeting)

        assert [one.number for one in versions(meeting)] == [2, 1]

    def test_without_an_agenda_there_is_nothing_to_read(self, board: Organisation) -> None:
        with pytest.raises(ValidationError, match="agenda"):
            make_pack(by=actor(board), meeting=a_meeting(board))

    def test_only_who_holds_the_meeting_makes_it(self, board: Organisation) -> None:
        with pytest.raises(PermissionDenied):
            make_pack(by=actor(board, "Ida"), meeting=with_agenda(board))

    def test_it_takes_no_more_statements_for_more_reviews_but_three_for_the_unknowns_of_each(self, board: Organisation) -> None:
        few, many = with_agenda(board, ["Chat", "Search"]), with_agenda(board, ["a", "b", "c", "d", "e"])
        counts = []
        for meeting in (few, many, few, many):
            with CaptureQueriesContext(connection) as asked:
                made(board, meeting)
            counts.append(len(asked))

        assert counts[3] - counts[2] <= 3 * 4


class TestPrinting:
    def test_the_file_lies_there_with_the_digest_that_the_row_tells(self, board: Organisation) -> None:
        packs = printed(board, with_agenda(board))

        for pack in packs.values():
            content = default_storage.open(pack.stored_as).read()
            assert content.startswith(b"%PDF-")
            assert hashlib.sha256(content).hexdigest() == pack.sha256
            assert (pack.state, pack.size_bytes, pack.error) == (PackState.READY, len(content), "")
            assert pack.pages >= 3
        assert packs[Variant.MONEY].sha256 != packs[Variant.PLAIN].sha256

    def test_a_second_print_of_the_same_pages_gives_the_same_digest_in_the_same_place(self, board: Organisation) -> None:
        pack = printed(board, with_agenda(board, ["Chat"]))[Variant.PLAIN]
        before = (pack.sha256, pack.stored_as)
        Pack.objects.filter(pk=pack.pk).update(state=PackState.FAILED, error="The machine was full.")

        assert print_again(by=actor(board), meeting=pack.meeting, number=1) == 1
        run_jobs()

        again = Pack.objects.get(pk=pack.pk)
        assert (again.sha256, again.stored_as) == before
        folder, name = again.stored_as.split("/")
        assert [one for one in default_storage.listdir(folder)[1] if one.startswith(name)] == [name]

    def test_what_it_was_made_from_can_never_be_changed(self, board: Organisation) -> None:
        pack = made(board, with_agenda(board, ["Chat"]))[Variant.PLAIN]

        with pytest.raises(Error, match="stay as they are"), transaction.atomic():
            Pack.objects.filter(pk=pack.pk).update(input={})


class TestSending:
    def test_decisions_then_name_both_digests(self, board: Organisation) -> None:
        meeting = opened(board, names=["Chat"])
        packs = stamped(board, meeting)

        send_pack(by=actor(board), meeting=meeting, number=1)

        review = Review.objects.select_related("template", "initiative__unit", "initiative__stage").get(
            agenda_items__meeting=meeting
        )
        wanted = {"money": packs[Variant.MONEY].sha256, "plain": packs[Variant.PLAIN].sha256}
        assert review.packs == wanted
        assert ground_plain(situation(review, now=clock.now())[2])["packs"] == wanted

    def test_it_stays_as_it_is_and_a_change_is_a_new_version(self, board: Organisation) -> None:
        meeting = opened(board, names=["Chat"])
        packs = stamped(board, meeting)
        send_pack(by=actor(board), meeting=meeting, number=1)

        with pytest.raises(Error, match="stay as they are"), transaction.atomic():
            Pack.objects.filter(pk=packs[Variant.PLAIN].pk).update(sha256="0" * 64)
        with pytest.raises(ValidationError, match="sent already"):
            send_pack(by=actor(board), meeting=meeting, number=1)
        assert made(board, meeting)[Variant.PLAIN].number == 2

    def test_invitees_get_a_mail_with_an_address_and_the_digest_of_what_they_may_open(self, board: Organisation) -> None:
        meeting = opened(board, people=["Ida", "Vera"], names=["Chat"])
        packs = stamped(board, meeting)

        assert send_pack(by=actor(board), meeting=meeting, number=1) == 2

        told = {mail.to: mail for mail in mails(f"meeting-{meeting.pk}-pack-1")}
        assert packs[Variant.MONEY].sha256 in told[board.people["Ida"].email].text  # she sits on the review
        assert packs[Variant.PLAIN].sha256 in told[board.people["Vera"].email].text
        assert all(f"/meetings/{meeting.pk}/packs/1/file/" in mail.text for mail in told.values())
        assert all(not mail.attachments.exists() for mail in told.values())

    def test_the_heads_of_the_record_that_it_prints_are_anchored(self, board: Organisation) -> None:
        before = in_progress(board, names=["Chat"])
        decided(board, voted(board, before))
        review = Review.objects.get(agenda_items__meeting=before)
        meeting = opened(board, names=["Search"])
        later = gates.a_review(board, gate="production", initiative=review.initiative, state=ReviewState.PLANNED, present=())
        add_items(by=actor(board), meeting=meeting, reviews=[later])
        packs = stamped(board, fresh(meeting))

        send_pack(by=actor(board), meeting=meeting, number=1)

        heads = packs[Variant.PLAIN].heads
        anchors = Anchor.objects.filter(way="pack")
        assert [len(one.heads) for one in anchors] == [len(heads)] if heads else not anchors
        section = packs[Variant.PLAIN].input["document"]["closing"][0]
        assert [row[2]["text"] for row in section["table"]["rows"]][:-1] == [one["hash"] for one in heads]

    def test_not_before_it_is_printed_nor_when_the_agenda_is_another_one(self, board: Organisation) -> None:
        meeting = opened(board)
        made(board, meeting)
        with pytest.raises(ValidationError, match="not printed"):
            send_pack(by=actor(board), meeting=meeting, number=1)
        stamped(board, meeting)
        remove_item(by=actor(board), item=second(meeting))

        with pytest.raises(ValidationError, match="another one by now"):
            send_pack(by=actor(board), meeting=meeting, number=2)

    def test_a_draft_is_sent_to_nobody(self, board: Organisation) -> None:
        meeting = with_agenda(board, ["Chat"])
        stamped(board, meeting)

        with pytest.raises(ValidationError, match="Open the meeting"):
            send_pack(by=actor(board), meeting=meeting, number=1)


class TestWhoOpensWhich:
    def test_money_of_all_of_them_or_the_other_variant(self, board: Organisation) -> None:
        meeting = with_agenda(board)
        reviews = list(meeting.items.values_list("review_id", flat=True))

        assert opened_to(actor(board), reviews) == frozenset(Variant)
        assert opened_to(actor(board, "Ida"), reviews) == frozenset(Variant)
        assert opened_to(actor(board, "Vera"), reviews) == {Variant.PLAIN}

    def test_money_of_one_of_two_is_not_enough(self, board: Organisation) -> None:
        meeting = with_agenda(board)
        reviews = list(meeting.items.values_list("review_id", flat=True))
        Review.objects.get(pk=reviews[1]).seats.filter(person=board.people["Ida"]).delete()

        assert opened_to(actor(board, "Ida"), reviews) == {Variant.PLAIN}

    def test_nothing_for_who_does_not_see_all_of_them(self, board: Organisation) -> None:
        meeting = with_agenda(board)
        reviews = list(meeting.items.values_list("review_id", flat=True))
        elsewhere = gates.a_review(
            board, initiative=gates.an_initiative(board, "Far", unit="Logistics"), state=ReviewState.PLANNED, present=()
        )

        assert opened_to(actor(board, "Vera"), [*reviews, elsewhere.pk]) == frozenset()
        assert opened_to(actor(board), []) == frozenset()
