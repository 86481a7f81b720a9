"""The version of a tenant: what a copy that somebody keeps is compared with."""

from __future__ import annotations

from django.db.models import BigIntegerField, F, Func
from django.db.models.functions import Greatest


class _Microseconds(Func):
    """Microseconds since 1970 by the clock of the database, which goes on in a transaction."""

    template = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    output_field = BigIntegerField()


def next_version() -> Greatest:
    """Return what a tenant's version becomes with a change, for an update.

    It grows by the clock, not by one: a number that was taken back with its
    transaction would be given to the next change too, and what was remembered
    under it would be believed.
    """
    return Greatest(F("version") + 1, _Microseconds())
