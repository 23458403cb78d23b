"""What tests of bringing evidence share: a workload and a pool, a tool's file, and a worker's turn."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import import_string

from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run
from readiness.evidence.models import Delivery
from readiness.workloads.choices import PoolKind
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.services.capacity import create_pool
from readiness.workloads.services.profiles import create_workload
from tests.people import SYSTEM, Organisation


def make_chat(organisation: Organisation, unit: str = "Stores", name: str = "Chat", **facts: Any) -> Workload:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units[unit], name=f"{name} of {unit}", **facts)
    return create_workload(by=SYSTEM, initiative=initiative, name=name, template="chat-assistant")


def make_hall(organisation: Organisation, unit: str = "Retail", name: str = "Hall 2") -> CapacityPool:
    return create_pool(by=SYSTEM, unit=organisation.units[unit], name=name, kind=PoolKind.ACCELERATORS, size=8)


def vllm(**changed: Any) -> bytes:
    """A point as `vllm bench serve` saves it."""
    return json.dumps(
        {
            "date": "20261120-101500", "backend": "openai-chat", "model_id": "meta-llama/Llama-3.1-8B-Instruct",
            "tokenizer_id": "meta-llama/Llama-3.1-8B-Instruct", "num_prompts": 400, "request_rate": 4.0, "burstiness": 1.0,
            "max_concurrency": None, "duration": 100.0, "completed": 400, "failed": 0, "total_input_tokens": 120000,
            "total_output_tokens": 40000, "request_throughput": 4.0, "output_throughput": 400.0,
            "total_token_throughput": 1600.0, "mean_ttft_ms": 60.0, "median_ttft_ms": 55.0, "p99_ttft_ms": 190.0,
            "mean_tpot_ms": 11.0, "median_tpot_ms": 10.5, "p99_tpot_ms": 15.0, "mean_itl_ms": 11.0, "median_itl_ms": 10.0,
            "p99_itl_ms": 30.0,
        }
        | changed
    ).encode()  # fmt: skip


def a_file(content: bytes | None = None, name: str = "result.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, vllm() if content is None else content)


def work_off(handler: str = "evidence.read") -> None:
    """What a worker does with the jobs that wait."""
    for job in Job.objects.filter(handler=handler, done_at=None, dead_at=None).order_by("id"):
        held = claim(job.pk)
        assert held is not None
        run(held, import_string(HANDLERS[held.handler].path))


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)
