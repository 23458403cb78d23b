"""What a meeting with followers costs everybody else: 50 people refresh the room every 2 s, while somebody reads other pages.

    python -m tests.sweeps.room_followers --followers 50 --seconds 60

The demo on the two web workers of an installation. One person reads the other pages in turn, first alone and then beside the
followers, while every few seconds something happens in the room, so that all of them get it anew.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.sweeps.evidence_world import ROOT, installation, say

EVERY_S, HAPPENS_EVERY_S = 2.0, 4.0
LIVE = re.compile(r'hx-get="([^"]*room/live/[^"]*)"')
WORKERS, BLOCKS = 2, 4


@dataclass
class Followed:
    """Milliseconds of each answer, by its status."""

    times: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, ms: float) -> None:
        with self.lock:
            self.times[status].append(ms)

    def __str__(self) -> str:
        parts = []
        for status, found in sorted(self.times.items()):
            p95 = statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]
            parts.append(f"{len(found)} x {status}: p50 {statistics.median(found):.1f} ms, p95 {p95:.1f} ms")
        return "; ".join(parts)

    @property
    def p95(self) -> float:
        return statistics.quantiles([ms for found in self.times.values() for ms in found], n=20)[-1]


@dataclass
class Turn:
    """Whether the followers refresh just now, and whether it is over."""

    theirs: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Follower(threading.Thread):
    """A browser that has the room open."""

    def __init__(self, number: int, port: int, cookie: str, room: str, told: Followed, turn: Turn) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.cookie, self.room, self.told, self.turn = number, port, cookie, room, told, turn

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        time.sleep(EVERY_S * (self.number % 25) / 25)
        address = _live(self._get(connection, self.room)[1], "")
        due = time.monotonic()
        while not self.turn.over.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            if not self.turn.theirs.is_set():
                due = time.monotonic() + EVERY_S
                continue
            began = time.perf_counter()
            status, text = self._get(connection, address)
            self.told.add(status, 1000 * (time.perf_counter() - began))
            address = _live(text, address)
            # a piece that was swapped starts its timer anew; an empty answer leaves it, and it drops what it missed
            due = max(due + EVERY_S, time.monotonic()) if status == http.client.NO_CONTENT else time.monotonic() + EVERY_S
        connection.close()

    def _get(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
        connection.request("GET", path, headers={"Cookie": self.cookie, "HX-Request": "true"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def _live(text: str, before: str) -> str:
    found = LIVE.search(text)
    return found[1].replace("&amp;", "&") if found else before


def measure(*, followers: int, seconds: float, folder: Path) -> tuple[dict[str, Any], dict[str, Any], Followed]:
    """Milliseconds by page without and with followers, and what the followers saw."""
    from readiness.dashboards.management.bench.serving import session_cookie, web

    meeting, people, reader = _world()
    paths = ("/today/", "/portfolio/", "/initiatives/", "/unknowns/", f"/meetings/{meeting.pk}/")
    cookies, own = [session_cookie(person) for person in people], session_cookie(reader)
    alone: dict[str, list[float]] = defaultdict(list)
    beside: dict[str, list[float]] = defaultdict(list)
    with web(WORKERS, folder / "web.log") as port:
        _read(port, own, paths, 5)  # both workers are warm
        told, turn = Followed(), Turn()
        room = f"/meetings/{meeting.pk}/room/"
        crowd = [Follower(number, port, cookies[number % len(cookies)], room, told, turn) for number in range(followers)]
        happening = threading.Thread(target=_happen, args=(meeting, people[0], turn), daemon=True)
        for thread in (*crowd, happening):
            thread.start()
        for _ in range(BLOCKS):  # in turn, so that whatever else the machine does is in both
            for found, theirs in ((alone, False), (beside, True)):
                (turn.theirs.set if theirs else turn.theirs.clear)()
                time.sleep(EVERY_S + 0.5)
                for path, times in _read(port, own, paths, seconds / BLOCKS).items():
                    found[path] += times
        turn.over.set()
        for thread in (*crowd, happening):
            thread.join()
    return alone, beside, told


def _read(port: int, cookie: str, paths: tuple[str, ...], seconds: float) -> dict[str, list[float]]:
    """One page after the other, a tenth of a second between them."""
    connection, found = http.client.HTTPConnection("127.0.0.1", port, timeout=60), defaultdict(list)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for path in paths:
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            found[path].append(1000 * (time.perf_counter() - began))
            time.sleep(0.1)
    connection.close()
    return dict(found)


def _happen(meeting: Any, person: Any, turn: Turn) -> None:
    """Somebody goes and comes back: everybody's room changes."""
    from django.db import connection

    from readiness.meetings.services.room import attend, leave
    from tests.people import SYSTEM

    there = True
    while not turn.over.wait(HAPPENS_EVERY_S):
        if not turn.theirs.is_set():
            continue
        (leave if there else attend)(by=SYSTEM, meeting=meeting, person=person)
        there = not there
    connection.close()


