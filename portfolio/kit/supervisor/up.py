"""From nothing to a running installation on this machine, and back; what `manage.py up` does."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from portfolio.kit.embedded import Embedded, ensure, ensure_unless_configured
from portfolio.kit.embedded.errors import EmbeddedError
from portfolio.kit.embedded.locks import FolderLock
from portfolio.kit.serving import web_command
from portfolio.kit.supervisor.child import Child
from portfolio.kit.supervisor.port import PortTaken, answers, reachable, require_free
from portfolio.kit.supervisor.supervise import Supervisor
from portfolio.kit.supervisor.terminal import Follower, say
from portfolio.kit.supervisor.warden import Warden

_READY_WITHIN_S = 90.0
_EARLIER_ONE_ENDS_WITHIN_S = 15.0


@dataclass(frozen=True)
class Options:
    repository: Path
    var: Path
    host: str
    port: int
    workers: int
    pulls: int
    demo: bool


class NotStarted(Exception):
    """It cannot start, or cannot go on; the message says why and what to do."""


class Up:
    """One run. `run()` returns the exit code and leaves nothing behind but data."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.address = f"http://{reachable(options.host)}:{options.port}"
        self._supervisor = Supervisor(say=say, look=self._look)
        self._ready_deadline: float | None = None
        self._embedded: Embedded | None = None
        self._keeper_says = Follower(options.var / "log" / "embedded.log")

    def run(self) -> int:
        self._supervisor.listen_to_signals()
        try:
            with self._only_one() as lock:
                require_free(self.options.host, self.options.port)
                self._embedded = self._servers()
                return self._with_servers(lock)
        except (EmbeddedError, NotStarted, PortTaken) as error:
            say(f"Pilotage cannot run: {error}")
            return 1
        finally:
            if self._embedded is not None:
                self._embedded.release()

    def _only_one(self) -> FolderLock:
        folder = self.options.var / "run" / "supervisor"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotStarted(f"{error.filename}: {error.strerror}. Set PILOTAGE_VAR to a folder that can be written.") from None
        lock = FolderLock(folder)
        deadline = time.monotonic() + _EARLIER_ONE_ENDS_WITHIN_S
        if not (alone := lock.try_take()):
            say(f"another one runs on {self.options.var}, waiting {_EARLIER_ONE_ENDS_WITHIN_S:g} s in case it is ending")
        while not (alone or lock.try_take()):
            if time.monotonic() > deadline or self._supervisor.stop_requests:
                lock.close()
                raise NotStarted(f"it already runs on {self.options.var}. Stop that one, or set PILOTAGE_VAR to another folder.")
            time.sleep(0.2)
        return lock

    def _servers(self) -> Embedded | None:
        embedded = ensure_unless_configured(self.options.var)
        if embedded is not None:
            say(f"PostgreSQL and Redis run from {self.options.var}")
        os.environ.setdefault("PILOTAGE_BASE_URL", self.address)
        os.environ["PILOTAGE_PORT"] = str(self.options.port)
        os.environ["PILOTAGE_VAR"] = str(self.options.var)
        return embedded

    def _with_servers(self, lock: FolderLock) -> int:
        warden = Warden([lock.fileno()] + ([self._embedded.fileno()] if self._embedded else []))
        try:
            if not self._supervisor.run_once(self._preparation(warden)):
                if self._supervisor.stop_requests:
                    return 0
                raise NotStarted("preparing the database and the assets failed, see above.")
            self._ready_deadline = time.monotonic() + _READY_WITHIN_S
            finished = self._supervisor.run(self._children(warden))
            say("stopped")
            return 0 if finished else 1
        finally:
            warden.close()

    def _preparation(self, warden: Warden) -> Child:
        flags = ["--embedded"] if self._embedded else []
        flags += [] if self.options.demo else ["--no-demo"]
        command = [sys.executable, "manage.py", "prepare", *flags]
        return Child("preparation", command, log=None, warden=warden, cwd=self.options.repository)

    def _children(self, warden: Warden) -> list[Child]:
        python, options = sys.executable, self.options
        web = web_command(host=options.host, port=options.port, workers=options.workers)
        celery = [python, "-m", "celery", "-A", "portfolio.celery"]
        quiet = ["--without-gossip", "--without-mingle"]
        worker = [*celery, "worker", "--concurrency", "2", "-Q", "default,imports,clock", "--hostname", "worker@pilotage", *quiet]
        # Pulls wait for other servers most of the time: threads of one process, so that waiting costs little.
        pulls = [*celery, "worker", "--pool", "threads", "--concurrency", str(self.options.pulls), "-Q", "evidence,clock"]
        pulls += ["--hostname", "pulls@pilotage", *quiet]
        commands = {"web": web, "worker": worker, "pulls": pulls, "beat": [*celery, "beat", "--pidfile="]}
        logs = options.var / "log"
        logs.mkdir(parents=True, exist_ok=True)
        return [
            Child(name, command, log=logs / f"{name}.log", warden=warden, cwd=options.repository)
            for name, command in commands.items()
        ]

    def _look(self) -> None:
        for line in self._keeper_says.new_lines():
            say(line)
        if self._embedded is not None and not self._embedded.kept():
            say("the process that keeps PostgreSQL and Redis was ended, starting it again")
            self._embedded.release()
            self._embedded = ensure(self.options.var)
        if self._ready_deadline is not None:
            self._greet()

    def _greet(self) -> None:
        assert self._ready_deadline is not None
        if answers(reachable(self.options.host), self.options.port):
            self._ready_deadline = None
            say(f"ready: {self.address}   (Ctrl-C stops it; logs are in {self.options.var / 'log'})")
            sign_in = self.options.var / "sign-in.txt"
            if self._embedded is not None and sign_in.exists():
                say(sign_in.read_text(encoding="utf-8").strip())
        elif time.monotonic() > self._ready_deadline:
            raise NotStarted(f"{self.address} did not answer within {_READY_WITHIN_S:g} s, see {self.options.var / 'log'}.")
