"""What accelerators, a cluster, HTTP services, a mesh and hosts export, and what the templates must find in it."""

from __future__ import annotations

from tests.readiness.connectors.live.servers import Series
from tests.readiness.connectors.live.serving_worlds import UP_SHARE, World, targets, up
from tests.readiness.connectors.live.synthetic import (
    DAY_S,
    Of,
    constant,
    counter,
    gauge,
    histogram,
    mean,
    minutes,
    peak,
    percentiles,
    spread,
    wave,
)

NOT_SUPPORTED = 9223372036854775794.0
MIB = 2**20


def dcgm() -> World:
    job, use = "dcgm", (wave(60, 20), wave(30, 10, 1))
    used: tuple[Of, ...] = (wave(60_000, 2_000), constant(20_000), constant(8_000))
    devices = [{"job": job, "Hostname": "a", "gpu": str(at), "UUID": f"GPU-{at}"} for at in range(2)]
    slice_ = {"job": job, "Hostname": "b", "gpu": "0", "UUID": "GPU-9", "GPU_I_ID": "1"}
    free: tuple[Of, ...] = (constant(18_000), constant(60_000), constant(2_000))
    series: list[Series] = [
        *(gauge("DCGM_FI_DEV_GPU_UTIL", labels, of) for labels, of in zip(devices, use, strict=True)),
        gauge("DCGM_FI_DEV_GPU_UTIL", slice_, constant(NOT_SUPPORTED)),
        *(gauge("DCGM_FI_PROF_GR_ENGINE_ACTIVE", one, constant(at)) for one, at in zip(devices, (0.5, 0.25), strict=True)),
        gauge("DCGM_FI_PROF_GR_ENGINE_ACTIVE", slice_, constant(0.75)),
        *(gauge("DCGM_FI_DEV_FB_USED", one, of) for one, of in zip((*devices, slice_), used, strict=True)),
        *(gauge("DCGM_FI_DEV_FB_FREE", one, of) for one, of in zip((*devices, slice_), free, strict=True)),
        gauge("DCGM_FI_DEV_FB_USED", {**slice_, "GPU_I_ID": "2"}, constant(1_000)),
        gauge("DCGM_FI_DEV_FB_FREE", {**slice_, "GPU_I_ID": "2"}, constant(9_000)),
        gauge("DCGM_FI_DEV_FB_RESERVED", devices[0], constant(600)),
        *(gauge("DCGM_FI_DEV_POWER_USAGE", labels, constant(350)) for labels in devices),
        gauge("DCGM_FI_DEV_POWER_USAGE", slice_, constant(NOT_SUPPORTED)),
        *(counter("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", labels, 350_000.0) for labels in devices),
    ]
    fullest = max((used[0](at) / (used[0](at) + 18_000 + 600) for at in minutes()), default=0.0)
    expected = {
        "GPU use mean": mean(use) / 200,
        "GPU use peak": peak(use[0]) / 100,
        "engine active mean": 0.5,
        "GPU memory peak": peak((*used, constant(1_000))) * MIB,
        "GPU memory share peak": max(fullest, 0.8),
        "GPU power mean": 700.0,
        "GPU energy": 700.0 * 900,
        "GPUs seen": 3.0,
    }
    return World("dcgm", job, series, expected)


def kube_state() -> World:
    job = "kube"
    gpu = {"job": job, "resource": "nvidia_com_gpu", "unit": "integer"}
    ready = {"job": job, "condition": "Ready"}

    def pod(name: str, phase: str, held: float) -> list[Series]:
        labels = {"job": job, "namespace": "ml", "pod": name}
        phases = ("Running", "Pending", "Succeeded")
        requests = gauge("kube_pod_container_resource_requests", {**gpu, **labels, "container": "c"}, constant(held))
        return [requests, *(gauge("kube_pod_status_phase", {**labels, "phase": one}, constant(one == phase)) for one in phases)]

    nodes = ("n1", "n2", "n3")
    series = [
        *(gauge("kube_node_info", {"job": job, "node": node}, constant(1)) for node in nodes),
        *(gauge("kube_node_status_allocatable", {**gpu, "node": node}, constant(8)) for node in nodes[:2]),
        *(gauge("kube_node_status_capacity", {**gpu, "node": node}, constant(8)) for node in nodes),
        gauge("kube_node_status_allocatable", {"job": job, "resource": "cpu", "node": "n1"}, constant(96)),
        *(
            gauge("kube_node_status_condition", {**ready, "node": node, "status": status}, constant(is_so))
            for node, is_ready in zip(nodes, (True, True, False), strict=True)
            for status, is_so in (("true", is_ready), ("false", not is_ready))
        ),
        *pod("serving", "Running", 4.0),
        *pod("batch", "Running", 2.0),
        *pod("ended", "Succeeded", 8.0),
        *pod("waiting", "Pending", 8.0),
        gauge("kube_deployment_status_replicas_available", {"job": job, "deployment": "serving"}, up, DAY_S),
    ]
    expected = {
        "GPUs allocatable": 16.0,
        "GPUs capacity": 24.0,
        "GPUs held": 6.0,
        "GPUs allocated": 6 / 16,
        "nodes": 3.0,
        "nodes ready": 2.0,
        "availability of the deployment": UP_SHARE,
    }
    return World("kube_state", job, series, expected, {"availability of the deployment": 1.0})


