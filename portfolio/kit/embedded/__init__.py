"""PostgreSQL and Redis without an installation: `ensure(var)` starts them or joins those that run.

Every user of the servers holds a shared lock; a keeper process (keeper.py) owns them and stops them when the last user has
let go, so a killed user leaves nothing running and a command in another shell never stops what `make up` uses.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from portfolio.kit.embedded.errors import KINDS, HalfConfigured, NoPermission, StartFailed
from portfolio.kit.embedded.locks import FolderLock
from portfolio.kit.embedded.places import Places
from portfolio.kit.embedded.secret import kept_secret, sealing_key

URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
_REPOSITORY = Path(__file__).resolve().parents[3]
_STOPPED_WITHIN_S = 60


class Embedded:
    """Running servers, ours until `release()`. `urls` is what the environment must say."""

    def __init__(self, places: Places, users: FolderLock) -> None:
        self.places, self._users, self._pid = places, users, os.getpid()
        self.keeper: subprocess.Popen[bytes] | None = None
        self.urls = {
            "DATABASE_URL": places.database_url("pilotage_app"),
            "DATABASE_OWNER_URL": places.database_url("pilotage_owner"),
            "REDIS_URL": places.broker_url,
        }

    def fileno(self) -> int:
        """The lock: a program that inherits it keeps the servers running."""
        return self._users.fileno()

    def kept(self) -> bool:
        """Whether the keeper still lives; if not, release this and call ensure() again."""
        with FolderLock(self.places.lock("keeper")) as keeper:
            return not keeper.try_share()

    def release(self) -> None:
        """Let go; where nobody else uses the servers, wait until they have stopped. Harmless in a forked child."""
        if os.getpid() != self._pid or self._users.fileno() < 0:
            return
        self._users.close()
        deadline = time.monotonic() + _STOPPED_WITHIN_S
        while self.kept() and time.monotonic() < deadline:
            if self._others_use_them():
                return
            time.sleep(0.05)
        if self.keeper is not None:
            self.keeper.wait()

    def _others_use_them(self) -> bool:
        with FolderLock(self.places.lock("users")) as users:
            return users.try_share() and not users.try_take()


def ensure(var: Path) -> Embedded:
    """Start the servers of `var` or join them, and return when they answer. Raises EmbeddedError in plain words."""
    places = Places.of(var)
    try:
        for name in ("start", "users", "keeper"):
            places.lock(name).mkdir(parents=True, exist_ok=True)
        with FolderLock(places.lock("start")) as start:
            start.take()
            users = FolderLock(places.lock("users"))
            users.share()
            embedded = Embedded(places, users)
            if not embedded.kept():
                embedded.keeper = _start_keeper(places, users)
    except PermissionError as error:
        raise NoPermission(f"{error.filename} cannot be used: run as the user who made it, or set PILOTAGE_VAR.") from None
    atexit.register(embedded.release)
    return embedded


def ensure_unless_configured(var: Path) -> Embedded | None:
    """Set the three addresses in the environment from embedded servers, unless it has all of them. Raises EmbeddedError.

    With them come SECRET_KEY and the key of the stored secrets, where they are not set; an installation with servers of its
    own must bring both.
    """
    missing = [name for name in URLS if not os.environ.get(name)]
    if not missing:
        return None
    if len(missing) < len(URLS):
        raise HalfConfigured(f"{', '.join(missing)} not set: set {', '.join(URLS)} all, or none for the embedded servers.")
    embedded = ensure(var)
    os.environ.update(embedded.urls)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret(embedded.places.var / "secret_key")
    if not os.environ.get("PILOTAGE_SECRET_KEYS") and not os.environ.get("PILOTAGE_SECRET_KEYS_FILE"):
        kept_secret(embedded.places.var / "secrets_key", sealing_key)
    return embedded


def _start_keeper(places: Places, users: FolderLock) -> "subprocess.Popen[bytes]":
    places.log.mkdir(parents=True, exist_ok=True)
    with (places.log / "embedded.log").open("a") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "portfolio.kit.embedded.keeper", str(places.var)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=_REPOSITORY,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    with keeper.stdout as answers:
        line = answers.readline()
    answer = json.loads(line) if line.strip() else {"kind": "", "message": f"It failed; see {places.log}/embedded.log."}
    if answer:
        users.close()
        keeper.wait()
        raise KINDS.get(answer["kind"], StartFailed)(answer["message"])
    return keeper
