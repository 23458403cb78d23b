"""A real MLflow server, with 500 runs in its database, that can be killed and started again."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from conftest import VAR
from tests.readiness.connectors.mlflow import seed
from tests.readiness.connectors.tools import free_port

RUNS = 500
READY_S = 120
OF_A_RUN = ("latest_metrics", "metrics", "params", "tags", "runs")


class Mlflow:
    """One server with one worker process; `address` stays the same when it is started again."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder, self._template = program, folder, seeded(program)
        self.database = folder / "runs.db"
        self.address = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copyfile(self._template, self.database)

    def start(self) -> None:
        port = self.address.rpartition(":")[2]
        command = [str(self._program), "server", "--backend-store-uri", f"sqlite:///{self.database}", "--host", "127.0.0.1"]
        options = ["--port", port, "--workers", "1", "--artifacts-destination", str(self._folder / "artifacts")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, cwd=self._folder, start_new_session=True, env=_environment()
            )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.address}/version", timeout=5).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise TimeoutError((self._folder / "server.log").read_text()[-2000:])

    def kill(self) -> None:
        """All of it at once, as a machine that loses power."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def post(self, path: str, **asked: Any) -> Any:
        answer = httpx.post(f"{self.address}/api/2.0/mlflow/{path}", json=asked, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()

    def run_id(self, number: int) -> str:
        with sqlite3.connect(self.database) as db:
            return str(db.execute("SELECT run_uuid FROM runs WHERE name = ?", [f"run {number}"]).fetchone()[0])

    def erase(self, number: int) -> None:
        """What `mlflow gc` leaves of a deleted run: nothing."""
        run = self.run_id(number)
        with sqlite3.connect(self.database, timeout=30) as db:
            for table in OF_A_RUN:
                db.execute(f"DELETE FROM {table} WHERE run_uuid = ?", [run])

    def restore(self) -> None:
        """The runs as they were seeded, while the server runs."""
        with sqlite3.connect(self.database, timeout=30) as db:
            db.execute("ATTACH ? AS seeded", [str(self._template)])
            with db:
                for table in OF_A_RUN:
                    db.execute(f"DELETE FROM main.{table}")
                for table in reversed(OF_A_RUN):
                    db.execute(f"INSERT INTO main.{table} SELECT * FROM seeded.{table}")


def seeded(program: Path) -> Path:
    """The database, made once for this MLflow and this seed."""
    version = subprocess.run([program, "--version"], capture_output=True, check=True, env=_environment()).stdout
    told = hashlib.sha256(version + Path(seed.__file__).read_bytes()).hexdigest()[:12]
    made = VAR / f"mlflow-{told}.db"
    if not made.is_file():
        making = VAR / f"mlflow-{told}-{os.getpid()}.making"
        command = [str(program.with_name("python")), seed.__file__, f"sqlite:///{making}", "0", str(RUNS)]
        subprocess.run(command, check=True, capture_output=True, cwd=VAR, env=_environment())
        making.rename(made)
    return made


def _environment() -> dict[str, str]:
    kept = {"PATH", "HOME", "LANG", "TMPDIR"}
    return {name: value for name, value in os.environ.items() if name in kept} | {"MLFLOW_DISABLE_TELEMETRY": "true"}
