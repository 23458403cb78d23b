"""The pure rules of sizing: texts of the address, headroom, pasted points, what JSON keeps, what is proposed."""

from __future__ import annotations

import json
import random
from math import exp, inf, isfinite, log
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.sizing.answer import Answer, Constraint, Count
from readiness.core.sizing.inputs import Grade, Task, WorkloadClass
from readiness.sizing.choices import Approach, Headroom, PointFault, PriceOrigin, Unread
from readiness.sizing.rules.asked import Offered
from readiness.sizing.rules.changes import changes
from readiness.sizing.rules.drafts import Draft, facts_of, same_stack
from readiness.sizing.rules.headroom import standing
from readiness.sizing.rules.live import Stored, live
from readiness.sizing.rules.points import checked_points, read_table
from readiness.sizing.rules.prices import priced
from readiness.sizing.rules.proposals import fitting_count, proposals
from readiness.sizing.rules.sized import TOO_LARGE, sized
from readiness.sizing.rules.stored import answer_from, demand_from, digest, inputs_of, plain
from readiness.sizing.rules.suppose import read_text, shown, supposed
from readiness.workloads.choices import Knowledge, Precision
from readiness.workloads.rules.demand import Value, demand_of
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.templates import PACK, TEMPLATES, Template

_NUMBERS = ("memory_bytes", "bandwidth", "flops_bf16", "flops_fp8", "price_low", "price_likely", "price_high", "price_currency")
_FACTS = ("parameters", "active_parameters", "layers", "max_context_tokens", "price_input", "price_output", "price_currency")


def _pack(name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = yaml.safe_load((PACK.parent / f"{name}.yaml").read_text())
    blank = dict.fromkeys(columns) | {"precision": "bf16"}
    return [blank | row | {"id": place} for place, row in enumerate(rows, 1)]


ACCELERATORS = _pack("accelerators", _NUMBERS)
MODELS = _pack("models", _FACTS)
H100 = next(row for row in ACCELERATORS if row["key"] == "h100-sxm")
LLAMA = next(row for row in MODELS if row["key"] == "llama-3-1-8b")
POOL = {
    "id": 1, "name": "Cellar", "accelerator_id": H100["id"], "size": 8, "free": 4.0, "cost_per_month": None, "cost_currency": "",
    "lead_time_days": 90,
}  # fmt: skip
OFFERED = Offered(ACCELERATORS, MODELS, {1: POOL})
HOSTED = Draft(Approach.SELF_HOSTED, model=LLAMA, accelerator=H100, pool=POOL)


def _values(template: Template) -> dict[str, Value]:
    return {name: Value(Knowledge.UNKNOWN, likely, low, high) for name, (low, likely, high) in template.values.items()}


def _answer(count: Count | None, **more: Any) -> Answer:
    values: dict[str, Any] = {
        "grade": Grade.NOTHING, "constraint": Constraint.TPOT, "replicas": count, "unsafe": None, "accelerators": count,
    } | more  # fmt: skip
    return Answer(**values)


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("4", 4, None, None), ("2..8", 4, 2, 8), ("2..3..8", 3, 2, 8), ("1.5e3", 1500, None, None),
        ("10 000", 10_000, None, None), ("0..8", 4, 0, 8), ("2–8", 4, 2, 8),  # noqa: RUF001 - people paste dashes
        ("2-8", 4, 2, 8), ("2 to 8", 4, 2, 8), ("1e-6 - 4e-6", 2e-6, 1e-6, 4e-6),
    ],
)  # fmt: skip
def test_a_text_is_a_number_or_a_range(text: str, value: float, low: float | None, high: float | None) -> None:
    read = read_text(text, share=False)
    assert not isinstance(read, Unread)
    assert (read.knowledge, read.value, read.low, read.high) == (Knowledge.KNOWN, value, low, high)


@pytest.mark.parametrize(("text", "value"), [("99.9%", 0.999), ("99.9", 0.999), ("0.999", 0.999), ("1", 1.0), ("99.9 %", 0.999)])
def test_a_share_is_read_in_per_cent_and_as_a_fraction(text: str, value: float) -> None:
    read = read_text(text, share=True)
    assert not isinstance(read, Unread)
    assert read.value == value


@pytest.mark.parametrize(
    "text", ["", "x", "NaN", "inf", "--1", "1..", "..1", "1..2..3..4", "1e", "\u0661", "0x1", "1_0", "1;2", "%"]
)
def test_a_text_that_is_no_number_is_told(text: str) -> None:
    assert read_text(text, share=True) == Unread.NOT_A_NUMBER


