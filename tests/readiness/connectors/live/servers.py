"""Real Prometheus and VictoriaMetrics servers of this machine's packages, on free ports, with data that a test gives them.

    with prometheus(folder, openmetrics) as server:
        ... server.address ...
        server.stop(); server.start()      # on the same port, with the same data

A server needs the Debian package of its name; without it the test skips and says so.
"""

from __future__ import annotations

import csv
import io
import shutil
import socket
import subprocess
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

READY_WITHIN_S = 20.0
TRACE_END = 1_662_940_800  # 2022-09-12, the last moment of the real trace
DUTY, MEMORY = "pod_gpu_duty_cycle", "pod_gpu_memory_used_bytes"

Labels = Mapping[str, str]
Samples = Iterable[tuple[float, float]]  # (epoch seconds, value)


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    labels: Labels
    samples: Samples

    def written(self, scale: float = 1.0) -> Iterator[str]:
        """Lines of the exposition format; `scale` makes other units of the seconds."""
        labels = ",".join(f'{key}="{value}"' for key, value in self.labels.items())
        for at, value in self.samples:
            yield f"{self.name}{{{labels}}} {value!r} {at * scale:.3f}".removesuffix(".000")


def openmetrics(series: Iterable[Series]) -> Iterator[str]:
    """Lines for promtool: each name once with its type, times in seconds."""
    by_name = defaultdict[str, list[Series]](list)
    for one in series:
        by_name[one.name].append(one)
    for name, members in by_name.items():
        yield f"# TYPE {name} gauge"
        for one in members:
            yield from one.written()
    yield "# EOF"


@dataclass
class Server:
    """A process that can be stopped, killed and started again where it was."""

    command: list[str]
    port: int
    ready: str
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server is not ready:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(READY_WITHIN_S)
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(READY_WITHIN_S)
            self.process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(self.address + self.ready, timeout=1.0, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


def binary(name: str) -> str:
    """Where the package has put it; skips the test without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install --no-install-recommends prometheus victoria-metrics")
    return found


@contextmanager
def prometheus(folder: Path, lines: Iterable[str] = (), *flags: str, scrape: str = "") -> Iterator[Server]:
    """A Prometheus over what promtool makes of OpenMetrics `lines`; `scrape` is YAML below scrape_configs."""
    server, promtool = binary("prometheus"), binary("promtool")
    folder.mkdir(parents=True, exist_ok=True)
    text, data = folder / "in.om", folder / "data"
    if not data.exists() and lines:
        with text.open("w") as out:
            out.writelines(f"{line}\n" for line in lines)
        # One block: the default of two hours reads the input once for each of them.
        made = [promtool, "tsdb", "create-blocks-from", "--max-block-duration=9000h", "openmetrics", str(text), str(data)]
        subprocess.run(made, check=True, capture_output=True)
    config = folder / "prometheus.yml"
    config.write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs: [{scrape}]\n")
    port = free_port()
    command = [
        server, f"--config.file={config}", f"--storage.tsdb.path={data}", "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle", *flags,
    ]  # fmt: skip
    yield from _running(Server(command, port, "/-/ready", folder / "log"))


@contextmanager
def victoria_metrics(folder: Path, series: Iterable[Series] = ()) -> Iterator[Server]:
    """A VictoriaMetrics that has been handed the same samples."""
    port = free_port()
    command = [
        binary("victoria-metrics"), f"-storageDataPath={folder / 'data'}", f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y", "-memory.allowedPercent=20",
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for server in _running(Server(command, port, "/health", folder / "log")):
        body = "\n".join(line for one in series for line in one.written(1000.0))
        httpx.post(f"{server.address}/api/v1/import/prometheus", content=body.encode(), timeout=60).raise_for_status()
        httpx.get(f"{server.address}/internal/force_flush", timeout=60).raise_for_status()
        yield server


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def real_trace(sample_data: Path) -> list[Series]:
    """24 hours of a real image service: GPU duty in per cent and memory in bytes, one series a pod (Alibaba GenTD26)."""
    return [
        *_of_file(sample_data, "pod_gpu_duty_cycle_anon", DUTY),
        *_of_file(sample_data, "pod_gpu_memory_used_bytes_anon", MEMORY),
    ]


def _of_file(sample_data: Path, name: str, metric: str) -> Iterator[Series]:
    path = sample_data / "traces" / f"alibaba_GenTD26_{name}.tar.gz"
    if not path.is_file():
        pytest.skip(f"no real data: {path.name} is missing")
    pods = defaultdict[str, list[tuple[float, float]]](list)
    with tarfile.open(path) as archive:
        content = archive.extractfile(f"{name}.csv")
        assert content is not None
        for row in csv.DictReader(io.TextIOWrapper(content)):
            pods[row["container_ip"]].append((float(row["timestamp_anon"]), float(row["value"])))
    for pod, samples in pods.items():
        yield Series(metric, {"container_ip": pod}, sorted(samples))
