"""The venues of an initiative with people: comparing, choosing with a reason, declared beside chosen, dates in order."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.choices import DateKind, Precision, Venue
from portfolio.initiatives.models import Initiative, InitiativeDate
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models import VenueComparison, VenueOption
from readiness.workloads.queries.venues import functions_of, sequences_of
from readiness.workloads.services.venues import (
    StaleOption,
    add_venue_option,
    change_venue_option,
    choose_venue,
    reconsider_venue,
    record_comparison,
    reject_venue,
)
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, same_text, text_of
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_venues.json").read_text())
HOSTILE = "<script>alert(1)</script>"
pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative(organisation: Organisation) -> Initiative:
    return make(organisation, unit="Stores", owner="Otto", venue_inference="public_cloud")


def option(initiative: Initiative, label: str, venue: Venue, **values: Any) -> VenueOption:
    function = values.pop("function", Function.INFERENCE)
    return add_venue_option(by=SYSTEM, initiative=initiative, function=function, venue=venue, label=label, **values)


def cloud_and_hall(initiative: Initiative) -> tuple[VenueOption, VenueOption]:
    cloud = option(
        initiative, "Frankfurt", Venue.PUBLIC_CLOUD, cost_per_month=Decimal(43210), cost_currency="EUR", quota_requested=16.0,
        quota_granted=4.0, price_notice_days=30,
    )  # fmt: skip
    return cloud, option(initiative, "Own hall", Venue.ON_PREMISES, lead_time_days=120)


def view(initiative: Initiative, function: Function = Function.INFERENCE) -> Any:
    initiative.refresh_from_db()
    return next(one for one in functions_of(SYSTEM, initiative) if one.function is function)


def test_choosing_another_venue_makes_the_first_a_candidate_again(initiative: Initiative) -> None:
    cloud, hall = cloud_and_hall(initiative)
    choose_venue(by=SYSTEM, option=cloud, reason="It is there.", decided_on=date(2026, 5, 4))
    assert (view(initiative).chosen, view(initiative).decided_on, view(initiative).differs) == (
        Venue.PUBLIC_CLOUD, date(2026, 5, 4), False,
    )  # fmt: skip
    choose_venue(by=SYSTEM, option=hall, reason="Cheaper from the second year on.")
    cloud.refresh_from_db()
    assert (cloud.state, cloud.reason) == (OptionState.CANDIDATE, "")
    assert view(initiative).differs and view(initiative).compared.chosen
    reject_venue(by=SYSTEM, option=hall, reason="No power.")
    assert (view(initiative).chosen, view(initiative).decided_on) == (None, None)
    assert reconsider_venue(by=SYSTEM, option=hall).state == OptionState.CANDIDATE
    history = AuditEntry.objects.filter(object_type="workloads_venueoption", initiative_id=initiative.pk)
    assert "Cheaper from the second year on." in json.dumps([entry.after for entry in history])


def test_decisions_without_a_reason_are_not_taken(initiative: Initiative) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    with pytest.raises(ValidationError):
        choose_venue(by=SYSTEM, option=cloud, reason=" ")
    with pytest.raises(ValidationError):
        reject_venue(by=SYSTEM, option=cloud, reason="")
    with pytest.raises(ValidationError):
        record_comparison(by=SYSTEM, initiative=initiative, function=Function.TRAINING, reason="", not_applicable=True)
    assert set(VenueOption.objects.values_list("state", flat=True)) == {"candidate"}


def test_a_function_with_a_chosen_venue_is_not_declared_absent(initiative: Initiative) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    choose_venue(by=SYSTEM, option=cloud, reason="It is there.")
    with pytest.raises(ValidationError):
        record_comparison(
            by=SYSTEM, initiative=initiative, function=Function.INFERENCE, reason="None", not_applicable=True
        )  # fmt: skip
    record_comparison(by=SYSTEM, initiative=initiative, function=Function.TRAINING, reason="Bought", not_applicable=True)
    assert view(initiative, Function.TRAINING).compared.verdict == "not_applicable"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"capacity": float("nan")}, "capacity"),
        ({"quota_granted": -1.0}, "quota_granted"),
        ({"lead_time_days": 10**6}, "lead_time_days"),
        ({"cost_per_month": Decimal(1)}, "cost_currency"),
        ({"one_off_cost": Decimal(-1), "cost_currency": "EUR"}, "one_off_cost"),
        ({"state": "chosen"}, "state"),
        ({"label": " "}, "label"),
        ({"venue": "moon"}, "venue"),
    ],
)
def test_facts_that_make_no_sense_are_not_taken(initiative: Initiative, values: dict[str, Any], field: str) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    VenueOption.objects.update(cost_per_month=None, cost_currency="")
    with pytest.raises(ValidationError) as refused:
        change_venue_option(by=SYSTEM, option=cloud, changes=values)
    assert field in refused.value.message_dict


def test_a_stale_change_of_an_option_is_refused(initiative: Initiative) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    change_venue_option(by=SYSTEM, option=cloud, changes={"capacity": 8.0}, version=1)
    with pytest.raises(StaleOption):
        change_venue_option(by=SYSTEM, option=cloud, changes={"capacity": 9.0}, version=1)


@pytest.mark.parametrize(
    ("name", "may"), [("Paula", True), ("Iris", True), ("Otto", True), ("Vera", False), ("Finn", False), ("Gita", False)]
)
def test_who_compares_and_chooses(
    organisation: Organisation, initiative: Initiative, signed_in: SignIn, name: str, may: bool
) -> None:  # fmt: skip
    cloud, _hall = cloud_and_hall(initiative)
    client, at = signed_in(name), f"/initiatives/{initiative.pk}/venues/"
    page = text_of(client.get(at))
    assert ("Add an option" in page) is may and "Frankfurt" in page
    given = {"label": "Colocation", "venue": "colocation"}
    assert client.post(f"{at}new/?function=inference", given).status_code == (302 if may else 403)
    assert client.post(f"{at}{cloud.pk}/choose/", {"reason": "There."}).status_code == (302 if may else 403)
    if not may:
        with pytest.raises(PermissionDenied):
            choose_venue(by=organisation.actor(name), option=cloud, reason="There.")
    assert VenueOption.objects.filter(state="chosen").exists() is may


@pytest.mark.parametrize(("name", "seen"), [("Paula", True), ("Otto", True), ("Finn", True), ("Iris", False), ("Vera", False)])
def test_costs_are_for_those_who_see_the_initiatives_money(
    organisation: Organisation, initiative: Initiative, signed_in: SignIn, name: str, seen: bool
) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    page = text_of(signed_in(name).get(f"/initiatives/{initiative.pk}/venues/"))
    assert ("43,210" in page) is seen and (">hidden<" in page) is not seen
    if name == "Iris":
        form = text_of(signed_in(name).get(f"/initiatives/{initiative.pk}/venues/{cloud.pk}/"))
        assert "cost_per_month" not in form and "43210" not in form
        with pytest.raises(PermissionDenied):
            change_venue_option(by=organisation.actor(name), option=cloud, changes={"cost_per_month": Decimal(1)})


def test_options_stand_side_by_side_with_gaps_and_unknowns(initiative: Initiative, signed_in: SignIn) -> None:
    cloud_and_hall(initiative)
    page = text_of(signed_in("Paula").get(f"/initiatives/{initiative.pk}/venues/"))
    assert "4 of 16" in page and "12 missing" in page and "120 days" in page
    assert "At least two were compared, one of them not public cloud." in page
    assert "Nobody has looked for a place yet." in page and "0 of 3 functions have their venue" in page


def test_a_written_reason_and_an_absent_function_change_the_verdict(initiative: Initiative, signed_in: SignIn) -> None:
    option(initiative, "Frankfurt", Venue.PUBLIC_CLOUD)
    client, at = signed_in("Otto"), f"/initiatives/{initiative.pk}/venues/"
    assert "Only one was looked at" in text_of(client.get(at))
    reason = "The data may not leave the provider."
    assert reason in text_of(client.post(f"{at}comparisons/inference/", {"reason": reason}, follow=True))
    assert "A written reason stands in for a comparison." in text_of(client.get(at))
    assert client.post(f"{at}comparisons/training/", {"not_applicable": "on"}).status_code == 422
    client.post(f"{at}comparisons/training/", {"not_applicable": "on", "reason": "A bought model."})
    assert "The initiative does not have this function." in text_of(client.get(at))
    assert client.get(f"{at}comparisons/cooking/").status_code == 404
    assert VenueComparison.objects.count() == 2


def test_a_declared_venue_that_differs_from_the_chosen_one_is_marked(initiative: Initiative, signed_in: SignIn) -> None:
    cloud, hall = cloud_and_hall(initiative)
    client, at = signed_in("Iris"), f"/initiatives/{initiative.pk}/venues/"
    choose_venue(by=SYSTEM, option=cloud, reason="There.")
    assert "differs from what is declared" not in text_of(client.get(at))
    client.post(f"{at}{hall.pk}/choose/", {"reason": "Cheaper.", "decided_on": "2026-05-04"})
    page = text_of(client.get(at))
    assert "differs from what is declared" in page and "4 May 2026" in page.replace("\xa0", " ") and "Cheaper." in page


def test_the_dates_are_set_here_and_judged_at_once(initiative: Initiative, signed_in: SignIn) -> None:
    client, at = signed_in("Otto"), f"/initiatives/{initiative.pk}/venues/"
    page = text_of(client.get(at))
    assert "Nobody knows: compute architecture decided, model selected." in page
    given = {
        "date_architecture_decided": "2026-03-11", "date_model_selected": "2026-03-01",
        "date_infrastructure_committed": "2026-05-17", "precision_infrastructure_committed": "month",
        "date_scale_start": "2026-05-20",
    }  # fmt: skip
    page = text_of(client.post(f"{at}dates/", given, follow=True))
    assert "Inverted by 10 days: model selected before compute architecture decided." in page
    assert "The dates are known too roughly to say which came first." in page
    kept = InitiativeDate.objects.get(kind=DateKind.INFRASTRUCTURE_COMMITTED)
    assert (kept.value, kept.precision) == (date(2026, 5, 1), Precision.MONTH)
    assert [one.verdict for one in sequences_of(initiative.pk)] == ["not_met", "unknown"]
    assert client.post(f"{at}dates/", given | {"date_scale_start": "soon"}).status_code == 422
    for name in ("Iris", "Vera"):
        assert signed_in(name).get(f"{at}dates/").status_code == 403
        assert "Set the dates" not in text_of(signed_in(name).get(at))


def test_a_date_that_the_register_says_and_nobody_could_read_survives_saving_the_others(
    initiative: Initiative, signed_in: SignIn
) -> None:
    InitiativeDate.objects.create(
        initiative=initiative, kind=DateKind.MODEL_SELECTED, precision=Precision.UNKNOWN, raw="soonish", unread="No date."
    )
    signed_in("Paula").post(f"/initiatives/{initiative.pk}/venues/dates/", {"date_scale_start": "2026-05-20"})
    assert InitiativeDate.objects.get(kind=DateKind.MODEL_SELECTED).raw == "soonish"
    page = text_of(signed_in("Paula").get(f"/initiatives/{initiative.pk}/"))
    assert "Scaling starts" in page and "Infrastructure committed" in page


def test_an_initiative_of_another_unit_is_as_missing_as_one_that_never_was(initiative: Initiative, signed_in: SignIn) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    client = signed_in("Lars")
    for path in ("", "new/?function=storage", "dates/", f"{cloud.pk}/", f"{cloud.pk}/choose/", "comparisons/storage/"):
        hidden = client.get(f"/initiatives/{initiative.pk}/venues/{path}")
        missing = client.get(f"/initiatives/{initiative.pk + 999}/venues/{path}")
        assert hidden.status_code == missing.status_code == 404, path
        assert same_text(hidden) == same_text(missing)


def test_an_option_of_another_initiative_is_not_reached_through_ones_own(
    organisation: Organisation, initiative: Initiative, signed_in: SignIn
) -> None:
    foreign = option(make(organisation, "Trucks", "Logistics"), "Foreign", Venue.EDGE)
    at = f"/initiatives/{initiative.pk}/venues/{foreign.pk}/"
    for path in (at, f"{at}choose/", f"{at}reject/"):
        assert signed_in("Paula").get(path).status_code == 404
    assert signed_in("Paula").post(f"{at}reconsider/").status_code == 404


def test_texts_of_options_are_never_markup(initiative: Initiative, signed_in: SignIn) -> None:
    mine = option(initiative, HOSTILE, Venue.EDGE, provider=HOSTILE, note=HOSTILE)
    choose_venue(by=SYSTEM, option=mine, reason=HOSTILE)
    record_comparison(by=SYSTEM, initiative=initiative, function=Function.INFERENCE, reason=HOSTILE)
    at = f"/initiatives/{initiative.pk}/venues/"
    for path in (at, f"{at}{mine.pk}/", f"{at}{mine.pk}/choose/", f"{at}comparisons/inference/"):
        assert "<script>alert" not in text_of(signed_in("Paula").get(path)), path


def test_a_change_that_somebody_overtook_shows_theirs(initiative: Initiative, signed_in: SignIn) -> None:
    cloud, _hall = cloud_and_hall(initiative)
    client, at = signed_in("Iris"), f"/initiatives/{initiative.pk}/venues/{cloud.pk}/"
    given = {"label": "Frankfurt", "venue": "public_cloud", "quota_granted": "8", "version": "1"}
    assert client.post(at, given).status_code == 302
    overtaken = client.post(at, given | {"quota_granted": "16"})
    assert overtaken.status_code == 422 and "Theirs: Quota granted: 8" in text_of(overtaken)
    assert client.post(at, given | {"quota_granted": "16", "version": "2"}).status_code == 302
    cloud.refresh_from_db()
    assert cloud.cost_per_month == 43210 and cloud.quota_granted == 16


@pytest.mark.parametrize("rows", sizes(__name__))
def test_the_page_asks_no_more_than_committed(initiative: Initiative, signed_in: SignIn, rows: int) -> None:
    VenueOption.objects.bulk_create(
        VenueOption(initiative=initiative, function=[*Function][n % 3], venue="edge", label=f"Site {n}") for n in range(rows)
    )
    client = signed_in("Paula")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/initiatives/{initiative.pk}/venues/")
    assert {"venues": len(queries)} == COUNTS
