"""The supervisor with tiny children of our own, in a process of its own, so that it can be stopped and killed for real."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from portfolio.kit.supervisor.port import PortTaken, reachable, require_free
from portfolio.kit.supervisor.terminal import Follower

REPOSITORY = Path(__file__).resolve().parents[3]
SUPERVISE = """
import sys, pathlib
from portfolio.kit.supervisor.child import Child
from portfolio.kit.supervisor.supervise import Supervisor
from portfolio.kit.supervisor.terminal import say
from portfolio.kit.supervisor.warden import Warden
folder = pathlib.Path(sys.argv[1])
supervisor, warden = Supervisor(say=say), Warden([])
supervisor.listen_to_signals()
children = [
    Child(f"child{number}", [sys.executable, "-c", code], log=folder / f"child{number}.log", warden=warden, patience_s=[0.2])
    for number, code in enumerate(sys.argv[2:])
]
say("started")
finished = supervisor.run(children)
warden.close()
say("stopped")
sys.exit(0 if finished else 1)
"""
SLEEPER = "import time; time.sleep(600)"
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
CRASHES = "raise SystemExit('the disk fell out')"


class Run:
    """A running supervisor over children that run the given pieces of Python."""

    def __init__(self, folder: Path, *codes: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(folder), *codes],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "started\n"

    def family(self) -> list[psutil.Process]:
        return [process for process in psutil.Process(self.process.pid).children(recursive=True) if lives(process)]

    def children(self) -> list[psutil.Process]:
        return [process for process in self.family() if "portfolio.kit.supervisor.warden" not in process.info["cmdline"]]


def lives(process: psutil.Process) -> bool:
    """Running, and not merely waiting to be reaped by whoever inherited it."""
    try:
        process.info = process.as_dict(["cmdline"])
        return process.status() != psutil.STATUS_ZOMBIE and bool(process.info["cmdline"])
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*codes: str) -> Run:
        runs.append(Run(tmp_path, *codes))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


def eventually(true: Callable[[], bool], within_s: float = 15) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_a_crashed_child_is_started_again_and_that_is_said(supervise: Callable[..., Run]) -> None:
    run = supervise(SLEEPER)
    assert eventually(lambda: len(run.children()) == 1)
    (first,) = run.children()
    first.kill()
    assert eventually(lambda: run.children() not in ([], [first]))
    run.process.terminate()
    said = run.process.communicate(timeout=20)[0]
    assert "child0 ended unexpectedly (killed by SIGKILL), starting it again in" in said


def test_a_child_that_crashes_at_every_start_ends_everything_with_its_last_words(supervise: Callable[..., Run]) -> None:
    run = supervise(CRASHES, SLEEPER)
    said = run.process.communicate(timeout=60)[0]
    assert "child0 ended 5 times right after its start, giving up" in said
    assert "the disk fell out" in said
    assert run.process.returncode == 1


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_request_leaves_no_child_and_no_grandchild(supervise: Callable[..., Run], sign: int) -> None:
    run = supervise(SLEEPER, PARENT)
    assert eventually(lambda: len(run.children()) == 3)
    family = run.family()
    run.process.send_signal(sign)
    assert run.process.wait(20) == 0
    assert not any(lives(process) for process in family)


def test_a_second_stop_request_does_not_wait_for_a_deaf_child(supervise: Callable[..., Run]) -> None:
    run = supervise(DEAF)
    assert eventually(lambda: (run.folder / "child0.log").exists() and "deaf" in (run.folder / "child0.log").read_text())
    run.process.terminate()
    time.sleep(1.5)
    assert run.process.poll() is None, "the first request leaves a grace"
    run.process.terminate()
    assert run.process.wait(5) == 0


def test_a_killed_supervisor_takes_its_children_and_theirs_along(supervise: Callable[..., Run]) -> None:
    run = supervise(SLEEPER, PARENT)
    assert eventually(lambda: len(run.children()) == 3)
    family = run.family()
    run.process.kill()
    run.process.wait()
    assert eventually(lambda: not any(lives(process) for process in family))


def test_a_taken_port_is_named_together_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} on 127\.0\.0\.1 is taken.*PORT={port + 1}"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused_in_plain_words() -> None:
    with pytest.raises(PortTaken, match="PILOTAGE_HOST"):
        require_free("192.0.2.1", 8000)
    assert reachable("0.0.0.0") == "127.0.0.1"


def test_only_lines_written_after_the_start_are_told(tmp_path: Path) -> None:
    log = tmp_path / "embedded.log"
    log.write_text("old\n")
    follower = Follower(log)
    assert follower.new_lines() == []
    with log.open("a") as file:
        file.write("PostgreSQL is back\n")
    assert follower.new_lines() == ["PostgreSQL is back"]
    assert follower.new_lines() == []


def test_up_with_a_taken_port_says_so_without_a_traceback_and_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=REPOSITORY,
            env=os.environ | {"PILOTAGE_VAR": str(tmp_path), "PILOTAGE_HOST": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert not (tmp_path / "postgres").exists()
