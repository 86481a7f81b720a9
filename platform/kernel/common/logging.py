"""Structured logs: one JSON object per line, from structlog and the standard library alike.

Every line says for which tenant, module, process, request and task it was
written. Secrets and personal data are hidden by `kernel.common.masking`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict
from typing import IO, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from kernel.common.flow import current_flow
from kernel.common.masking import HIDDEN, is_sensitive, mask, mask_text

_OWN_KEYS: Final = frozenset(
    {"tenant", "module", "process", "request_id", "task_id", "timestamp", "level", "logger"}
)
_QUIET: Final = {
    "django.db.backends": "WARNING",
    # The access log tells refused requests.
    "django.request": "ERROR",
    "django.server": "WARNING",
    "botocore": "WARNING",
    "boto3": "WARNING",
    "urllib3": "WARNING",
    "s3transfer": "WARNING",
    "httpx": "WARNING",
}


def configure(*, level: str = "INFO", stream: IO[str] | None = None) -> None:
    """Send all logging to one JSON stream; standard error unless told otherwise.

    Calling it again replaces the earlier set-up.
    """
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _route_library_loggers()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def configure_from(options: Mapping[str, str]) -> None:
    """Set logging up from Django's ``LOGGING``, which here holds the level alone."""
    configure(level=options["level"])


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a structured logger of this name."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        _add_flow,
        _hide,
    ]


def _add_flow(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name, value in asdict(current_flow()).items():
        event.setdefault(name, value)
    return event


def _hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    hidden: MutableMapping[str, object] = {}
    for key, value in event.items():
        if key in _OWN_KEYS or key.startswith("_"):
            hidden[key] = value
        elif isinstance(value, str):
            hidden[key] = HIDDEN if value and is_sensitive(key) else mask_text(value)
        else:
            hidden[key] = mask({key: value})[key]  # type: ignore[index,call-overload]
    return hidden


def _route_library_loggers() -> None:
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers:
            logger.handlers = []
            logger.propagate = True
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
