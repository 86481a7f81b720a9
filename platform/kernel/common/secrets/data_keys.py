"""Seals contents of rows with a key that the tenant has for their purpose.

The key itself is a secret like any other, sealed with the installation's root key.
What is sealed opens in the tenant and the row that it was sealed for, and nowhere else.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import get_secret, put_secret
from kernel.tenancy.context import current_tenant

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'secrets:' || pg_catalog.current_schema() || ':' || %s, 0))"
)


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """A tenant's key for one purpose."""

    key: bytes

    def seal(self, content: bytes, *, row: bytes) -> bytes:
        """Return a content sealed for a row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, content, _bound_to(row))

    def open(self, sealed: bytes, *, row: bytes) -> bytes:
        """Return what was sealed for a row.

        Raises:
            SecretsUnreadable: damage, or it belongs to another row or tenant.
        """
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self.key).decrypt(nonce, body, _bound_to(row))
        except (InvalidTag, ValueError) as error:
            raise SecretsUnreadable from error


def data_key(purpose: str) -> DataKey:
    """Return the current tenant's key for a purpose, made at the first need.

    Raises:
        RootKeysUnusable, SecretsUnreadable: the secrets cannot be opened.
    """
    try:
        opened = get_secret(purpose)
    except SecretMissing:
        opened = None
    if opened is None:
        with transaction.atomic(), connection.cursor() as cursor:
            # Two keys for one purpose would leave what the first one sealed shut for good.
            cursor.execute(_LOCK, [purpose])
            try:
                opened = get_secret(purpose)
            except SecretMissing:
                put_secret(purpose, {"key": b64encode(secrets.token_bytes(_KEY_BYTES)).decode()})
                opened = get_secret(purpose)
    return DataKey(b64decode(str(opened["key"])))


def _bound_to(row: bytes) -> bytes:
    return current_tenant().id.bytes + row
