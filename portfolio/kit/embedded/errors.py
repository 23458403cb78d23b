"""What can go wrong with the embedded servers, each named for what to do next; the message says it in plain words."""

OWN_SERVERS = "or use servers of your own: set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL (docs/operator.md)"


class EmbeddedError(Exception):
    """The embedded PostgreSQL or Redis is not to be had; `str()` says why and what to do."""


class WheelDoesNotFit(EmbeddedError):
    """The packaged binaries are missing or do not run on this machine: install again or use own servers."""


class DiskFull(EmbeddedError):
    """No room for the data: free some, or move PILOTAGE_VAR."""


class NoPermission(EmbeddedError):
    """A folder belongs to somebody else: change the owner, or move PILOTAGE_VAR."""


class OtherVersion(EmbeddedError):
    """The data folder was written by another PostgreSQL: dump it with that one and load it here."""


class StartFailed(EmbeddedError):
    """The server ended or did not answer in time: read the log that the message names."""


class HalfConfigured(EmbeddedError):
    """Only some of the three addresses are set: set all or none."""


KINDS: dict[str, type[EmbeddedError]] = {
    kind.__name__: kind for kind in (WheelDoesNotFit, DiskFull, NoPermission, OtherVersion, StartFailed, HalfConfigured)
}


def diagnose(*, server: str, output: str, log: str) -> EmbeddedError:
    """The error that the last words of a server which did not start stand for; `log` is the path to name."""
    last = "\n".join(output.strip().splitlines()[-8:])
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return DiskFull(f"{server} found no room on the disk. Free some space, or set PILOTAGE_VAR to a folder elsewhere.")
    if "incompatible with server" in output:
        return OtherVersion(f"{server} cannot read data that another version wrote:\n{last}")
    if "error while loading shared libraries" in output or "GLIBC" in output or "Exec format" in output:
        return WheelDoesNotFit(f"The packaged {server} does not run on this system:\n{last}\nUse another machine, {OWN_SERVERS}.")
    if "Permission denied" in output or "Operation not permitted" in output:
        return NoPermission(f"{server} may not use its folder:\n{last}\nGive it to the user who runs this, or set PILOTAGE_VAR.")
    return StartFailed(f"{server} did not start. Its last words (all of them in {log}):\n{last}")
