"""How many values of a workload nobody knows is one number, wherever it is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from readiness.workloads.choices import Knowledge
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, text_of
from tests.readiness.workloads.pages import words
from tests.readiness.workloads.pools import KIND
from tests.sampling import some

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN, ABSENT = Knowledge.KNOWN, Knowledge.UNKNOWN, Knowledge.NOT_APPLICABLE
PEOPLE: dict[str, tuple[Knowledge, float | None]] = {
    "users": (KNOWN, 500),
    "requests_per_user_day": (KNOWN, 10),
    "busy_hours_per_day": (KNOWN, 8),
}
SAID: dict[str, dict[str, tuple[Knowledge, float | None]]] = {
    "nothing is said": {},
    "people stand in for the rate": PEOPLE,
    "people, and a rate that nobody knows": {**PEOPLE, "arrival_per_s": (UNKNOWN, 2)},
    "people of whom one number is assumed": {**PEOPLE, "users": (UNKNOWN, 500)},
    "a target whose share nobody knows": {"latency_s": (KNOWN, 9), "latency_percentile": (UNKNOWN, None)},
    "a share of no target": {"latency_percentile": (UNKNOWN, None)},
    "what does not apply": {"latency_s": (ABSENT, None), "users": (ABSENT, None), "burst_s": (UNKNOWN, None)},
}


# Neighbours differ in both, so that a part of them has every template.
CASES = [(name, template) for name in SAID for template in ("", "chat-assistant", "rag")]


@pytest.mark.parametrize(("name", "template"), some(CASES, suite=6))
def test_every_page_and_the_api_count_the_same(organisation: Organisation, signed_in: SignIn, name: str, template: str) -> None:
    said = SAID[name]
    kind: dict[str, Any] = {"template": template} if template else KIND
    workload = create_workload(by=SYSTEM, initiative=make(organisation, "Shelf camera"), name="Only one", **kind)
    values = {name: ValueInput(stands, value) for name, (stands, value) in said.items()}
    set_values(by=SYSTEM, workload=workload, values=values)
    counts = told(signed_in, workload)
    assert len(set(counts.values())) == 1, counts


def told(signed_in: SignIn, workload: Workload) -> dict[str, int]:
    """The number by place."""
    client, pk, initiative = signed_in("Paula"), workload.pk, workload.initiative_id

    def rows(path: str) -> Any:
        return json.loads(text_of(client.get(path)))

    progress = re.findall(r"(\d+) unknown with(?:out)? an owner", words(client.get(f"/workloads/{pk}/")))
    listed = rows(f"/workloads/export/json/?initiative={initiative}")
    return {
        "detail": sum(int(one) for one in progress),
        "list": listed[0]["unknown_count"],
        "API list": rows("/api/v1/workloads/")["results"][0]["unknown_count"],
        "API detail": rows(f"/api/v1/workloads/{pk}/")["unknown_count"],
        "API values": _not_known(rows(f"/api/v1/workloads/{pk}/values/"), workload),
        "unknowns": len(rows(f"/unknowns/export/json/?kind=value&initiative={initiative}")),
        "API unknowns": len(rows("/api/v1/unknowns/rows/?kind=value&page_size=500")["results"]),
        "API unknowns by question": sum(one["unknown"] for one in rows("/api/v1/unknowns/?kind=value")["results"]),
        "sizing": rows("/api/v1/sizing/")[0]["unknown_count"],
    }


def _not_known(values: list[dict[str, Any]], workload: Workload) -> int:
    """As a reader of the API counts: needed or said; the rate not where people stand in, a share with its target."""
    stands = {one["name"]: one["knowledge"] for one in values}
    said = set(ProfileValue.objects.filter(workload=workload).values_list("name", flat=True))
    derived = all(stands[name] == KNOWN for name in PEOPLE)
    targets = {"ttft_percentile": "ttft_s", "tpot_percentile": "tpot_s", "latency_percentile": "latency_s"}
    return sum(
        1 for one in values
        if one["knowledge"] == UNKNOWN and (one["required"] or one["name"] in said)
        and not (one["name"] == "arrival_per_s" and derived)
        and (one["name"] not in targets or stands.get(targets[one["name"]]) == KNOWN)
    )  # fmt: skip
