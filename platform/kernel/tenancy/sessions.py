"""Staff sessions: rows of the tenant's own schema, signed for that tenant."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from kernel.tenancy.signing import tenant_salt


class SessionStore(DatabaseStore):
    """A session that another tenant neither finds nor can read."""

    @property
    def key_salt(self) -> str:
        """Django's salt, bound to the current scope."""
        return tenant_salt("kernel.tenancy.sessions")


def purge_at(now: datetime) -> None:
    """Delete the current scope's sessions that ended; what a schedule calls."""
    SessionStore.get_model_class().objects.filter(expire_date__lt=now).delete()
