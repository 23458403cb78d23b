"""Mails: queued in the transaction that causes them, sent by a job (docs/mail.md says what is promised, and what is not)."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.activity.models import Mail, MailAttachment
from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import enqueue

HANDLER = "activity.send_mail"
MAX_ATTACHED = 15 * 2**20  # bytes of all files of a mail: what most mail servers take, once encoded
MAX_ERROR = 2000
KEEP_SENT = timedelta(days=30)
KEEP_DEAD = timedelta(days=180)


@dataclass(frozen=True)
class File:
    """Something attached, such as `File("meeting.ics", "text/calendar; method=REQUEST", content)`; text is UTF-8."""

    name: str
    content_type: str
    content: bytes


class NotNow(OSError):
    """The mail server will take it later, perhaps."""


class Refused(Exception):
    """The mail server will not take this mail, now or later."""


def queue_mail(
    *, key: str, to: str, subject: str, text: str, html: str = "", attachments: Sequence[File] = (), demo: bool = False
) -> Mail:
    """Write a mail and its job in the caller's transaction; the same `key` again is the same mail, whatever it says.

    What belongs to the demo, or goes to somebody of it, is kept to be read and never sent. Raises ValidationError for an
    address that is none and for too much attached.
    """
    validate_email(to)
    if sum(len(file.content) for file in attachments) > MAX_ATTACHED:
        raise ValidationError({"attachments": _("At most %d MB go with one mail.") % (MAX_ATTACHED // 2**20)})
    demo = demo or User.objects.filter(email__iexact=to, demo=True).exists()
    kept_back = {"dead_at": clock.now(), "last_error": "Of the demo: kept here, never sent."} if demo else {}
    written = {"to": to, "subject": one_line(subject)[:200], "text": printable(text), "html": html.replace("\x00", "")}
    mail, made = Mail.objects.get_or_create(key=key, defaults={**written, **kept_back, "demo": demo})
    if made:
        MailAttachment.objects.bulk_create(
            MailAttachment(mail=mail, name=file_name(f.name), content_type=_kind(f.content_type), content=f.content)
            for f in attachments
        )
        if not demo:
            enqueue(HANDLER, {"mail_id": mail.pk})
    return mail


def one_line(text: str) -> str:
    """Without line breaks and control signs: a header stays one header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def printable(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n")


def _kind(content_type: str) -> str:
    """Without a charset: text is UTF-8 and the message says so itself."""
    return ";".join(part for part in one_line(content_type).split(";") if not part.strip().startswith("charset="))[:100]


def file_name(name: str) -> str:
    return one_line(name).replace("/", "_").replace("\\", "_")[:200] or "file"


def begin(mail_id: int) -> Mail | None:
    """Count a try that begins; None if the mail is sent already or gone. Committed before anything is sent, so that a try
    that was cut short can be told from none."""
    Mail.objects.filter(pk=mail_id, sent_at=None).update(attempts=F("attempts") + 1)
    return Mail.objects.filter(pk=mail_id, sent_at=None).first()


def hand_over(mail: Mail) -> None:
    """Give the mail to the mail server, once. Raises Refused where another try is in vain, else OSError (smtplib's are such)."""
    with _one_connection() as connection:
        try:
            message_of(mail, connection).send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _said(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPDataError as error:
            raise _said(error.smtp_code, error.smtp_error) from error


def mark_sent(mail: Mail) -> None:
    """In the transaction that finishes the job."""
    Mail.objects.filter(pk=mail.pk).update(sent_at=clock.now(), last_error="", dead_at=None)


def mark_failed(mail: Mail, error: str, *, last: bool) -> None:
    """Keep what the server said; the `last` try makes it a dead letter."""
    Mail.objects.filter(pk=mail.pk, sent_at=None).update(last_error=error[:MAX_ERROR], dead_at=clock.now() if last else None)


def message_of(mail: Mail, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail as it goes out. Identity and date follow from the row, so two copies of one mail carry the same Message-ID."""
    headers = {
        "Message-ID": message_id(mail.key),
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers, connection=connection)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.attachments.all():
        if file.content_type.startswith("text/calendar"):  # as a body too: only so do mail programs offer to accept
            message.attach_alternative(bytes(file.content).decode(), file.content_type)
        message.attach(file.name, bytes(file.content), file.content_type)
    return message


def message_id(key: str) -> str:
    """Always the same for a key, and another one in another installation."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    digest = hashlib.sha256(f"{settings.BASE_URL} {key}".encode()).hexdigest()[:40]
    return f"<{digest}@{host}>"


def tidy_mails() -> int:
    """Forget mails sent a month and given up half a year ago; mark those dead whose job died with its worker."""
    now = clock.now()
    buried = Job.objects.filter(handler=HANDLER, dead_at__isnull=False).values_list("payload__mail_id", flat=True)
    lost = Mail.objects.filter(sent_at=None, dead_at=None, pk__in=list(buried))
    lost.update(dead_at=now, last_error="The worker died in every attempt.")
    gone = Mail.objects.filter(sent_at__lt=now - KEEP_SENT) | Mail.objects.filter(dead_at__lt=now - KEEP_DEAD)
    deleted, _by_model = gone.delete()
    return deleted


def _said(code: int, reply: Any) -> Exception:
    """5xx is for good, 4xx for now (RFC 5321, 4.2.1)."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return Refused(f"{code} {text}") if 500 <= code < 600 else NotNow(f"{code} {text}")


@contextmanager
def _one_connection() -> Iterator[BaseEmailBackend]:
    """Of the configured backend. A farewell that fails after the server took the mail is no reason to send it again."""
    connection: BaseEmailBackend = import_string(settings.EMAIL_BACKEND)(fail_silently=False)
    connection.open()
    try:
        yield connection
    finally:
        with suppress(OSError):
            connection.close()
