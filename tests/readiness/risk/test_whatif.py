"""What if: suppose something, and sizing, verdicts, gate and risk follow; undo it, and everything is as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Milestone
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.evidence.services.attestations import attest
from readiness.evidence.services.verdicts import evaluate
from readiness.gates.choices import Outcome as Decided
from readiness.gates.choices import ProofKind
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Condition
from readiness.risk.models import Scenario
from readiness.risk.queries.explained import Seen, seen
from readiness.risk.queries.whatif import scored_of, world_of
from readiness.risk.rules.drivers import PLACE
from readiness.risk.rules.whatif.asked import Wrong, read
from readiness.risk.rules.whatif.drivers import dates_of, provider
from readiness.risk.rules.whatif.judged import load_known
from readiness.risk.rules.whatif.outcome import Outcome, outcome
from readiness.risk.rules.whatif.world import World
from readiness.sizing.services.options import choose_option
from readiness.workloads.choices import Metric
from readiness.workloads.models import VenueOption, Workload
from readiness.workloads.services.capacity import request_capacity
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make_many, text_of
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, decided
from tests.readiness.risk.explaining_world import past, score
from tests.readiness.sizing.making import known_workload, make_option, make_pool, say
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_whatif.json").read_text())
OUTCOME = HX | {"HX-Target": "outcome"}
TODAY = clock.today()


@pytest.fixture
def workload(organisation: Organisation) -> Workload:
    """Otto's chat in Stores: sized, with capacity asked for, venues, a slipped milestone, storage that is enough; scored."""
    past(organisation)
    made = known_workload(organisation, owner="Otto")
    pool = make_pool(organisation, size=64)
    choose_option(by=SYSTEM, option=make_option(made, pool=pool))
    request_capacity(by=SYSTEM, workload=made, pool=pool, quantity=2, starts_on=TODAY)
    say(made, stored_gb=1000, ingest_gb_per_day=0.1, retention_months=1, copies=1)
    attest(
        by=SYSTEM, workload=made, now=clock.now(), metric="storage_capacity", value=5000, unit="GB", observed_on=TODAY,
        environment={"data_real": True}, file=SimpleUploadedFile("storage.txt", b"5 TB"),
    )  # fmt: skip
    evaluate([made.pk], by=SYSTEM, now=clock.now())
    row = made.initiative
    for label, venue, quota in (("Cloud", "public_cloud", 1.0), ("Cellar", "on_premises", None)):
        VenueOption.objects.create(
            initiative=row, function="inference", venue=venue, label=label, quota_requested=quota and 4.0, quota_granted=quota,
            state="chosen" if label == "Cloud" else "candidate",
        )  # fmt: skip
    Milestone.objects.create(initiative=row, name="Load test", due=TODAY - timedelta(days=3))
    Milestone.objects.create(initiative=row, name="Pilot", due=TODAY + timedelta(days=30))
    score()
    return made


def stands(organisation: Organisation, workload: Workload, name: str = "Paula") -> tuple[Seen, World]:
    actor = organisation.actor(name)
    one = seen(actor, workload.initiative_id)
    assert one is not None
    return one, world_of(actor, one, today=TODAY, now=clock.now())


def supposing(organisation: Organisation, workload: Workload, **texts: str) -> Outcome:
    """Names with their first underscore for the dot."""
    one, world = stands(organisation, workload)
    given = {name.replace("__", "."): text for name, text in texts.items()}
    return outcome(world, read(given, world, strict=True), scored_of(one))


def page(workload: Workload, query: str = "") -> str:
    return f"/initiatives/{workload.initiative_id}/what-if/" + (f"?{query}" if query else "")


def answer_of(found: Outcome, key: str) -> tuple[float, float] | None:
    return found.answers.get(PLACE[key])