def http(names: str) -> World:
    """Services that name the status `status` or `code`, and one with the names of OpenTelemetry."""
    job = f"http-{names}"
    series = [*targets(job), *targets(job, "probe_success")]
    expected = {
        "availability of the targets": UP_SHARE,
        "availability from outside": UP_SHARE,
        **percentiles("latency", spread(0.3, 2)),
    }
    if names == "otel":
        name, status = "http_server_request_duration_seconds", "http_response_status_code"
        fine, failed = spread(0.3, 2, 18.0), spread(0.3, 2, 2.0)
        series += histogram(name, {"job": job, status: "200"}, fine)
        series += histogram(name, {"job": job, status: "503"}, failed)
        return World("http", job, series, {**expected, "throughput": 18.0, "errors": 0.1}, _BOTH)
    answers = {"200": 30.0, "404": 4.0, "503": 6.0} if names == "code" else {"2xx": 30.0, "4xx": 4.0, "5xx": 6.0}
    series += [counter("http_requests_total", {"job": job, names: status}, rate) for status, rate in answers.items()]
    series += histogram("http_request_duration_seconds", {"job": job}, spread(0.3, 2))
    return World("http", job, series, {**expected, "throughput": 34.0, "errors": 0.15}, _BOTH)


_BOTH = {"availability of the targets": 1.0, "availability from outside": 1.0}


def istio() -> World:
    job = "istio"
    seen, by_caller = {"job": job, "reporter": "destination"}, {"job": job, "reporter": "source"}
    series = [
        counter("istio_requests_total", {**seen, "response_code": "200"}, 15.0),
        counter("istio_requests_total", {**seen, "response_code": "500"}, 5.0),
        counter("istio_requests_total", {**by_caller, "response_code": "500"}, 500.0),
        *histogram("istio_request_duration_milliseconds", seen, spread(250, 4)),
        *histogram("istio_request_duration_milliseconds", by_caller, spread(250, 9, 900)),
    ]
    latencies = {name: value / 1000 for name, value in percentiles("latency", spread(250, 4)).items()}
    return World("istio", job, series, {"throughput": 15.0, "errors": 0.25, **latencies})


def node() -> World:
    job = "node"
    host, disk = {"job": job, "instance": "h1:9100"}, {"job": job, "instance": "h1:9100", "device": "nvme0n1"}
    net, mapped = {**host, "device": "eth0"}, {**host, "device": "dm-0"}
    rates = {
        "node_disk_read_time_seconds_total": 0.4, "node_disk_reads_completed_total": 200.0,
        "node_disk_write_time_seconds_total": 0.3, "node_disk_writes_completed_total": 100.0,
        "node_disk_read_bytes_total": 5e8, "node_disk_written_bytes_total": 2e8,
    }  # fmt: skip
    series = [
        gauge("node_uname_info", host, constant(1)),
        gauge("node_uname_info", {**host, "instance": "h2:9100"}, constant(1)),
        *(gauge("node_filesystem_size_bytes", {**disk, "fstype": "xfs", "mountpoint": at}, constant(4e12)) for at in ("/", "/a")),
        gauge("node_filesystem_size_bytes", {**host, "device": "tmpfs", "fstype": "tmpfs"}, constant(9e12)),
        *(counter(name, disk, rate) for name, rate in rates.items()),
        *(counter(name, mapped, rate) for name, rate in rates.items()),
        counter("node_network_receive_bytes_total", net, 1e8),
        counter("node_network_transmit_bytes_total", net, 5e7),
        counter("node_network_receive_bytes_total", {**host, "device": "lo"}, 9e9),
        gauge("probe_icmp_duration_seconds", {**host, "phase": "rtt"}, constant(0.004)),
        gauge("probe_icmp_duration_seconds", {**host, "phase": "resolve"}, constant(0.5)),
        *histogram("smokeping_response_duration_seconds", host, spread(0.01, 3)),
        counter("smokeping_requests_total", host, 25.0),
    ]
    expected = {
        "hosts": 2.0,
        "storage capacity": 4e12,
        "storage read latency": 0.002,
        "storage write latency": 0.003,
        "storage read": 5e8,
        "storage written": 2e8,
        "network received": 8e8,
        "network sent": 4e8,
        "round trip mean": 0.004,
        **percentiles("round trip", spread(0.01, 3)),
        "packets lost": 0.2,
    }
    return World("node", job, series, expected)


PLATFORM = [dcgm(), kube_state(), http("status"), http("code"), http("otel"), istio(), node()]
