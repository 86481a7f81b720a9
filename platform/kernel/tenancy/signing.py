"""Signatures that hold in one tenant only.

One secret key serves the whole installation, so a token signed in one tenant
would be valid in another unless the tenant is part of the salt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

from kernel.tenancy.cache import scope_key

BadSignature = signing.BadSignature


def tenant_salt(salt: str) -> str:
    """Return the salt bound to the current scope.

    Raises:
        NoTenant: no scope was chosen.
    """
    return f"{scope_key()}:{salt}"


def tenant_signer(salt: str) -> signing.Signer:
    """Return what signs plain texts for the current scope."""
    return signing.Signer(salt=tenant_salt(salt))


def dumps(value: Any, *, salt: str) -> str:
    """Sign a JSON value for the current scope."""
    return signing.dumps(value, salt=tenant_salt(salt), compress=True)


def loads(text: str, *, salt: str, max_age: timedelta) -> Any:
    """Read back what `dumps` signed in the same scope.

    Raises:
        django.core.signing.BadSignature: forged, too old, or of another scope.
    """
    return signing.loads(text, salt=tenant_salt(salt), max_age=max_age)