def _world() -> tuple[Any, list[Any], Any]:
    """The demo with a meeting in progress about one of its initiatives, its people, and a program manager who reads."""
    from django.core.management import call_command

    from portfolio.accounts.choices import Role
    from portfolio.accounts.models import BusinessUnit, User
    from portfolio.accounts.services import assign_role
    from portfolio.initiatives.services.initiatives import create_initiative
    from portfolio.kit import clock
    from readiness.dashboards.management.bench.serving import program_manager
    from readiness.gates.choices import GateFunction
    from readiness.gates.models import Gatekeeper
    from readiness.gates.services.reviews import plan_review
    from readiness.meetings.models import Meeting
    from readiness.meetings.services.agenda import add_items
    from readiness.meetings.services.inviting import invite
    from readiness.meetings.services.room import attend, start_item, start_meeting
    from readiness.meetings.services.schedule import schedule_meeting
    from tests.people import SYSTEM

    by = replace(SYSTEM, showing_demo=True)
    call_command("vendor_assets", verbosity=0)
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, check=True)
    call_command("load_demo", verbosity=0)
    people = list(User.objects.filter(demo=True).order_by("id"))
    panel = people[:4]
    for person in people:
        assign_role(by=by, user=person, role=Role.GATEKEEPER if person in panel else Role.VIEWER, unit=None)
    for person, function in zip(panel, GateFunction, strict=False):
        Gatekeeper.objects.get_or_create(person=person, unit=None, defaults={"functions": [function.value], "demo": True})
    root = BusinessUnit.objects.filter(demo=True, depth=0).order_by("id")[0]
    review = plan_review(by=by, initiative=create_initiative(by=by, unit=root, name="Looked at by fifty", demo=True))
    meeting = schedule_meeting(by=by, unit=root, title="Gate board", starts_at=clock.now(), demo=True)
    add_items(by=by, meeting=meeting, reviews=[review])
    invite(by=by, meeting=meeting, people=people)
    start_meeting(by=by, meeting=meeting)
    for person in panel:
        attend(by=by, meeting=meeting, person=person)
    start_item(by=by, item=meeting.items.get())
    return Meeting.objects.get(pk=meeting.pk), people, program_manager()


def main() -> None:
    """Exits with 1 where another page takes more than twice its usual time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with installation("room_followers"), tempfile.TemporaryDirectory() as folder:
        alone, beside, told = measure(followers=options.followers, seconds=options.seconds, folder=Path(folder))
    worst = 0.0
    for path, usual in alone.items():
        now = beside[path]
        ratio = statistics.median(now) / statistics.median(usual)
        worst = max(worst, ratio)
        say(
            f"{path}: p50 {statistics.median(usual):.0f} ms alone (n {len(usual)}), {statistics.median(now):.0f} ms beside "
            f"(n {len(now)}), ratio {ratio:.2f}; p95 {_p95(usual):.0f} and {_p95(now):.0f} ms"
        )
    say(f"the room of {options.followers} followers: {told}; p95 of all {told.p95:.1f} ms")
    say(f"worst ratio {worst:.2f}")
    sys.exit(worst > 2)


def _p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


if __name__ == "__main__":
    main()
