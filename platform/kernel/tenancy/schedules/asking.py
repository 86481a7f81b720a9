"""How the code of a tenant asks for a job of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from kernel.common.db.writing import Writing
from kernel.common.outbox.errors import NotInTransaction
from kernel.tenancy.context import current_tenant

_ASK: Final = "SELECT shared.schedule_ask(%s, %s)"


def ask(name: str, at: datetime | None, *, writing: Writing | None = None) -> None:
    """Have a job of the current tenant run at a moment, at the latest a minute after it.

    The request is part of the caller's transaction: it counts from the commit on. One
    statement; asked again for the same minute it adds nothing.

    Args:
        name: of a schedule that is asked for.
        at: when something will be due; in the past for as soon as possible, None for
            nothing to ask for.
        writing: what the request is to be sent with, in the same transaction.

    Raises:
        NotInTransaction: no transaction is open.
        NoTenant: no tenant was chosen.
    """
    if at is None:
        return
    if not connection.in_atomic_block:
        raise NotInTransaction(name)
    current_tenant()
    if writing is not None:
        writing.run(_ASK, name, at)
        return
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [name, at])
