"""Counts what a connection sends, on the wire, and times it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import psycopg
from psycopg.pq import Trace

TRACED = 100
"""Rounds to trace: tracing slows each of them down, so they are not timed."""

BLOCKS = 20
"""Parts into which a timed loop is cut, so that what is compared is done in turns."""

# A client message after which the server must answer: a simple query, or the end of a batch.
_ASKS = frozenset({"Query", "Sync"})


def timed(action: Callable[[], object], times: int) -> float:
    """Return the seconds that one of so many calls takes; the first one is not counted."""
    action()
    started = perf_counter()
    for _ in range(times):
        action()
    return (perf_counter() - started) / times


@contextmanager
def counted(connection: psycopg.Connection[Any]) -> Iterator[Callable[[], int]]:
    """Count round trips inside the block; yields what tells the number after it."""
    asked = 0
    with tempfile.TemporaryFile("w+b") as trace:
        connection.pgconn.trace(trace.fileno())
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield lambda: asked
        finally:
            connection.pgconn.untrace()
            trace.seek(0)
            for line in trace.read().decode("utf-8", "replace").splitlines():
                parts = line.split("\t")
                if len(parts) > 2 and parts[0] == "F" and parts[2] in _ASKS:  # noqa: PLR2004
                    asked += 1
