"""One pull from its claim to its outcome: each feed is asked outside and written inside a transaction of its own.

What a feed answered counts as a whole or not at all, and only as long as this attempt still holds the job. A pull that somebody
takes up after a dead worker goes on with the feeds that are not done yet.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from portfolio.kit import clock
from portfolio.kit.secrets import SecretError
from portfolio.outbox.services import Claim
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.live import Config, Connector, Span
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Payload, Source, SourceHealth
from readiness.evidence.rules.schedule import Lane, patience_s, share_s
from readiness.evidence.services.ingest import Subject, ingest
from readiness.evidence.services.pulls.asking import Answered, Spool, ask, is_silent, opened_door, spooled, why
from readiness.evidence.services.pulls.kinds import connector_of, with_roots
from readiness.evidence.services.pulls.outcome import Result, drop, finish, note
from readiness.evidence.services.pulls.sealed import opened

SILENT = 2  # feeds in a row that nothing answered: the others are not asked
log = structlog.get_logger(__name__)


class _Changed(Exception):
    """Somebody changed what was asked while it was asked: the answer is to another question."""


@dataclass(slots=True)
class Budget:
    """What is left of what the pull may cost. `patience` in seconds, of which the source may have set more."""

    patience: float
    ends: float
    left_bytes: int

    @property
    def left_s(self) -> float:
        return self.ends - time.monotonic()


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull under way."""

    held: Claim
    delivery: Delivery
    source: Source
    connector: Connector
    config: Config
    budget: Budget


def run_pull(held: Claim) -> None:
    """Ask every feed that is not done, write what came, end the delivery. Raises LeaseLost where another attempt took over."""
    begun = time.monotonic()
    delivery = _begin(held)
    if delivery is None:
        return
    try:
        pull = _prepared(held, delivery, begun)
    except (ConnectorError, SecretError) as error:
        text = error.text if isinstance(error, ConnectorError) else str(error)
        finish(held, delivery, [Result(None, Failure.MEND, text)], took_s=None)
        return
    results = _ask_all(pull, _feeds(delivery))
    finish(held, delivery, results, took_s=time.monotonic() - begun)


def _begin(held: Claim) -> Delivery | None:
    """Mark it running; None if it is over already, or nobody wants it any more."""
    with transaction.atomic():
        held.fence()
        delivery = (
            Delivery.objects.select_for_update(of=("self",)).select_related("source__unit").get(pk=held.payload["delivery_id"])
        )
        if delivery.state not in OPEN_DELIVERIES:
            return None
        wanted = delivery.source.paused_at is None and delivery.source.retired_at is None
        if wanted and _feeds(delivery, done_too=True):
            now = clock.now()
            delivery.state, delivery.started_at, delivery.attempt = DeliveryState.RUNNING, now, held.attempt
            delivery.save(update_fields=["state", "started_at", "attempt"])
            SourceHealth.objects.filter(pk=delivery.source_id).update(last_pull_at=now)
            return delivery
    drop(held, delivery)
    return None


def _prepared(held: Claim, delivery: Delivery, begun: float) -> Pull:
    """Raises ConnectorError, SecretError."""
    source = delivery.source
    try:
        connector = connector_of(source.kind)
    except ValidationError as unknown:
        raise BadConfig("; ".join(unknown.messages)) from unknown
    config = with_roots(connector, {**source.config, **opened(source)})
    typical_s = SourceHealth.objects.values_list("typical_s", flat=True).get(pk=source.pk)
    lane = Lane(held.payload.get("lane", Lane.SLOW))
    patience = patience_s(lane=lane, deadline_s=source.deadline_s, typical_s=typical_s)
    return Pull(held, delivery, source, connector, config, Budget(patience, begun + patience, source.max_bytes))


def _feeds(delivery: Delivery, *, done_too: bool = False) -> list[Feed]:
    """What is still to be asked: those that failed last time come last, so that they do not use up the time of the others."""
    done = {one["feed_id"] for one in delivery.feeds if one["state"] == DeliveryState.DONE}
    wanted = Feed.objects.filter(source_id=delivery.source_id, paused_at=None, retired_at=None)
    rows = wanted.select_related("workload", "pool").order_by("id")
    return sorted((one for one in rows if done_too or one.pk not in done), key=lambda one: bool(one.error))


