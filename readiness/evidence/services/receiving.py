"""What a worker does with a file that was brought: reads it, takes all of it or nothing, says on its delivery what came of it."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

import orjson
from django.core.files.storage import default_storage
from django.db import transaction

from portfolio.kit import clock
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.services import Claim
from readiness.connectors.contract import Flaw, Run
from readiness.connectors.errors import ConnectorError, Fatal, Retryable
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, EvidenceKind, Failure
from readiness.evidence.models import Delivery, Payload
from readiness.evidence.rules.envelope import BadBody, Envelope, envelope, kind_of, lines
from readiness.evidence.rules.normal import Problem
from readiness.evidence.services.ingest import Arrived, Counts, StoredPayload, Subject, ingest, ingest_observations
from readiness.evidence.services.keeping import forget
from readiness.evidence.services.reading.parent import TookTooLong, limits, read_file

OBSERVATIONS, JSON, NDJSON = "observations", "json", "ndjson"
MOST_PROBLEMS = 200
RUNS_AT_ONCE = 500
_COUNTED = ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused")
Take = Callable[[datetime], None]


def receive(held: Claim) -> None:
    """Take in a file that somebody brought; one that cannot be used ends with the reason and what to do."""
    rows = Delivery.objects.select_related("source", "unit", "workload", "pool")
    delivery = rows.get(pk=held.payload["delivery_id"])
    if not _begin(delivery, attempt=held.attempt, now=clock.now()):
        return
    try:
        with opened(delivery) as take, held.finishing():
            take(clock.now())
    except ConnectorError as error:
        if isinstance(error, Retryable) and held.attempt < HANDLERS[held.handler].max_attempts:
            raise
        with held.finishing():
            give_up(delivery, error=error, now=clock.now())


def read_now(delivery: Delivery, *, now: datetime) -> None:
    """The same without a worker, in the caller's transaction, for commands."""
    if not _begin(delivery, attempt=1, now=now):
        return
    try:
        with opened(delivery) as take, transaction.atomic():
            take(now)
    except ConnectorError as error:
        give_up(delivery, error=error, now=now)


def _begin(delivery: Delivery, *, attempt: int, now: datetime) -> bool:
    """Whether there is anything to do: a delivery that ended is not read again."""
    rows = Delivery.objects.filter(pk=delivery.pk, state__in=OPEN_DELIVERIES)
    return bool(rows.update(state=DeliveryState.RUNNING, started_at=now, attempt=attempt))


@contextmanager
def opened(delivery: Delivery) -> Iterator[Take]:
    """The file, read to its end; what it yields takes it in, in the caller's transaction. Raises ConnectorError."""
    if is_observations(delivery):
        yield partial(_take_observations, delivery, _envelope(delivery))
        return
    path = Path(default_storage.path(delivery.stored_as))
    with read_file(path, delivery.file_name, limits()) as runs:
        yield partial(_take_runs, delivery, runs)


def give_up(delivery: Delivery, *, error: ConnectorError, now: datetime) -> None:
    """Say why nothing was taken; the file goes, its digest stays."""
    failure = Failure.TOO_LONG if isinstance(error, TookTooLong) else Failure.LOOK
    _end(delivery, state=DeliveryState.FAILED, now=now, failure=failure, error=error.text, **_without_file(delivery))


def is_observations(delivery: Delivery) -> bool:
    return bool(delivery.detected) and delivery.detected[0].get("tool") == OBSERVATIONS


def subject_of(delivery: Delivery) -> Subject:
    return Subject(delivery.unit, delivery.workload, delivery.pool)


def _take_runs(delivery: Delivery, runs: Iterator[Run], now: datetime) -> None:
    refused: list[Problem] = []
    counts = ingest(
        delivery=delivery,
        batches=_batches(_watched(runs, refused), _payload(delivery)),
        subject=subject_of(delivery),
        environment=delivery.environment,
        now=delivery.asked_at,
    )
    _finish(delivery, counts, refused, now=now, state=DeliveryState.PARTLY if refused else DeliveryState.DONE)


def _take_observations(delivery: Delivery, said: Envelope, now: datetime) -> None:
    counts = ingest_observations(
        delivery=delivery,
        rows=said.rows,
        kind=EvidenceKind(said.kind) if said.kind else None,
        subject=subject_of(delivery),
        environment=delivery.environment,
        now=delivery.asked_at,
        payload=_payload(delivery),
    )
    _finish(delivery, counts, [], now=now, state=DeliveryState.DONE)


def _finish(delivery: Delivery, counts: Counts, refused: list[Problem], *, now: datetime, state: DeliveryState) -> None:
    told = [{"place": one.pointer, "text": one.text} for one in refused[:MOST_PROBLEMS]]
    told += [{"place": one.place, "text": one.text} for one in counts.problems]
    numbers = {name: getattr(counts, name) for name in _COUNTED}
    forgotten = {} if counts.anything_new else _without_file(delivery)
    _end(delivery, state=state, now=now, problems=told[:MOST_PROBLEMS], **numbers, **forgotten)


def _end(delivery: Delivery, *, state: DeliveryState, now: datetime, **values: object) -> None:
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    row.state, row.ended_at = state, now
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "ended_at", *values])


def _without_file(delivery: Delivery) -> dict[str, str]:
    """A file that brought nothing is not kept a second time. It goes once the transaction stands."""
    stored_as = delivery.stored_as
    Payload.objects.filter(delivery=delivery).update(stored_as="")
    transaction.on_commit(lambda: forget(stored_as))
    return {"stored_as": ""}


def _payload(delivery: Delivery) -> StoredPayload:
    media = {JSON: "application/json", NDJSON: "application/x-ndjson"}
    form = str(delivery.detected[0].get("format", "")) if is_observations(delivery) else ""
    return StoredPayload(delivery.file_name, delivery.stored_as, media.get(form, ""))


def _batches(runs: Iterator[Run], payload: StoredPayload) -> Iterator[Arrived]:
    while some := tuple(islice(runs, RUNS_AT_ONCE)):
        yield Arrived(some, payload)


def _watched(runs: Iterator[Run], refused: list[Problem]) -> Iterator[Run]:
    """The runs; files of an archive that could not be read are also told as problems, for nothing known may vanish."""
    for run in runs:
        flaws = dict(run.flaws)
        if not run.readings and Flaw.INCOMPLETE in flaws and Flaw.NOT_A_RESULT not in flaws:
            refused.append(Problem(run.place, flaws[Flaw.INCOMPLETE]))
        yield run


def _envelope(delivery: Delivery) -> Envelope:
    """Rows and kind as they were checked when they came. Raises Fatal, should they be read in another way today."""
    form = delivery.detected[0]
    with default_storage.open(delivery.stored_as, "rb") as stored:
        body = stored.read()
    try:
        if form.get("format") == NDJSON:
            return Envelope(lines(body), kind=kind_of(form.get("kind")))
        return _quickly(body) or envelope(body)
    except BadBody as bad:
        raise Fatal(str(bad)) from bad


def _quickly(body: bytes) -> Envelope | None:
    """What was read strictly before; None for the little that this reader does not take."""
    try:
        said = orjson.loads(body.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        return None
    return Envelope(said["observations"], kind=kind_of(said.get("kind")))
