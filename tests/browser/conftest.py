"""The real server with the demo and a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from portfolio.accounts.choices import Role
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.services import assign_role, create_user
from portfolio.finance.choices import ImportKind
from portfolio.finance.services.imports import runs as amounts
from portfolio.initiatives.models import SavedView
from portfolio.initiatives.services.imports.plans import file_plan
from portfolio.initiatives.services.imports.uploads import import_file
from portfolio.kit import clock
from portfolio.procurement.choices import ImportKind as Sheet
from portfolio.procurement.services.imports import runs as orders
from readiness.assessments.models import QuestionBank
from readiness.assessments.services.banks import new_version
from readiness.evidence.models import Source, Trial
from readiness.evidence.services.templates import create_template
from readiness.gates.models import GateTemplate
from readiness.gates.services.templates import new_version as new_template
from readiness.workloads.models import Workload
from readiness.workloads.services.traces import upload_trace
from tests.browser import outlook
from tests.conftest import ROOT, _copy, _drop, _use, _with_database
from tests.people import SYSTEM
from tests.portfolio.initiatives.importing import MAPPING, row, run_jobs, write_csv

# Playwright's synchronous interface keeps an event loop in this thread, which Django would mistake for a view's.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
Open = Callable[..., BrowserContext]


@dataclass(frozen=True)
class Site:
    """A running product: where it answers and who may do everything there."""

    url: str
    person: User


@pytest.fixture(scope="session")
def site(template_database: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """Granian on a database of its own with 60 demo initiatives."""
    name = f"test_{os.getpid()}_browser"
    with django_db_blocker.unblock():
        before = str(settings.DATABASES["default"]["NAME"])
        _copy(template_database, name)
        _use(name)
        call_command("vendor_assets", verbosity=0)
        # In a process of its own: the suite's settings do without hashed files.
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"]
        subprocess.run(collect, cwd=ROOT, check=True)
        call_command("load_demo", verbosity=0)
        person = create_user(by=SYSTEM, email="ada@example.org", name="Ada Test")
        for role in (Role.ADMINISTRATOR, Role.PROGRAM_MANAGER, Role.AUDITOR, Role.GATEKEEPER, Role.PROCUREMENT):
            assign_role(by=SYSTEM, user=person, role=role, unit=None)
        SavedView.objects.create(owner=person, page="list", name="Pilots", query="stage=pilot")
        _waiting_import(person)
        _read_log(person)
        _evidence(person)
        _amounts(person)
        _orders(person)
        outlook.prepare(person)
        new_version(by=actor_for(person), bank=QuestionBank.objects.get(is_default=True))
        new_template(by=actor_for(person), template=GateTemplate.objects.get(key="light"))
        connections.close_all()
        with Server(name) as url:
            yield Site(url, person)
        connections.close_all()
        _use(before)
        _drop(name)


def _waiting_import(person: User) -> None:
    """A run in preview with a good row, a rejected one and one with a cell that could not be read."""
    path = settings.VAR / "browser-register.csv"
    write_csv(path, [row(1), row(2, Name=""), row(3, Started="sometime", Stage="moonshot")])
    plan, mapping = file_plan(MAPPING)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    import_file(by=actor_for(person), file=file, plan=plan, mapping=mapping, unit=None)
    run_jobs()


def _read_log(person: User) -> None:
    """A request log that was read and waits for somebody to accept it."""
    requests = [f"{number * 0.5:.1f},{200 + number % 7},{90 + number % 5}" for number in range(400)]
    text = "\n".join(["arrival_s,input_tokens,output_tokens", *requests])
    workload = Workload.objects.filter(task="generate", initiative__status="active").order_by("id")[0]
    upload_trace(by=actor_for(person), workload=workload, file=SimpleUploadedFile("requests.csv", text.encode()))
    run_jobs()


def _evidence(person: User) -> None:
    """What the demo's evidence has none of: a template of one's own, and a try of a source."""
    source = Source.objects.filter(kind="prometheus").order_by("id")[0]
    query = {"metric": "throughput", "query": "sum(rate(served_total{$matchers}[$window]))", "unit": "1/s", "statistic": "mean"}
    create_template(by=actor_for(person), unit=source.unit, name="Our gateway", queries=[query], demo=True)
    found = {"version": "3.5.0", "facts": ["vLLM: 12 series of vllm:num_requests_running"], "remarks": ["one store is away"]}
    Trial.objects.create(source=source, kind="source", by=person, found=found, ended_at=clock.now())


def _amounts(person: User) -> None:
    """A file of amounts in preview: a good row and a rejected one."""
    unit = BusinessUnit.objects.filter(depth=0).order_by("id")[0]
    text = f"Business unit;Category;From;Budget;Currency\n{unit.name};Storage;2026;1200,50;USD\nNowhere;GPU;2026;1;USD\n"
    by, file = actor_for(person), SimpleUploadedFile("budget.csv", text.encode())
    run = amounts.receive(by=by, kind=ImportKind.BUDGET, unit=unit, file=file)
    amounts.choose_mapping(by=by, run=run, mapping=run.mapping)
    run_jobs()


def _orders(person: User) -> None:
    """A file of purchases in preview: a good row and one of an order that ends before it begins."""
    unit = BusinessUnit.objects.filter(depth=0).order_by("id")[0]
    rows = ("Title,Order number,Amount,Currency,Start,End", "Racks,PO-1,1200.50,USD,2026-01-01,2026-12-31",
            "Racks,PO-2,1,USD,2026-03-01,2026-02-01")  # fmt: skip
    text = "\n".join(rows)
    by, file = actor_for(person), SimpleUploadedFile("orders.csv", text.encode())
    run = orders.start_import(by=by, kind=Sheet.PURCHASES, unit=unit, source="orders", file=file, demo=True)
    orders.map_import(by=by, run=run, mapping=orders.suggest(run)[0].mapping, options={"alike": False, "new": False})
    run_jobs()


class Server:
    """`with Server(database) as url`: granian in a process of its own."""

    def __init__(self, database: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        urls = {key: _with_database(os.environ[key], database) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        self.environment = os.environ | urls
        self.log = (settings.VAR / "browser-server.log").open("wb")

    def __enter__(self) -> str:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", "1", "--blocking-threads", "1", "portfolio.wsgi:application"),
            ],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        url = f"http://127.0.0.1:{self.port}"
        for _ in range(200):
            if _answers(f"{url}/healthz"):
                return url
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_as(site: Site, browser: Browser, django_db_blocker: Any) -> Iterator[Open]:
    """`open_as(scheme="dark", width=390)` is a signed-in browser window; `signed_in=False` a stranger's."""
    contexts: list[BrowserContext] = []

    def start(*, signed_in: bool = True, scheme: Any = "light", width: int = 1440, **options: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=site.url, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce",
            **options,
        )  # fmt: skip
        if signed_in:
            with django_db_blocker.unblock():
                key = _session(site.person)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])
        contexts.append(context)
        return context

    yield start
    for context in contexts:
        context.close()


def _session(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    connections.close_all()
    return str(session.session_key)
