"""Looking around before anything is kept: who is there, what a feed would find, what one can choose from."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.connectors.errors import BadConfig
from readiness.connectors.live import Tested
from readiness.connectors.prometheus.answers import Answer
from readiness.connectors.prometheus.client import Client
from readiness.connectors.prometheus.promql import quoted
from readiness.connectors.prometheus.questions import Asked, Plan
from readiness.connectors.prometheus.templates import packs
from readiness.connectors.redaction import clean

# Labels by which people tell workloads apart, the usual ones first.
SERIES_LABELS = (
    "model_name", "model", "namespace", "exported_namespace", "service", "service_name", "job", "deployment", "pod",
    "exported_pod", "Hostname", "modelName", "cluster",
)  # fmt: skip
TARGET_LABELS = ("job", "namespace", "service", "instance", "cluster")
MOST_VALUES, MOST_SAID = 50, 60


def tested(client: Client) -> Tested:
    """The version, and which of the exporters that templates know are there. Raises ConnectorError."""
    version = client.version()
    counts = _probed(client)
    facts = tuple(
        f"{pack.name}: {counts[probe]} series of {probe}" for pack in packs() for probe in pack.probes if counts.get(probe)
    )
    return Tested(version, facts, () if facts else ("it answers, and has none of the metrics that the templates know",))


def tested_ask(client: Client, plan: Plan, moment: int) -> Tested:
    """Of each query at that moment. Raises ConnectorError; BadConfig says which query."""
    facts, remarks = list[str](), list[str]()
    for number, asked in enumerate(plan.asked, 1):
        try:
            told = client.at(asked.question.query, moment).answer
            missing = list(_missing(client, asked, moment))
        except BadConfig as refused:
            if refused.field != "query":
                raise
            raise BadConfig(f"query {number} ({asked.name}): {refused.text}", "queries") from refused
        usable = sum(bool(one.samples) for one in told.series)
        if usable:
            facts.append(f"{asked.name}: {usable} series")
        remarks += [f"{asked.name}: {why}" for why in (*_remarks(told, usable), *missing)]
    return Tested("", tuple(facts[:MOST_SAID]), tuple(remarks[:MOST_SAID]))


def label_pairs(client: Client, labels: tuple[str, ...], metric: str = "") -> tuple[tuple[str, str], ...]:
    """("model_name=llama", "model_name = llama") for each value of the labels that are there, a bounded number of each."""
    pairs = [
        (f"{label}={value}", f"{label} = {value}")
        for label in labels
        for value in client.label_values(label, metric)[:MOST_VALUES]
    ]
    return tuple((clean(value), clean(shown)) for value, shown in pairs)


def packs_seen(client: Client) -> tuple[tuple[str, str], ...]:
    """(key, name) of the templates whose metrics are there."""
    counts = _probed(client)
    return tuple((pack.key, pack.name) for pack in packs() if any(counts.get(probe) for probe in pack.probes))


def _probed(client: Client) -> dict[str, int]:
    """How many series of each template's probe there are at this moment."""
    names = "|".join(probe for pack in packs() for probe in pack.probes)
    told = client.now(f"count by (__name__) ({{__name__=~{quoted(names)}}})").answer
    return {one.name: int(one.samples[-1][1]) for one in told.series if one.samples}


def _missing(client: Client, asked: Asked, moment: int) -> Iterator[str]:
    if asked.coverage is not None and not any(one.samples for one in client.at(asked.coverage.query, moment).answer.series):
        yield "its coverage has no value: availability will decide nothing"


def _remarks(told: Answer, usable: int) -> Iterator[str]:
    if told.partial:
        yield "the server says that its answer is partial"
    yield from (f"the server warns: {warning}" for warning in told.warnings[:3])
    if not told.series:
        yield "no series matches"
    elif not usable:
        yield f"no usable value ({', '.join(told.left_out) or 'no sample'})"
