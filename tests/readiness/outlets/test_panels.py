"""Panels by a secret address: what they show to whom, how they are framed, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment, User
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative, Lifecycle, RiskStanding
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from portfolio.kit.logs import unaddressed
from readiness.outlets.choices import PanelKind
from readiness.outlets.models import Panel
from readiness.outlets.rules.origins import origins
from readiness.outlets.services.panels.making import make_panel
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
SignIn = Callable[[str], Client]
WIKI = "https://wiki.example.org"


def shared(
    who: Organisation, name: str = "Paula", unit: str | None = "Retail", kind: PanelKind = PanelKind.ALL, *,
    money: bool = False, origins_: tuple[str, ...] = (WIKI,), days: int = 30,
) -> tuple[Panel, str]:  # fmt: skip
    panel, secret = make_panel(
        by=who.actor(name), name="Retail at a glance", kind=kind, unit=who.units[unit] if unit else None, money=money,
        origins=origins_, days=days, now=clock.now(),
    )  # fmt: skip
    return panel, f"/embed/{secret}/"


def text(url: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestWhatItShows:
    def test_a_stranger_reads_figures_flow_and_risk_of_the_unit_and_no_initiative(self, departments: Organisation) -> None:
        said = text(shared(departments)[1])

        assert "Of 2 initiatives" in said and "In flight" in said and "Pilot" in said and "Without a figure" in said
        assert "46" in said and "interval" in said and "24 months" in said
        for name in ("Shelf camera", "Till forecast", "Canary", "Sensors", "Logistics", "Otto"):
            assert name not in said

    def test_each_kind_shows_its_part_alone(self, departments: Organisation) -> None:
        said = {kind: text(shared(departments, kind=kind)[1]) for kind in PanelKind}

        parts = ('class="figures"', "Flow through the stages", "Risk of abandonment")
        shows = {kind: tuple(part in one for part in parts) for kind, one in said.items()}
        assert shows == {
            PanelKind.ALL: (True, True, True), PanelKind.STRIP: (True, False, False), PanelKind.FLOW: (False, True, False),
            PanelKind.RISK: (False, False, True),
        }  # fmt: skip

    def test_bands_count_initiatives_that_have_a_figure(self, departments: Organisation) -> None:
        camera = Initiative.objects.get(name="Shelf camera")
        RiskStanding.objects.create(
            initiative=camera, value=0.6, low=0.5, high=0.7, band="above", months=24, on=clock.today(), drivers=[]
        )

        said = text(shared(departments, kind=PanelKind.RISK)[1])
        assert "Figures of 1 initiatives within 24 months" in said

    def test_amounts_are_shown_only_where_they_were_granted(self, departments: Organisation) -> None:
        assert "USD" not in text(shared(departments, "Ada", None)[1])

        said = text(shared(departments, "Ada", None, money=True)[1])
        assert "1.3" in said and "USD" in said

    def test_a_sum_of_one_amount_is_never_told(self, departments: Organisation) -> None:
        said = text(shared(departments, "Paula", "Retail", money=True)[1])

        assert "411" not in said and "522" not in said and "told from two amounts on" in said

    def test_a_signed_in_reader_sees_the_same_as_a_stranger(self, departments: Organisation, signed_in: SignIn) -> None:
        url = shared(departments)[1]

        assert "Of 2 initiatives" in text(url, signed_in("Lars")) and "Of 2 initiatives" in text(url, signed_in("Ada"))


class TestWhenItEnds:
    def test_an_address_that_opens_nothing_is_always_the_same_404(self, departments: Organisation) -> None:
        (ended, old), (revoked, gone) = shared(departments), shared(departments)
        now = clock.now()
        Panel.objects.filter(pk=ended.pk).update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
        Panel.objects.filter(pk=revoked.pk).update(revoked_at=now)

        answers = [Client().get(url) for url in (old, gone, "/embed/guessed/", f"/embed/{'x' * 500}/")]
        assert {one.status_code for one in answers} == {404}

    @pytest.mark.parametrize("end", ["inactive", "no role", "viewer", "below"])
    def test_it_opens_no_further_than_its_owner_may_share(self, departments: Organisation, end: str) -> None:
        url, paula = shared(departments)[1], departments.people["Paula"]
        roles = RoleAssignment.objects.filter(user=paula)
        if end == "inactive":
            User.objects.filter(pk=paula.pk).update(is_active=False)
        elif end == "no role":
            roles.delete()
        elif end == "viewer":
            roles.update(role=Role.VIEWER)
        else:
            roles.update(unit=departments.units["Stores"])

        assert Client().get(url).status_code == 404

    def test_amounts_go_with_the_right_of_its_owner_to_see_them(self, departments: Organisation) -> None:
        url = shared(departments, "Ada", None, money=True)[1]
        RoleAssignment.objects.filter(user=departments.people["Ada"]).delete()
        RoleAssignment.objects.create(user=departments.people["Ada"], role=Role.ARCHITECT)

        assert "USD" not in text(url) and "Of 3 initiatives" in text(url)

    def test_a_panel_of_the_demo_ends_where_a_real_portfolio_begins(self, departments: Organisation) -> None:
        panel, url = shared(departments)
        Panel.objects.filter(pk=panel.pk).update(demo=True)

        assert Client().get(url).status_code == 404

    def test_it_is_answered_so_often_a_minute_and_no_more(self, departments: Organisation, monkeypatch: Any) -> None:
        monkeypatch.setattr(settings, "PANEL_READS_PER_MINUTE", 3)
        (_panel, url), (_other, another) = shared(departments), shared(departments)
        answers = [Client().get(url) for _time in range(5)]

        counted = [one.status_code for one in answers]
        assert counted.count(429) >= 1 and counted[0] == 200  # the minute may turn within the test
        assert 1 <= int(answers[counted.index(429)].headers["Retry-After"]) <= 60
        assert Client().get(another).status_code == 200


class TestHeaders:
    def test_the_pages_that_were_named_may_frame_it_and_nobody_else(self, departments: Organisation) -> None:
        headers = Client().get(shared(departments, origins_=(WIKI, "https://intra.example.org:8443"))[1]).headers

        policy = headers["Content-Security-Policy"]
        assert f"frame-ancestors {WIKI} https://intra.example.org:8443" in policy
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe-inline" not in policy
        assert "X-Frame-Options" not in headers

    def test_without_a_named_page_nobody_frames_it(self, departments: Organisation) -> None:
        assert "frame-ancestors 'none'" in Client().get(shared(departments, origins_=())[1]).headers["Content-Security-Policy"]

    def test_it_sets_no_cookie_is_kept_nowhere_and_tells_no_address(self, departments: Organisation, signed_in: SignIn) -> None:
        for client in (Client(), signed_in("Paula")):
            answer = client.get(shared(departments)[1])
            assert not answer.cookies
            assert answer.headers["Referrer-Policy"] == "no-referrer" and "no-store" in answer.headers["Cache-Control"]
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow" and "<script" not in answer.content.decode()

    @pytest.mark.parametrize("path", ["/portfolio/", "/portfolio/panels/", "/today/", "/embed/none/", "/portfolio/one-page/"])
    def test_framing_is_denied_everywhere_else(self, departments: Organisation, signed_in: SignIn, path: str) -> None:
        headers = signed_in("Ada").get(path).headers

        assert headers["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    def test_it_is_read_only(self, departments: Organisation) -> None:
        url = shared(departments)[1]

        assert {getattr(Client(), method)(url).status_code for method in ("post", "put", "patch", "delete")} == {405}

    def test_the_address_stays_out_of_the_log_and_the_trail(self, departments: Organisation) -> None:
        panel, url = shared(departments)
        secret = url.split("/")[2]

        assert unaddressed(None, "", {"request": f"GET {url}?scheme=dark"}) == {"request": "GET /embed/[secret]/?scheme=dark"}
        entry = AuditEntry.objects.get(object_type="outlets_panel", object_id=str(panel.pk))
        assert secret not in str(entry.after) and panel.digest not in str(entry.after)


class TestMaking:
    def test_only_who_may_make_tokens_for_a_unit_shares_it(self, departments: Organisation) -> None:
        for name, unit in (("Vera", "Retail"), ("Finn", "Retail"), ("Paula", "Logistics"), ("Paula", None), ("Nora", "Retail")):
            with pytest.raises(PermissionDenied):
                shared(departments, name, unit)

    def test_amounts_are_granted_only_by_who_sees_them(self, departments: Organisation) -> None:
        with pytest.raises(PermissionDenied):
            shared(departments, "Iris", "Retail", money=True)

    def test_every_address_ends_within_a_year(self, departments: Organisation) -> None:
        for days in (0, 400):
            with pytest.raises(ValidationError):
                shared(departments, days=days)

    @pytest.mark.parametrize(
        "wrong",
        [
            "https://*.example.org", "*", "'self'", "https://wiki.example.org/path", "javascript:alert(1)", "wiki.example.org",
            "https://wiki.example.org;script-src *", "https://a b", "data:", "https://wiki.example.org:99999", "https://-a.org",
        ],
    )  # fmt: skip
    def test_what_is_no_origin_never_gets_into_the_policy(self, wrong: str) -> None:
        with pytest.raises(ValueError, match=r".*"):
            origins(f"{WIKI} {wrong}")

    def test_origins_are_read_one_a_line(self) -> None:
        assert origins(f" {WIKI}/\nHTTP://Intra:8080, {WIKI}") == [WIKI, "http://intra:8080"]


class TestPages:
    def test_the_address_is_shown_once_and_opens_the_panel(self, departments: Organisation, signed_in: SignIn) -> None:
        client = signed_in("Paula")
        form = {
            "name": "Shops", "kind": "strip", "unit": departments.units["Retail"].pk, "origins_text": WIKI, "days": "30",
        }  # fmt: skip
        made = client.post("/portfolio/panels/new/", form).content.decode()

        address = made.split('id="address"')[1].split('value="')[1].split('"')[0]
        url = address.removeprefix(settings.BASE_URL)
        assert "cannot be shown again" in made and "Of 2 initiatives" in text(url)
        listed = client.get("/portfolio/panels/").content.decode()
        assert "Shops" in listed and WIKI in listed and url.split("/")[2] not in listed

    def test_a_wrong_form_keeps_what_was_typed_and_says_why(self, departments: Organisation, signed_in: SignIn) -> None:
        answer = signed_in("Paula").post(
            "/portfolio/panels/new/", {"name": "Shops", "kind": "strip", "origins_text": "https://*.org", "days": "30"}
        )
        assert (
            answer.status_code == 422 and "Shops" in answer.content.decode() and "no address of a site" in answer.content.decode()
        )

    def test_who_sees_no_amounts_is_not_asked_for_them(self, departments: Organisation, signed_in: SignIn) -> None:
        assert 'name="money"' not in signed_in("Iris").get("/portfolio/panels/new/").content.decode()
        assert 'name="money"' in signed_in("Paula").get("/portfolio/panels/new/").content.decode()
        assert signed_in("Vera").get("/portfolio/panels/new/").status_code == 403

    def test_revoking_asks_once_and_ends_it_at_once(self, departments: Organisation, signed_in: SignIn) -> None:
        panel, url = shared(departments)
        client = signed_in("Paula")
        assert "Revoke Retail at a glance?" in client.get(f"/portfolio/panels/{panel.pk}/revoke/").content.decode()
        assert Client().get(url).status_code == 200

        client.post(f"/portfolio/panels/{panel.pk}/revoke/")
        assert Client().get(url).status_code == 404

    def test_administrators_see_and_revoke_those_of_others(self, departments: Organisation, signed_in: SignIn) -> None:
        panel, url = shared(departments)

        assert "Paula Test" in signed_in("Ada").get("/portfolio/panels/").content.decode()
        for name in ("Lars", "Vera", "Iris"):
            assert signed_in(name).post(f"/portfolio/panels/{panel.pk}/revoke/").status_code == 404
            assert "Retail at a glance" not in signed_in(name).get("/portfolio/panels/").content.decode()
        signed_in("Ada").post(f"/portfolio/panels/{panel.pk}/revoke/")
        assert Client().get(url).status_code == 404

    def test_its_last_look_is_listed(self, departments: Organisation, signed_in: SignIn) -> None:
        panel, url = shared(departments)
        assert "never" in signed_in("Paula").get("/portfolio/panels/").content.decode()

        text(url)
        assert Panel.objects.get(pk=panel.pk).last_read_at is not None

    def test_pages_need_as_many_statements_at_one_as_at_many(self, departments: Organisation, signed_in: SignIn) -> None:
        client, (_panel, url) = signed_in("Paula"), shared(departments)
        text(url)  # the stamp of the last look is written every few minutes
        template = Lifecycle.objects.get(key="standard")
        counts = [[statements(client, "/portfolio/panels/"), statements(Client(), url)]]
        for number in range(12):
            shared(departments)
            create_initiative(by=SYSTEM, unit=departments.units["Stores"], name=f"Idea {number}", lifecycle=template)
        counts.append([statements(client, "/portfolio/panels/"), statements(Client(), url)])
        assert counts == [[COUNTS["/portfolio/panels/"], COUNTS["/embed/"]]] * 2


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)