def test_what_it_counts_is_what_the_drivers_facts_count(organisation: Organisation, workload: Workload) -> None:
    _one, world = stands(organisation, workload)
    dates = dates_of(world.milestones, TODAY)
    assert (dates.dated, dates.done, dates.slipped) == (2, 0, 1)
    assert (world.facts.dates.dated, world.facts.dates.done, world.facts.dates.slipped) == (2, 0, 1)
    found = provider(world.venues)
    assert found == world.facts.provider
    assert found.quota == 1
    now = world.workloads[workload.pk]
    assert load_known(now, now.stored.values) == world.facts.demand.known
    assert world.facts.demand.known > 0


def test_without_a_supposition_before_and_after_are_the_same_objects(organisation: Organisation, workload: Workload) -> None:
    found = supposing(organisation, workload)
    assert not found.changed
    assert found.risk is not None
    assert found.gate is not None
    assert found.risk.after is found.risk.before
    assert found.gate[1] is found.gate[0]
    assert all(one.after is one.before for one in found.turned.values())


@pytest.mark.parametrize(
    ("name", "text", "back"),
    [
        ("w{}.arrival_per_s", "200", "2"), ("w{}.stored_gb", "90000", "1000"), ("w{}.granted", "8", "0"),
        ("venue.inference", "{cellar}", "{cloud}"), ("answer.no_reuse", "yes", ""), ("infrastructure", "10", ""),
        ("milestone.{late}", "done", "{late_due}"), ("w{}.accelerators", "4", "1"),
    ],
)  # fmt: skip
def test_undoing_a_supposition_gives_everything_back_exactly(
    organisation: Organisation, workload: Workload, name: str, text: str, back: str
) -> None:
    late = Milestone.objects.get(name="Load test")
    ids = {option.label.lower(): option.pk for option in VenueOption.objects.all()}
    values = {**ids, "late": late.pk, "late_due": late.due}
    key = name.format(workload.pk, **values)
    one, world = stands(organisation, workload)
    scored = scored_of(one)
    assert scored is not None
    there = outcome(world, read({key: text.format(**values)}, world, strict=True), scored)
    assert not there.wrong
    assert there.changed
    undone = outcome(world, read({key: back.format(**values)}, world, strict=True), scored)
    assert not undone.changed
    assert undone.answers == {}
    assert undone.risk is not None
    assert undone.risk.after == scored.figure
    assert one.score is not None
    assert (undone.risk.after.value, undone.risk.after.low) == (one.score.value, one.score.low)
    assert undone.gate is not None
    assert undone.gate[1] == undone.gate[0]


def test_more_data_than_there_is_room_turns_the_verdict_and_what_stands_on_it(
    organisation: Organisation, workload: Workload
) -> None:
    found = supposing(organisation, workload, **{f"w{workload.pk}__stored_gb": "90000"})
    turned = found.turned[workload.pk]
    changed = {told.wanted.metric: (turned.before.judged[pk].verdict, told.verdict) for pk, told in turned.requirements.items()}
    assert changed == {Metric.STORAGE_CAPACITY: (Verdict.MET, Verdict.NOT_MET)}
    assert answer_of(found, "requirements_not_met") == (0.0, 1.0)
    before, after = found.verdicts
    assert after[Verdict.NOT_MET] == before[Verdict.NOT_MET] + 1


def test_more_load_needs_more_accelerators_and_granting_them_covers_the_need(
    organisation: Organisation, workload: Workload
) -> None:
    found = supposing(organisation, workload, **{f"w{workload.pk}__arrival_per_s": "200"})
    turned = found.turned[workload.pk]
    before, after = (side.live.main.answer for side in (turned.before, turned.after))
    assert before is not None
    assert after is not None
    assert before.accelerators is not None
    assert after.accelerators is not None
    assert after.accelerators.likely > before.accelerators.likely
    granted = supposing(organisation, workload, **{f"w{workload.pk}__granted": "40"})
    was = answer_of(granted, "capacity_not_committed")
    assert was is not None
    assert was[0] > was[1]


