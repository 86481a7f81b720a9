"""Names of schemas, roles and databases.

Roles belong to the whole PostgreSQL server, so every role begins with the
installation's prefix.
"""

from __future__ import annotations

import re
import secrets

from django.conf import settings

from kernel.common.ids import encode_base32

SCHEMA_GRAMMAR = re.compile(r"t_[0-9a-z]{16}\Z")
LOGIN_KINDS = ("store", "console", "channel", "worker", "owner")


def prefix() -> str:
    """Return the prefix of this installation's roles."""
    return str(settings.STOA_DB_PREFIX)


def new_schema_name() -> str:
    """Return a name nobody can guess and that says nothing of the tenant."""
    return f"t_{encode_base32(secrets.randbits(80), length=16)}"


def tenant_role(schema: str) -> str:
    """Return the role that owns the right to a schema's rows."""
    return f"{prefix()}_{schema}"


def login_role(kind: str) -> str:
    """Return the role that processes of a kind sign in with."""
    return f"{prefix()}_{kind}"


def tenants_group() -> str:
    """Return the role through which login roles may become tenants' roles."""
    return f"{prefix()}_tenants"


def checked_schema(name: str) -> str:
    """Return the name if it is a tenant schema's.

    Raises:
        ValueError: it is not; nothing may be built from it.
    """
    if SCHEMA_GRAMMAR.match(name) is None:
        raise ValueError(f"not a tenant schema: {name!r}")
    return name
