"""MLflow's REST API: experiments, and the runs that have ended, in the order in which they ended.

MLflow's page tokens are offsets into a list that others write to: whoever follows them skips a run for each one that left the
list meanwhile. So each page here is asked for anew, from the end time at which the last one ended; it must begin with what was
read last, which shows that no page was dropped. Tokens are followed only within one millisecond.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.http import Http
from readiness.connectors.mlflow.parse import LATEST_MS, LONGEST_TOKEN, answered, experiments
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, whole

API = "/api/2.0/mlflow"
PAGE, MOST_PAGES = 100, 2_000
MOST_EXPERIMENTS = 20_000
LONGEST_VERSION = 40
_CHANGED = "the list of runs changed while it was read"


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `fresh`: positions of the runs that no earlier page had; `ended_ms`: the end of its last run; `more`: others
    follow."""

    record: Mapping[str, Any]
    body: bytes
    asked_from_ms: int
    fresh: frozenset[int]
    ended_ms: int | None
    more: bool


def version(http: Http) -> str:
    """Of the server; "" where it does not tell (some hosted ones). Raises ConnectorError."""
    try:
        said = http.ask("GET", "/version", media_type="").body
    except (Fatal, BadConfig):  # whatever is wrong with address or account, the next question says it
        return ""
    short = clean(said[: LONGEST_VERSION + 1].decode("utf-8", "replace").strip())
    return short if short[:1].isdecimal() and len(short) <= LONGEST_VERSION else ""


def living_experiments(http: Http) -> dict[str, str]:
    """Id -> name. Raises ConnectorError."""
    found: dict[str, str] = {}
    token, tokens = "", set[str]()
    while True:
        asked = {"max_results": 1000} | ({"page_token": token} if token else {})
        listed, token = experiments(http.post(f"{API}/experiments/search", _packed(asked), explain=answered))
        found |= listed
        if not token:
            return found
        if token in tokens or len(found) > MOST_EXPERIMENTS:
            raise Retryable("the list of experiments does not end")
        tokens.add(token)


def newest(http: Http, ids: Sequence[str], most: int, search: str = "") -> Mapping[str, Any]:
    """The page of the last started runs that match. Raises ConnectorError."""
    asked = {"experiment_ids": list(ids), "max_results": most, "order_by": ["attributes.start_time DESC"], "filter": search}
    return answered(http.post(f"{API}/runs/search", _packed(asked), explain=answered))


def ended(http: Http, ids: Sequence[str], *, from_ms: int, search: str = "") -> Iterator[Found]:
    """Pages of the runs that ended at `from_ms` or later and match `search`, deleted ones too, the earliest end first.

    Raises ConnectorError; what was yielded before counts for nothing then.
    """
    cursor, token, last = from_ms, "", ""
    known, tokens = set[str](), set[str]()
    for _ in range(MOST_PAGES):
        body = http.post(f"{API}/runs/search", _question(ids, cursor, token, search), explain=answered)
        record = answered(body)
        infos = [table(table(one).get("info")) for one in rows(record.get("runs"))]
        names = [_id(one) for one in infos]
        if last and not token and last not in names:
            raise Retryable(_CHANGED)
        ends = _ends(infos, cursor)
        more = text(record.get("next_page_token"), LONGEST_TOKEN)
        fresh = frozenset(at for at, name in enumerate(names) if not name or name not in known)
        yield Found(record, body, cursor, fresh, ends[-1] if ends else None, bool(more))
        if not more:
            return
        if not ends or more in tokens:
            raise Retryable("the pages of runs do not end" if ends else "a page of runs is empty, and others are to follow")
        known.update(names)
        cursor, token, last = (ends[-1], "", names[-1]) if ends[-1] > cursor else (cursor, more, names[-1])
        tokens = {*tokens, token} if token else set()
    raise Fatal(f"more than {MOST_PAGES * PAGE} runs at a time: narrow the filter")


def _question(ids: Sequence[str], from_ms: int, token: str, search: str) -> bytes:
    """An end time of NULL (a run that still runs) is not at or after anything."""
    since = f"attributes.end_time >= {from_ms}"
    asked = {
        "experiment_ids": list(ids),
        "filter": f"{search} and {since}" if search else since,
        "run_view_type": "ALL",
        "order_by": ["attributes.end_time ASC"],
        "max_results": PAGE,
    }
    return _packed(asked | ({"page_token": token} if token else {}))


def _ends(infos: Sequence[Mapping[str, Any]], from_ms: int) -> list[int]:
    """Of all runs of a page; Fatal where the server did not select and sort them by end time, for then none can be told last."""
    ends = [whole(one.get("end_time")) for one in infos]
    told = [one for one in ends if one is not None]
    if len(told) < len(ends) or told != sorted(told) or (told and not from_ms <= told[0] <= told[-1] < LATEST_MS):
        raise Fatal("the server does not select and sort runs by their end, so that none can be told to be the last")
    return told


def _id(info: Mapping[str, Any]) -> str:
    return text(info.get("run_id")) or text(info.get("run_uuid"))


def _packed(asked: Mapping[str, Any]) -> bytes:
    return json.dumps(asked).encode()
