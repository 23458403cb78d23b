"""MLflow as a source: what its runs measured, by a mapping of their metrics' names.

Which runs a pull reads: those that ended after the watermark less an overlap, in order of their ends. A run that still runs has
no end and is not asked for; it comes once it has ended, however long ago it began, so none is lost by finishing late. The
overlap (a day, if nothing else is said) is for clients whose clocks are behind and for runs that are entered later: an end time
is what the client says. A run entered with an end further back than that is read by a feed that begins anew. A run that was
changed after its end is another state of it, and seen as far as the overlap reaches. A first pull of very many runs reads part
of them, and the next one goes on from there. A run whose writer said that it finished but not when has no place in this order:
MLflow's own clients always say it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.connectors.access import ADDRESS, CA, SIGN_IN, check_access, check_values, number_of, signed_in, text_of
from readiness.connectors.contract import Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, FieldKind, Payload, Span, Tested
from readiness.connectors.mlflow import about, client, parse
from readiness.connectors.mlflow.parse import Mapped
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, within

OVERLAP_H, LONGEST_OVERLAP_H = 24.0, 24 * 366
MOST_MAPPED = 200
KEYS = frozenset({"name", "metric", "unit", "statistic", "percentile", "labels"})
RUNS_AT_A_TIME = 10_000  # of a first pull; the next one goes on
_LOOKED_AT = 50  # newest runs, to list what they measured

FIELDS = (ADDRESS, *SIGN_IN, CA)
ASK_FIELDS = (
    ConfigField("experiments", "Experiments", help="Names or ids, separated by commas or line ends.", required=True),
    ConfigField("filter", "Filter", help="As in MLflow's search, such as tags.suite = 'serving'. Empty: every run."),
    ConfigField(
        "metrics",
        "Metrics",
        FieldKind.QUERIES,
        help="For each name of theirs the metric, its unit, and the statistic: MLflow knows no units, and none is guessed.",
        required=True,
        default=[],
    ),
    ConfigField(
        "about",
        "Environment and load",
        FieldKind.MAPPING,
        help=f"Where a run tells it, such as accelerator: params.gpu. Of {', '.join((*about.ENVIRONMENT, *about.LOAD))}.",
        default={},
    ),
    ConfigField(
        "overlap_hours",
        "Overlap (hours)",
        FieldKind.NUMBER,
        help="How late a run may be entered and still be found.",
        default=OVERLAP_H,
    ),
)


def check(config: Config) -> None:
    check_values(FIELDS, config)
    check_access(config)


def check_ask(ask: Ask) -> None:
    check_values(ASK_FIELDS, ask)
    if not _names(ask):
        raise BadConfig("an experiment is expected", "experiments")
    if not 0 <= number_of(ask, "overlap_hours", OVERLAP_H) <= LONGEST_OVERLAP_H:
        raise BadConfig("between 0 hours and a year is expected", "overlap_hours")
    mapping(ask)
    about.check(ask.get("about") or {})


def mapping(ask: Ask) -> dict[str, Mapped]:
    """Their name -> what it means. Raises BadConfig."""
    found: dict[str, Mapped] = {}
    for entry in rows(ask.get("metrics")):
        name, mapped = text(table(entry).get("name"), 250), _mapped(table(entry))
        if not name or name in found:
            raise BadConfig(f"{name}: mapped twice" if name else "the name of a metric is missing", "metrics")
        try:
            parse.check({name: mapped})
        except BadConfig as wrong:
            raise BadConfig(wrong.text, "metrics") from wrong
        found[name] = mapped
    if not 0 < len(found) <= MOST_MAPPED:
        raise BadConfig(f"between 1 and {MOST_MAPPED} metrics are expected", "metrics")
    return found


def test(config: Config, http: Http) -> Tested:
    check(config)
    signed = signed_in(http, config)
    version = client.version(signed)
    found = client.living_experiments(signed)
    remarks = () if found else ("there are no experiments that this account may read",)
    return Tested(version, (f"{len(found)} experiments",), remarks)


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    """How many of the newest runs match, and which of the mapped metrics none of them has."""
    check(config)
    check_ask(ask)
    signed, mapped = signed_in(http, config), mapping(ask)
    ids = _ids(client.living_experiments(signed), _names(ask))
    page = client.newest(signed, ids, _LOOKED_AT, text_of(ask, "filter"))
    found = [table(one) for one in rows(page.get("runs"))]
    told = {text(table(one).get("key"), 250) for run in found for one in rows(within(run, "data", "metrics"))}
    facts = [f"{len(found)}{' or more' if len(found) == _LOOKED_AT else ''} runs match"]
    facts += [f"{name} is {one.metric} in {one.unit}" for name, one in mapped.items() if name in told]
    missing = tuple(f"none of them has {clean(name)}" for name in mapped if name not in told)
    runs = parse.runs_of(page, mapped, dict(ask.get("about") or {}))
    return Tested(facts=tuple(facts), remarks=missing if found else ("no run matches",), runs=runs)


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    check(config)
    check_ask(ask)
    signed, mapped, told = signed_in(http, config), mapping(ask), dict(ask.get("about") or {})
    ids = _ids(client.living_experiments(signed), _names(ask))
    overlap = timedelta(hours=number_of(ask, "overlap_hours", OVERLAP_H))
    from_ms = 0 if span.since is None else max(0, _ms(span.since - overlap))
    read, begun = 0, time.monotonic()
    for found in client.ended(signed, ids, from_ms=from_ms, search=text_of(ask, "filter")):
        runs = parse.runs_of(found.record, mapped, told)
        if found.ended_ms is not None:
            read_to = min(span.until, _at(found.ended_ms) + overlap) if found.more else span.until
            name = f"runs that ended from {_at(found.asked_from_ms):%Y-%m-%d %H:%M:%S.%f} on"
            yield Batch(tuple(run for at, run in enumerate(runs) if at in found.fresh), Payload(name, found.body), read_to)
            read += len(found.fresh)
            if (read >= RUNS_AT_A_TIME or time.monotonic() - begun > span.patience_s) and read_to < span.until:
                return


def _names(ask: Ask) -> list[str]:
    return [one for one in re.split(r"\s*[,\n]\s*", text_of(ask, "experiments")) if one]


def _ids(known: Mapping[str, str], wanted: list[str]) -> list[str]:
    by_name = {name: one for one, name in known.items()}
    missing = [one for one in wanted if one not in by_name and one not in known]
    if missing:
        raise BadConfig(f"there is no experiment {clean(missing[0])!r} that this account may read", "experiments")
    return list(dict.fromkeys(by_name.get(one, one) for one in wanted))


def _mapped(entry: Mapping[str, Any]) -> Mapped:
    statistic, share = text(entry.get("statistic")) or Statistic.MEAN, entry.get("percentile")
    if statistic not in list(Statistic):
        raise BadConfig(f"statistic: one of {', '.join(Statistic)} is expected", "metrics")
    if share not in (None, "") and (isinstance(share, bool) or not isinstance(share, int | float)):
        raise BadConfig("a percentile is a share such as 0.95", "metrics")
    labels = entry.get("labels") or {}
    if not isinstance(labels, Mapping) or not all(isinstance(one, str) for pair in labels.items() for one in pair):
        raise BadConfig("labels are an object of texts", "metrics")
    unknown = set(entry) - KEYS
    if unknown:
        raise BadConfig(f"there is no {clean(str(min(unknown)))} of a metric", "metrics")
    return Mapped(
        text(entry.get("metric")), text(entry.get("unit")), Statistic(statistic), float(share) if share else None, dict(labels)
    )


def _experiments(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    """A name with a comma in it can be given by its id alone."""
    check(config)
    found = client.living_experiments(signed_in(http, config))
    return tuple(sorted((one if "," in name else name, f"{name} ({one})") for one, name in found.items()))


def _seen(config: Config, http: Http) -> list[Mapping[str, Any]]:
    check(config)
    signed = signed_in(http, config)
    found = client.living_experiments(signed)
    return [table(one) for one in rows(client.newest(signed, list(found), _LOOKED_AT).get("runs"))] if found else []


def _metric_names(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    """Of the newest runs, with the last value seen."""
    found: dict[str, str] = {}
    for run in _seen(config, http):
        for one in map(table, rows(within(run, "data", "metrics"))):
            found.setdefault(clean(text(one.get("key"), 250)), text(one.get("value")))
    return tuple((name, f"{name} (such as {value})") for name, value in sorted(found.items()))


def _places(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    """params.<name> and tags.<name> of the newest runs."""
    found: dict[str, str] = {}
    for run in _seen(config, http):
        for kind in ("params", "tags"):
            for one in map(table, rows(within(run, "data", kind))):
                name = text(one.get("key"), 250)
                if not name.startswith("mlflow."):
                    found.setdefault(f"{kind}.{clean(name)}", clean(text(one.get("value"), 40)))
    return tuple((place, f"{place} (such as {value})") for place, value in sorted(found.items()))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


CONNECTOR = Connector(
    kind="mlflow",
    label="MLflow",
    about="Metrics of finished runs, by experiments and a filter. Also a hosted MLflow with a token.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    test_ask=test_ask,
    pull=pull,
    discover={"experiments": _experiments, "metrics": _metric_names, "about": _places},
)