@given(st.floats(min_value=1e-9, max_value=1e15, allow_nan=False), st.sampled_from(["", "share"]))
def test_what_a_field_shows_is_short_and_reads_back_as_nearly_what_is_stored(value: float, unit: str) -> None:
    value = value if unit != "share" else min(value, 1.0)
    text = shown(Value(Knowledge.KNOWN, value), unit)
    read = read_text(text, share=unit == "share")
    assert not isinstance(read, Unread)
    assert read.value == pytest.approx(value, rel=1e-9 if value == int(value) else 6e-6 if unit else 6e-4)
    assert len(text) <= 12 or value > 1e9


def test_a_measured_number_counts_with_all_its_digits_while_its_field_is_left_alone() -> None:
    measured = {"arrival_per_s": Value(Knowledge.KNOWN, 1.0312345678, 0.7897962622, 1.2701234567)}
    text = shown(measured["arrival_per_s"])
    assert text == "0.7898..1.031..1.27"
    assert supposed(Task.GENERATE, WorkloadClass.ONLINE, {"arrival_per_s": text}, measured).values == {}


def test_what_the_profile_says_anyway_is_no_supposition() -> None:
    stored = {"arrival_per_s": Value(Knowledge.KNOWN, 4.0), "availability": Value(Knowledge.KNOWN, 0.999)}
    found = supposed(Task.GENERATE, WorkloadClass.ONLINE, {"arrival_per_s": "4", "availability": "99.9%", "slots": "3"}, stored)
    assert (found.values, found.texts, found.wrong) == ({}, {}, {})
    unknown = supposed(Task.GENERATE, WorkloadClass.ONLINE, {"arrival_per_s": "?"}, stored)
    assert unknown.over(stored)["arrival_per_s"].knowledge == Knowledge.UNKNOWN


@pytest.mark.parametrize(
    ("free", "verdict", "short"),
    [(9, "met", (0, 0)), (8, "warning", (0, 1)), (6, "warning", (0, 3)), (5.9, "not_met", (1, 4)), (None, "unknown", (0, 0))],
)
def test_headroom_is_met_only_where_free_covers_the_high_end(free: float | None, verdict: str, short: tuple[int, int]) -> None:
    found = standing(_answer(Count(6, 7, 9)), free)
    assert (found.verdict, found.short_low, found.short_high) == (verdict, *short)


def test_no_unknown_is_ever_met() -> None:
    assert standing(None, 100).verdict == Headroom.UNKNOWN
    assert standing(_answer(Count(1, 1, 1), unbounded=True), 100).verdict == Headroom.WARNING
    assert standing(_answer(None), 100).verdict == Headroom.NOT_MET
    assert standing(_answer(None, notes=("in_reach_at_best",)), 100).verdict == Headroom.UNKNOWN
    api = {"accelerators": None, "grade": Grade.SATURATION, "constraint": Constraint.QUOTA}
    assert standing(_answer(Count(1, 1, 1), **api), None).verdict == Headroom.MET
    assert standing(_answer(Count(1, 1, 2), **api), None).verdict == Headroom.WARNING
    assert standing(_answer(Count(2, 2, 2), **api), None).verdict == Headroom.NOT_MET
    assert standing(_answer(None, accelerators=None, constraint=Constraint.QUOTA_UNKNOWN), None).verdict == Headroom.UNKNOWN


def test_headroom_is_free_over_needed_less_one() -> None:
    found = standing(_answer(Count(5, 8, 10)), 8)
    assert [found.share_low, found.share_high] == pytest.approx([-0.2, 0.6])


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_every_template_gets_a_first_answer_or_the_name_of_what_is_missing(template: Template) -> None:
    stored = Stored(template.task, template.workload_class, _values(template), [], OFFERED, True)
    now = live(stored, {})
    assert now.proposed
    assert len(now.others) >= 1
    if template.task == Task.CLASSIC:
        assert now.main.missing == ("service_s",)
        now = live(stored, {"service_s": "0.02..0.2"})
    assert now.main.answer is not None
    assert now.main.answer.replicas is not None or now.main.answer.notes
    assert now.main.standing.verdict in ("met", "warning", "unknown", "not_met")


def test_proposals_use_our_own_accelerators_first_and_end_with_an_api() -> None:
    chat = TEMPLATES["chat-assistant"]
    demand = demand_of(chat.task, chat.workload_class, _values(chat))
    l4 = next(row for row in ACCELERATORS if row["key"] == "l4")
    found = proposals(demand, ACCELERATORS, MODELS, [POOL | {"accelerator_id": l4["id"]}])
    assert found[0].accelerator == l4
    assert found[0].pool is not None
    assert found[-1].approach == Approach.API
    assert len(proposals(demand, [], [], [])) == 0


