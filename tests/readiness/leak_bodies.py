"""What is sent to each route that writes: enough to be taken from somebody who may, so that a refusal is about who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.readiness.leak_routes import Route
from tests.readiness.leak_world import MISSING, TODAY, Planted

Given = Planted | None
SOON = (TODAY + timedelta(days=9)).isoformat()
# A relation that a body may name: the value for rows of that set, or for rows that there are not.
RELATIONS: Mapping[str, Callable[[Given], Any]] = {
    "initiative": lambda one: one.initiative.pk if one else MISSING,
    "serves": lambda one: [one.initiative.pk] if one else [MISSING],
    "unit": lambda one: one.unit if one else MISSING,
    "offered_to": lambda one: one.unit if one else MISSING,
    "workload": lambda one: one.workload.pk if one else MISSING,
    "pool": lambda one: one.closed.pk if one else MISSING,
    "measurement": lambda one: one.measurement.pk if one else MISSING,
    "venue_option": lambda one: one.venue.pk if one else MISSING,
    "replaces": lambda one: one.measurement.pk if one else MISSING,
    "refs": lambda one: [f"value:{one.workload.pk if one else MISSING}:peak_factor"],
    "ref": lambda one: [f"answer:{one.assessment.pk if one else MISSING}:1"],
}


def body(route: Route, method: str, planted: Given) -> dict[str, Any]:
    """The JSON of an API route; without `planted` only its members count."""
    made = _API.get(f"{route.name} {method}", {})
    given: dict[str, Any] = made(planted) if callable(made) else dict(made)
    return given


def page_body(route: Route, planted: Given) -> dict[str, Any]:
    """The fields of a page's form; where nothing is said here, what most small forms ask for."""
    made = _FORMS.get(route.name)
    if made is None:
        return {} if planted is None else dict(_ANY_FORM)
    return {name: "" if value is None else value for name, value in made(planted).items()}


_ANY_FORM = {
    "name": "Fresh", "label": "Fresh", "reason": "because", "note": "a note", "version": "1", "knowledge": "known", "value": "3",
    "metric": "jitter", "comparator": "at_most", "target": "1", "max_age_days": "90", "task": "generate", "action": "keep",
    "workload_class": "online", "experience": "interactive", "model": "llama-3-1-8b", "arrival_per_s": "3", "key": "fresh",
    "names": "arrival_per_s", "reply": "yes", "presence": "present", "function": "inference", "venue": "edge",
    "arrival_per_s-knowledge": "known", "arrival_per_s-value": "3", "confirm": "peak_factor", "text": "Fresh", "weight": "1",
}  # fmt: skip


def _option(one: Given) -> dict[str, Any]:
    return {
        "label": "Fresh", "approach": "self_hosted", "model": one.option.model_id if one else 0,
        "accelerator": one.option.accelerator_id if one else 0, "accelerators": 1, "precision": "bf16",
        "kv_precision": "bf16", "measurement": None, "pool": None, "venue_option": None,
    }  # fmt: skip


def _pool(one: Given) -> dict[str, Any]:
    return {"name": "Fresh", "unit": one.unit if one else 0, "offered_to": None, "kind": "accelerators"}


def _measurement(one: Given) -> dict[str, Any]:
    return {"unit": one.unit if one else 0, "name": "Fresh", "points": [{"completed_per_s": 3.0}], "replaces": None}


def _request(one: Given) -> dict[str, Any]:
    return {"workload": one.workload.pk if one else 0, "quantity": 1, "starts_on": TODAY.isoformat()}


def _unknown(one: Given) -> dict[str, Any]:
    return {"refs": [f"value:{one.workload.pk if one else 0}:peak_factor"], "due": SOON}


def _feed(one: Given) -> dict[str, Any]:
    return {"name": "Fresh", "ask": {}, "workload": one.workload.pk if one else 0, "pool": None}


