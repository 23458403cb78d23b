"""A person vouches for a figure with a file; a run is set aside with a reason and put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.accounts.rules import Actor
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.evidence.choices import DeliveryState, EvidenceKind, SourceKind, Way
from readiness.evidence.models import Delivery, Latest, Payload, Run, SetAside
from readiness.evidence.services.attestations import attest
from readiness.evidence.services.set_aside import is_aside, restore, set_aside
from readiness.evidence.services.uploads import upload
from readiness.workloads.models import Workload
from readiness.workloads.services.profiles import create_workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import a_file, make_chat, make_hall, work_off

pytestmark = pytest.mark.django_db
NOW = clock.now()
A_WEEK_AGO = (NOW - timedelta(days=7)).date()
URL = "/api/v1/evidence/"
Api = Callable[..., Client]
SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation, owner=organisation.people["Otto"])


def vouch(by: Actor, **changed: Any) -> Delivery:
    said: dict[str, Any] = {
        "metric": "availability", "value": 99.95, "unit": "%", "window_s": 30 * 86_400, "observed_on": A_WEEK_AGO, "now": NOW,
        "file": a_file(b"%PDF-1.7 report", "report.pdf"), "note": "page 3",
    }  # fmt: skip
    return attest(by=by, **said | changed)


def test_what_a_person_vouches_for_is_evidence_of_its_own_kind(organisation: Organisation, chat: Workload, media: Path) -> None:
    made = vouch(organisation.actor("Otto"), workload=chat, environment={"stage": "production", "users_real": True})
    assert (made.way, made.state, made.runs, made.observations) == (Way.ATTESTATION, DeliveryState.DONE, 1, 1)
    run = Run.objects.get()
    assert (run.kind, run.source.kind, run.tool, run.workload) == (EvidenceKind.ATTESTED, SourceKind.ATTESTED, "attested", chat)
    assert run.observed_at.date() == A_WEEK_AGO and run.environment["stage"] == "production"
    latest = Latest.objects.get()
    assert latest.low == pytest.approx(0.9995)
    assert (latest.series.kind, latest.series.statistic, latest.series.window_s) == ("attested", "mean", 30 * 86_400)
    payload = Payload.objects.get()
    assert payload.name == "report.pdf" and (media / payload.stored_as).read_bytes() == b"%PDF-1.7 report"
    assert Event.objects.get(kind="evidence.arrived").payload["workload_ids"] == [chat.pk]


def test_the_same_said_again_adds_nothing(organisation: Organisation, chat: Workload) -> None:
    vouch(organisation.actor("Paula"), workload=chat)
    again = vouch(organisation.actor("Paula"), workload=chat)
    assert (again.runs, again.runs_known, again.repeated) == (0, 1, 1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"metric": "happiness"}, "metric"), ({"unit": "days"}, "unit"), ({"value": 130.0}, "value"),
        ({"value": float("nan")}, "value"),
        ({"percentile": 0.95}, "percentile"),
        ({"metric": "latency", "unit": "s", "value": 1.0, "percentile": 95.0}, "percentile"),
        ({"observed_on": date(2999, 1, 1)}, "observed_on"), ({"observed_on": date(1999, 1, 1)}, "observed_on"),
        ({"window_s": -1.0}, "window_s"), ({"samples": -1}, "samples"), ({"file": a_file(b"", "empty.pdf")}, "file"),
        ({"metric": "cost_per_hour", "unit": "money/h", "value": 3.0}, "currency"), ({"environment": {"venu": "x"}}, "venu"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_by_its_field(
    organisation: Organisation, chat: Workload, media: Path, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        vouch(organisation.actor("Paula"), workload=chat, **changed)
    assert set(refused.value.message_dict) == {field}
    assert Delivery.objects.count() == Run.objects.count() == 0
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_who_may_vouch(organisation: Organisation, chat: Workload) -> None:
    hall = make_hall(organisation)
    for name in ("Vera", "Lars", "Finn"):
        with pytest.raises(PermissionDenied):
            vouch(organisation.actor(name), workload=chat)
    with pytest.raises(PermissionDenied):
        vouch(organisation.actor("Otto"), pool=hall)
    assert vouch(organisation.actor("Iris"), pool=hall).runs == 1
    with pytest.raises(ValidationError):
        vouch(organisation.actor("Iris"), pool=hall, workload=chat)


def test_over_the_api_a_person_vouches_and_a_token_does_not(signed_in: SignIn, api: Api, chat: Workload) -> None:
    fields = {
        "workload": f"{chat.initiative.key}/Chat", "metric": "ttft", "value": "180", "unit": "ms", "percentile": "0.95",
        "observed_on": A_WEEK_AGO.isoformat(), "environment": json.dumps({"accelerators": 8}),
    }  # fmt: skip
    refused = api(Scope.EVIDENCE_WRITE).post(f"{URL}attestations/", {**fields, "file": a_file()})
    assert refused.status_code == 403 and "person" in refused.json()["detail"]
    answer = signed_in("Paula").post(f"{URL}attestations/", {**fields, "file": a_file(b"hello", "report <1>.html")})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["way"], told["state"], told["observations"], told["workload_name"]) == ("attestation", "done", 1, "Chat")
    assert told["environment"] == {"accelerators": 8}
    for wrong in ({"metric": "x"}, {"unit": "km"}, {"environment": "[1]"}, {"workload": "AI-999999"}, {"extra": "1"}):
        bad = signed_in("Paula").post(f"{URL}attestations/", {**fields, "file": a_file(), **wrong})
        assert bad.status_code == 400, wrong
    assert Delivery.objects.count() == 1


def test_a_file_is_handed_to_those_who_may_see_it_and_never_run(
    organisation: Organisation, signed_in: SignIn, api: Api, chat: Workload, media: Path
) -> None:
    vouch(organisation.actor("Paula"), workload=chat, file=a_file(b"<script>alert(1)</script>", "x.html"))
    path = f"{URL}payloads/{Payload.objects.get().pk}/file/"
    answer = signed_in("Vera").get(path)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for client in (signed_in("Lars"), api(Scope.EVIDENCE_READ, unit="Logistics")):
        assert client.get(path).status_code == client.get(f"{URL}payloads/2000000017/file/").status_code == 404
    assert api(Scope.EVIDENCE_PUSH).get(path).status_code == 403
    (media / Payload.objects.get().stored_as).unlink()
    assert signed_in("Vera").get(path).status_code == 404


def test_what_tells_amounts_is_handed_to_those_with_money(organisation: Organisation, signed_in: SignIn, chat: Workload) -> None:
    vouch(organisation.actor("Paula"), workload=chat, metric="cost_per_hour", unit="money/h", value=48.1, currency="EUR")
    vouch(organisation.actor("Iris"), workload=chat)
    priced, plain = Payload.objects.order_by("id")
    for name, may in (("Paula", True), ("Finn", True), ("Otto", True), ("Vera", False), ("Iris", False)):
        assert signed_in(name).get(f"{URL}payloads/{priced.pk}/file/").status_code == (200 if may else 404), name
        assert signed_in(name).get(f"{URL}payloads/{plain.pk}/file/").status_code == 200


def test_what_tools_brought_is_handed_to_those_who_bring(organisation: Organisation, signed_in: SignIn, chat: Workload) -> None:
    upload(by=organisation.actor("Otto"), file=a_file(), workload=chat, now=NOW)
    work_off()
    path = f"{URL}payloads/{Payload.objects.get().pk}/file/"
    assert [signed_in(name).get(path).status_code for name in ("Iris", "Otto", "Vera")] == [200, 200, 404]


def test_a_run_is_set_aside_with_a_reason_and_put_back(organisation: Organisation, chat: Workload) -> None:
    vouch(organisation.actor("Paula"), workload=chat)
    run, iris = Run.objects.get(), organisation.actor("Iris")
    assert not is_aside(run)
    set_aside(by=iris, run=run, reason=" The report is of another cluster. ")
    assert is_aside(run)
    with pytest.raises(ValidationError):
        set_aside(by=iris, run=run, reason="again")
    restore(by=organisation.actor("Paula"), run=run, reason="It is of this one.")
    assert not is_aside(run)
    with pytest.raises(ValidationError):
        restore(by=iris, run=run, reason="again")
    said = list(SetAside.objects.order_by("id").values_list("aside", "reason", "by__name"))
    assert said == [(True, "The report is of another cluster.", "Iris Test"), (False, "It is of this one.", "Paula Test")]
    events = Event.objects.filter(kind="evidence.arrived").order_by("id")
    assert [one.payload["workload_ids"] for one in events] == [[chat.pk]] * 3
    assert AuditEntry.objects.filter(object_type="evidence_setaside").count() == 2


def test_who_may_set_a_run_aside(organisation: Organisation, chat: Workload) -> None:
    """Not its owner, who has something to win by it, and no token."""
    vouch(organisation.actor("Paula"), workload=chat)
    run = Run.objects.get()
    token = organisation.actor("Ada").acting_through("token")
    scoped = Actor(token.user_id, "ci", "token", token.grants, frozenset({Scope.EVIDENCE_WRITE}))
    for by in (*map(organisation.actor, ("Otto", "Vera", "Lars", "Finn", "Gita")), scoped):
        with pytest.raises(PermissionDenied):
            set_aside(by=by, run=run, reason="because")
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(ValidationError):
            set_aside(by=organisation.actor("Iris"), run=run, reason=reason)
    assert SetAside.objects.count() == 0


def test_demo_and_real_evidence_have_sources_apart(organisation: Organisation, chat: Workload) -> None:
    shown = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shown", demo=True)
    other = create_workload(by=SYSTEM, initiative=shown, name="Chat", template="chat-assistant")
    vouch(SYSTEM, workload=chat)
    vouch(SYSTEM, workload=other)
    assert sorted(Run.objects.values_list("source__demo", "source__name")) == [(False, "Attestations"), (True, "Attestations")]
