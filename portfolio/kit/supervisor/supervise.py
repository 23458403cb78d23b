"""The loop: start children, start crashed ones again, stop all on a signal or when one is hopeless."""

import signal
import time
from collections.abc import Callable, Sequence

from portfolio.kit.supervisor.child import Child

_HOPELESS_AFTER = 5
_GRACE_S = 20.0
_LOOK_EVERY_S = 0.2
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """`say` tells the person at the terminal; `look` is called in every round and may raise to stop everything."""

    def __init__(self, *, say: Callable[[str], None], look: Callable[[], None] = lambda: None) -> None:
        self._say, self._look = say, look
        self.stop_requests = 0
        self._last_request = 0.0

    def listen_to_signals(self) -> None:
        """SIGINT, SIGTERM and SIGHUP (a closed terminal) stop everything in order; a second one cuts the grace short."""
        for sign in STOP_SIGNALS:
            signal.signal(sign, self._request_stop)

    def run_once(self, child: Child) -> bool:
        """Run a child to its end; whether it succeeded. A stop request ends it."""
        child.start()
        while True:
            code = child.poll()
            if code is not None:
                return code == 0 and not self.stop_requests
            if self.stop_requests:
                self.stop([child])
                return False
            time.sleep(0.05)

    def run(self, children: Sequence[Child]) -> bool:
        """Keep the children running until a stop is requested (True) or one keeps crashing (False)."""
        try:
            while not self.stop_requests:
                for child in children:
                    if not self._tend(child):
                        return False
                self._look()
                time.sleep(_LOOK_EVERY_S)
            return True
        finally:
            self.stop(children)

    def stop(self, children: Sequence[Child]) -> None:
        """Ask all to end, kill what is left after the grace or at a further stop request."""
        asked, deadline = self.stop_requests, time.monotonic() + _GRACE_S
        for child in children:
            child.terminate()
        while any(child.poll() is None and child.runs for child in children):
            if time.monotonic() > deadline or self.stop_requests > asked:
                for child in children:
                    child.kill()
            time.sleep(0.05)

    def _tend(self, child: Child) -> bool:
        code = child.poll()
        if code is not None:
            wait_s = child.rest_after_crash()
            if child.fast_crashes >= _HOPELESS_AFTER:
                self._say(f"{child.name} ended {_HOPELESS_AFTER} times right after its start, giving up. Its last words:")
                self._say(child.last_words())
                return False
            self._say(f"{child.name} ended unexpectedly ({_how(code)}), starting it again in {wait_s:g} s")
        if child.due is not None and time.monotonic() >= child.due:
            child.start()
        return True

    def _request_stop(self, *_: object) -> None:
        # One Ctrl-C or one closed terminal reaches us several times: from the terminal, from make, from the shell.
        if time.monotonic() > self._last_request + 1:
            self.stop_requests += 1
        self._last_request = time.monotonic()


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
