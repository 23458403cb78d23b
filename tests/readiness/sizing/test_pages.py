"""The pages of sizing: whole and as fragments, with scripts and without, for those who may and not for others."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from portfolio.kit import clock
from readiness.sizing.models import Measurement, SizingOption
from readiness.workloads.choices import Knowledge
from readiness.workloads.models import ProfileValue, Workload
from tests.people import Organisation
from tests.readiness.sizing.making import (
    HX,
    SWEEP,
    SignIn,
    accelerator,
    known_workload,
    make_measurement,
    make_option,
    make_pool,
    make_workload,
    model,
    say,
    text_of,
)

pytestmark = pytest.mark.django_db
ANSWER = HX | {"HX-Target": "answer"}


def test_a_fresh_workload_gets_an_honest_first_sentence_without_storing_anything(
    organisation: Organisation, signed_in: SignIn
) -> None:
    make_pool(organisation, size=4)
    workload = make_workload(organisation)
    page = text_of(signed_in("Iris").get(f"/workloads/{workload.pk}/sizing/"))
    assert "You need " in page
    assert "H100 SXM" in page
    assert "You have 4 free in “Cellar”" in page
    assert "You do not know " in page
    assert "do not buy" in page
    assert "Keep as option" in page
    assert SizingOption.objects.count() == 0


def test_a_changed_field_gets_the_answer_alone_and_an_address_that_says_the_same(
    organisation: Organisation, signed_in: SignIn
) -> None:
    workload = known_workload(organisation)
    option = make_option(workload, pool=make_pool(organisation))
    client = signed_in("Iris")
    url = f"/workloads/{workload.pk}/sizing/"
    before = text_of(client.get(url))
    form = {"arrival_per_s": "80", "peak_factor": "", "input_tokens": "800", "option": str(option.pk)}
    refresh = client.get(url, form, headers=ANSWER)
    text = text_of(refresh)
    assert "<html" not in text
    assert 'id="answer"' in text
    assert 'id="says-peak_factor"' in text
    address = refresh.headers["HX-Replace-Url"]
    assert parse_qs(urlsplit(address).query) == {"arrival_per_s": ["80"]}
    assert text_of(client.get(address)).count('id="answer"') == 1
    assert sentence(text_of(client.get(address))) == sentence(text)
    assert sentence(text) != sentence(before)
    assert not ProfileValue.objects.filter(workload=workload, name="arrival_per_s", value=80).exists()
    assert sentence(text_of(client.get(url))) == sentence(before)


def test_without_scripts_the_same_form_leads_to_the_short_address(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    option = make_option(workload)
    url = f"/workloads/{workload.pk}/sizing/"
    typed = {"arrival_per_s": "80", "input_tokens": "800", "option": str(option.pk), "model": "llama-3-1-8b", "slots": "1"}
    answer = signed_in("Iris").get(url, typed)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{url}?arrival_per_s=80"
    page = signed_in("Vera").get(answer.headers["Location"])
    assert page.status_code == 200
    assert 'value="80"' in text_of(page)
    assert "supposed" in text_of(page)


@pytest.mark.parametrize("typed", ["NaN", "1e400", "-3", "many", "4..2..8", "inf", "1__", "0x10", "٣", "9" * 500, "<b>", "1,5"])
def test_what_cannot_be_a_number_is_told_beside_its_field_and_stays_there(
    organisation: Organisation, signed_in: SignIn, typed: str
) -> None:
    workload = known_workload(organisation)
    client, url = signed_in("Iris"), f"/workloads/{workload.pk}/sizing/"
    page = client.get(url, {"arrival_per_s": typed})
    assert page.status_code == 400
    text = text_of(page)
    assert 'aria-invalid="true"' in text
    assert typed[:60] in unescape(text)
    assert "<b>" not in text.partition('id="in-arrival_per_s"')[2][:200]
    assert client.get(url, {"arrival_per_s": typed}, headers=ANSWER).status_code == 422


@pytest.mark.parametrize(
    "given",
    [
        {"accelerator": "no-such"}, {"accelerators": "0"}, {"accelerators": "99999999999999999999"}, {"pool": "abc"},
        {"precision": "fp3"}, {"utilisation": "0"}, {"utilisation": "1e400"}, {"model": "x"}, {"pool": "1" * 40},
    ],
)  # fmt: skip
def test_a_candidate_that_cannot_be_is_told_too(organisation: Organisation, signed_in: SignIn, given: dict[str, str]) -> None:
    workload = known_workload(organisation)
    make_option(workload)
    page = signed_in("Iris").get(f"/workloads/{workload.pk}/sizing/", given)
    assert page.status_code == 400
    assert "suppose-wrong" in text_of(page)


@pytest.mark.parametrize("given", [{"option": "999999"}, {"option": "x" * 300}, {"nonsense": "1"}, {"page": "\x00"}])
def test_what_means_nothing_is_left_out_of_the_address(
    organisation: Organisation, signed_in: SignIn, given: dict[str, str]
) -> None:
    workload = known_workload(organisation)
    make_option(workload)
    page = signed_in("Iris").get(f"/workloads/{workload.pk}/sizing/", given)
    assert page.status_code == 302
    assert page.headers["Location"] == f"/workloads/{workload.pk}/sizing/"


def test_an_unknown_supposed_widens_and_a_range_counts_as_known(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    make_option(workload)
    client, url = signed_in("Iris"), f"/workloads/{workload.pk}/sizing/"
    exact = text_of(client.get(url + "?peak_factor=4"))
    unknown = text_of(client.get(url + "?peak_factor=4&arrival_per_s=%3F"))
    assert "your requests per second" in sentence(unknown)
    assert "your requests per second" not in sentence(exact)
    assert client.get(url + "?peak_factor=3..6").status_code == 200


def test_saving_writes_the_profile_and_only_what_was_supposed_of_it(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    make_option(workload)
    url = f"/workloads/{workload.pk}/sizing/"
    page = text_of(signed_in("Iris").get(url + "?peak_factor=3..6&accelerators=2"))
    assert "Save 1 value to the profile" in page
    assert "Save 1 value" not in text_of(signed_in("Vera").get(url + "?peak_factor=3..6"))
    assert signed_in("Vera").post(url + "save/", {"peak_factor": "9"}).status_code == 403
    answer = signed_in("Iris").post(url + "save/", {"peak_factor": "3..6", "version": str(workload.version)})
    assert answer.headers["Location"] == url
    value = ProfileValue.objects.get(workload=workload, name="peak_factor")
    assert (value.knowledge, value.low, value.high) == (Knowledge.KNOWN, 3.0, 6.0)
    stale = signed_in("Iris").post(url + "save/", {"peak_factor": "5", "version": str(workload.version)})
    assert "peak_factor=5" in stale.headers["Location"]
    value.refresh_from_db()
    assert value.high == 6.0


def test_the_sizing_of_another_unit_does_not_exist(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation, unit="Logistics")
    option = make_option(workload)
    client = signed_in("Paula")
    for path in (
        f"/workloads/{workload.pk}/sizing/", f"/workloads/{workload.pk}/sizing/panel/", f"/workloads/{workload.pk}/models/",
        f"/sizing/options/{option.pk}/", f"/sizing/options/{option.pk}/results/", f"/workloads/{workload.pk}/options/new/",
    ):  # fmt: skip
        assert client.get(path, headers=HX).status_code == 404, path
    assert client.post(f"/workloads/{workload.pk}/sizing/save/", {"peak_factor": "9"}).status_code == 404
    assert client.post(f"/sizing/options/{option.pk}/choose/").status_code == 404
    assert signed_in("Nora").get(f"/workloads/{workload.pk}/sizing/").status_code in (403, 404)


def test_the_panel_and_the_line_are_fragments_and_lead_to_the_page_on_their_own(
    organisation: Organisation, signed_in: SignIn
) -> None:
    workload = known_workload(organisation)
    make_option(workload, pool=make_pool(organisation))
    client = signed_in("Vera")
    panel = text_of(client.get(f"/workloads/{workload.pk}/sizing/panel/", headers=HX))
    assert panel.lstrip().startswith("<section") or '<section class="card"' in panel
    assert "<html" not in panel
    assert f'href="/workloads/{workload.pk}/sizing/"' in panel
    line = text_of(client.get(f"/workloads/{workload.pk}/sizing/sentence/", headers=HX))
    assert "You need" in line
    assert "<section" not in line
    for name in ("panel", "sentence"):
        plain = client.get(f"/workloads/{workload.pk}/sizing/{name}/")
        assert plain.headers["Location"] == f"/workloads/{workload.pk}/sizing/"


def test_our_price_is_seen_by_those_who_see_amounts(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    make_option(workload, price_per_accelerator_hour=777.0, price_currency="CHF")
    url = f"/workloads/{workload.pk}/sizing/"
    assert "CHF" in text_of(signed_in("Paula").get(url))
    hidden = text_of(signed_in("Iris").get(url))
    assert "CHF" not in hidden
    assert "public list price" in hidden
    assert "hidden from you" in hidden
    assert "777" not in text_of(signed_in("Iris").get(f"/sizing/options/{SizingOption.objects.get().pk}/"))


def test_a_proposal_is_kept_changed_chosen_and_retired(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    client = signed_in("Iris")
    page = text_of(client.get(f"/workloads/{workload.pk}/sizing/"))
    keep = unescape(page.partition("options/new/?")[2].partition('"')[0])
    form_page = client.get(f"/workloads/{workload.pk}/options/new/?{keep}")
    assert "selected>Llama 3.1 8B<" in text_of(form_page)
    typed = {
        "approach": "self_hosted", "model": str(model().pk), "accelerator": str(accelerator().pk), "accelerators": "1",
        "precision": "bf16", "kv_precision": "bf16", "utilisation": "80", "max_num_seqs": "256", "slots": "1",
        "replica_availability": "99.5",
    }  # fmt: skip
    wrong = client.post(f"/workloads/{workload.pk}/options/new/", typed | {"accelerator": "", "software": "kept text"})
    assert wrong.status_code == 422
    assert "kept text" in text_of(wrong)
    assert "Say which accelerator" in text_of(wrong)
    made = client.post(f"/workloads/{workload.pk}/options/new/", typed)
    option = SizingOption.objects.get()
    assert made.headers["Location"] == f"/workloads/{workload.pk}/sizing/?option={option.pk}"
    changed = client.post(f"/sizing/options/{option.pk}/", typed | {"accelerators": "2", "version": "1"})
    assert changed.status_code == 302
    stale = client.post(f"/sizing/options/{option.pk}/", typed | {"accelerators": "4", "version": "1"})
    assert stale.status_code == 422
    assert "Somebody else changed it" in text_of(stale)
    assert 'id="confirm"' in text_of(client.get(f"/sizing/options/{option.pk}/choose/"))
    client.post(f"/sizing/options/{option.pk}/choose/")
    option.refresh_from_db()
    assert (option.chosen, option.accelerators) == (True, 2)
    history = text_of(client.get(f"/sizing/options/{option.pk}/results/"))
    assert "Accelerators per replica: 1, now 2" in history
    assert "holds now" in history
    client.post(f"/sizing/options/{option.pk}/retire/")
    option.refresh_from_db()
    assert option.retired_at is not None
    assert client.get(f"/sizing/options/{option.pk}/").status_code == 404


def test_swapping_the_model_compares_apis_with_hosted_ones_and_one_click_chooses(
    organisation: Organisation, signed_in: SignIn
) -> None:
    workload = known_workload(organisation)
    make_option(workload, pool=make_pool(organisation, size=64))
    client = signed_in("Iris")
    page = text_of(client.get(f"/workloads/{workload.pk}/models/"))
    for name in ("GPT-4o", "Claude", "Gemini", "Llama 3.1 70B", "Mixtral"):
        assert name in page, name
    assert client.get(f"/workloads/{workload.pk}/models/?sort=-month").status_code == 200
    answer = client.post(f"/workloads/{workload.pk}/models/use/", {"model": "llama-3-1-70b"})
    assert answer.status_code == 302
    chosen = SizingOption.objects.get(chosen=True)
    assert chosen.model == model("llama-3-1-70b")
    assert chosen.accelerator == accelerator()
    assert chosen.accelerators > 1
    client.post(f"/workloads/{workload.pk}/models/use/", {"model": "llama-3-1-8b"})
    client.post(f"/workloads/{workload.pk}/models/use/", {"model": "llama-3-1-70b"})
    assert SizingOption.objects.count() == 2
    assert signed_in("Vera").post(f"/workloads/{workload.pk}/models/use/", {"model": "gpt-4o"}).status_code == 403
    assert client.post(f"/workloads/{workload.pk}/models/use/", {"model": "none"}).status_code == 404


def test_a_pasted_sweep_is_recorded_and_its_bad_point_refused_with_the_reason(
    organisation: Organisation, signed_in: SignIn
) -> None:
    client = signed_in("Iris")
    lines = ["clients;completed_per_s;mean_latency_s;mean_tpot_ms;p99_tpot_ms;gpu"]
    lines += [
        f"{p['concurrency']};{p['completed_per_s']};{p['latency_mean_s']};{p['tpot_mean_s'] * 1e3};{p['tpot_p_s'] * 1e3};x"
        for p in SWEEP
    ]
    lines.append("256;3.0;9.0;40;50;x")
    typed = {
        "name": "Sweep", "unit": str(organisation.units["Retail"].pk), "model": str(model().pk),
        "accelerator": str(accelerator().pk), "accelerators": "1", "precision": "bf16", "software": "vLLM 0.6",
        "input_tokens": "1000", "output_tokens": "250",
    }  # fmt: skip
    wrong = client.post("/measurements/new/", typed | {"table": "clients,req/s\n1,fast\n2,3"})
    assert wrong.status_code == 422
    assert "Line 2" in text_of(wrong)
    assert "1,fast" in text_of(wrong)
    made = client.post("/measurements/new/", typed | {"table": "\n".join(lines)})
    assert made.status_code == 302
    found = Measurement.objects.get()
    assert found.points[0] == pytest.approx({k: v for k, v in SWEEP[0].items() if k != "ttft_p_s"})
    page = text_of(client.get(f"/measurements/{found.pk}/?target=40"))
    assert "Little" in page
    assert "5 of 6 points can be believed" in page
    assert "vLLM 0.6" in text_of(client.get("/measurements/"))
    assert "Sweep" in text_of(client.get(f"/measurements/{found.pk}/replace/"))
    assert signed_in("Lars").get(f"/measurements/{found.pk}/").status_code == 404
    assert "may not record" in text_of(signed_in("Vera").get("/measurements/new/"))


def test_a_classic_model_says_what_is_missing_until_somebody_supposes_or_measures_it(
    organisation: Organisation, signed_in: SignIn
) -> None:
    workload = make_workload(organisation)
    workload.task, workload.workload_class = "classic", "online"
    workload.save()
    client, url = signed_in("Iris"), f"/workloads/{workload.pk}/sizing/"
    page = text_of(client.get(url))
    assert "how long one request takes on one worker" in page
    assert "You need" not in sentence(page)
    assert "You need" in sentence(text_of(client.get(url + "?service_s=0.05&latency_s=5")))
    measured = make_measurement(organisation, model=None, points=[], service_s=0.05, service_low_s=0.04, service_high_s=0.06)
    make_option(workload, approach="workers", model=None, measurement=measured)
    assert "You need" in sentence(text_of(client.get(url + "?latency_s=5")))


def test_the_list_tells_every_standing_and_exports_the_same_rows(organisation: Organisation, signed_in: SignIn) -> None:
    pool = make_pool(organisation, size=1, lead_time_days=90)
    short = known_workload(organisation, name="Short")
    say(short, arrival_per_s=60.0, peak_factor=5.0)
    short.refresh_from_db()
    short.needed_on = clock.today() + timedelta(days=30)
    short.save()
    make_option(short, pool=pool)
    make_option(known_workload(organisation, name="Unpooled"))
    make_workload(organisation, name="Bare")
    client = signed_in("Vera")
    page = text_of(client.get("/sizing/"))
    assert "3 workloads of running initiatives: 1 not met" in page
    assert "60 days late" in page
    assert "No option kept yet" in page
    filtered = text_of(client.get("/sizing/?verdict=not_met"))
    assert "Short chat" in filtered
    assert "Unpooled chat" not in filtered
    assert client.get("/sizing/?unit=abc&sort=nonsense&page=x&grade=zzz").status_code == 200
    rows = client.get("/sizing/export/json/?sort=workload").json()
    assert [row["name"] for row in rows] == ["Bare chat", "Short chat", "Unpooled chat"]
    assert rows[1]["verdict"] == "not_met"
    assert rows[1]["accelerators_low"] > 1
    lines = text_of(client.get("/sizing/export/csv/")).splitlines()
    assert len(lines) == 4
    assert client.get("/sizing/export/xls/").status_code == 404
    assert signed_in("Lars").get("/sizing/export/json/").json() == []


def sentence(text: str) -> str:
    """The headline of a page or refresh."""
    return unescape(text.partition('id="sentence"')[2].partition(">")[2].partition("</span>")[0]).strip()


def test_what_is_short_by_sizing_is_a_panel_with_its_order_by_date(organisation: Organisation, signed_in: SignIn) -> None:
    short = known_workload(organisation, name="Short")
    say(short, arrival_per_s=60.0, peak_factor=5.0)
    Workload.objects.filter(pk=short.pk).update(needed_on=clock.today() + timedelta(days=30))
    make_option(short, pool=make_pool(organisation, size=1, lead_time_days=90))
    text = text_of(signed_in("Paula").get("/sizing/order-by/", headers=HX))
    assert "Short chat" in text
    assert "60 days late" in text
    assert "Short chat" not in text_of(signed_in("Lars").get("/sizing/order-by/", headers=HX))
    assert signed_in("Paula").get("/sizing/order-by/").headers["Location"] == "/sizing/?sort=order_by"
