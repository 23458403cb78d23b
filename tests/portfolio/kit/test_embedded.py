"""Real servers in a folder of their own: every claim here is about processes and files, so nothing is faked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from portfolio.kit.embedded import Embedded, ensure, ensure_unless_configured
from portfolio.kit.embedded.errors import DiskFull, HalfConfigured, NoPermission, OtherVersion, WheelDoesNotFit, diagnose
from portfolio.kit.embedded.places import Places
from portfolio.kit.embedded.secret import kept_secret

REPOSITORY = Path(__file__).resolve().parents[3]
USE_AND_WAIT = """
import pathlib, sys
from portfolio.kit.embedded import ensure
print(ensure(pathlib.Path(sys.argv[1])).urls["DATABASE_URL"], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: initdb is the slow part."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def embedded(var: Path) -> Iterator[Embedded]:
    servers = ensure(var)
    yield servers
    servers.release()


def eventually(true: Callable[[], bool], within_s: float = 15) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def processes_of(var: Path) -> list[psutil.Process]:
    sockets = str(Places.of(var).sockets)
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(var) in line or sockets in line:
            found.append(process)
    return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def one(var: Path, program: str) -> psutil.Process:
    (found,) = [process for process in processes_of(var) if process.name() == program]
    return found


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def another_user_of(var: Path) -> "subprocess.Popen[str]":
    user = subprocess.Popen(
        [sys.executable, "-c", USE_AND_WAIT, str(var)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline().startswith("postgresql://")
    return user


def left_behind(var: Path) -> list[str]:
    sockets = Places.of(var).sockets
    files = [str(path) for path in (var / "run").rglob("*") if not path.is_dir()]
    return files + [str(path) for path in (sockets, var / "postgres" / "postmaster.pid") if path.exists()]


def test_the_database_has_its_roles_and_keeps_what_is_committed(embedded: Embedded) -> None:
    with psycopg.connect(embedded.urls["DATABASE_OWNER_URL"]) as connection:
        roles = connection.execute(
            "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper FROM pg_roles WHERE rolname LIKE 'pilotage%' ORDER BY 1"
        ).fetchall()
        owner = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'pilotage'").fetchone()
        safe = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit", "full_page_writes")]
    assert roles == [
        ("pilotage_app", True, False, False),
        ("pilotage_owner", True, True, False),
        ("pilotage_readonly", True, False, False),
    ]
    assert owner == ("pilotage_owner",)
    assert safe == [("on",)] * 3


def test_nobody_reaches_the_servers_over_the_network_or_from_another_account(embedded: Embedded, var: Path) -> None:
    listening = [c for p in processes_of(var) for c in p.net_connections("inet")]
    assert listening == []
    assert embedded.places.sockets.stat().st_mode & 0o077 == 0


def test_the_last_user_leaves_no_process_socket_or_lock_file(var: Path) -> None:
    first, second = ensure(var), another_user_of(var)
    first.release()
    assert answers(first.urls["DATABASE_URL"]), "the servers stop only with their last user"
    assert second.stdin is not None
    second.stdin.close()
    second.wait()
    assert processes_of(var) == []
    assert left_behind(var) == []
    assert (var / "postgres" / "PG_VERSION").exists(), "the data stay"


def test_a_user_that_is_killed_leaves_nothing_running(var: Path) -> None:
    user = another_user_of(var)
    user.kill()
    user.wait()
    assert eventually(lambda: processes_of(var) == [])
    assert left_behind(var) == []


def test_two_processes_that_start_at_once_get_the_same_servers(var: Path) -> None:
    command = [sys.executable, "-c", USE_AND_WAIT, str(var)]
    users = [
        subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    urls = {user.stdout.readline() for user in users if user.stdout}
    keepers = [process for process in processes_of(var) if "portfolio.kit.embedded.keeper" in process.cmdline()]
    for user in users:
        user.communicate()
    assert len(urls) == 1
    assert len(keepers) == 1
    assert processes_of(var) == []


@pytest.mark.parametrize("program", ["postgres", "redis-server"])
def test_a_killed_server_comes_back_with_what_was_committed(embedded: Embedded, var: Path, program: str) -> None:
    with psycopg.connect(embedded.urls["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
    killed = one(var, program)
    killed.kill()
    assert eventually(lambda: any(p.name() == program and p != killed for p in processes_of(var)))
    assert eventually(lambda: answers(embedded.urls["DATABASE_URL"]))
    with psycopg.connect(embedded.urls["DATABASE_OWNER_URL"]) as connection:
        assert ("committed",) in connection.execute("SELECT word FROM kept").fetchall()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_the_servers_end_with_their_keeper_and_a_new_one_takes_over(var: Path) -> None:
    servers = ensure(var)
    assert servers.keeper is not None
    servers.keeper.kill()
    servers.keeper.wait()
    assert not servers.kept()
    servers.release()
    again = ensure(var)
    assert answers(again.urls["DATABASE_URL"])
    again.release()
    assert processes_of(var) == []


def test_a_pid_file_that_names_an_innocent_process_is_no_obstacle(var: Path) -> None:
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{var}/postgres\n1\n5432\n\n\n1 1\nready\n")
    servers = ensure(var)
    assert answers(servers.urls["DATABASE_URL"])
    servers.release()


def test_a_folder_too_deep_for_a_socket_gets_a_private_one_that_goes_with_it(tmp_path: Path) -> None:
    places = Places.of(tmp_path / ("d" * 60) / ("e" * 60))
    assert not places.sockets.is_relative_to(tmp_path)
    assert len(os.fsencode(places.sockets / ".s.PGSQL.5432")) <= 103
    places.sockets.mkdir(mode=0o755)
    try:
        places.make(owner=os.geteuid())
        assert places.sockets.stat().st_mode & 0o777 == 0o700
    finally:
        places.sockets.rmdir()


def test_data_of_another_version_are_refused_in_plain_words(tmp_path: Path, var: Path) -> None:
    ensure(var).release()
    owner = (var / "postgres").stat().st_uid
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    os.chown(tmp_path / "postgres", owner, -1)
    with pytest.raises(OtherVersion, match="written by PostgreSQL 14, this is 18"):
        ensure(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_data_of_somebody_else_are_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    os.chown(tmp_path / "postgres", 54321, -1)
    with pytest.raises(NoPermission, match="54321"):
        ensure(tmp_path)


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ("FATAL: could not write lock file: No space left on device", DiskFull),
        ("[Errno 8] Exec format error: '/x/postgres'", WheelDoesNotFit),
        ("postgres: /lib/libc.so.6: version `GLIBC_2.28' not found", WheelDoesNotFit),
        ("FATAL: database files are incompatible with server", OtherVersion),
    ],
)
def test_what_a_server_said_last_becomes_an_error_that_says_what_to_do(output: str, kind: type[Exception]) -> None:
    assert type(diagnose(server="PostgreSQL", output=output, log="var/log/postgres.log")) is kind


def test_half_a_configuration_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(HalfConfigured, match="REDIS_URL"):
        ensure_unless_configured(tmp_path)


def test_the_signing_key_is_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    assert kept_secret(path) == kept_secret(path)
    assert len(kept_secret(path)) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]


def test_a_stop_request_to_the_keeper_stops_the_servers_first(var: Path) -> None:
    servers = ensure(var)
    assert servers.keeper is not None
    servers.keeper.send_signal(signal.SIGTERM)
    servers.keeper.wait(20)
    assert processes_of(var) == []
    assert left_behind(var) == []
    servers.release()