_OBSERVED = {"metric": "ttft", "value": 0.1, "unit": "s", "observed_at": f"{TODAY.isoformat()}T00:00:00Z"}
_API: dict[str, Any] = {
    "workload-list post": lambda one: {
        "initiative": one.initiative.pk if one else 0,
        "name": "Fresh",
        "template": "chat-assistant",
    },
    "workload-detail patch": {"name": "Fresh", "serves": []},
    "workload-values put": {"arrival_per_s": {"knowledge": "known", "value": 3}},
    "workload-values patch": {"arrival_per_s": {"knowledge": "known", "value": 3}},
    "workload-confirm post": {"names": ["peak_factor"]},
    "profile-version-list post": {"label": "Fresh"},
    "requirement-list post": {"metric": "jitter", "target": 1},
    "requirement-detail patch": {"target": 2},
    "trace-accept post": {"names": ["arrival_per_s"]},
    "capacity-pool-list post": _pool,
    "capacity-pool-detail patch": _pool,
    "allocation-list post": _request,
    "allocation-refuse post": {"reason": "because"},
    "venue-option-list post": {"function": "inference", "venue": "edge", "label": "Fresh"},
    "venue-option-detail patch": {"label": "Fresh"},
    "venue-option-choose post": {"reason": "because"},
    "venue-option-reject post": {"reason": "because"},
    "venue-comparison-detail put": {"reason": "because"},
    "question-bank-bring post": {"pack": "key: fresh\nname: Fresh\nquestions: []\n"},
    "assessment-answers patch": lambda one: {
        "answers": [{"question": one.question if one else "", "reply": "yes", "note": "because"}]
    },
    "initiative-components patch": {"components": [{"component": "accelerators", "presence": "present"}]},
    "unknown-assign post": _unknown,
    "sizing-option-list post": lambda one: _option(one) | {"workload": one.workload.pk if one else 0},
    "sizing-option-detail patch": _option,
    "measurement-list post": _measurement,
    "accelerator-list post": {"key": "fresh", "name": "Fresh"},
    "accelerator-detail patch": {"name": "Fresh"},
    "accelerator-from-file post": {"form": "json", "text": "[]"},
    "model-list post": {"key": "fresh", "name": "Fresh"},
    "model-detail patch": {"name": "Fresh"},
    "model-from-file post": {"form": "json", "text": "[]"},
    "evidence-push post": lambda one: {"workload": one.workload.pk if one else 0, "observations": [_OBSERVED]},
    "evidence-attestation post": lambda one: (
        _OBSERVED
        | {
            "workload": one.workload.pk if one else 0,
            "observed_at": None,
            "observed_on": TODAY.isoformat(),
        }
    ),
    "evidence-source-list post": lambda one: {
        "unit": one.unit if one else 0,
        "name": "Fresh",
        "kind": "prometheus",
        "config": {"address": "https://fresh.example.org"},
    },
    "evidence-source-detail patch": {"name": "Fresh"},
    "evidence-source-discover post": {"field": "job"},
    "evidence-feed-list post": _feed,
    "evidence-feed-detail patch": _feed,
    "evidence-run-set-aside post": {"reason": "because"},
    "evidence-run-restore post": {"reason": "because"},
    "gate-review-list post": lambda one: {"initiative": one.initiative.pk if one else 0, "mode": "meeting"},
    "gate-review-detail patch": {"wanted_on": SOON},
    "gate-review-schedule post": {"at": f"{SOON}T09:00:00Z"},
    "gate-review-withdraw post": {"note": "because"},
    "scenario-list post": lambda one: {"initiative": one.initiative.pk if one else 0, "name": "Fresh", "changes": {}},
    "scenario-detail patch": {"name": "Fresh"},
    "query-template-list post": lambda one: {"unit": one.unit if one else 0, "name": "Fresh", "queries": [{"metric": "ttft"}]},
    "query-template-detail patch": lambda one: {"unit": one.unit if one else 0, "name": "Fresh"},
}
_SHARES = {"utilisation": 80, "replica_availability": 99.5, "max_num_seqs": 256, "slots": 1}
_FORMS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "sizing:option_new": lambda one: _option(one) | _SHARES,
    "sizing:option_edit": lambda one: _option(one) | _SHARES | {"version": one.option.version if one else 0},
    "sizing:measurement_new": lambda one: {
        "unit": one.unit if one else 0, "name": "Fresh", "accelerators": "1", "precision": "bf16",
        "table": "completed_per_s,concurrency\n3,4\n",
    },
    "workloads:pool_new": lambda one: _pool(one) | {"venue": "on_premises"},
    "workloads:pool_edit": lambda one: _pool(one) | {"venue": "on_premises", "version": one.pool.version if one else 0},
    "workloads:capacity_request": lambda one: _request(one) | {"pool": one.pool.pk if one else 0},
    "risk:what_if_keep": lambda _one: {"name": "Fresh", "answer.no_reuse": "yes"},
    "outlets:panel_make": lambda one: {"name": "Fresh", "kind": "all", "unit": one.unit if one else 0, "days": "7"},
    "outlets:letter": lambda one: {"weekday": "0", "unit": one.unit if one else 0},
    "outlets:export_plan": lambda _one: {
        "name": "Fresh", "what": "initiatives", "format_": "csv", "every": "week", "keep_days": "30",
    },
    "initiatives:import_link": lambda _one: {"verdict": "confirmed"},
    "assessments:unknown_assign": lambda one: {"ref": [f"value:{one.workload.pk if one else 0}:peak_factor"], "due": SOON},
}  # fmt: skip
