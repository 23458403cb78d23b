from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.outbox import services as outbox
from portfolio.outbox.models import Job
from readiness.meetings.choices import PackKind, PackState, Variant
from readiness.meetings.models import Pack
from readiness.meetings.services.minutes import close_meeting
from readiness.meetings.services.packs.sending import send_pack
from readiness.meetings.services.room import start_meeting
from readiness.meetings.tasks import print_minutes
from tests.people import Organisation
from tests.readiness.meetings.packs_world import made, run_jobs, stamped
from tests.readiness.meetings.world import actor, decided, fresh, in_progress, opened, voted, with_agenda

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


class TestThePanel:
    def test_it_is_a_page_by_itself_and_a_section_of_the_meeting(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = with_agenda(board)
        paula = signed_in("Paula")

        assert f'hx-get="/meetings/{meeting.pk}/packs/"' in paula.get(f"/meetings/{meeting.pk}/").content.decode()
        assert "<html" in paula.get(f"/meetings/{meeting.pk}/packs/").content.decode()
        assert paula.get(f"/meetings/{meeting.pk}/packs/", headers=HX).content.decode().strip().startswith("<section")

    def test_making_sending_and_both_digests_by_forms_alone(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = opened(board, names=["Chat"])
        paula, where = signed_in("Paula"), f"/meetings/{meeting.pk}/packs/"

        assert paula.post(f"{where}make/").status_code == 302
        assert 'hx-trigger="every 2s"' in paula.get(where, headers=HX).content.decode()
        run_jobs()
        page = paula.get(where).content.decode()
        packs = {pack.variant: pack for pack in Pack.objects.filter(meeting=meeting)}
        assert all(pack.sha256 in page for pack in packs.values())
        assert "every 2s" not in page
        assert "stays as it is" in paula.get(f"{where}1/send/").content.decode()
        paula.post(f"{where}1/send/")

        assert set(Pack.objects.values_list("state", flat=True)) == {PackState.SENT}
        assert f"{where}1/send/" not in paula.get(where).content.decode()

    def test_who_does_not_hold_the_meeting_makes_and_sends_nothing(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = opened(board, names=["Chat"])
        stamped(board, meeting)
        ida = signed_in("Ida")

        assert "<form" not in ida.get(f"/meetings/{meeting.pk}/packs/", headers=HX).content.decode()
        for path in ("make/", "1/send/", "1/again/"):
            assert ida.post(f"/meetings/{meeting.pk}/packs/{path}").status_code == 403
        assert Pack.objects.filter(state=PackState.READY).count() == 2


class TestTheFile:
    @pytest.mark.parametrize(
        ("name", "variant"), [("Paula", "money"), ("Finn", "money"), ("Ida", "money"), ("Vera", "plain"), ("Iris", "plain")]
    )
    def test_each_is_given_the_variant_that_they_may_open(
        self, board: Organisation, signed_in: SignIn, name: str, variant: str
    ) -> None:
        meeting = with_agenda(board, ["Chat"])
        packs = stamped(board, meeting)

        answer = signed_in(name).get(f"/meetings/{meeting.pk}/packs/1/file/")

        assert hashlib.sha256(body(answer)).hexdigest() == packs[Variant(variant)].sha256
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/pdf"

    def test_nobody_gets_money_by_asking_and_everybody_may_have_the_other(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = with_agenda(board, ["Chat"])
        packs = stamped(board, meeting)
        where = f"/meetings/{meeting.pk}/packs/1/file/"

        for name, asked in (("Vera", "money"), ("Vera", "x'y"), ("Paula", "plain")):
            answer = signed_in(name).get(where, {"variant": asked})
            assert hashlib.sha256(body(answer)).hexdigest() == packs[Variant.PLAIN].sha256

    def test_what_is_not_printed_or_not_theirs_is_not_there(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = with_agenda(board, ["Chat"])
        made(board, meeting)
        where = f"/meetings/{meeting.pk}/packs/1/file/"

        assert signed_in("Paula").get(where).status_code == 404
        assert signed_in("Lars").get(where).status_code == 404
        assert signed_in("").get(where).status_code == 302

    def test_a_lost_file_is_told_as_not_there(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = with_agenda(board, ["Chat"])
        stamped(board, meeting)
        Pack.objects.update(stored_as="packs/gone")

        assert signed_in("Paula").get(f"/meetings/{meeting.pk}/packs/1/file/").status_code == 404


class TestMinutes:
    def test_closing_prints_them_once(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = in_progress(board, names=["Chat"])
        decided(board, voted(board, meeting))
        close_meeting(by=actor(board), meeting=fresh(meeting))
        where = f"/meetings/{meeting.pk}/minutes/pdf/"
        assert signed_in("Paula").get(where)["Location"] == f"/meetings/{meeting.pk}/minutes/"

        for _ in range(2):
            for job in Job.objects.filter(handler="meetings.print_minutes"):
                Job.objects.filter(pk=job.pk).update(done_at=None)
                held = outbox.claim(job.pk)
                assert held is not None
                outbox.run(held, print_minutes)
        run_jobs()

        pack = Pack.objects.get(kind=PackKind.MINUTES)
        document = pack.input["document"]
        assert fresh(meeting).minutes_digest in str(document["closing"])
        assert document["parts"][0]["headline"]["badge"]["word"] == "Go"
        votes = next(one for one in document["parts"][0]["sections"] if one["title"] == "Votes")["table"]["rows"]
        assert {row[0]["text"] for row in votes} >= {"Ida Test", "Bea Test"}
        answer = signed_in("Paula").get(where)
        assert hashlib.sha256(body(answer)).hexdigest() == pack.sha256

    def test_packs_of_a_closed_meeting_stay_and_none_are_made(self, board: Organisation, signed_in: SignIn) -> None:
        meeting = opened(board, names=["Chat"])
        stamped(board, meeting)
        send_pack(by=actor(board), meeting=meeting, number=1)
        start_meeting(by=actor(board), meeting=fresh(meeting))
        close_meeting(by=actor(board), meeting=fresh(meeting))

        page = signed_in("Paula").get(f"/meetings/{meeting.pk}/packs/").content.decode()
        assert "packs/make/" not in page
        assert "packs/1/file/" in page
