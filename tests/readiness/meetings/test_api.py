"""Meetings by API: read, schedule, agenda; nobody holds one there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.meetings.models import Meeting
from tests.people import Organisation
from tests.readiness.meetings.world import first, fresh, in_progress, planned, second, states, with_agenda

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
JSON = "application/json"


def test_tooling_schedules_a_meeting_and_fills_its_agenda(board: Organisation, api: Api) -> None:
    client = api(Scope.GATES_WRITE, unit="Retail")
    begins = (clock.now() + timedelta(days=2)).isoformat()
    made = client.post(
        "/api/v1/meetings/", {"unit": board.units["Retail"].pk, "title": "Board", "starts_at": begins}, content_type=JSON
    )
    assert made.status_code == 201, made.content
    meeting = Meeting.objects.get()
    body = {"reviews": [planned(board, "Chat").pk, planned(board, "Search").pk], "minutes": 25}
    told: Any = client.post(f"/api/v1/meetings/{meeting.pk}/agenda/", body, content_type=JSON).json()
    assert [one["minutes"] for one in told["agenda"]] == [25, 25]
    assert [one["review_state"] for one in told["agenda"]] == ["scheduled", "scheduled"]
    item = f"/api/v1/meetings/{meeting.pk}/agenda/{second(meeting).pk}/"
    moved: Any = client.patch(item, {"place": 0, "minutes": 40}, content_type=JSON).json()
    assert [one["minutes"] for one in moved["agenda"]] == [40, 25]
    assert client.delete(item).status_code == 204
    assert states(meeting) == ["scheduled"]
    assert client.post(f"/api/v1/meetings/{meeting.pk}/cancel/").json()["state"] == "cancelled"


def test_a_stale_version_is_told(board: Organisation, api: Api) -> None:
    meeting, client = with_agenda(board), api(Scope.GATES_WRITE)
    seen = client.get(f"/api/v1/meetings/{meeting.pk}/")["ETag"]
    change = {"title": "Another"}
    first_ = client.patch(f"/api/v1/meetings/{meeting.pk}/", change, content_type=JSON, headers={"if-match": seen})
    assert first_.status_code == 200
    again = client.patch(f"/api/v1/meetings/{meeting.pk}/", change, content_type=JSON, headers={"if-match": seen})
    assert again.status_code == 412


def test_reading_needs_the_scope_and_sees_the_own_unit(board: Organisation, api: Api) -> None:
    meeting = with_agenda(board)
    assert api(Scope.INITIATIVES_READ).get("/api/v1/meetings/").status_code == 403
    assert api(Scope.GATES_READ, unit="Logistics").get(f"/api/v1/meetings/{meeting.pk}/").status_code == 404
    assert api(Scope.GATES_READ, unit="Logistics").get("/api/v1/meetings/").json()["results"] == []
    (row,) = api(Scope.GATES_READ, unit="Retail").get("/api/v1/meetings/?state=draft").json()["results"]
    assert (row["id"], row["items"]) == (meeting.pk, 2)
    assert api(Scope.GATES_READ).get("/api/v1/meetings/?state=maybe").status_code == 400
    assert api(Scope.GATES_READ).get("/api/v1/meetings/?sate=draft").status_code == 400
    denied = api(Scope.GATES_READ).post("/api/v1/meetings/", {}, content_type=JSON)
    assert denied.status_code == 403


def test_a_token_does_not_read_by_its_makers_invitation(board: Organisation, api: Api) -> None:
    from readiness.meetings.services.inviting import invite
    from tests.readiness.meetings.world import actor

    meeting = with_agenda(board)
    invite(by=actor(board), meeting=meeting, people=[board.people["Ada"]])
    assert api(Scope.GATES_READ, unit="Stores").get(f"/api/v1/meetings/{meeting.pk}/").status_code == 404


def test_what_is_of_another_unit_cannot_be_put_on(board: Organisation, api: Api) -> None:
    from tests.readiness.gates.deciding_world import an_initiative

    meeting = with_agenda(board)
    far = planned(board, initiative=an_initiative(board, "Lorries", unit="Logistics"))
    client = api(Scope.GATES_WRITE)
    for reviews in ([far.pk], [2_000_000_017], [first(meeting).review_id]):
        answer = client.post(f"/api/v1/meetings/{meeting.pk}/agenda/", {"reviews": reviews}, content_type=JSON)
        assert answer.status_code == 400
    unit = client.post(
        "/api/v1/meetings/", {"unit": 2_000_000_017, "title": "x", "starts_at": clock.now().isoformat()}, content_type=JSON
    )
    assert unit.status_code == 400


def test_nobody_holds_a_meeting_by_api(board: Organisation, api: Api) -> None:
    meeting, client = in_progress(board), api(Scope.GATES_WRITE)
    before = fresh(meeting).version
    for verb in ("open", "start", "close", "attend", "vote", "invite"):
        assert client.post(f"/api/v1/meetings/{meeting.pk}/{verb}/").status_code == 404
    assert client.post(f"/api/v1/meetings/{meeting.pk}/cancel/").status_code == 400
    assert fresh(meeting).version == before