def test_another_venue_a_date_a_share_and_an_answer_change_the_drivers_that_read_them(
    organisation: Organisation, workload: Workload
) -> None:
    cellar, late = VenueOption.objects.get(label="Cellar").pk, Milestone.objects.get(name="Load test").pk
    found = supposing(
        organisation, workload, venue__inference=str(cellar), infrastructure="10", answer__no_reuse="partly",
        **{f"milestone__{late}": "done"},
    )  # fmt: skip
    assert answer_of(found, "provider_dependency") == (1.0, 0.0)
    share = answer_of(found, "infrastructure_share_low")
    assert share is not None
    assert share[1] == 1.0
    reuse = answer_of(found, "no_reuse")
    assert reuse is not None
    assert reuse[1] == 0.5
    assert found.risk is not None
    assert found.risk.full_after != found.risk.full_before
    assert found.risk.full_change is not None
    assert found.risk.full_change.low <= found.risk.full_change.difference <= found.risk.full_change.high


def test_closing_a_condition_closes_its_driver_and_lifts_what_it_bars(organisation: Organisation) -> None:
    past(organisation)
    add_people(organisation, NAMES)
    review = all_vote(organisation, a_review(organisation))
    condition = Condition("Show it", organisation.people["Otto"].pk, TODAY + timedelta(days=9), Proof(ProofKind.PERSON))
    decided(organisation, review, Decided.CONDITIONAL_GO, conditions=(condition,))
    score()
    actor = organisation.actor("Paula")
    one = seen(actor, review.initiative_id)
    assert one is not None
    world = world_of(actor, one, today=TODAY, now=clock.now())
    (open_,) = world.conditions
    found = outcome(world, read({f"close.{open_.id}": "1"}, world, strict=True), scored_of(one))
    assert answer_of(found, "gate_condition_open") == (1.0, 0.0)
    if found.gate is not None:
        assert found.gate[0].recommendation.open_conditions == (open_.id,)
        assert found.gate[1].recommendation.open_conditions == ()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("w{}.arrival_per_s", "-3", "At least 0"), ("w{}.availability", "7000%", "At most 0.999999"),
        ("w{}.accelerators", "5000", "From 1 to 1,024"), ("w{}.granted", "many", "From 0 to 1,000,000"),
        ("needed_on", "soon", "2027-03-31"), ("needed_on", "1999-01-01", "At most 10 years"),
        ("infrastructure", "140", "From 0 to 100"), ("answer.no_reuse", "maybe", "yes, partly, no"),
        ("venue.inference", "999999", "no such option"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_with_its_field_and_its_range_and_kept_in_it(
    workload: Workload, signed_in: SignIn, name: str, text: str, words: str
) -> None:
    answer = signed_in("Paula").get(page(workload), {name.format(workload.pk): text})
    assert answer.status_code == 400
    shown = text_of(answer)
    assert words in shown
    assert text in shown
    assert signed_in("Paula").get(page(workload), {name.format(workload.pk): text}, headers=OUTCOME).status_code == 422


def test_names_that_mean_nothing_are_passed_over_by_the_page_and_refused_where_they_are_kept(
    organisation: Organisation, workload: Workload
) -> None:
    _one, world = stands(organisation, workload)
    given = {"w999.arrival_per_s": "3", f"w{workload.pk}.nothing": "3", "answer.nothing": "yes", "utm": "x"}
    assert read(given, world).wrong == {}
    assert set(read(given, world, strict=True).wrong.values()) == {Wrong.NO_SUCH_NAME}


def test_the_address_carries_what_is_supposed_and_the_page_writes_nothing(workload: Workload, signed_in: SignIn) -> None:
    client = signed_in("Vera")
    entries = AuditEntry.objects.count()
    query = f"w{workload.pk}.arrival_per_s=20&w{workload.pk}.peak_factor=&answer.no_reuse=yes"
    clean = page(workload, f"w{workload.pk}.arrival_per_s=20&answer.no_reuse=yes")
    assert client.get(page(workload, query + "&utm=1")).headers["Location"] == clean
    text = text_of(client.get(clean))
    assert "Nothing is saved into the register" in text
    answer = client.get(clean, headers=OUTCOME)
    assert answer.headers["HX-Replace-Url"] == clean
    assert "<html" not in text_of(answer)
    assert AuditEntry.objects.count() == entries


def test_of_an_initiative_of_another_unit_there_is_no_what_if(workload: Workload, signed_in: SignIn) -> None:
    lars = signed_in("Lars")
    assert lars.get(page(workload)).status_code == 404
    assert lars.get(f"{page(workload)}compare/").status_code == 404
    assert lars.post(f"{page(workload)}keep/", {"name": "Mine"}).status_code == 404


def test_who_may_not_see_amounts_is_offered_no_share_of_the_budget(workload: Workload, signed_in: SignIn) -> None:
    assert 'name="infrastructure"' in text_of(signed_in("Paula").get(page(workload)))
    assert 'name="infrastructure"' not in text_of(signed_in("Vera").get(page(workload)))
    assert signed_in("Vera").get(page(workload, "infrastructure=10")).headers["Location"] == page(workload)


def kept(client: Client, workload: Workload, name: str = "Twice the load", **more: str) -> Scenario:
    answer = client.post(f"{page(workload)}keep/", {f"w{workload.pk}.arrival_per_s": "4", "name": name, **more})
    assert answer.status_code == 302
    return Scenario.objects.get(name=name)


def test_a_scenario_is_private_until_it_is_shared_and_changed_by_its_maker_alone(workload: Workload, signed_in: SignIn) -> None:
    paula, vera = signed_in("Paula"), signed_in("Vera")
    row = kept(paula, workload)
    assert row.changes == {f"w{workload.pk}.arrival_per_s": "4"}
    assert "Twice the load" in text_of(paula.get(page(workload)))
    assert "Twice the load" not in text_of(vera.get(page(workload)))
    assert vera.get(f"/scenarios/{row.pk}/delete/").status_code == 404
    paula.post(
        f"{page(workload)}keep/",
        {f"w{workload.pk}.arrival_per_s": "5", "name": "Shared load", "shared": "on", "scenario": row.pk, "version": "1"},
    )
    row.refresh_from_db()
    assert (row.name, row.shared, row.version) == ("Shared load", True, 2)
    assert "Shared load" in text_of(vera.get(page(workload)))
    assert vera.post(f"/scenarios/{row.pk}/delete/").status_code == 403
    vera.post(f"/scenarios/{row.pk}/copy/")
    assert Scenario.objects.get(name="Copy of Shared load").created_by.name == "Vera Test"
    assert signed_in("Lars").get(f"/scenarios/{row.pk}/delete/").status_code == 404
    paula.post(f"/scenarios/{row.pk}/delete/")
    assert not Scenario.objects.filter(pk=row.pk).exists()


def test_an_auditor_looks_and_keeps_nothing(workload: Workload, signed_in: SignIn) -> None:
    gita = signed_in("Gita")
    assert gita.get(page(workload)).status_code == 200
    assert gita.post(f"{page(workload)}keep/", {f"w{workload.pk}.arrival_per_s": "4", "name": "Mine"}).status_code == 403


def test_a_scenario_whose_base_changed_says_so(workload: Workload, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    row = kept(client, workload)
    words = "has changed since it was kept"
    address = page(workload, f"w{workload.pk}.arrival_per_s=4&scenario={row.pk}")
    assert client.get(page(workload, f"scenario={row.pk}")).headers["Location"] == address
    assert words not in text_of(client.get(address))
    say(workload, peak_factor=3.0)
    assert words in text_of(client.get(address))


def test_a_scenario_of_which_nothing_is_left_to_suppose_is_shown_where_it_is(workload: Workload, signed_in: SignIn) -> None:
    paula, named = signed_in("Paula"), f"w{workload.pk}.arrival_per_s"
    paula.post(f"{page(workload)}keep/", {"name": "Half", "infrastructure": "10", "shared": "on"})
    half, load = Scenario.objects.get(name="Half"), kept(paula, workload)
    assert "Half" in text_of(signed_in("Vera").get(page(workload, f"scenario={half.pk}")))  # who may suppose no amounts
    for changes, left in (({named: "4", "w9.x": "4"}, f"{named}=4&scenario={load.pk}"), ({"w9.x": "4"}, ""), ({}, "")):
        Scenario.objects.filter(pk=load.pk).update(changes=changes)
        answer = paula.get(page(workload, f"scenario={load.pk}"))
        assert answer.headers.get("Location", "") == (page(workload, left) if left else "")


def test_up_to_four_scenarios_stand_side_by_side(workload: Workload, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    rows = [kept(client, workload, f"Scenario {number}") for number in range(5)]
    query = "&".join(f"scenario={row.pk}" for row in rows)
    text = text_of(client.get(f"{page(workload)}compare/?{query}"))
    heads = text.split("<thead>")[1].split("</thead>")[0]
    assert [f"Scenario {number}" in heads for number in range(5)] == [True, True, True, True, False]
    assert "Side by side" not in text_of(client.get(f"{page(workload)}compare/"))


def test_the_api_keeps_changes_and_deletes_scenarios_under_their_version(workload: Workload, api: Callable[..., Client]) -> None:
    client = api(Scope.INITIATIVES_WRITE, unit="Retail", maker="Ada")
    body: dict[str, Any] = {"initiative": workload.initiative_id, "name": "By a tool", "changes": {"answer.no_reuse": "yes"}}
    made = client.post("/api/v1/scenarios/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    path = f"/api/v1/scenarios/{made.json()['id']}/"
    assert made.headers["ETag"] == '"v1"'
    new = {"note": "Tried"}
    assert client.patch(path, new, content_type="application/json", headers={"If-Match": '"v1"'}).json()["version"] == 2
    assert client.patch(path, new, content_type="application/json", headers={"If-Match": '"v1"'}).status_code == 412
    wrong = client.post("/api/v1/scenarios/", body | {"changes": {"answer.no_reuse": "maybe"}}, content_type="application/json")
    assert wrong.status_code == 400
    assert "yes, partly, no" in wrong.content.decode()
    assert [one["id"] for one in client.get("/api/v1/scenarios/").json()["results"]] == [made.json()["id"]]
    other = api(Scope.INITIATIVES_WRITE, unit="Logistics", maker="Ada")
    assert other.get(path).status_code == 404
    assert other.post("/api/v1/scenarios/", body, content_type="application/json").status_code == 400
    assert api(Scope.INITIATIVES_READ, unit="Retail").delete(path).status_code == 403
    assert client.delete(path, headers={"If-Match": '"v1"'}).status_code == 412
    assert client.delete(path, headers={"If-Match": '"v2"'}).status_code == 204


def test_the_api_says_what_follows(workload: Workload, api: Callable[..., Client]) -> None:
    client = api(Scope.INITIATIVES_READ, unit="Retail")
    path = f"/api/v1/initiatives/{workload.initiative_id}/what-if/"
    found = client.get(path, {f"w{workload.pk}.stored_gb": "90000"}).json()
    assert {group["key"] for group in found["groups"]} == {"risk", "gate", "sizing", "verdicts"}
    assert found["changes"] == {f"w{workload.pk}.stored_gb": "90000"}
    assert client.get(path, {"nothing": "1"}).status_code == 400


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, workload: Workload, signed_in: SignIn, rows: int) -> None:
    make_many(organisation, rows)
    score(refit=True)
    client = signed_in("Paula")
    mine = [kept(client, workload, f"Scenario {number}") for number in range(3)]
    query = "&".join(f"scenario={row.pk}" for row in mine)
    supposed = page(workload, f"w{workload.pk}.arrival_per_s=20")
    pages: dict[str, tuple[str, dict[str, str]]] = {
        "page": (page(workload), {}), "refresh": (supposed, OUTCOME), "compare": (f"{page(workload)}compare/?{query}", {}),
        "API what-if": (f"/api/v1/initiatives/{workload.initiative_id}/what-if/", {}),
        "API scenarios": ("/api/v1/scenarios/?page_size=1000", {}),
    }  # fmt: skip
    found = {}
    for name, (path, headers) in pages.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, headers=headers)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS
