"""What people and tools may do with sources and feeds, one verb each."""

from readiness.evidence.services.sources.access import StaleVersion, can_manage
from readiness.evidence.services.sources.changing import (
    change_source,
    create_source,
    pause_source,
    resume_source,
    retire_source,
    set_secret,
)
from readiness.evidence.services.sources.feeds import (
    change_feed,
    create_feed,
    may_be_about,
    pause_feed,
    resume_feed,
    retire_feed,
)
from readiness.evidence.services.sources.now import pull_now
from readiness.evidence.services.sources.trying import TooManyTrials, discover, test_ask, test_source

__all__ = [
    "StaleVersion",
    "TooManyTrials",
    "can_manage",
    "change_feed",
    "change_source",
    "create_feed",
    "create_source",
    "discover",
    "may_be_about",
    "pause_feed",
    "pause_source",
    "pull_now",
    "resume_feed",
    "resume_source",
    "retire_feed",
    "retire_source",
    "set_secret",
    "test_ask",
    "test_source",
]