def _ask_all(pull: Pull, feeds: Sequence[Feed]) -> list[Result]:
    results: list[Result] = []
    silent = 0
    for number, feed in enumerate(feeds):
        if silent >= SILENT:
            results.append(Result(feed, Failure.RETRY, _("Not asked: the feeds before it got no answer.")))
            continue
        result, nothing_came = _ask_one(pull, feed, share_s(pull.budget.left_s, len(feeds) - number))
        silent = silent + 1 if nothing_came else 0
        results.append(result)
    return results


def _ask_one(pull: Pull, feed: Feed, share: float) -> tuple[Result, bool]:
    """What came of it, and whether nothing came of the connection itself."""
    if share <= 0 or pull.budget.left_bytes <= 0:
        return Result(feed, Failure.TOO_LONG, _used_up(pull)), False
    begun, ends = time.monotonic(), time.monotonic() + share
    with spooled() as spool:
        try:
            answered = _answered(pull, feed, spool, share, ends)
            _keep(pull, feed, answered)
        except ConnectorError as error:
            late = (time.monotonic() >= ends and isinstance(error, Retryable)) or pull.budget.left_bytes <= 0
            text = _late(pull, time.monotonic() - begun) if late else error.text
            wait = error.retry_after_s if isinstance(error, Retryable) and not late else None
            return Result(feed, why(error, late=late), text, wait), is_silent(error)
        except _Changed:
            return Result(feed, changed=True), False
    return Result(feed), False


def _answered(pull: Pull, feed: Feed, spool: Spool, share: float, ends: float) -> Answered:
    """Raises ConnectorError."""
    came = Payload.objects.filter(feed=feed)
    span = Span(feed.read_to, clock.now(), lambda name: came.filter(name=name).exists(), patience_s=share / 3)
    with opened_door(pull.connector, pull.config, share, pull.budget.left_bytes) as client:
        try:
            return ask(pull.connector, pull.config, feed.ask, span, client=client, spool=spool, ends=ends)
        finally:
            pull.budget.left_bytes -= client.visit.read


def _keep(pull: Pull, feed: Feed, answered: Answered) -> None:
    """One transaction: all that the feed answered, its watermark, and its line in the delivery. Raises Fatal where the database
    cannot hold it."""
    now = clock.now()
    try:
        with transaction.atomic():
            pull.held.fence()
            current = _unchanged(pull, feed)
            counts = ingest(
                delivery=pull.delivery, batches=answered.arrived, now=now, feed=current, environment=current.environment,
                subject=Subject(pull.source.unit, current.workload, current.pool),
            )  # fmt: skip
            _move(current, answered.read_to)
            note(pull.delivery, current, counts)
    except (DataError, IntegrityError) as error:
        log.exception("pull_not_kept", feed_id=feed.pk)
        raise Fatal(_("What it answered could not be kept: the operator finds the reason in the log.")) from error


def _unchanged(pull: Pull, feed: Feed) -> Feed:
    """The feed as it is now, locked with its source. Raises _Changed if either was changed meanwhile."""
    source = Source.objects.select_for_update(no_key=True).get(pk=pull.source.pk)
    current = Feed.objects.select_for_update(of=("self",), no_key=True).select_related("workload", "pool").get(pk=feed.pk)
    asked = (feed.ask, feed.environment, feed.workload_id, feed.pool_id, feed.read_to, None, pull.source.config, None)
    wanted = (
        current.ask, current.environment, current.workload_id, current.pool_id, current.read_to, current.retired_at,
        source.config, source.retired_at,
    )  # fmt: skip
    if asked != wanted:
        raise _Changed
    return current


def _move(feed: Feed, read_to: datetime | None) -> None:
    if read_to is not None:
        feed.read_to = read_to if feed.read_to is None else max(feed.read_to, read_to)
    feed.error = ""
    feed.save(update_fields=["read_to", "error"])


def _late(pull: Pull, took_s: float) -> str:
    if pull.budget.left_bytes <= 0:
        return _used_up(pull)
    more = pull.source.deadline_s > pull.budget.patience
    told = _("It did not answer completely within %.0f s.") % took_s
    return f"{told} {_('The next attempt gets all of its %d s.') % pull.source.deadline_s}" if more else told


def _used_up(pull: Pull) -> str:
    if pull.budget.left_bytes <= 0:
        return _("It answered more than the %d bytes that it may at a time.") % pull.source.max_bytes
    return _("The %.0f s that a pull of this source may take were used up before it.") % pull.budget.patience
