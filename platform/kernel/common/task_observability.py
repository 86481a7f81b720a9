"""One task's run: its id in the logs, its outcome and time in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from celery.exceptions import Ignore, Reject, Retry

from kernel.common.errors_reporting import tag_scope
from kernel.common.flow import in_task
from kernel.common.logging import get_logger
from kernel.common.metrics import TASK_DURATION, TASKS, tenant_label

_log = get_logger("tasks")


@contextmanager
def observed_task(name: str, task_id: str) -> Iterator[None]:
    """Measure a task's body; belongs inside the choice of the tenant."""
    started = perf_counter()
    outcome = "failure"
    with in_task(task_id):
        tag_scope()
        try:
            yield
            outcome = "success"
        except Retry:
            outcome = "retry"
            raise
        except (Ignore, Reject):
            outcome = "ignored"
            raise
        finally:
            seconds = perf_counter() - started
            TASK_DURATION.labels(name).observe(seconds)
            TASKS.labels(name, outcome, tenant_label()).inc()
            _log.info("task", task=name, outcome=outcome, duration_ms=round(seconds * 1000, 2))
