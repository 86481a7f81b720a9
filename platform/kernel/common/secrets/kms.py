"""Root keys in a key management service that speaks AWS KMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kernel.common.secrets.envelope import DataKey
from kernel.common.secrets.errors import KeyServiceDown, SecretsUnreadable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_UNREADABLE: Final = frozenset(
    {
        "InvalidCiphertextException",
        "IncorrectKeyException",
        "NotFoundException",
        "DisabledException",
        "KMSInvalidStateException",
        "AccessDeniedException",
    }
)


class KmsWrapper:
    """Wraps data keys with a key that never leaves the service.

    The context becomes the service's encryption context, so its log shows for
    which tenant and purpose a key was unwrapped, and another context is refused.
    """

    scheme: Final = b"K"

    def __init__(self, client: KMSClient, *, key: str) -> None:
        """Use a key by id, ARN or alias; an alias may later point at a newer key."""
        self._client = client
        self._key = key

    def current_key_id(self) -> str:
        """Return the ARN of the key that wraps now."""
        try:
            return self._client.describe_key(KeyId=self._key)["KeyMetadata"]["Arn"]
        except (BotoCoreError, ClientError) as error:
            raise KeyServiceDown(str(error)) from error

    def generate(self, context: Mapping[str, str]) -> DataKey:
        """Make a data key, wrapped by the current key for this context."""
        try:
            made = self._client.generate_data_key(
                KeyId=self._key, KeySpec="AES_256", EncryptionContext=context
            )
        except (BotoCoreError, ClientError) as error:
            raise KeyServiceDown(str(error)) from error
        return DataKey(
            plain=made["Plaintext"], wrapped=made["CiphertextBlob"], key_id=made["KeyId"]
        )

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Return the data key in the clear.

        Raises:
            SecretsUnreadable: another context, damage, or a key that is gone.
            KeyServiceDown: the service did not answer.
        """
        try:
            return self._client.decrypt(CiphertextBlob=wrapped, EncryptionContext=context)[
                "Plaintext"
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNREADABLE:
                raise SecretsUnreadable from None
            raise KeyServiceDown(str(error)) from error
        except BotoCoreError as error:
            raise KeyServiceDown(str(error)) from error


def connect(*, region: str, endpoint_url: str | None = None) -> KMSClient:
    """Return a client with short time-outs; credentials come from the environment."""
    return boto3.client(
        "kms",
        region_name=region,
        endpoint_url=endpoint_url,
        config=Config(
            connect_timeout=3, read_timeout=5, retries={"max_attempts": 3, "mode": "standard"}
        ),
    )
