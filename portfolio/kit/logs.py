"""Structured JSON logs, one event a line, with the request id that error pages and problem documents show."""

import logging.config
import re
from typing import Any

import structlog

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def neutralise(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Escape control and bidirectional characters, so that no input can forge a line or repaint a terminal."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = _CONTROL.sub(lambda m: f"\\u{ord(m.group()):04x}", value)
    return event


_SECRET = re.compile(r"/(calendar|embed|letter)/[^/\s?]{20,}")


def unaddressed(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Addresses that are secrets themselves stay out of the log: whoever has one needs nothing else to read behind it."""
    for key, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[key] = _SECRET.sub(r"/\1/[secret]", value)
    return event


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG hook: `config` holds the level alone."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        unaddressed,
        neutralise,
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(),
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["out"], "level": config["level"]},
            "loggers": {
                "axes": {"level": "WARNING"},
                # They write addresses with their queries, and headers at DEBUG: both may hold a token.
                "httpcore": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "django.utils.autoreload": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
