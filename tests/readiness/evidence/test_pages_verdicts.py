"""What requirements are judged, told to people: sentence, headroom, what decided, why the others did not, what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from readiness.connectors.contract import Environment, Flaw, Statistic
from readiness.evidence.choices import Verdict
from readiness.evidence.models import RequirementVerdict, Run, Standing
from readiness.evidence.rules.missing import Missing
from readiness.evidence.rules.verdicts.fit import Fact
from readiness.evidence.rules.verdicts.reasons import Reason
from readiness.evidence.services.set_aside import set_aside
from readiness.evidence.services.verdicts import evaluate
from readiness.evidence.tables.missing import TITLES as SUPPLIES
from readiness.evidence.tables.missing import Place, supply
from readiness.evidence.tables.reasons import REASONS, gap_words, sentence
from readiness.evidence.tables.verdicts import bar, percent, summary
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.reading import HX, SignIn, html, make_workload, require, source_of, words
from tests.readiness.evidence.storing import Place as Source
from tests.readiness.evidence.storing import reading, telemetry

REAL = Environment(venue="on_premises", data_real=True, users_real=True)


def test_every_code_of_the_rules_has_its_words_and_no_word_is_left_over() -> None:
    assert {one.value for one in Reason} | {"never_judged"} == set(REASONS)
    assert {one.value for one in Missing} == set(SUPPLIES)


@pytest.mark.parametrize("code", [one.value for one in Missing])
def test_each_thing_that_is_missing_leads_to_the_page_where_it_is_done(code: str) -> None:
    entry: dict[str, Any] = {
        "code": code, "who": "source_unit", "metric": "ttft", "percentile": 0.95, "source_id": 5, "run_id": 7, "pool_id": 9,
        "pool": "Cellar", "metrics": ["ttft"], "samples": 1000, "facts": ["users"], "amount": 2.0, "unit": "accelerators",
    }  # fmt: skip
    told = supply(entry, Place(1, 2, {5: "Prometheus"}, frozenset({7}), frozenset({9}), "ttft_s"))
    assert told["url"].startswith("/")
    assert told["title"]
    assert told["who"] == "Whoever runs Prometheus"
    hidden = supply(entry, Place(1, 2))
    assert "Cellar" not in str(hidden) and "Prometheus" not in str(hidden)
    assert not any(f"/{number}/" in hidden["url"] for number in (5, 7, 9))


def test_a_reason_carries_its_figures() -> None:
    gaps = [{"fact": "users", "wanted": "real", "found": None}, {"fact": "rate", "wanted": 12.5, "found": 3.0}]
    assert sentence({"code": "less_load", "gaps": gaps}) == (
        "It holds, under less load than production will bring: that proves nothing. users: real is asked for, nobody says what "
        "it was; requests per second: 12.5 is asked for, it was 3."
    )
    assert sentence({"code": "flawed", "flaws": [["all_failed", ""]]}) == "The run is unsound. Every request failed"
    assert "80 % lie" not in sentence({"code": "few_samples", "samples": 200, "percentile": 0.99, "in_tail": 2})
    assert "Of 200 samples only 2 lie beyond p99." in sentence(
        {"code": "few_samples", "samples": 200, "percentile": 0.99, "in_tail": 2}
    )
    assert sentence({"code": "a code of tomorrow"}) == "a code of tomorrow"
    assert all(gap_words({"fact": fact.value, "wanted": 1, "found": 2}) for fact in Fact)


def test_the_sentence_leaves_no_verdict_out() -> None:
    counts = ["met"] * 3 + ["not_met"] + ["stale"] * 2 + ["unknown"] * 4
    assert summary(counts) == "Of 10 requirements 3 are met, 1 is not met, 2 are stale and 4 are unknown."
    assert summary(["unknown"] * 4) == "All 4 requirements are unknown."
    assert summary([]) == "Nothing is required yet."
    assert all(one.value in summary([one.value, "met", "met"]).replace(" ", "_") or True for one in Verdict)


def test_headroom_is_signed_and_what_has_no_end_lies_at_the_edge() -> None:
    assert percent(0.354).replace("\u202f", " ") == "+35.4 %"
    assert percent(-0.12).replace("\u202f", " ") == "−12 %"  # noqa: RUF001
    assert bar(0.5, 0.0, None) == {"zero": 60.0, "low": 60.0, "point": 90.0, "high": 120.0, "width": 60.0}
    assert bar(-3.0, -5.0, -0.5)["low"] == 0.0


def served(source: Source, ttft: float, *, ago: timedelta = timedelta(minutes=5), key: str = "t", **more: Any) -> None:
    """Telemetry of five minutes with real data and users, at 20 in flight."""
    at = clock.now() - ago
    told = telemetry(
        key, reading("ttft", ttft, statistic=Statistic.PERCENTILE, percentile=0.95, samples=5000),
        reading("concurrency", 20.0), ended_at=at, duration_s=300.0, environment=REAL, name=f"window {key}", **more,
    )  # fmt: skip
    source.bring(told)


def judged(workload: Workload) -> None:
    evaluate([workload.pk], by=SYSTEM, now=clock.now())


def only(organisation: Organisation, target: float | None = 2.0, **more: Any) -> tuple[Workload, Requirement]:
    """A workload of which one thing alone is required."""
    workload = make_workload(organisation, **more)
    Requirement.objects.filter(workload=workload).delete()
    row = require(workload, Metric.TTFT, 2.0, percentile=0.95, window_s=None)
    if target is None:
        Requirement.objects.filter(pk=row.pk).update(target=None)
    return workload, row


pytestmark = pytest.mark.django_db


def test_a_workload_shows_what_decided_and_by_how_much(organisation: Organisation, signed_in: SignIn) -> None:
    workload, row = only(organisation)
    served(source_of(organisation, workload, name="Prometheus"), 1.2)
    judged(workload)
    page = signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/")
    text = words(page)
    standing = Standing.objects.get(requirement=row)
    assert standing.verdict == Verdict.MET, standing.current.reason
    assert "Of 1 requirement 1 is met." in text
    assert "It was measured, and it meets the target." in text
    assert "+66.7 %" in text
    assert "1.2 s p95 5,000 samples" in text
    assert "window t" in text and "Prometheus" in text
    assert f'href="/evidence/runs/{Run.objects.get().pk}/"' in html(page)
    assert "Nothing is missing." in text


def test_what_did_not_decide_says_why(organisation: Organisation, signed_in: SignIn) -> None:
    workload, _row = only(organisation)
    source = source_of(organisation, workload)
    served(source, 1.2)
    served(source, 9.9, key="u", flaws=((Flaw.INCOMPLETE, "2 of 3 shards answered"),))
    judged(workload)
    text = words(signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/"))
    assert "Why 1 other piece of evidence did not decide" in text
    assert "The run is unsound. Only a part of it is there: 2 of 3 shards answered" in text


def test_what_nobody_knows_and_what_is_old_is_said_with_the_way_out(organisation: Organisation, signed_in: SignIn) -> None:
    workload, row = only(organisation, target=None, owner=organisation.people["Otto"])
    judged(workload)
    page = signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/")
    assert "Nobody has said what it must reach." in words(page)
    assert "Say what it must reach Time to first token Otto Test" in words(page)
    Requirement.objects.filter(pk=row.pk).update(target=2.0, max_age_days=3)
    served(source_of(organisation, workload, name="Prometheus"), 1.2, ago=timedelta(days=10))
    judged(workload)
    text = words(signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/"))
    assert "Stale" in text and "It is too old to count." in text
    assert "Measure it again: the evidence is too old" in text
    assert "Whoever runs Prometheus" in text


def test_an_initiative_has_its_workloads_one_below_the_other(organisation: Organisation, signed_in: SignIn) -> None:
    workload, _row = only(organisation)
    served(source_of(organisation, workload), 1.2)
    judged(workload)
    client = signed_in("Vera")
    page = client.get(f"/initiatives/{workload.initiative_id}/evidence/")
    assert "Shelf camera chat" in words(page)
    assert 'aria-current="page"' in html(page)
    assert "Of 1 requirement 1 is met." in words(client.get(f"/initiatives/{workload.initiative_id}/evidence/panel/", headers=HX))
    assert client.get(f"/initiatives/{workload.initiative_id}/evidence/panel/").status_code == 302
    assert client.get(f"/workloads/{workload.pk}/evidence/panel/").status_code == 302
    assert "Of 1 requirement" in words(client.get(f"/workloads/{workload.pk}/evidence/panel/", headers=HX))
    other = make_workload(organisation, name="Empty one")
    Requirement.objects.filter(workload=other).delete()
    assert "Nothing is required yet" in words(client.get(f"/initiatives/{other.initiative_id}/evidence/"))


def test_one_requirement_shows_every_judgement_before(organisation: Organisation, signed_in: SignIn) -> None:
    workload, row = only(organisation)
    judged(workload)
    source = source_of(organisation, workload)
    served(source, 1.2, ago=timedelta(hours=5))
    judged(workload)
    served(source, 7.5, key="u")
    judged(workload)
    text = words(signed_in("Vera").get(f"/evidence/requirements/{row.pk}/"))
    history = text[text.index("How it was judged") :]
    assert history.index("It was measured, and it misses the target.") < history.index(
        "It was measured, and it meets the target."
    )
    assert history.index("It was measured, and it meets the target.") < history.index("Nobody measured it.")
    assert RequirementVerdict.objects.filter(requirement=row).count() == 3


def test_a_run_says_what_it_decided_and_stops_deciding_when_set_aside(organisation: Organisation, signed_in: SignIn) -> None:
    workload, row = only(organisation)
    served(source_of(organisation, workload), 1.2)
    judged(workload)
    run = Run.objects.get()
    page = words(signed_in("Vera").get(f"/evidence/runs/{run.pk}/"))
    assert "What it decided Met Time to the first token, at most 2 s" in page
    set_aside(by=organisation.actor("Iris"), run=run, reason="the fan was broken")
    judged(workload)
    assert Standing.objects.get(requirement=row).verdict == Verdict.UNKNOWN
    text = words(signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/"))
    assert "A person set the run aside. “the fan was broken”" in text
    assert "judged anew since" in words(signed_in("Vera").get(f"/evidence/runs/{run.pk}/"))


def test_judging_anew_is_for_those_who_write_it_and_says_what_changed(organisation: Organisation, signed_in: SignIn) -> None:
    workload, _row = only(organisation)
    served(source_of(organisation, workload), 1.2)
    client = signed_in("Iris")
    answer = client.post(f"/workloads/{workload.pk}/evidence/judge/", follow=True)
    assert "Judged anew: 1 verdict turned." in words(answer)
    again = client.post(f"/initiatives/{workload.initiative_id}/evidence/judge/", follow=True)
    assert "Judged anew: nothing changed." in words(again)
    assert RequirementVerdict.objects.count() == 1
    assert signed_in("Vera").post(f"/workloads/{workload.pk}/evidence/judge/").status_code == 403
    assert "Re-evaluate now" not in html(signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/"))
    assert signed_in("Lars").post(f"/workloads/{workload.pk}/evidence/judge/").status_code == 404
    assert client.get(f"/workloads/{workload.pk}/evidence/judge/").status_code == 405


def test_nothing_of_another_unit_is_read_by_any_of_these_pages(organisation: Organisation, signed_in: SignIn) -> None:
    workload, row = only(organisation)
    served(source_of(organisation, workload, unit="Logistics", name="Wombat source"), 1.2)
    judged(workload)
    lars, vera = signed_in("Lars"), signed_in("Vera")
    paths = (
        f"/workloads/{workload.pk}/evidence/", f"/initiatives/{workload.initiative_id}/evidence/",
        f"/evidence/requirements/{row.pk}/", f"/workloads/{workload.pk}/evidence/panel/",
        f"/initiatives/{workload.initiative_id}/evidence/panel/",
    )  # fmt: skip
    for path in paths:
        assert lars.get(path, headers=HX).status_code == 404, path
        assert "Wombat" not in html(vera.get(path, headers=HX)), path
    assert "1.2 s" in words(vera.get(paths[0])), "the value is evidence of what Vera sees"


def test_a_closed_initiative_stays_as_it_was_judged(organisation: Organisation, signed_in: SignIn) -> None:
    workload, _row = only(organisation)
    close_initiative(by=SYSTEM, initiative=workload.initiative, kind=ClosureKind.STOPPED, lesson="none")
    assert "Re-evaluate now" not in html(signed_in("Iris").get(f"/workloads/{workload.pk}/evidence/"))
    assert signed_in("Iris").post(f"/workloads/{workload.pk}/evidence/judge/").status_code == 403
