"""Kill whoever decides with -9 before every statement and before COMMIT, and look at what is left.

    python -m tests.sweeps.gate_kill

Each point has a review of its own: a process that decides it and is killed; a look (all of the decision is there or nothing: its
row, the review's state, the stage, the condition, the events); the same form sent once more, as a client does that got no answer:
in the end it is decided once. The suite takes a few points.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, Any

import psycopg

from tests.sweeps.gate_database import ROOT, own_database
from tests.sweeps.import_kill import _say

WORKER = (sys.executable, "-m", "tests.sweeps.gate_kill_worker")
_LEFT = """
SELECT r.state, coalesce(s.key, ''), (SELECT count(*) FROM gates_decision d WHERE d.review_id = r.id),
       (SELECT count(*) FROM gates_condition c JOIN gates_decision d ON d.id = c.decision_id WHERE d.review_id = r.id),
       (SELECT count(*) FROM gates_reviewevent e WHERE e.review_id = r.id AND e.step = 'decide'),
       (SELECT count(*) FROM outbox_event o WHERE o.kind = 'review.decided' AND o.payload->>'review_id' = r.id::text),
       (SELECT count(*) FROM outbox_event o WHERE o.kind = 'condition.set' AND o.payload->>'review_id' = r.id::text),
       (SELECT count(*) FROM initiatives_stageentry t WHERE t.initiative_id = i.id AND t.source LIKE 'decision %%')
FROM gates_review r JOIN initiatives_initiative i ON i.id = r.initiative_id LEFT JOIN initiatives_stage s ON s.id = i.stage_id
ORDER BY r.id OFFSET %s LIMIT 1
"""
NOTHING = ("proposed", "idea", 0, 0, 0, 0, 0, 0)
ALL = ("decided", "poc", 1, 1, 1, 1, 1, 1)


@dataclass(frozen=True)
class Point:
    """`killed`: before which statement; `told` whether the process said that it decided; what was left, and in the end."""

    killed: int
    told: bool
    left: tuple[Any, ...]
    ended: tuple[Any, ...]

    @property
    def good(self) -> bool:
        """All or nothing; what was told is there; in the end it is decided, once."""
        return self.left in (NOTHING, ALL) and (not self.told or self.left == ALL) and self.ended == ALL


def sweep(environment: dict[str, str], points: list[int] | None) -> tuple[int, list[Point]]:
    """(statements of a decision, the points). `points` in per mille of all statements; None: each of them and one after."""
    prepared = len(points) if points is not None else 200
    subprocess.run([*WORKER, "prepare", str(prepared + 2)], cwd=ROOT, env=environment, check=True)
    with subprocess.Popen(
        [*WORKER, "serve"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:  # fmt: skip
        assert worker.stdin and worker.stdout and worker.stdout.readline() == "ready\n", "the worker did not start"
        serving = _Serving(worker.stdin, worker.stdout)
        serving.asked(0)  # from here on a job waits that serves every decision, so all of them send as many statements
        sent = int(serving.asked(1)["sent"])
        wanted = range(1, sent + 2) if points is None else [max(1, one * sent // 1000) for one in points]
        found = [_point(environment, serving, place, number) for place, number in enumerate(wanted, start=2)]
        worker.stdin.close()
    return sent, found


@dataclass(frozen=True)
class _Serving:
    to: IO[str]
    back: IO[str]

    def asked(self, place: int, *, kill_at: int = 0, seen: str = "-") -> dict[str, str]:
        """What a process said that decided the review at this place: {first word: the rest}."""
        self.to.write(f"{place} {kill_at} {seen}\n")
        self.to.flush()
        parts = [one.partition(" ") for one in self.back.readline().strip().split(";")]
        said = {word: rest for word, _blank, rest in parts}
        assert said["status"] == ("9" if kill_at and "sent" not in said else "0"), said
        return said


def _point(environment: dict[str, str], serving: _Serving, place: int, kill_at: int) -> Point:
    said = serving.asked(place, kill_at=kill_at)
    left = _left(environment, place)
    serving.asked(place, seen=said["seen"])
    return Point(kill_at, "decided" in said, left, _left(environment, place))


def _left(environment: dict[str, str], place: int) -> tuple[Any, ...]:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as owner:
        row = owner.execute(_LEFT, [place]).fetchone()
    assert row is not None
    return tuple(row)


def main() -> None:
    """Every statement; exits with 1 where anything was lost, doubled or torn."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with own_database("gate_kill") as environment:
        sent, points = sweep(environment, None)
        whole = subprocess.run([sys.executable, "manage.py", "verify_decisions"], cwd=ROOT, env=environment, check=False)
    bad = [one for one in points if not one.good]
    for one in bad:
        _say(f"killed before {one.killed}: left {one.left}, ended {one.ended}")
    kept = sum(one.left == ALL for one in points)
    _say(f"killed before each of {sent} statements (COMMIT is the last) and not at all: {kept} kept, {len(bad)} bad")
    sys.exit(bool(bad) or whole.returncode)


if __name__ == "__main__":
    main()
