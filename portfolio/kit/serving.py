"""What a web worker does once, after the application is loaded and before the first request."""

import gc

# Python's collector otherwise walks everything that Django loaded, half a second at a time, in the middle of requests.
THRESHOLDS = (50_000, 20, 50)


def calm_the_collector() -> None:
    """Take what is loaded out of the collector's sight and let it look less often; call at the end of wsgi.py."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