def test_a_model_takes_as_many_accelerators_as_hold_it() -> None:
    big = next(row for row in MODELS if row["key"] == "llama-3-1-405b")
    assert fitting_count(LLAMA, H100, Precision.BF16, 4000) == 1
    assert fitting_count(big, H100, Precision.BF16, 4000) == 16
    assert fitting_count(big, H100, Precision.FP8, 4000) == 8
    assert fitting_count(big | {"parameters": None}, H100, Precision.BF16, 4000) is None


@pytest.mark.parametrize(
    ("draft", "missing"),
    [
        (Draft(Approach.SELF_HOSTED), ("model", "accelerator")),
        (Draft(Approach.SELF_HOSTED, model=LLAMA, accelerator=H100 | {"memory_bytes": None}), ("memory_bytes",)),
        (Draft(Approach.SELF_HOSTED, model=LLAMA, accelerator=H100 | {"flops_bf16": None}), ("flops",)),
        (
            Draft(Approach.SELF_HOSTED, model=LLAMA | {"parameters": None, "layers": []}, accelerator=H100),
            ("parameters", "layers"),
        ),
        (Draft(Approach.WORKERS, accelerator=H100), ("service_s",)),
    ],
)
def test_missing_facts_are_named_and_never_guessed(draft: Draft, missing: tuple[str, ...]) -> None:
    task = Task.CLASSIC if draft.approach == Approach.WORKERS else Task.GENERATE
    assert facts_of(draft, task).missing == missing
    assert facts_of(draft, task).candidate is None


def test_software_is_the_same_whatever_its_version() -> None:
    assert same_stack("vLLM 0.6.1", "vllm 0.8")
    assert same_stack("", "TGI 2")
    assert not same_stack("vLLM 0.6.1", "TGI 2")


def test_answers_and_demands_survive_json_and_the_digest_tells_inputs_apart() -> None:
    digests = set()
    for template in TEMPLATES.values():
        demand = demand_of(template.task, template.workload_class, _values(template))
        for draft in (HOSTED, Draft(Approach.API, model=LLAMA, requests_per_minute=100.0)):
            found = sized(draft, demand, money=True)
            if found.answer is None or found.candidate is None:
                continue
            assert answer_from(json.loads(json.dumps(plain(found.answer)))) == found.answer
            assert demand_from(json.loads(json.dumps(plain(demand)))) == demand
            digests.add(digest(inputs_of(demand, found.candidate)))
            assert digest(json.loads(json.dumps(inputs_of(demand, found.candidate)))) in digests
    assert len(digests) >= 6


def test_a_reversed_what_if_gives_exactly_the_same_answer() -> None:
    chat = TEMPLATES["chat-assistant"]
    stored = Stored(chat.task, chat.workload_class, _values(chat), [HOSTED], OFFERED, False)
    before = live(stored, {})
    changed = live(stored, {"arrival_per_s": "80", "accelerators": "2", "precision": "fp8", "pool": "1"})
    assert changed.main.answer != before.main.answer
    assert live(stored, {}).main == before.main
    again = live(stored, {"accelerators": "1", "precision": "bf16", "model": "llama-3-1-8b", "accelerator": "h100-sxm"})
    assert again.main == before.main
    assert not again.changed


def test_prices_are_ours_where_seen_else_the_list_and_never_told_otherwise() -> None:
    ours = Draft(Approach.SELF_HOSTED, model=LLAMA, accelerator=H100, price_per_accelerator_hour=1.0, price_currency="EUR")
    assert priced(ours, money=True).origin == PriceOrigin.OURS
    hidden = priced(ours, money=False)
    assert (hidden.origin, hidden.hidden) == (PriceOrigin.LISTED, True)
    in_pool = Draft(Approach.SELF_HOSTED, accelerator=H100, pool=POOL | {"cost_per_month": 14_600, "cost_currency": "EUR"})
    found = priced(in_pool, money=True)
    assert found.origin == PriceOrigin.POOL
    assert found.price is not None
    assert found.price.per_accelerator_hour is not None
    assert found.price.per_accelerator_hour.likely == pytest.approx(2.5)
    assert priced(Draft(Approach.SELF_HOSTED), money=True).origin == PriceOrigin.UNKNOWN


