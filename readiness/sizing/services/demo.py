"""Sizing in the demo: a few measurements of every grade, and options of some fifteen workloads, sized by the slice's services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.sizing.models import Measurement
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.services.options import add_option, choose_option
from readiness.workloads.choices import Function
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel, VenueOption, Workload
from readiness.workloads.services.demo.plan import HERO_NAME

PACK = Path(__file__).resolve().parents[1] / "packs" / "demo.yaml"
PLATFORM = "ITO"  # the unit that measured
OF_EACH = 3  # workloads of each template that are sized
DECIDED = ("production", "scale-up")
_MEASURED = ("name", "accelerators", "precision", "software", "input_tokens", "output_tokens", "max_num_seqs", "source")
Catalogue = dict[str, dict[str, Any]]


@cache
def pack() -> dict[str, Any]:
    """The pack, read once."""
    read: dict[str, Any] = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return read


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add measurements and options to the demo that stands; returns how many options. Inside the caller's transaction."""
    seeing = replace(by, showing_demo=True)
    catalogue: Catalogue = {
        "accelerator": {row.key: row for row in Accelerator.objects.all()},
        "model": {row.key: row for row in CatalogueModel.objects.all()},
        "pool": {row.name: row for row in CapacityPool.objects.filter(demo=True)},
    }
    with acting(by, note="demo"):
        catalogue["measurement"] = _measurements(seeing, catalogue, seed, today)
        return sum(_options(seeing, row, catalogue, Random(f"{seed}:sizing:{row.pk}")) for row in _sized())


def points(law: dict[str, float], input_tokens: float, output_tokens: float, clients: list[int], rng: Random) -> Iterator[Any]:
    """Points of a closed loop as the batching law has them, with one per cent of scatter; Little's law holds in each."""
    work = output_tokens * law["kd_s"] + input_tokens * law["kp_s"]
    for count in clients:
        rate = count / (output_tokens * law["t0_s"] + count * work) * rng.gauss(1, 0.01)
        latency = count / rate
        tpot = latency / output_tokens
        ttft = input_tokens * law["kp_s"] + 1.6 * tpot
        yield {
            "completed_per_s": round(rate, 4), "concurrency": count, "latency_mean_s": round(latency, 4),
            "tpot_mean_s": round(tpot, 6), "tpot_p_s": round(tpot * rng.uniform(1.15, 1.3), 6),
            "ttft_mean_s": round(ttft, 4), "ttft_p_s": round(ttft * rng.uniform(1.5, 2.2), 4), "percentile": 0.99,
        }  # fmt: skip


def _measurements(by: Actor, catalogue: Catalogue, seed: int, today: date) -> dict[str, Measurement]:
    unit = BusinessUnit.objects.get(demo=True, code=PLATFORM)
    made: dict[str, Measurement] = {}
    for key, one in pack()["measurements"].items():
        values = {name: one[name] for name in _MEASURED if name in one}
        if "service" in one:
            low, likely, high = one["service"]
            values |= {"service_low_s": low, "service_s": likely, "service_high_s": high, "service_cv2": one["service_cv2"]}
        taken: list[Any] = [{"completed_per_s": rate} for rate in one.get("rates", ())]
        if "law" in one:
            rng = Random(f"{seed}:measured:{key}")
            taken = list(points(one["law"], one["input_tokens"], one["output_tokens"], one["clients"], rng))
        made[key] = record_measurement(
            by=by, unit=unit, points=taken, replaces=made.get(one.get("replaces", "")),
            accelerator=catalogue["accelerator"][one["accelerator"]], model=catalogue["model"].get(one.get("model", "")),
            observed_on=today - timedelta(days=one["days_ago"]), **values,
        )  # fmt: skip
    return made


def _sized() -> Iterator[Workload]:
    """The demo's own workload, and the first of each template that is under way."""
    rows = Workload.objects.filter(initiative__demo=True).exclude(initiative__status="closed")
    rows = rows.select_related("initiative__unit", "initiative__stage").order_by("id")
    yield from rows.filter(name=HERO_NAME)[:1]
    for template in pack()["options"]:
        yield from rows.filter(template=template).exclude(name=HERO_NAME)[:OF_EACH]


def _options(by: Actor, workload: Workload, catalogue: Catalogue, rng: Random) -> int:
    """The pack's options for its template; the first is chosen where the initiative came far enough, or tells the story."""
    story = workload.name == HERO_NAME
    wanted = pack()["options"]["story" if story else workload.template]
    venues = list(VenueOption.objects.filter(initiative=workload.initiative_id, function=Function.INFERENCE).order_by("id"))
    for number, one in enumerate(wanted):
        values = {name: catalogue[name][value] if name in catalogue else value for name, value in one.items()}
        fitting = [row for row in venues if row.accelerator == values.get("accelerator")]
        option = add_option(by=by, workload=workload, venue_option=fitting[0] if fitting else None, **values)
        stage = workload.initiative.stage
        if number == 0 and (story or (stage is not None and stage.key in DECIDED and rng.random() < 0.8)):
            choose_option(by=by, option=option)
    return len(wanted)
