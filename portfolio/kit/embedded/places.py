"""Where the embedded servers keep what is theirs, all under var/ where the path allows."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from portfolio.kit.embedded.errors import NoPermission

# A socket address holds 104 bytes on macOS and 108 on Linux, and not every client unquotes odd characters in it.
_SOCKET_BYTES = 103
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)


@dataclass(frozen=True)
class Places:
    """`var` is absolute. `sockets` is private to the user who runs the servers."""

    var: Path
    sockets: Path

    @classmethod
    def of(cls, var: Path) -> "Places":
        var = var.expanduser().absolute()
        inside = var / "run" / "sockets"
        longest = os.fsencode(inside / ".s.PGSQL.5432")
        if len(longest) <= _SOCKET_BYTES and _PLAIN.fullmatch(str(inside)):
            return cls(var, inside)
        digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:10]
        return cls(var, Path("/tmp") / f"pilotage-{os.geteuid()}-{digest}")  # noqa: S108 - private, checked in make()

    @property
    def data(self) -> Path:
        return self.var / "postgres"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def broker_socket(self) -> Path:
        return self.sockets / "redis.sock"

    def lock(self, name: str) -> Path:
        return self.var / "run" / name

    def make(self, *, owner: int) -> None:
        """Make the folders; `sockets` for the user id `owner` alone. Raises NoPermission."""
        try:
            for folder in (self.log, self.lock("start"), self.lock("users"), self.lock("keeper")):
                folder.mkdir(parents=True, exist_ok=True)
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            found = self.sockets.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner):
                raise NoPermission(f"{self.sockets} belongs to somebody else: remove it, or set PILOTAGE_VAR elsewhere.")
            self.sockets.chmod(0o700)
            if found.st_uid != owner:
                os.chown(self.sockets, owner, -1)
        except (PermissionError, FileExistsError) as error:
            raise NoPermission(
                f"{error.filename} cannot be written. Give it to the user who runs this, "
                "or set PILOTAGE_VAR to a folder of yours."
            ) from None

    def database_url(self, role: str) -> str:
        return f"postgresql://{role}@/pilotage?host={self.sockets}"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.broker_socket}"
