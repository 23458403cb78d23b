"""The candidate as the address of the sizing page carries it: a stored option or a proposal, and what is supposed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach, Unread
from readiness.sizing.rules.drafts import Draft, Row, fits_measurement
from readiness.sizing.rules.proposals import label_of
from readiness.sizing.rules.suppose import Answer, read_text
from readiness.workloads.choices import ModelSource, Precision

MOST_ACCELERATORS = 1024


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen from: rows of the catalogue and of the pools that the reader sees."""

    accelerators: Sequence[Row]
    models: Sequence[Row]
    pools: Mapping[int, Row]


@dataclass(frozen=True, slots=True)
class Asked:
    """`draft` with what was supposed of it; `texts` are what was typed, `wrong` what of it could not be taken."""

    draft: Draft
    texts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Unread] = field(default_factory=dict)


def asked_draft(given: Mapping[str, str], base: Draft, offered: Offered) -> Asked:
    """`base` as `given` changes it. A measurement of something else than what is now asked for is let go."""
    changes: dict[str, Any] = {}
    texts: dict[str, str] = {}
    wrong: dict[str, Unread] = {}
    for name, read in _READERS.items():
        text = given.get(name, "").strip()
        if not text or text == stated(base).get(name):
            continue
        texts[name] = text[:80]
        value = read(text, offered)
        if isinstance(value, Unread):
            wrong[name] = value
        else:
            changes[name] = value
    if not changes:
        return Asked(base, texts, wrong)
    return Asked(_changed(base, changes), texts, wrong)


def stated(draft: Draft) -> dict[str, str]:
    """The draft as the texts of its fields."""
    service = draft.service_s
    return {
        "model": draft.model["key"] if draft.model else "",
        "accelerator": draft.accelerator["key"] if draft.accelerator else "",
        "accelerators": str(draft.accelerators),
        "precision": draft.precision.value,
        "kv_precision": draft.kv_precision.value,
        "pool": str(draft.pool["id"]) if draft.pool else "",
        "utilisation": f"{draft.utilisation * 100:g}%",
        "slots": str(draft.slots),
        "service_s": "" if service is None else _range_text(service),
        "requests_per_minute": _optional(draft.requests_per_minute),
        "tokens_per_minute": _optional(draft.tokens_per_minute),
    }


def _changed(base: Draft, changes: dict[str, Any]) -> Draft:
    model = changes.get("model")
    if model is not None and "precision" not in changes and model["offered_as"] == ModelSource.SELF_HOSTED:
        changes["precision"] = Precision(model["precision"])
    if model is not None and base.approach != Approach.WORKERS:
        changes["approach"] = Approach.API if model["offered_as"] == ModelSource.API else Approach.SELF_HOSTED
    if changes.get("approach") == Approach.API:
        changes |= {"pool": None, "venue": None, "measurement": None}  # those of the accelerators it no longer runs on
    elif "accelerator" in changes and "pool" not in changes and base.pool is not None:
        kept = base.pool["accelerator_id"] == changes["accelerator"]["id"]
        changes["pool"] = base.pool if kept else None
    made = replace(base, **changes)
    if made.measurement is not None and ("service_s" in changes or fits_measurement(made, made.measurement)):
        made = replace(made, measurement=None)
    return replace(made, label=label_of(made)) if {"model", "accelerator", "accelerators", "precision"} & set(changes) else made


def _keyed(rows: Callable[[Offered], Sequence[Row]]) -> Callable[[str, Offered], Row | Unread]:
    def read(text: str, offered: Offered) -> Row | Unread:
        return next((row for row in rows(offered) if row["key"] == text), Unread.NO_SUCH_CHOICE)

    return read


def _pool(text: str, offered: Offered) -> Row | Unread:
    found = offered.pools.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return found if found is not None else Unread.NO_SUCH_CHOICE


def _precision(text: str, _offered: Offered) -> Precision | Unread:
    return Precision(text) if text in {one.value for one in Precision} else Unread.NO_SUCH_CHOICE


def _whole(text: str, _offered: Offered) -> int | Unread:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return Unread.NOT_A_NUMBER
    return int(text) if 1 <= int(text) <= MOST_ACCELERATORS else Unread.OUT_OF_RANGE


def _share(text: str, _offered: Offered) -> float | Unread:
    value = _positive(text, share=True)
    return value if isinstance(value, Unread) or value <= 1 else Unread.OUT_OF_RANGE


def _quota(text: str, _offered: Offered) -> float | Unread:
    return _positive(text, share=False)


def _positive(text: str, *, share: bool) -> float | Unread:
    read = read_text(text, share=share)
    if isinstance(read, Unread):
        return read
    if read.value is None or read.low is not None:
        return Unread.NOT_A_NUMBER
    return read.value if 0 < read.value <= 1e12 else Unread.OUT_OF_RANGE


def _service(text: str, _offered: Offered) -> Quantity | Unread:
    """Seconds that one request takes on a worker: a value or a range."""
    read = read_text(text, share=False)
    if isinstance(read, Unread):
        return read
    return _quantity(read)


def _quantity(read: Answer) -> Quantity | Unread:
    if read.value is None:
        return Unread.NOT_A_NUMBER
    low, high = (read.value, read.value) if read.low is None or read.high is None else (read.low, read.high)
    return Quantity(read.value, low, high) if 0 < low <= read.value <= high <= 1e6 else Unread.OUT_OF_RANGE


def _range_text(value: Quantity) -> str:
    return f"{value.likely:g}" if value.exact else f"{value.low:g}..{value.likely:g}..{value.high:g}"


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


_READERS: dict[str, Callable[[str, Offered], Any]] = {
    "model": _keyed(lambda offered: offered.models),
    "accelerator": _keyed(lambda offered: offered.accelerators),
    "accelerators": _whole,
    "precision": _precision,
    "kv_precision": _precision,
    "pool": _pool,
    "utilisation": _share,
    "slots": _whole,
    "service_s": _service,
    "requests_per_minute": _quota,
    "tokens_per_minute": _quota,
}
NAMES = tuple(_READERS)