def test_pasted_tables_are_read_whatever_separates_their_cells() -> None:
    for sign in ",;\t|":
        text = (
            sign.join(["Clients", "req/s", "mean TPOT ms", "failed_%", "note"]) + "\n" + sign.join(["8", "2.5", "20", "1", "x"])
        )
        table = read_table(text)
        assert table.faults == []
        assert table.ignored == ["note"]
        point = {"concurrency": 8.0, "completed_per_s": 2.5, "tpot_mean_s": 0.02, "failed_share": 0.01}
        assert table.points == [pytest.approx(point)]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, PointFault.EMPTY),
        ("clients\n8", 1, PointFault.NO_THROUGHPUT_COLUMN),
        ("clients,rps\n8,", 2, PointFault.NO_THROUGHPUT),
        ("clients,rps\n8,1\n9,fast", 3, PointFault.NOT_A_NUMBER),
        ("clients,rps\n8,-1", 2, PointFault.NEGATIVE),
        ("clients,rps\n8,1e400", 2, PointFault.TOO_HIGH),
        ("clients,rps\n8,1,4", 2, PointFault.TOO_MANY_CELLS),
        ("clients,rps\n", 1, PointFault.EMPTY),
        ("rps\n" + "1\n" * 501, 502, PointFault.TOO_LONG),
        ("\x0c", 1, PointFault.EMPTY),
        ("rps\n" + "1" * 140_000, 2, PointFault.TOO_LONG),
        ('rps\n"' + "1\n" * 90_000, 90_001, PointFault.TOO_LONG),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(text: str, line: int, code: PointFault) -> None:
    assert (line, code) in [(fault.line, fault.code) for fault in read_table(text).faults]


@given(st.text(max_size=400))
def test_no_pasted_text_breaks_the_reader(text: str) -> None:
    table = read_table(text)
    assert all(isfinite(value) and value >= 0 for point in table.points for value in point.values())
    assert table.points or table.faults


def test_points_as_objects_follow_the_same_rules() -> None:
    assert checked_points([{"completed_per_s": 2, "tpot_mean_s": None}]).points == [{"completed_per_s": 2.0}]
    assert checked_points([{"completed_per_s": inf}]).faults[0].code == PointFault.TOO_HIGH


def test_changes_name_the_inputs_that_moved_and_what_the_answer_did() -> None:
    old = {
        "inputs": {"demand": {"peak_factor": {"likely": 4}}, "candidate": {"model": {"kv_bytes": 2}}},
        "answer": {"grade": "a"},
    }
    new = {
        "inputs": {"demand": {"peak_factor": {"likely": 6}}, "candidate": {"model": {"kv_bytes": 1}}},
        "answer": {"grade": "b"},
    }
    found = [(one.part, one.name, one.before, one.after) for one in changes(old, new)]
    assert found == [
        ("demand", "peak_factor", {"likely": 4}, {"likely": 6}),
        ("candidate", "model.kv_bytes", 2, 1),
        ("answer", "grade", "a", "b"),
    ]
    assert changes(old, old) == []


def test_what_a_form_lets_through_never_breaks_the_page() -> None:
    """Values at and between the bounds of their fields, thrown together: an answer, or a name for what is wrong."""
    rng = random.Random(3)
    for _round in range(300):
        template = rng.choice(list(TEMPLATES.values()))
        texts = {
            one.name: repr(_extreme(rng, one.least, one.most, whole=one.whole))
            for one in asked(*_kind(template))
            if rng.random() < 0.7
        }
        texts |= {"service_s": rng.choice(["0.05", "1e-6..1e6"])} if template.task == Task.CLASSIC else {}
        now = live(Stored(template.task, template.workload_class, {}, [], OFFERED, True), texts)
        for one in (now.main, *now.others.values()):
            assert one.answer is not None or one.missing
            assert one.answer is None or one.answer.replicas is None or one.answer.replicas.low <= one.answer.replicas.high


def test_a_unit_mistaken_by_a_billion_is_named_at_once() -> None:
    draft = Draft(Approach.WORKERS, accelerator=H100)
    stored = Stored(Task.CLASSIC, WorkloadClass.ONLINE, {}, [draft], OFFERED, True)
    for texts in (
        {"arrival_per_s": "1e15"},
        {"concurrency": "1e15"},
        {"arrival_per_s": "1", "growth_per_year": "1000", "horizon_months": "120"},
    ):
        assert live(stored, texts | {"service_s": "0.05"}).main.missing == (TOO_LARGE,)


def _kind(template: Template) -> tuple[Task, WorkloadClass]:
    return template.task, template.workload_class


def _extreme(rng: random.Random, least: float, most: float, *, whole: bool) -> float:
    pick = rng.random()
    value = least if pick < 0.2 else most if pick < 0.4 else exp(rng.uniform(log(max(least, 1e-9)), log(most)))
    return float(round(value)) if whole else min(max(value, least), most)
