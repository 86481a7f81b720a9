"""What one server process keeps for itself."""

from __future__ import annotations

import psutil
from django.db import connection

from kernel.tenancy.context import public_context


def backend_megabytes(pid: int, *, server_pid: int) -> float:
    """Return the private memory of a server process in megabytes.

    From the operating system where it tells us, else from PostgreSQL's own account of
    its memory contexts, which lacks some ten megabytes of code and buffers.
    """
    try:
        process = psutil.Process(pid)
        if psutil.Process(server_pid).pid in {parent.pid for parent in process.parents()}:
            return float(process.memory_full_info().uss / 1024**2)
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(total_bytes) FROM pg_backend_memory_contexts")
        return float(cursor.fetchone()[0] / 1024**2)
