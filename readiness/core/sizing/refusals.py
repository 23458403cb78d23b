"""Why a sizing cannot be begun. Each is named for what to do next."""

from __future__ import annotations


class MissingInput(ValueError):
    """A value that this task needs is not applicable or not given: state it, or state that it is not known."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(f"{name} is missing: {why}")


class WrongCandidate(ValueError):
    """This kind of candidate cannot do the task: choose another."""
