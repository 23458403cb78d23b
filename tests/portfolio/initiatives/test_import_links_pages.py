"""The step "Link" as a page with forms alone, as htmx fragments, and by the API; who sees it and who may act."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import ImportRun, Initiative, LinkDecision, LinkProposal, LinkSearch
from portfolio.kit import clock
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.initiatives.importing import run_jobs
from tests.portfolio.initiatives.linking import CALLS, first_year, second_year

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
Api = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def run(tmp_path: Path, organisation: Organisation) -> ImportRun:
    """A second year that waits; two of its three rows look like initiatives of the first."""
    first_year(tmp_path, unit=organisation.units["Retail"])
    return second_year(tmp_path, unit=organisation.units["Retail"])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def pair_of(name: str) -> LinkProposal:
    return LinkProposal.objects.get(initiative__name=name)


def test_the_preview_leads_to_the_pairs_and_a_form_links_one(signed_in: SignedIn, run: ImportRun) -> None:
    paula = signed_in("Paula")
    page = f"/imports/{run.pk}/"
    assert f"{page}links/" in paula.get(page).content.decode()
    shown = text_of(paula.get(f"{page}links/"))
    assert "2 pairs wait for your word" in shown
    assert "3 rows of this file have no match in the register, and 3 of its initiatives are not in this file" in shown
    assert "Unknown: Office, System, Web address, Contract" in shown, "what is not said is unknown and does not count against it"
    calls = pair_of(CALLS["Name"])
    answer = paula.post(f"{page}links/{calls.pk}/", {"verdict": "confirmed", "show": "open", "page": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page}links/?show=open&page=1")
    assert "1 pair waits" in text_of(paula.get(f"{page}links/"))
    linked = text_of(paula.get(f"{page}links/?show=confirmed"))
    assert CALLS["Name"] in linked
    assert "Paula Test" in linked
    assert "1 row is linked" in text_of(paula.get(page))

    paula.post(f"{page}links/{calls.pk}/", {"verdict": "undo", "show": "confirmed"})
    assert "2 pairs wait" in text_of(paula.get(f"{page}links/"))


def test_all_that_score_high_are_linked_at_once_and_published(signed_in: SignedIn, run: ImportRun) -> None:
    LinkProposal.objects.filter(run=run).update(score=0.96)
    paula = signed_in("Paula")
    page = f"/imports/{run.pk}/"
    assert "Link all 2 pairs of 0.95 and more" in text_of(paula.get(f"{page}links/"))
    done = text_of(paula.post(f"{page}links/confirm/", follow=True))
    assert "2 rows linked." in done
    assert "0 pairs wait" in done
    assert "of 0.95 and more" not in done
    assert "0 rows linked." in text_of(paula.post(f"{page}links/confirm/", follow=True))
    assert LinkDecision.objects.count() == 2
    paula.post(f"{page}publish/")
    run_jobs()
    assert Initiative.objects.count() == 4
    assert "5. Report" in text_of(paula.get(page))
    late = paula.post(f"{page}links/{pair_of(CALLS['Name']).pk}/", {"verdict": "undo"}, follow=True)
    assert "This import is published" in text_of(late)


def test_the_fragment_of_a_decision_is_the_list_without_the_pair(signed_in: SignedIn, run: ImportRun) -> None:
    paula = signed_in("Paula")
    page = f"/imports/{run.pk}/links/"
    whole = paula.get(page).content.decode()
    assert 'hx-target="#links"' in whole
    calls = pair_of(CALLS["Name"])
    answer = paula.post(f"{page}{calls.pk}/", {"verdict": "refused", "show": "open"}, headers=HTMX, follow=True)
    swapped = answer.content.decode()
    assert 'id="links"' in swapped
    assert '<span id="headline">1 pair waits' in swapped
    assert 'hx-select-oob="#toasts,#headline"' in whole
    assert CALLS["Name"] not in swapped
    assert CALLS["Name"] in paula.get(f"{page}?show=refused", headers=HTMX).content.decode()


def test_progress_is_shown_until_the_comparison_is_over(signed_in: SignedIn, run: ImportRun) -> None:
    paula = signed_in("Paula")
    page = f"/imports/{run.pk}/links/"
    assert paula.post(f"{page}search/").status_code == 302
    waiting = paula.get(page)
    assert "Comparing rows with the register" in text_of(waiting)
    bar = paula.get(f"{page}progress/", headers=HTMX)
    assert "hx-trigger" in bar.content.decode()
    run_jobs()
    assert paula.get(f"{page}progress/", headers=HTMX)["HX-Refresh"] == "true"
    assert paula.get(f"{page}progress/").status_code == 302


def test_a_comparison_that_died_is_said(signed_in: SignedIn, run: ImportRun) -> None:
    paula = signed_in("Paula")
    paula.post(f"/imports/{run.pk}/links/search/")
    Job.objects.filter(handler="initiatives.propose_links", done_at=None).update(dead_at=clock.now(), last_error="secret detail")
    said = text_of(paula.get(f"/imports/{run.pk}/links/"))
    assert "failed several times" in said
    assert "secret detail" not in said


def test_so_many_without_a_match_are_a_changed_key(signed_in: SignedIn, run: ImportRun) -> None:
    LinkSearch.objects.filter(run=run).update(state="too_many")
    assert "nothing was compared" in text_of(signed_in("Paula").get(f"/imports/{run.pk}/links/"))


def test_a_viewer_reads_and_a_stranger_finds_nothing(signed_in: SignedIn, run: ImportRun) -> None:
    vera, lars = signed_in("Vera"), signed_in("Lars")
    page, calls = f"/imports/{run.pk}/links/", pair_of(CALLS["Name"])
    seen = vera.get(page)
    assert CALLS["Name"] in seen.content.decode()
    assert "The same" not in text_of(seen)
    for address, data in ((f"{page}{calls.pk}/", {"verdict": "confirmed"}), (f"{page}confirm/", {}),
                          (f"{page}search/", {})):  # fmt: skip
        assert vera.post(address, data).status_code == 403
        assert lars.post(address, data).status_code == 404
    assert lars.get(page).status_code == 404
    assert lars.get(f"{page}progress/").status_code == 404
    assert not LinkDecision.objects.exists()


def test_an_initiative_that_moved_out_of_sight_is_neither_shown_nor_counted(
    signed_in: SignedIn, run: ImportRun, organisation: Organisation
) -> None:
    calls = pair_of(CALLS["Name"])
    Initiative.objects.filter(pk=calls.initiative_id).update(unit=organisation.units["Logistics"])
    paula = signed_in("Paula")
    page = f"/imports/{run.pk}/links/"
    seen = text_of(paula.get(page))
    assert "1 pair waits" in seen
    assert CALLS["Name"] not in seen
    assert paula.post(f"{page}{calls.pk}/", {"verdict": "confirmed"}).status_code == 404


def test_an_import_with_nothing_to_link_has_no_such_step(signed_in: SignedIn, organisation: Organisation, tmp_path: Path) -> None:
    first_year(tmp_path, unit=organisation.units["Retail"])
    done = ImportRun.objects.get()
    paula = signed_in("Paula")
    assert paula.get(f"/imports/{done.pk}/links/").status_code == 302
    assert "4. Report" in text_of(paula.get(f"/imports/{done.pk}/"))


def test_the_api_lists_confirms_refuses_and_undoes(api: Api, run: ImportRun) -> None:
    client = api(Scope.IMPORTS_WRITE, unit="Retail")
    base = f"/api/v1/imports/{run.pk}/links/"
    found = client.get(base).json()["results"]
    first = found[0]
    assert (first["initiative"]["name"], first["state"], first["best"]) == (CALLS["Name"], "open", True)
    assert (found[0]["row"]["stage_raw"], found[0]["parts"]["office"]) == ("Stopped", None)
    assert len(client.get(f"{base}?min_score=0.999").json()["results"]) <= 1
    one = f"{base}{found[0]['id']}/"
    assert client.post(f"{one}confirm/").json()["state"] == "confirmed"
    assert client.post(f"{one}confirm/").json()["state"] == "confirmed", "asking twice is the same as once"
    assert [each["id"] for each in client.get(f"{base}?state=open").json()["results"]] == [found[1]["id"]]
    assert client.post(f"{one}undo/").json()["state"] == "open"
    assert client.post(f"{one}refuse/").json()["decided_by"]
    assert client.post(f"{base}confirm/", {"at_least": 0.9}, content_type="application/json").json() == {"confirmed": 1}
    assert client.get(f"/api/v1/imports/{run.pk}/").json()["counts"]["linked"] == 1
    assert client.get(f"/api/v1/imports/{run.pk}/link-search/").json()["state"] == "done"
    assert client.post(f"/api/v1/imports/{run.pk}/link-search/").json()["state"] == "waiting"


def test_the_api_says_what_cannot_be(api: Api, run: ImportRun) -> None:
    client = api(Scope.IMPORTS_WRITE, unit="Retail")
    base = f"/api/v1/imports/{run.pk}/links/"
    for query in ("?state=odd", "?min_score=high", "?scor=1"):
        assert client.get(f"{base}{query}").status_code == 400
    assert client.post(f"{base}confirm/", {"at_least": 0.2}, content_type="application/json").status_code == 400
    assert client.post(f"{base}0/confirm/").status_code == 404


def test_the_api_keeps_to_scope_and_unit(api: Api, run: ImportRun) -> None:
    base, one = f"/api/v1/imports/{run.pk}/links/", pair_of(CALLS["Name"])
    verbs = (f"{base}{one.pk}/confirm/", f"{base}{one.pk}/refuse/", f"{base}{one.pk}/undo/", f"{base}confirm/",
             f"/api/v1/imports/{run.pk}/link-search/")  # fmt: skip
    reader, stranger = api(Scope.IMPORTS_READ), api(Scope.IMPORTS_WRITE, unit="Logistics")
    assert len(reader.get(base).json()["results"]) == 2
    for verb in verbs:
        assert reader.post(verb, content_type="application/json").status_code == 403
        assert stranger.post(verb, content_type="application/json").status_code == 404
    assert stranger.get(base).status_code == 404
    assert api(Scope.INITIATIVES_READ).get(base).status_code == 403
    assert not LinkDecision.objects.exists()
