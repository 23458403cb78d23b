"""OpenCost and Kubecost as a source: what was allocated to whom in whole hours or days.

The watermark is the end of the last window that was read, so each window is asked for once, when it is over and has had
`settle_hours` to become final: Kubecost changes its amounts until the provider's bill is in, and an amount that was read does not
change with it. An answer without any allocation moves the watermark only once it is two days old: until then it may only
be late. A feed that is far behind reads part of what it misses, and the next pull goes on from there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from readiness.connectors.access import ADDRESS, CA, SIGN_IN, check_access, check_values, number_of, signed_in, text_of
from readiness.connectors.contract import Run
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, FieldKind, Payload, Span, Tested
from readiness.connectors.opencost import client, parse
from readiness.connectors.redaction import clean

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = {"hour": HOUR, "day": DAY}
AT_ONCE = {"hour": DAY, "day": 7 * DAY}  # what one question spans, so that its answer stays small
MOST_AT_A_TIME = 31 * DAY
MAY_BE_LATE = 2 * DAY
LONGEST_SETTLING_H = 240.0
FIRST_DAYS = 7.0
_SHOWN = 20
_AGGREGATE = re.compile(r"[A-Za-z0-9_.:/,\-]{1,200}")

FIELDS = (
    ADDRESS,
    ConfigField(
        "product",
        "Product",
        FieldKind.CHOICE,
        help="They answer at different paths: /allocation and /model/allocation.",
        default="opencost",
        choices=(("opencost", "OpenCost"), ("kubecost", "Kubecost")),
    ),
    ConfigField("currency", "Currency", help="Three letters, such as EUR. The answers do not say it.", required=True),
    ConfigField(
        "basis",
        "Cost basis",
        FieldKind.CHOICE,
        help="What the amounts are: kept with each, and amounts of two bases are never added.",
        default="allocation",
        choices=(("allocation", "allocated, at the prices it knows"), ("reconciled", "allocated, after the provider's bill")),
    ),
    ConfigField("cluster", "Name of the cluster", help="Tells clusters apart where two sources are of one product."),
    *SIGN_IN,
    CA,
)
ASK_FIELDS = (
    ConfigField("aggregate", "Put together by", help="Such as namespace, controller, label:app or cluster.", default="namespace"),
    ConfigField("allocations", "Only these", help="Names, separated by commas, as in the answer. Empty: all of them."),
    ConfigField("filter", "Filter", help='In their language, such as namespace:"inference". Older versions know none.'),
    ConfigField("idle", "With what is idle", FieldKind.BOOLEAN, help="Shows it as an allocation of its own.", default=False),
    ConfigField(
        "step", "Windows of", FieldKind.CHOICE, default="day", choices=(("hour", "an hour"), ("day", "a day (UTC)")), help="Each."
    ),
    ConfigField("first_days", "Days back at first", FieldKind.NUMBER, help="Up to 31.", default=FIRST_DAYS),
    ConfigField(
        "settle_hours", "Final after (hours)", FieldKind.NUMBER, help="48 where the provider's bill is taken in.", default=0.0
    ),
)


def check(config: Config) -> None:
    check_values(FIELDS, config)
    check_access(config)
    if not parse.CURRENCY.fullmatch(text_of(config, "currency")):
        raise BadConfig("a currency is three capital letters, such as EUR", "currency")


def check_ask(ask: Ask) -> None:
    check_values(ASK_FIELDS, ask)
    if not _AGGREGATE.fullmatch(text_of(ask, "aggregate") or "namespace"):
        raise BadConfig("words such as namespace or label:app are expected, separated by commas", "aggregate")
    if not 1 <= number_of(ask, "first_days", FIRST_DAYS) <= MOST_AT_A_TIME / DAY:
        raise BadConfig("from 1 to 31 days", "first_days")
    if not 0 <= number_of(ask, "settle_hours", 0.0) <= LONGEST_SETTLING_H:
        raise BadConfig("from 0 to 240 hours", "settle_hours")


def test(config: Config, http: Http) -> Tested:
    """Neither tells its version everywhere."""
    names = [name for name, _ in _names(config, http)]
    remarks = () if names else ("nothing was allocated in the last day",)
    return Tested(facts=(f"{len(names)} namespaces in the last day",), remarks=remarks)


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    """What was allocated in the last day that is over; not the amounts, which not everybody who tries a feed may see."""
    check(config)
    check_ask(ask)
    end = client.end_of_step(now, DAY)
    question = replace(_question(config, ask), step=DAY)
    body = client.ask(signed_in(http, config), question, client.between(end - DAY, end))
    found = tuple(parse.allocations(body, **_told(config)))
    kept = tuple(_kept(iter(found), ask))
    names = ", ".join(sorted({run.name for run in found})[:_SHOWN]) or "nothing"
    remarks = () if kept else (f"none of the names is there; there are: {names}" if found else "nothing was allocated then",)
    return Tested(facts=(f"{len(kept)} allocations on {end - DAY:%Y-%m-%d}",), remarks=remarks)


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    check(config)
    check_ask(ask)
    signed, name = signed_in(http, config), text_of(ask, "step") or "day"
    step, question = STEPS[name], _question(config, ask)
    end = client.end_of_step(span.until - timedelta(hours=number_of(ask, "settle_hours", 0.0)), step)
    first = timedelta(days=number_of(ask, "first_days", FIRST_DAYS))
    start = client.end_of_step(end - first if span.since is None else span.since, step)
    started = time.monotonic()
    for began, ended in client.chunks(start, min(end, start + MOST_AT_A_TIME), AT_ONCE[name]):
        body = client.ask(signed, question, client.between(began, ended))
        runs = tuple(_kept(parse.allocations(body, **_told(config)), ask))
        if any(parse.answered(body)) or span.until - ended > MAY_BE_LATE:
            payload = Payload(f"allocation {began:%Y-%m-%d %H:%M} to {ended:%Y-%m-%d %H:%M} by {question.aggregate}", body)
            yield Batch(runs, payload, ended)
        if time.monotonic() - started > span.patience_s:
            return


def _names(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    """The namespaces of the last day."""
    check(config)
    body = client.ask(signed_in(http, config), client.Question(_path(config), DAY, "namespace"), "1d")
    return tuple(sorted({(clean(str(name)), clean(str(name))) for step in parse.answered(body) for name in step}))


def _question(config: Config, ask: Ask) -> client.Question:
    return client.Question(
        _path(config),
        STEPS[text_of(ask, "step") or "day"],
        text_of(ask, "aggregate") or "namespace",
        text_of(ask, "filter"),
        ask.get("idle") is True,
    )


def _told(config: Config) -> dict[str, str]:
    basis = text_of(config, "basis") or "allocation"
    return {"currency": text_of(config, "currency"), "basis": basis, "source": text_of(config, "cluster")}


def _path(config: Config) -> str:
    return client.PATHS[text_of(config, "product") or "opencost"]


def _kept(runs: Iterator[Run], ask: Ask) -> Iterator[Run]:
    wanted = {clean(one) for one in re.split(r"\s*,\s*", text_of(ask, "allocations")) if one}
    return (run for run in runs if not wanted or run.name in wanted)


CONNECTOR = Connector(
    kind="opencost",
    label="OpenCost or Kubecost",
    about="What was allocated to namespaces, controllers or labels in whole hours or days, with its cost basis.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    test_ask=test_ask,
    pull=pull,
    discover={"allocations": _names},
)
