"""Prometheus, and what answers in its way: Thanos, Mimir (Cortex), VictoriaMetrics.

They differ in the path before the API (part of the address), in the header that names a tenant, and in how they say that an
answer is partial (a warning, or `isPartial`): all of these end in a run without values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from readiness.connectors import access
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, FieldKind, Span, Tested
from readiness.connectors.prometheus import discovery, questions
from readiness.connectors.prometheus.client import Client
from readiness.connectors.prometheus.pulling import Pull
from readiness.connectors.prometheus.questions import DELAY_S, FIRST_DAYS, STEP_S
from readiness.connectors.prometheus.windows import Pace, due

KIND = "prometheus"
SHOWN_QUERIES = 3  # of more than these a trial tells the number of series alone
PLAIN, THANOS, MIMIR, VICTORIA = "prometheus", "thanos", "mimir", "victoriametrics"
TENANT_HEADERS = {THANOS: "THANOS-TENANT", MIMIR: "X-Scope-OrgID"}

FIELDS = (
    access.ADDRESS,
    ConfigField(
        "server",
        "Server",
        FieldKind.CHOICE,
        help="The address ends before /api/v1: at Mimir with /prometheus, at a VictoriaMetrics cluster with "
        "/select/0/prometheus.",
        default=PLAIN,
        choices=((PLAIN, "Prometheus"), (THANOS, "Thanos"), (MIMIR, "Mimir or Cortex"), (VICTORIA, "VictoriaMetrics")),
    ),
    *access.SIGN_IN,
    access.CA,
    ConfigField("tenant", "Tenant", help="Where one server keeps the metrics of several."),
    ConfigField("tenant_header", "Header of the tenant", help="Empty: X-Scope-OrgID, and THANOS-TENANT at Thanos.", default=""),
    ConfigField(
        "dedup",
        "Replicas as one",
        FieldKind.BOOLEAN,
        help="Thanos: series that two replicas both collected count once.",
        default=True,
    ),
)
ASK_FIELDS = (
    ConfigField(
        "queries",
        "Queries",
        FieldKind.QUERIES,
        help="Each with its metric, unit and statistic. Start from a template: $matchers, $targets, $window and $step are "
        "filled in.",
        required=True,
        default=[],
    ),
    ConfigField(
        "matchers",
        "Labels of the series ($matchers)",
        FieldKind.MAPPING,
        help='Which series are meant, as model_name = llama; with an operator as "pod=~".',
        default={},
    ),
    ConfigField(
        "targets",
        "Labels of the scrape targets ($targets)",
        FieldKind.MAPPING,
        help="For availability: job, namespace or instance of what is scraped.",
        default={},
    ),
    ConfigField("step_s", "Evaluated every (s)", FieldKind.NUMBER, help="From 15 s to a day.", default=STEP_S),
    ConfigField(
        "delay_s", "Behind the clock by (s)", FieldKind.NUMBER, help="What is younger may still change.", default=DELAY_S
    ),
    ConfigField(
        "first_days",
        "Days read at first",
        FieldKind.NUMBER,
        help="How far back the first pull reads, 31 at most; an outage is read up later in any case.",
        default=FIRST_DAYS,
    ),
)


def check(config: Config) -> None:
    access.check_values(FIELDS, config)
    access.check_access(config)
    if header := access.text_of(config, "tenant_header"):
        access.check_header("tenant_header", header)
    tenant = access.text_of(config, "tenant")
    if not tenant.isprintable() or not tenant.isascii():
        raise BadConfig("a tenant has only letters, digits and signs of ASCII", "tenant")


def check_ask(ask: Ask) -> None:
    access.check_values(ASK_FIELDS, ask)
    questions.plan(ask)


def connected(config: Config, http: Http) -> Client:
    """Raises BadConfig."""
    check(config)
    server = access.text_of(config, "server") or PLAIN
    header = access.text_of(config, "tenant_header") or TENANT_HEADERS.get(server, TENANT_HEADERS[MIMIR])
    tenant = access.text_of(config, "tenant")
    extra = {}
    if server == THANOS:  # a store that is away is then a warning, not a refused query
        extra = {"partial_response": "true", "dedup": "false" if config.get("dedup") is False else "true"}
    return Client(access.signed_in(http, config, {header: tenant} if tenant else {}), extra)


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    client = connected(config, http)
    check_ask(ask)
    source = f"{client.http.address} {access.text_of(config, 'tenant')}".strip()
    yield from Pull(client, questions.plan(ask), source).batches(span)


def test(config: Config, http: Http) -> Tested:
    return discovery.tested(connected(config, http))


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    """What each query would find now: a fact with the number of series for those that match, a remark for those that do not; of
    a few queries also the runs that a pull would make of it."""
    client = connected(config, http)
    check_ask(ask)
    plan = questions.plan(ask)
    pace = Pace(plan.pace.step_s, plan.pace.delay_s, 0)
    (moment,) = due(Span(None, now), pace)
    tested = discovery.tested_ask(client, plan, moment)
    if len(plan.asked) > SHOWN_QUERIES:
        return tested
    batches = Pull(client, replace(plan, pace=pace), client.http.address).batches(Span(None, now))
    return replace(tested, runs=tuple(run for batch in batches for run in batch.runs))


def _matchers(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    return discovery.label_pairs(connected(config, http), discovery.SERIES_LABELS)


def _targets(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    return discovery.label_pairs(connected(config, http), discovery.TARGET_LABELS, "up")


def _templates(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    return discovery.packs_seen(connected(config, http))


CONNECTOR = Connector(
    kind=KIND,
    label="Prometheus",
    about="Telemetry by PromQL from Prometheus, Thanos, Mimir or VictoriaMetrics, with templates for vLLM, DCGM, "
    "kube-state-metrics, Triton, TGI, KServe, HTTP services and nodes.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    pull=pull,
    answer_bytes=8 * 2**20,  # twice what the largest piece of a pull needs
    discover={"matchers": _matchers, "targets": _targets, "queries": _templates},
    test_ask=test_ask,
)
