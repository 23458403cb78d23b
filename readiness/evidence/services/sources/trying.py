"""Trying a source: somebody asks, a worker tries within bounds, and what it found is shown for a day.

How long a try takes tells nothing about ports: what does not answer is told after fixed steps (kit.egress.pace). A person has
so many tries a minute, tokens included, counted in rows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.egress import Door
from portfolio.kit.egress.errors import NoAnswer
from portfolio.kit.egress.pace import STEP_S
from portfolio.kit.secrets import SecretError
from portfolio.outbox.services import Claim, enqueue
from readiness.connectors.contract import Reading
from readiness.connectors.errors import BadConfig, ConnectorError
from readiness.connectors.http import Http
from readiness.connectors.live import ANSWER_BYTES, Config, Connector, Tested
from readiness.connectors.metrics import MONEY
from readiness.evidence.choices import MARK_OF_BOUND, Failure, TrialKind
from readiness.evidence.models import Source, SourceHealth, Trial
from readiness.evidence.services.pulls.asking import opened_door, why
from readiness.evidence.services.pulls.kinds import connector_of, with_roots
from readiness.evidence.services.pulls.sealed import opened
from readiness.evidence.services.sources.access import require_manage
from readiness.evidence.services.sources.config import check_ask

DEADLINE_S = 20.0
MOST_A_MINUTE = 6
AT_ONCE = {"evidence.trials": 4}
TAKEN_UP_WITHIN_S = 90
KEPT_FOR = timedelta(days=1)
MOST_SHOWN = 1000
MOST_READINGS = 50


class TooManyTrials(Exception):
    """Wait `seconds` before the next try."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def test_source(*, by: Actor, source: Source) -> Trial:
    """See whether it answers, and to whom. Raises PermissionDenied, TooManyTrials, ValidationError."""
    connector_of(source.kind)
    return _begin(by, source, TrialKind.SOURCE, {})


def test_ask(*, by: Actor, source: Source, ask: Mapping[str, Any]) -> Trial:
    """See what a feed would find, before there is one. Raises PermissionDenied, TooManyTrials, ValidationError by field."""
    connector = connector_of(source.kind)
    kept = check_ask(connector, ask)
    if connector.test_ask is None:
        raise ValidationError(_("What a feed of %s finds shows with its first pull.") % connector.label)
    return _begin(by, source, TrialKind.ASK, kept)


def discover(*, by: Actor, source: Source, field: str) -> Trial:
    """See what there is to choose from for a field of a feed. Raises PermissionDenied, TooManyTrials, ValidationError."""
    if field not in connector_of(source.kind).discover:
        raise ValidationError({"field": _("For this field nothing can be looked up.")})
    return _begin(by, source, TrialKind.DISCOVER, {"field": field})


def run_trial(held: Claim) -> None:
    """Try, and keep what was found. The worker's part."""
    trial = Trial.objects.select_related("source").filter(pk=held.payload["trial_id"], ended_at=None).first()
    if trial is None:
        return
    begun = time.monotonic()
    try:
        trial.found = _try(trial)
    except ConnectorError as error:
        trial.failure, trial.error = why(error, late=False), error.text
        trial.field = error.field[:100] if isinstance(error, BadConfig) else ""
        if _tells_ports_apart(error):
            time.sleep(STEP_S - (time.monotonic() - begun) % STEP_S)
    except SecretError as error:
        trial.failure, trial.error = Failure.MEND, str(error)
    with held.finishing():
        trial.ended_at = clock.now()
        trial.save(update_fields=["found", "failure", "error", "field", "ended_at"])
        if version := str(trial.found.get("version", "")):
            SourceHealth.objects.filter(source_id=trial.source_id).update(remote_version=version[:100])


def end_forgotten(*, now: datetime) -> None:
    """End tries that no worker took up, so that nobody waits for ever; forget old ones."""
    open_since = now - timedelta(seconds=TAKEN_UP_WITHIN_S)
    text = _("No worker took it up: see whether the worker for pulls runs.")
    Trial.objects.filter(ended_at=None, asked_at__lt=open_since).update(ended_at=now, failure=Failure.BROKEN, error=text)
    Trial.objects.filter(asked_at__lt=now - KEPT_FOR).delete()


def _begin(by: Actor, source: Source, kind: TrialKind, asked: Mapping[str, Any]) -> Trial:
    require_manage(by, source.unit)
    if source.retired_at is not None:
        raise ValidationError(_("This source is retired."))
    now = clock.now()
    with transaction.atomic():
        _within_pace(by, now)
        trial = Trial.objects.create(
            source=source, kind=kind, asked=dict(asked), by_id=by.user_id, through=by.through, asked_at=now
        )
        enqueue("evidence.test", {"trial_id": trial.pk}, limits=AT_ONCE)
    return trial


def _within_pace(by: Actor, now: datetime) -> None:
    """Exact also when several ask at once: they wait for one another. Raises TooManyTrials."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('evidence.trials:' || %s::text, 0))", [by.user_id or 0])
    recent = Trial.objects.filter(by_id=by.user_id, asked_at__gt=now - timedelta(minutes=1)).order_by("-asked_at")
    times = list(recent.values_list("asked_at", flat=True)[:MOST_A_MINUTE])
    if len(times) == MOST_A_MINUTE:
        raise TooManyTrials(max(1, round(60 - (now - times[-1]).total_seconds())))


def _try(trial: Trial) -> dict[str, Any]:
    """Raises ConnectorError, SecretError."""
    source = trial.source
    connector = connector_of(source.kind)
    config = with_roots(connector, {**source.config, **opened(source)})
    with opened_door(connector, config, DEADLINE_S, ANSWER_BYTES) as client:
        if trial.kind == TrialKind.DISCOVER:
            found = connector.discover[trial.asked["field"]](config, Http(client))
            return {"choices": [[value, label] for value, label in found[:MOST_SHOWN]]}
        return _told(_tested(connector, config, trial, client))


def _tested(connector: Connector, config: Config, trial: Trial, client: Door) -> Tested:
    if trial.kind == TrialKind.SOURCE:
        return connector.test(config, Http(client))
    assert connector.test_ask is not None
    return connector.test_ask(config, trial.asked, Http(client), clock.now())


def _told(tested: Tested) -> dict[str, Any]:
    flaws = dict.fromkeys(text for run in tested.runs for _flaw, text in run.flaws)
    shown = (one for run in tested.runs for one in run.readings if one.metric not in MONEY)  # whoever tries may not see amounts
    readings = [_reading(one) for one in shown][:MOST_READINGS]
    told = {
        "version": tested.version, "facts": list(tested.facts[:MOST_SHOWN]),
        "remarks": [*tested.remarks, *(one for one in flaws if one not in tested.remarks)][:MOST_SHOWN],
    }  # fmt: skip
    return told | ({"readings": readings} if readings else {})


def _reading(one: Reading) -> dict[str, Any]:
    return {
        "metric": one.metric, "value": one.value, "statistic": one.statistic, "percentile": one.percentile,
        "marks": int(MARK_OF_BOUND[one.bound]), "labels": dict(one.labels),
    }  # fmt: skip


def _tells_ports_apart(error: BaseException | None) -> bool:
    """Whether a connection that came to nothing is behind it."""
    while error is not None:
        if isinstance(error, NoAnswer):
            return True
        error = error.__cause__
    return False
