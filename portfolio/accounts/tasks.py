"""Daily cleaning of what sign-in leaves behind."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from portfolio.accounts.models import ApiToken
from portfolio.kit import clock
from portfolio.outbox.services import Claim

KEEP_EXPIRED = timedelta(days=90)
KEEP_ATTEMPTS = timedelta(days=30)


def housekeeping(held: Claim) -> None:
    """Remove expired sessions, old failed sign-ins and tokens that expired more than KEEP_EXPIRED ago."""
    with held.finishing():
        Session.objects.filter(expire_date__lt=clock.now()).delete()
        ApiToken.objects.filter(expiry__lt=clock.now() - KEEP_EXPIRED).delete()
        AccessAttempt.objects.filter(attempt_time__lt=clock.now() - KEEP_ATTEMPTS).delete()
