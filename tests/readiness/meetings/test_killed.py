"""The process is killed with -9 while a meeting is opened, moved or closed: nothing of it stays, nothing leaves twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from portfolio.activity.models import Mail
from portfolio.outbox.models import Job
from readiness.meetings.models import Meeting
from readiness.meetings.services.inviting import open_meeting
from readiness.meetings.services.minutes import close_meeting
from readiness.meetings.services.schedule import change_meeting
from tests.people import Organisation, make_organisation
from tests.readiness.meetings.world import a_panel, actor, decided, fresh, in_progress, opened, voted, with_agenda

EVERY = int(os.environ.get("KILL_EVERY", "9"))  # statements; 1 sweeps each of them
AT_COMMIT, AFTER_COMMIT, DONE = -1, -2, 0


@pytest.fixture
def board(committed_db: str) -> Organisation:
    organisation = make_organisation()
    a_panel(organisation)
    return organisation


def _child(verb: Callable[[], Any], kill_at: int) -> bool:
    """Run the verb in a process of its own that dies before its so-many-th statement; whether it came through."""
    connections.close_all()
    pid = os.fork()
    if pid:
        _pid, status = os.waitpid(pid, 0)
        return os.WIFEXITED(status) and os.WEXITSTATUS(status) == DONE
    try:
        _armed(kill_at, verb)
        os._exit(DONE)
    finally:
        os._exit(1)


def _armed(kill_at: int, verb: Callable[[], Any]) -> None:
    sent, commit = 0, connection._commit  # type: ignore[attr-defined]

    def step(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)

    def committing() -> None:
        if kill_at == AT_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)
        commit()
        if kill_at == AFTER_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)

    connection._commit = committing  # type: ignore[attr-defined]
    with connection.execute_wrapper(step):
        verb()


def _swept(verb: Callable[[], Any], looks: Callable[[], Any]) -> int:
    """Killed before every so-many-th statement and before COMMIT nothing has changed; killed after COMMIT all has. How many
    points there were."""
    before, points = looks(), 0
    assert not _child(verb, AT_COMMIT)
    assert looks() == before
    while not _child(verb, 1 + points * EVERY):
        if looks() != before:  # only where the bell rings, after the commit
            break
        points += 1
    return points


def test_closing_is_whole_or_nothing_and_mails_each_person_once(board: Organisation) -> None:
    meeting = in_progress(board)
    decided(board, voted(board, meeting))
    before = _looks(meeting)
    points = _swept(lambda: close_meeting(by=actor(board), meeting=meeting), lambda: _looks(meeting))
    assert points > 5
    after = _looks(meeting)
    assert after["state"] == "closed"
    assert after["mails"] - before["mails"] == len({"ida", "dan", "bea", "sam", "otto"})
    assert after["jobs"] - before["jobs"] == after["mails"] - before["mails"]
    assert _unsent() == after["mails"]


def test_opening_and_moving_invite_once(board: Organisation) -> None:
    draft = with_agenda(board)
    draft.invitees.create(person=board.people["Ida"])
    _swept(lambda: open_meeting(by=actor(board), meeting=draft), lambda: _looks(draft))
    assert (_looks(draft)["state"], _looks(draft)["mails"]) == ("open", 1)
    meeting = opened(board, people=("Ida", "Dan"), names=("Third",))
    before, later = _looks(meeting), meeting.starts_at + timedelta(days=1)
    _swept(lambda: change_meeting(by=actor(board), meeting=meeting, changes={"starts_at": later}), lambda: _looks(meeting))
    after = _looks(meeting)
    assert after["mails"] - before["mails"] == 2
    assert after["sequence"] == before["sequence"] + 1


def test_what_was_committed_stays_though_the_answer_never_came(board: Organisation) -> None:
    meeting = in_progress(board)
    assert not _child(lambda: close_meeting(by=actor(board), meeting=meeting), AFTER_COMMIT)
    assert _looks(meeting)["state"] == "closed"
    mails = _looks(meeting)["mails"]
    with pytest.raises(Exception, match="in progress"):
        close_meeting(by=actor(board), meeting=meeting)
    assert _looks(meeting)["mails"] == mails


def _looks(meeting: Meeting) -> dict[str, Any]:
    """What a kill may leave half done."""
    row = fresh(meeting)
    return {
        "state": row.state, "version": row.version, "sequence": row.sequence, "minutes": row.minutes_digest,
        "mails": Mail.objects.count(), "jobs": Job.objects.filter(handler="activity.send_mail").count(),
        "reviews": sorted(row.items.values_list("review__state", "review__version")),
        "starts_at": row.starts_at,
    }  # fmt: skip


def _unsent() -> int:
    """Mails that wait, each with a job."""
    waiting = set(Mail.objects.filter(sent_at=None).values_list("pk", flat=True))
    jobs = {job.payload["mail_id"] for job in Job.objects.filter(handler="activity.send_mail", done_at=None)}
    assert waiting == jobs
    return len(waiting)
