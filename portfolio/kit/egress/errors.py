"""What a failed connection tells: a fixed word to people, what to do next to programs, the reason to the log alone.

There are four words, and a port that is closed, filtered, silent or speaks something else than HTTP gets the same one, so
that nobody can use the product to look around in the network. All are httpx errors, so that code which knows only httpx
already handles them.
"""

from enum import StrEnum
from typing import ClassVar

import httpx
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Recovery(StrEnum):
    """What to do next: RETRY later, MEND the configuration, or LOOK at the other side."""

    RETRY = "retry"
    MEND = "mend"
    LOOK = "look"


class EgressError(httpx.TransportError):
    """Base of the four. `word` and `text` are safe to show; `reason` is for the operator's log."""

    word: ClassVar[str]
    text: ClassVar[Promise]
    recovery: Recovery

    def __init__(self, reason: str, recovery: Recovery | None = None) -> None:
        super().__init__(self.word)
        self.reason = reason
        if recovery is not None:
            self.recovery = recovery


class NotAllowed(EgressError, httpx.UnsupportedProtocol):
    """The address is not one that the operator opened, or one that nobody can open."""

    word = "not allowed"
    text = _(
        "Not allowed: the operator opens addresses in the file that PILOTAGE_EGRESS_FILE names, and has not opened this one."
    )
    recovery = Recovery.MEND


class NotTrusted(EgressError, httpx.ConnectError):
    """The certificate does not prove that this is the host it should be."""

    word = "not trusted"
    text = _("Not trusted: the certificate is not valid for this host. Check the address, or give the CA that signed it.")
    recovery = Recovery.MEND


class NoAnswer(EgressError, httpx.NetworkError):
    """Unknown, closed, filtered, silent, too slow, broken off, or no HTTP at all."""

    word = "no answer"
    text = _("No answer: nothing there answered completely and in time.")
    recovery = Recovery.RETRY


class BadAnswer(EgressError, httpx.RemoteProtocolError):
    """An HTTP answer that cannot be taken: too large, badly packed, or pointing elsewhere."""

    word = "bad answer"
    text = _("Bad answer: it is too large, badly encoded, or points to another address.")
    recovery = Recovery.LOOK
