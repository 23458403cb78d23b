"""Two who write the same thing at the same moment: both are answered, one thing stands, nothing is written twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from readiness.assessments.choices import Reply
from readiness.assessments.models import AssessmentAnswer
from readiness.assessments.services.answers import AnswerInput, StaleAnswers, save_answers
from readiness.assessments.services.assessments import start_assessment
from readiness.assessments.services.unknowns import assign_unknowns
from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.services.options import StaleOption, change_option, choose_option
from readiness.sizing.services.results import options_of_workloads, recompute
from readiness.workloads.models import ProfileValue, ProfileVersion, Workload
from readiness.workloads.services.profiles import StaleVersion, keep_version, set_values
from tests.people import SYSTEM, Organisation, make_organisation
from tests.readiness.sizing.making import SWEEP, accelerator, known, known_workload, make_measurement, make_option, model
from tests.readiness.workloads.pools import TODAY

TIMES = 6
REFUSED = (ValidationError, StaleVersion, StaleOption, StaleAnswers)


def together(*acts: Callable[[], Any]) -> list[str]:
    """Run them at once, each on a connection of its own; what came of each. Any error but a refusal is the test's."""
    start, outcomes, broken = threading.Barrier(len(acts)), [""] * len(acts), []

    def act(place: int) -> None:
        try:
            start.wait(10)
            acts[place]()
            outcomes[place] = "done"
        except REFUSED as refused:
            outcomes[place] = type(refused).__name__
        except Exception as error:  # noqa: BLE001  (a thread's errors are shown by the test)
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert broken == []
    return outcomes


@pytest.fixture
def organisation(committed_db: str) -> Organisation:
    return make_organisation()


@pytest.fixture
def workload(organisation: Organisation) -> Workload:
    return known_workload(organisation)


def test_two_who_save_the_same_value_from_the_same_page_are_told_apart(workload: Workload) -> None:
    for place in range(TIMES):
        seen = Workload.objects.get(pk=workload.pk).version
        acts = [
            lambda value=value, seen=seen: set_values(
                by=SYSTEM, workload=workload, values={"peak_factor": known(value)}, version=seen
            )
            for value in (2.0 + place, 3.5 + place)
        ]
        assert sorted(together(*acts)) == ["StaleVersion", "done"]
    assert ProfileValue.objects.filter(workload=workload, name="peak_factor").count() == 1


def test_a_value_that_nobody_answered_yet_is_written_once(workload: Workload) -> None:
    ProfileValue.objects.filter(workload=workload, name="burst_s").delete()
    acts = [
        lambda value=value: set_values(by=SYSTEM, workload=workload, values={"burst_s": known(value)}) for value in (5.0, 9.0)
    ]
    assert together(*acts) == ["done", "done"]
    assert ProfileValue.objects.filter(workload=workload, name="burst_s").count() == 1


def test_one_version_is_kept_of_one_state(workload: Workload) -> None:
    for place in range(TIMES):
        set_values(by=SYSTEM, workload=workload, values={"peak_factor": known(2.0 + place)})
        keep = [lambda: keep_version(by=SYSTEM, workload=workload)] * 2
        assert sorted(together(*keep)) == ["ValidationError", "done"]
    assert list(ProfileVersion.objects.order_by("number").values_list("number", flat=True)) == list(range(1, TIMES + 1))


def test_an_option_that_two_change_keeps_the_first(workload: Workload) -> None:
    option = make_option(workload)
    for place in range(TIMES):
        seen = SizingOption.objects.get(pk=option.pk).version
        acts = [
            lambda slots=slots, seen=seen: change_option(by=SYSTEM, option=option, changes={"slots": slots}, version=seen)
            for slots in (10 + place, 40 + place)
        ]
        assert sorted(together(*acts)) == ["StaleOption", "done"]


def test_two_who_choose_different_options_leave_one_chosen(workload: Workload) -> None:
    options = [make_option(workload, label=f"Option {n}") for n in range(3)]
    for _place in range(TIMES):
        SizingOption.objects.update(chosen=False)
        acts = [lambda option=option: choose_option(by=SYSTEM, option=option) for option in options]
        assert together(*acts, _size_all) == ["done"] * 4
        assert SizingOption.objects.filter(chosen=True).count() == 1


def _size_all() -> None:
    with transaction.atomic():
        recompute(options_of_workloads())


def test_sizing_the_same_options_twice_at_once_writes_each_result_once(organisation: Organisation, workload: Workload) -> None:
    options = [
        make_option(one, label=f"Option {n}") for n in range(4) for one in (workload, known_workload(organisation, name=f"{n}"))
    ]
    for place in range(TIMES):
        before = SizingResult.objects.count()
        _say_quietly(workload, 5.0 + place)
        assert together(_size_all, _size_all, lambda: _size(reversed([one.pk for one in options]))) == ["done"] * 3
        assert SizingResult.objects.count() == before + 4
    assert not SizingOption.objects.filter(result=None).exists()


def _size(ids: Any) -> None:
    with transaction.atomic():
        recompute(list(ids))


def _say_quietly(workload: Workload, value: float) -> None:
    """As if another page had saved it and no worker had come round yet."""
    ProfileValue.objects.filter(workload=workload, name="peak_factor").update(value=value, low=None, high=None, knowledge="known")


def test_a_measurement_is_corrected_once(organisation: Organisation, workload: Workload) -> None:
    wrong = make_measurement(organisation)
    make_option(workload, measurement=wrong, software="vLLM 0.6.1")

    def correct() -> None:
        record_measurement(
            by=SYSTEM, unit=wrong.unit, points=SWEEP, replaces=wrong, name="Corrected", accelerator=accelerator(), model=model(),
            software="vLLM 0.6.1", input_tokens=1000.0, output_tokens=250.0,
        )  # fmt: skip

    assert sorted(together(correct, correct)) == ["ValidationError", "done"]
    assert Measurement.objects.filter(replaces=wrong).count() == 1


def test_two_who_answer_the_same_question_are_told_apart(workload: Workload) -> None:
    made = start_assessment(by=SYSTEM, initiative=workload.initiative)
    key = made.bank.questions.order_by("position")[0].key
    replies: Sequence[Reply] = (Reply.YES, Reply.NO)
    acts = [
        lambda reply=reply: save_answers(by=SYSTEM, assessment=made, answers={key: AnswerInput(reply, note="because", version=0)})
        for reply in replies
    ]
    assert sorted(together(*acts)) == ["StaleAnswers", "done"]
    assert AssessmentAnswer.objects.filter(assessment=made).count() == 1


def test_an_assessment_is_started_once(workload: Workload) -> None:
    acts = [lambda: start_assessment(by=SYSTEM, initiative=workload.initiative)] * 2
    assert sorted(together(*acts)) == ["ValidationError", "done"]


def test_giving_the_same_unknowns_away_in_two_orders_holds_nobody_up(organisation: Organisation) -> None:
    refs = [f"value:{known_workload(organisation, name=f'Place {n}').pk}:peak_factor" for n in range(6)]
    people = organisation.people
    for _place in range(TIMES):
        acts = [
            lambda order=order, owner=owner: assign_unknowns(by=SYSTEM, refs=order, owner=people[owner], due=TODAY)
            for order, owner in ((refs, "Paula"), (refs[::-1], "Iris"))
        ]
        assert together(*acts) == ["done", "done"]
    assert ProfileValue.objects.filter(name="peak_factor").values("owner").distinct().count() == 1
