"""What tests of the push API share: a row, a body, and how it is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from portfolio.kit import clock
from readiness.workloads.models import Workload

PUSH = "/api/v1/evidence/"
JSON = "application/json"
NOW = clock.now()


def row(**changed: Any) -> dict[str, Any]:
    observed = (NOW - timedelta(hours=1)).isoformat()
    base = {"metric": "latency", "value": 850, "unit": "ms", "percentile": 0.95, "window_s": 300, "observed_at": observed}
    return {name: value for name, value in (base | changed).items() if value is not None}


def push(client: Client, body: Any, key: str = "build-17", *, kind: str = JSON, query: str = "", **headers: str) -> Any:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.generic("POST", PUSH + query, content, content_type=kind, headers={"Idempotency-Key": key, **headers})


def said(chat: Workload, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"workload": chat.pk, "observations": list(rows or [row()])} | more


def errors(answer: Any) -> dict[str, str]:
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]
