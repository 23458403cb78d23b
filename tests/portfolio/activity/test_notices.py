"""Notices: told once, to those who may see it, in the way that each wants, and never with what somebody typed in a mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.accounts.models import ApiToken, RoleAssignment, User
from portfolio.accounts.queries import actor_for
from portfolio.activity.choices import DEFAULT_HOW, HOW_LABELS, KIND_LABELS, How, NoticeKind
from portfolio.activity.models import Mail, Notice, NoticePreference
from portfolio.activity.queries import notices, unread_notices
from portfolio.activity.services.digests import due, schedule_digests, write_digest
from portfolio.activity.services.notices import notify, read_all_notices, read_notice
from portfolio.activity.services.preferences import set_preferences
from portfolio.initiatives.models import Initiative
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.activity.conftest import Register

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def camera(register: Register) -> Initiative:
    return register("Shelf camera")


def tell(
    organisation: Organisation, camera: Initiative, *names: str, kind: NoticeKind = NoticeKind.VOTE_ASKED, **more: object
) -> int:
    said = {"key": "vote-7", "text": f"Your vote is asked: {camera.key}", "url": "/gates/reviews/7/", **more}
    people = [organisation.people[name].pk for name in names]
    return notify(people=people, kind=kind, initiative_id=camera.pk, **said)  # type: ignore[arg-type]


def test_people_are_told_once_however_often_it_is_said(organisation: Organisation, camera: Initiative) -> None:
    assert tell(organisation, camera, "Paula", "Otto") == 2
    assert tell(organisation, camera, "Paula", "Otto", "Vera") == 1
    assert Notice.objects.count() == Mail.objects.count() == Job.objects.filter(handler="activity.send_mail").count() == 3


def test_only_who_may_see_the_initiative_is_told_and_not_who_did_it(organisation: Organisation, camera: Initiative) -> None:
    User.objects.filter(pk=organisation.people["Otto"].pk).update(is_active=False)
    told = tell(organisation, camera, "Paula", "Lars", "Nora", "Otto", "Vera", but=organisation.people["Vera"].pk)
    assert told == 1 and Notice.objects.get().user == organisation.people["Paula"]


def test_an_initiative_that_is_gone_tells_nobody(organisation: Organisation) -> None:
    assert (
        notify(people=[organisation.people["Paula"].pk], kind=NoticeKind.MENTION, key="k", text="t", url="/", initiative_id=99)
        == 0
    )


def test_who_loses_the_unit_loses_the_notice(organisation: Organisation, camera: Initiative) -> None:
    tell(organisation, camera, "Paula")
    notice = Notice.objects.get()
    assert list(notices(organisation.actor("Paula"))) == [notice]
    RoleAssignment.objects.filter(user=organisation.people["Paula"]).delete()
    assert not notices(organisation.actor("Paula")).exists()


def test_a_mail_says_what_the_notice_says_and_where_to_stop_it(organisation: Organisation, camera: Initiative) -> None:
    tell(organisation, camera, "Paula", quote="it costs 48,210 EUR")
    mail = Mail.objects.get()
    assert mail.to == "paula@example.org" and mail.subject == f"Your vote is asked: {camera.key}"
    assert "/gates/reviews/7/" in mail.text and "/activity/notices/settings/" in mail.text and "48,210" not in mail.text
    assert Notice.objects.get().quote == "it costs 48,210 EUR"


def test_each_is_told_as_they_want(organisation: Organisation, camera: Initiative) -> None:
    for name, how in (("Paula", How.DIGEST), ("Otto", How.PORTAL)):
        set_preferences(by=organisation.actor(name), wanted={NoticeKind.VOTE_ASKED: how})
    tell(organisation, camera, "Paula", "Otto", "Vera")
    assert {notice.user.name: notice.how for notice in Notice.objects.all()} == {
        "Paula Test": "digest", "Otto Test": "portal", "Vera Test": "at_once",
    }  # fmt: skip
    assert [mail.to for mail in Mail.objects.all()] == ["vera@example.org"]


def test_every_kind_has_words_and_a_default(organisation: Organisation) -> None:
    assert set(DEFAULT_HOW) == set(KIND_LABELS) == set(NoticeKind) and set(HOW_LABELS) == set(How)


def test_what_is_like_its_default_is_not_kept(organisation: Organisation) -> None:
    paula = organisation.actor("Paula")
    set_preferences(by=paula, wanted=dict.fromkeys(NoticeKind, How.PORTAL))
    assert NoticePreference.objects.count() == sum(how != How.PORTAL for how in DEFAULT_HOW.values())
    set_preferences(by=paula, wanted={**DEFAULT_HOW, NoticeKind.MENTION: How.DIGEST})
    assert [(row.kind, row.how) for row in NoticePreference.objects.all()] == [("mention", "digest")]


def test_a_token_neither_reads_notices_nor_chooses(organisation: Organisation, camera: Initiative) -> None:
    tell(organisation, camera, "Ada")
    token = actor_for(organisation.people["Ada"], token=_token(organisation))
    for act in (
        lambda: read_all_notices(by=token),
        lambda: read_notice(by=token, notice=Notice.objects.get()),
        lambda: set_preferences(by=token, wanted={}),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_nothing_of_the_demo_is_mailed(organisation: Organisation, camera: Initiative) -> None:
    Initiative.objects.update(demo=True)
    assert tell(organisation, camera, "Paula") == 1
    notice = Notice.objects.get()
    assert notice.demo and notice.how == How.PORTAL and not Mail.objects.exists()
    assert list(unread_notices(organisation.actor("Paula"))) == [notice]  # she is being shown the demo


def test_people_of_the_demo_are_not_told_of_what_is_real(organisation: Organisation, camera: Initiative) -> None:
    User.objects.filter(pk=organisation.people["Paula"].pk).update(demo=True)
    assert tell(organisation, camera, "Paula") == 0


class TestDigest:
    """One mail a person and day, at seven in their own morning."""

    @pytest.fixture(autouse=True)
    def waiting(self, organisation: Organisation, camera: Initiative) -> None:
        User.objects.filter(pk=organisation.people["Paula"].pk).update(time_zone="America/New_York")
        for number in range(3):
            tell(
                organisation,
                camera,
                "Paula",
                "Otto",
                kind=NoticeKind.UNKNOWN_ASSIGNED,
                key=f"u{number}",
                text=f"Find out {number}",
            )
        tell(organisation, camera, "Otto", kind=NoticeKind.CONDITION_DUE, key="c", text="Buy the GPUs by Friday")

    def test_morning_comes_at_its_own_time(self, organisation: Organisation) -> None:
        paula, otto = organisation.people["Paula"].pk, organisation.people["Otto"].pk
        hours = {hour: {person for person, _day in due(datetime(2026, 3, 9, hour, 0, tzinfo=UTC))} for hour in (6, 7, 10, 11)}
        assert hours == {6: set(), 7: {otto}, 10: {otto}, 11: {otto, paula}}  # New York changed its clocks on the 8th
        winter = {person for person, _day in due(datetime(2026, 3, 7, 11, 59, tzinfo=UTC))}
        assert winter == {otto}

    def test_two_beats_make_one_digest(self, organisation: Organisation) -> None:
        now = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
        assert (schedule_digests(now), schedule_digests(now)) == (1, 0)
        job = Job.objects.get(handler="activity.write_digest")
        assert job.payload == {"user_id": organisation.people["Otto"].pk, "day": "2026-03-09"}
        assert schedule_digests(datetime(2026, 3, 10, 8, 0, tzinfo=UTC)) == 1

    def test_it_says_everything_by_kind_and_once(self, organisation: Organisation) -> None:
        otto = organisation.people["Otto"]
        assert write_digest(user_id=otto.pk, day="2026-03-09") == 4
        assert write_digest(user_id=otto.pk, day="2026-03-09") == 0
        mail = Mail.objects.get()
        assert mail.subject == "4 things for you in Pilotage" and mail.to == "otto@example.org"
        assert mail.text.index("Buy the GPUs") < mail.text.index("Find out 0") < mail.text.index("Find out 2")
        assert Notice.objects.filter(user=otto, mailed_at=None).count() == 0

    def test_what_was_read_or_may_no_longer_be_seen_is_left_out(self, organisation: Organisation) -> None:
        otto, paula = organisation.people["Otto"], organisation.people["Paula"]
        read_all_notices(by=organisation.actor("Otto"))
        RoleAssignment.objects.filter(user=paula).delete()
        assert write_digest(user_id=otto.pk, day="2026-03-09") == write_digest(user_id=paula.pk, day="2026-03-09") == 0
        assert not Mail.objects.exists()

    def test_a_long_one_is_cut_and_counted(self, organisation: Organisation, camera: Initiative) -> None:
        for number in range(70):
            tell(organisation, camera, "Otto", kind=NoticeKind.UNKNOWN_ASSIGNED, key=f"more{number}", text=f"More {number}")
        write_digest(user_id=organisation.people["Otto"].pk, day="2026-03-09")
        assert Mail.objects.get().text.count("\n- ") == 60 and "And 14 more" in Mail.objects.get().text


class TestPages:
    def test_the_list_shows_all_and_filters(self, organisation: Organisation, camera: Initiative, signed_in: SignIn) -> None:
        tell(organisation, camera, "Paula")
        tell(organisation, camera, "Paula", kind=NoticeKind.DECISION_MADE, key="d", text="Decided: Go")
        paula = signed_in("Paula")
        page = paula.get("/activity/notices/").content.decode()
        assert "Your vote is asked" in page and "Decided: Go" in page and "2 notices are unread" in page
        assert "Your vote is asked:" not in paula.get("/activity/notices/?kind=decision_made").content.decode()
        paula.post(f"/activity/notices/{Notice.objects.get(key='d').pk}/read/")
        assert "Decided: Go" not in paula.get("/activity/notices/?state=unread").content.decode()
        assert "Decided: Go" in paula.get("/activity/notices/?state=read").content.decode()
        panel = paula.get("/activity/notices/", headers={"hx-request": "true"}).content.decode()
        assert "<html" not in panel and "Your vote is asked" in panel and "Decided: Go" not in panel
        assert "Your vote" not in signed_in("Lars").get("/activity/notices/").content.decode()

    def test_one_chooses_how_to_be_told_and_stops_it_all(self, organisation: Organisation, signed_in: SignIn) -> None:
        paula = signed_in("Paula")
        assert "You are asked to vote" in paula.get("/activity/notices/settings/").content.decode()
        chosen = {str(kind): "digest" for kind in NoticeKind}
        assert paula.post("/activity/notices/settings/", chosen).status_code == 302
        assert set(NoticePreference.objects.values_list("how", flat=True)) == {"digest"}
        assert paula.post("/activity/notices/settings/", {**chosen, "mention": "by pigeon"}).status_code == 422
        paula.post("/activity/notices/settings/", {"stop": "yes"})
        assert set(NoticePreference.objects.values_list("how", flat=True)) == {"portal"}


def _token(organisation: Organisation) -> ApiToken:
    organisation.token(Scope.INITIATIVES_READ)
    found: ApiToken = ApiToken.objects.get()
    return found
