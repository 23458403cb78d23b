"""What a pull leaves behind: on its delivery, on its feeds, and on the health of its source."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from portfolio.kit import clock
from portfolio.outbox.services import Claim
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Source, SourceHealth
from readiness.evidence.rules.circuit import PARTLY_AGAIN_S, after_failure
from readiness.evidence.rules.schedule import next_slot, smoothed_s
from readiness.evidence.services.ingest import Counts
from readiness.evidence.services.pulls.planning import is_asked, lock_health

COUNTED = ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused")
MOST_PROBLEMS = 200
# The first of these that a feed failed with is the one that says when to ask again.
_URGENT = (Failure.BROKEN, Failure.RETRY, Failure.TOO_LONG, Failure.LOOK, Failure.MEND)
_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Result:
    """Of one feed, or of none where the source could not even be asked; without a failure it is done, or was changed meanwhile
    and counts for nothing."""

    feed: Feed | None
    failure: Failure | None = None
    text: str = ""
    retry_after_s: float | None = None
    changed: bool = False


def note(delivery: Delivery, feed: Feed, counts: Counts) -> None:
    """Put a feed that is done, and its counts, on the delivery, in the transaction that wrote them."""
    numbers = {name: value for name, value in asdict(counts).items() if name in COUNTED}
    delivery.feeds = [*delivery.feeds, _line(feed, DeliveryState.DONE, "", numbers)]
    for name, value in numbers.items():
        setattr(delivery, name, getattr(delivery, name) + value)
    told = [{"place": one.place, "text": one.text} for one in counts.problems]
    delivery.problems = [*delivery.problems, *told][:MOST_PROBLEMS]
    delivery.save(update_fields=["feeds", "problems", *COUNTED])


def finish(held: Claim, delivery: Delivery, results: Sequence[Result], *, took_s: float | None) -> None:
    """End the delivery and the job, in one transaction. Raises LeaseLost if somebody else took it over."""
    now = clock.now()
    failed = [one for one in results if one.failure is not None]
    changed = [one for one in results if one.changed]
    with held.finishing():
        health = lock_health(delivery.source_id)
        _end(delivery, failed, changed, now)
        _tell_feeds(failed)
        fare(health, delivery.source, delivery.state, _worst(failed), now=now, took_s=took_s)
        if changed and health.next_pull_at is not None:
            SourceHealth.objects.filter(pk=health.pk).update(next_pull_at=now)


def drop(held: Claim, delivery: Delivery) -> None:
    """Nobody wants it any more."""
    with held.finishing():
        delivery.state, delivery.ended_at = DeliveryState.DROPPED, clock.now()
        delivery.save(update_fields=["state", "ended_at"])


def fare(
    health: SourceHealth, source: Source, state: str, worst: Result | None, *, now: datetime, took_s: float | None
) -> None:  # fmt: skip
    """Write what a pull says about its source, and when to ask next."""
    asked = is_asked(Source.objects.get(pk=source.pk))
    regular = next_slot(now, source.pk, source.interval_s)
    if state == DeliveryState.FAILED:
        assert worst is not None
        assert worst.failure is not None
        health.failures += 1
        pause = after_failure(
            failures=health.failures, failure=worst.failure, interval_s=source.interval_s, retry_after_s=worst.retry_after_s,
            dice=_dice.random(),
        )  # fmt: skip
        again = now + timedelta(seconds=pause.seconds)
        health.stopped_until = again if pause.stopped else None
    elif state == DeliveryState.DROPPED:
        again = now
    else:
        health.failures, health.stopped_until, health.last_ok_at, again = 0, None, now, regular
        if worst is not None and worst.failure in (Failure.RETRY, Failure.TOO_LONG):
            again = min(regular, now + timedelta(seconds=PARTLY_AGAIN_S))
        if took_s is not None and worst is None:
            health.typical_s = smoothed_s(health.typical_s, took_s)
    if state != DeliveryState.DROPPED:
        health.failure, health.error = (worst.failure or "", worst.text) if worst else ("", "")
    health.next_pull_at = again if asked else None
    health.save(
        update_fields=["failures", "stopped_until", "last_ok_at", "failure", "error", "next_pull_at", "typical_s"]
    )  # fmt: skip


def _end(delivery: Delivery, failed: Sequence[Result], changed: Sequence[Result], now: datetime) -> None:
    done = [one for one in delivery.feeds if one["state"] == DeliveryState.DONE]
    lines = [_line(one.feed, DeliveryState.FAILED, one.text, {}) for one in failed if one.feed]
    lines += [_line(one.feed, DeliveryState.DROPPED, "", {}) for one in changed if one.feed]
    worst = _worst(failed)
    delivery.feeds = [*done, *lines]
    delivery.state = _state(done=bool(done), failed=bool(failed), changed=bool(changed))
    delivery.failure, delivery.error = (worst.failure or "", _text(worst, failed)) if worst else ("", "")
    delivery.ended_at = now
    delivery.save(update_fields=["feeds", "state", "failure", "error", "ended_at"])


def _state(*, done: bool, failed: bool, changed: bool) -> DeliveryState:
    if done:
        return DeliveryState.PARTLY if failed or changed else DeliveryState.DONE
    return DeliveryState.FAILED if failed else DeliveryState.DROPPED


def _tell_feeds(failed: Sequence[Result]) -> None:
    for one in failed:
        if one.feed is not None:
            Feed.objects.filter(pk=one.feed.pk).update(error=one.text)


def _worst(failed: Sequence[Result]) -> Result | None:
    return min(failed, key=lambda one: _URGENT.index(one.failure) if one.failure else len(_URGENT), default=None)


def _text(worst: Result, failed: Sequence[Result]) -> str:
    """Which feed, where it is not all of them."""
    same = all(one.text == worst.text for one in failed)
    return worst.text if worst.feed is None or same else f"{worst.feed.name}: {worst.text}"


def _line(feed: Feed, state: DeliveryState, error: str, counts: dict[str, int]) -> dict[str, object]:
    return {"feed_id": feed.pk, "name": feed.name, "state": str(state), "error": error, "counts": counts}
