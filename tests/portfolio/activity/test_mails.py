"""Mails are rows until the mail server took them: written with their cause, sent once by a job, kept when they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portfolio.activity.models import Mail, MailAttachment
from portfolio.activity.services import mails
from portfolio.activity.services.mails import File, queue_mail
from portfolio.kit import clock
from portfolio.outbox import tasks
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.activity.smtp_sink import Sink, sink

pytestmark = pytest.mark.django_db
INVITE = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Sink]:
    """A real mail server on this machine."""
    with sink() as made:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, 5
        yield made


def to_paula(key: str = "invitation-1", **values: object) -> Mail:
    written = {"to": "paula@example.org", "subject": "Your vote is asked", "text": "Shelf camera, gate Pilot\n"}
    return queue_mail(key=key, **{**written, **values})  # type: ignore[arg-type]


def send_all() -> None:
    for job in Job.objects.filter(handler=mails.HANDLER, done_at=None, dead_at=None):
        Job.objects.filter(pk=job.pk).update(not_before=clock.now() - timedelta(seconds=1))
        tasks.run(job.pk)


def test_a_mail_goes_out_once_and_its_row_knows_it(server: Sink) -> None:
    mail = to_paula()
    send_all()
    tasks.run(Job.objects.get(handler=mails.HANDLER).pk)  # a bell that rings twice
    mail.refresh_from_db()
    (received,) = server.taken
    assert (received["To"], received["Subject"]) == ("paula@example.org", "Your vote is asked")
    assert received["Message-ID"] == mails.message_id("invitation-1") and received["Auto-Submitted"] == "auto-generated"
    assert (mail.attempts, mail.last_error, mail.dead_at) == (1, "", None) and mail.sent_at is not None


def test_the_same_key_is_the_same_mail(server: Sink) -> None:
    assert to_paula().pk == to_paula(text="said otherwise").pk
    assert Job.objects.filter(handler=mails.HANDLER).count() == 1
    send_all()
    assert len(server.taken) == 1


def test_a_mail_whose_cause_is_rolled_back_was_never_written() -> None:
    def torn() -> None:
        with transaction.atomic():
            to_paula()
            raise IntegrityError("stop")

    with pytest.raises(IntegrityError, match="stop"):
        torn()
    assert not Mail.objects.exists() and not Job.objects.exists()


def test_files_come_along_and_an_invitation_can_be_accepted(server: Sink) -> None:
    to_paula(
        attachments=[
            File("meeting.ics", "text/calendar; method=REQUEST; charset=utf-8", INVITE),
            File("pack.pdf", "application/pdf", b"%PDF"),
        ]
    )
    send_all()
    parts = {(part.get_content_type(), part.get_filename()): part for part in server.taken[0].walk() if not part.is_multipart()}
    assert set(parts) == {
        ("text/plain", None), ("text/calendar", None), ("text/calendar", "meeting.ics"), ("application/pdf", "pack.pdf"),
    }  # fmt: skip
    assert parts["text/calendar", None].get_param("method") == "REQUEST"
    assert parts["text/calendar", None]["Content-Type"].count("charset") == 1
    assert parts["application/pdf", "pack.pdf"].get_payload(decode=True) == b"%PDF"


def test_nobody_writes_a_header_through_a_subject_or_a_file_name(server: Sink) -> None:
    hostile = "Gate\r\nBcc: eve@example.org\r\n\r\nbody\x00"
    to_paula(subject=hostile, attachments=[File("a\r\nX-Evil: 1/../b", "text/plain", b"x")])
    send_all()
    (received,) = server.taken
    assert received["Bcc"] is None and received["Subject"] == "Gate Bcc: eve@example.org body"
    assert MailAttachment.objects.get().name == "a X-Evil: 1_.._b"


def test_what_is_no_address_and_what_is_too_large_is_refused() -> None:
    for wrong in (
        {"to": "paula"},
        {"to": "a@example.org\nBcc: b@example.org"},
        {"attachments": [File("a", "x/y", b"x" * 2**24)]},
    ):
        with pytest.raises(ValidationError):
            to_paula(**wrong)
    assert not Mail.objects.exists()


def test_a_server_that_is_busy_is_asked_again(server: Sink) -> None:
    server.refusals = ["450 4.2.0 greylisted", "451 4.3.0 try later"]
    mail = to_paula()
    for attempts, error in ((1, "450 4.2.0 greylisted"), (2, "451 4.3.0 try later")):
        send_all()
        mail.refresh_from_db()
        assert (mail.attempts, mail.sent_at, mail.dead_at) == (attempts, None, None) and error in mail.last_error
    send_all()
    mail.refresh_from_db()
    assert mail.sent_at is not None and mail.last_error == "" and len(server.taken) == 1


def test_a_server_that_is_away_loses_nothing(settings: LazySettings, server: Sink) -> None:
    settings.EMAIL_PORT = 1
    mail = to_paula()
    send_all()
    mail.refresh_from_db()
    assert mail.sent_at is None and "ConnectionRefusedError" in mail.last_error
    settings.EMAIL_PORT = server.port
    send_all()
    assert len(server.taken) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once_and_can_be_revived(server: Sink) -> None:
    server.refusals = ["550 5.1.1 no such user"]
    mail = to_paula()
    send_all()
    mail.refresh_from_db()
    job = Job.objects.get(handler=mails.HANDLER)
    assert mail.dead_at is not None and mail.last_error == "550 5.1.1 no such user"
    assert job.dead_at is not None and job.done_at is None and job.attempt == 1
    Job.objects.update(dead_at=None, attempt=0)
    send_all()
    mail.refresh_from_db()
    assert (mail.last_error, len(server.taken)) == ("", 1)
    assert mail.sent_at is not None


def test_the_last_attempt_makes_a_dead_letter(server: Sink) -> None:
    server.refusals = ["450 busy"]
    mail = to_paula()
    Job.objects.update(attempt=299)
    send_all()
    mail.refresh_from_db()
    assert mail.dead_at is not None and Job.objects.get().dead_at is not None


def test_nothing_of_the_demo_leaves_the_house(organisation: Organisation) -> None:
    demo = organisation.people["Paula"]
    demo.demo = True
    demo.save()
    kept = [to_paula(), to_paula("of-the-demo", to="nora@example.org", demo=True)]
    assert not Job.objects.exists()
    assert all(mail.demo and mail.dead_at and "never sent" in mail.last_error for mail in kept)
    assert django_mail.outbox == []


def test_old_mails_are_forgotten_and_lost_ones_are_marked(server: Sink) -> None:
    sent, lost, old = to_paula(), to_paula("lost"), to_paula("old")
    now = clock.now()
    Mail.objects.filter(pk=old.pk).update(sent_at=now - timedelta(days=31))
    Mail.objects.filter(pk=sent.pk).update(sent_at=now - timedelta(days=29))
    Job.objects.filter(payload__mail_id=lost.pk).update(dead_at=now)
    assert mails.tidy_mails() == 1
    assert set(Mail.objects.values_list("key", flat=True)) == {"invitation-1", "lost"}
    lost.refresh_from_db()
    assert lost.dead_at is not None and "worker died" in lost.last_error
