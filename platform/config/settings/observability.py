"""Logs, metrics, error reports."""

from __future__ import annotations

from config import environment as env

# Django hands `LOGGING` to the function that sets up structlog for every process alike.
LOGGING_CONFIG = "kernel.common.logging.configure_from"
LOGGING = {
    # A command writes its result for people; its log is for what went wrong.
    "level": env.text(
        "STOA_LOG_LEVEL", "WARNING" if env.text("STOA_PROCESS", "cli") == "cli" else "INFO"
    ),
}

STOA_METRICS_TENANTS = env.number("STOA_METRICS_TENANTS", 100)
"""Tenants with a label of their own in one process's metrics; the rest share ``other``."""

STOA_BLOCK_FAULTS_RAISE = False
"""Whether a block that fails takes its page down; it is left out of the page otherwise."""

STOA_SENTRY_DSN = env.text("STOA_SENTRY_DSN", "")
STOA_SENTRY_ENVIRONMENT = env.text("STOA_SENTRY_ENVIRONMENT", "production")
STOA_SENTRY_TRACES = float(env.text("STOA_SENTRY_TRACES", "0"))
