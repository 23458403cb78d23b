"""How the web is served: the server's command line, and what a worker does once before its first request."""

import gc
import sys

# Python's collector otherwise walks everything that Django loaded, half a second at a time, in the middle of requests.
THRESHOLDS = (50_000, 20, 50)


def calm_the_collector() -> None:
    """Take what is loaded out of the collector's sight and let it look less often; call at the end of wsgi.py."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def web_command(*, host: str, port: int, workers: int) -> list[str]:
    """granian in WSGI mode, one thread for each worker; a worker that ends is started again."""
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    threads = ["--workers", str(workers), "--blocking-threads", "1", "--no-ws"]
    ending = ["--respawn-failed-workers", "--workers-kill-timeout", "10"]
    return [*server, *threads, *ending, "portfolio.wsgi:application"]
