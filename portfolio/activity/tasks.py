"""Telling people that they were mentioned, the daily digest, and sending mails."""

from portfolio.activity.services import digests, mails, notices
from portfolio.kit import clock
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.services import Claim, Hopeless


def notify_mention(held: Claim) -> None:
    """One notice per mentioned person; a repeated run writes nothing new."""
    with held.finishing():
        notices.notice_mentions(comment_id=int(held.payload["comment_id"]), url=held.payload["url"])


def send_mail(held: Claim) -> None:
    """Send one mail and mark it sent in the transaction that finishes the job.

    The fence is held while the server is spoken to, so nobody else sends the same mail meanwhile, however long it takes. What
    remains is a worker that dies after the server took the mail and before the commit: then it goes out again, with the same
    Message-ID (docs/mail.md).
    """
    mail = mails.begin(int(held.payload["mail_id"]))
    if mail is None:
        return
    try:
        with held.finishing():
            held.fence()
            mails.hand_over(mail)
            mails.mark_sent(mail)
    except mails.Refused as error:
        mails.mark_failed(mail, str(error), last=True)
        raise Hopeless(str(error)) from error
    except OSError as error:
        mails.mark_failed(mail, f"{type(error).__name__}: {error}", last=held.attempt >= HANDLERS[mails.HANDLER].max_attempts)
        raise


def tidy_mails(held: Claim) -> None:
    """Forget what was sent long ago."""
    with held.finishing():
        mails.tidy_mails()


def schedule_digests(held: Claim) -> None:
    """A job for each person whose morning has come."""
    with held.finishing():
        digests.schedule_digests(clock.now())


def write_digest(held: Claim) -> None:
    """One person's digest."""
    with held.finishing():
        digests.write_digest(user_id=int(held.payload["user_id"]), day=held.payload["day"])
