"""Files in a bucket of S3, or of a server that speaks its language."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from storages.backends.s3 import S3Storage
from typing_extensions import Buffer, override

from kernel.tenancy.storage.forms import UploadForm
from kernel.tenancy.storage.names import archive_folder, checked_name, public_origin, tenant_folder

PART_BYTES = 16 * 1024 * 1024
"""Size of the parts that an archive is sent in; S3 takes 10,000 of them."""
LINK_SECONDS = 3600
LARGEST_IN_MEMORY = 8 * 1024 * 1024
"""Bytes of a file that is read; what is larger goes to the disk meanwhile."""


class _ScopedBucket(S3Storage):
    """A bucket whose prefix follows the scope."""

    def __init__(self, **options: Any) -> None:
        place = settings.STOA_S3
        chosen = {
            "access_key": place["access_key"] or None,
            "secret_key": place["secret_key"] or None,
            "bucket_name": place["bucket"],
            "endpoint_url": place["endpoint"] or None,
            "region_name": place["region"],
            "addressing_style": "path" if place["endpoint"] else "auto",
            "signature_version": "s3v4",
            "querystring_expire": LINK_SECONDS,
            "file_overwrite": False,
            "default_acl": None,
            "custom_domain": None,
            "location": "",
            "max_memory_size": LARGEST_IN_MEMORY,
        }
        super().__init__(**{**chosen, **options})

    def _folder(self) -> str:
        raise NotImplementedError

    @override
    def _normalize_name(self, name: str) -> str:
        folder = self._folder()
        return f"{folder}/{checked_name(name)}" if name else folder

    # Each method checks the name as it came: the parent first takes ``..`` out of it.

    @override
    def _open(self, name: str, mode: str = "rb") -> Any:
        return super()._open(checked_name(name), mode)

    @override
    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(checked_name(name), content)
        return saved

    @override
    def delete(self, name: str) -> None:
        """Delete a file; it may be gone."""
        super().delete(checked_name(name))

    @override
    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""
        return bool(super().exists(checked_name(name)))

    @override
    def size(self, name: str) -> int:
        """Return a file's size in bytes."""
        return int(super().size(checked_name(name)))

    @override
    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was written."""
        moment: datetime = super().get_modified_time(checked_name(name))
        return moment

    @override
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a name that is free."""
        free: str = super().get_available_name(checked_name(name), max_length)
        return free

    @override
    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return folders and files; both empty when there is no such folder."""
        folders, files = super().listdir(checked_name(name) if name else "")
        return list(folders), list(files)

    @override
    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return an address that S3 answers for an hour, for this file alone."""
        return str(super().url(checked_name(name), *args, **kwargs))


class S3TenantStorage(_ScopedBucket):
    """The current scope's files; links to them are signed by S3's own rules."""

    @override
    def _folder(self) -> str:
        return tenant_folder()

    @override
    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return an address that S3 answers for an hour, for this file alone.

        A delivery network that stands before the pictures asks S3 in turn, under the host
        name that was signed.
        """
        address, origin = super().url(name, *args, **kwargs), public_origin(checked_name(name))
        return (
            origin + urlsplit(address)._replace(scheme="", netloc="").geturl()
            if origin
            else address
        )

    def upload_form(self, name: str, *, largest: int, seconds: int) -> UploadForm:
        """Return a form with a policy of S3: this key, no more bytes, this long.

        Browsers show nothing of what arrives: its type is not for the sender to say.
        """
        key, media_type = self._normalize_name(checked_name(name)), "application/octet-stream"
        made = self.connection.meta.client.generate_presigned_post(
            self.bucket_name,
            key,
            Fields={"Content-Type": media_type},
            Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, largest]],
            ExpiresIn=seconds,
        )
        return UploadForm(made["url"], made["fields"])


class S3ArchiveStorage(_ScopedBucket):
    """Archives, for the installation alone."""

    @override
    def _folder(self) -> str:
        return archive_folder()

    @contextlib.contextmanager
    def writer(self, name: str) -> Iterator[IO[bytes]]:
        """Write a file that appears whole at the end of the block, or not at all."""
        key = self._normalize_name(checked_name(name))
        self._abort_unfinished(key)
        with _Upload(self.connection.meta.client, self.bucket_name, key) as upload:
            yield upload  # type: ignore[misc]  # a raw writer is all that is promised

    @override
    def delete(self, name: str) -> None:
        """Delete a file and what unfinished writing left of it; it may be gone."""
        super().delete(name)
        self._abort_unfinished(self._normalize_name(name))

    def _abort_unfinished(self, key: str) -> None:
        """Free the parts that a killed process has sent: they are paid for until then."""
        client = self.connection.meta.client
        pages = client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket_name, Prefix=key
        )
        for page in pages:
            for upload in page.get("Uploads", ()):
                if upload["Key"] == key:
                    client.abort_multipart_upload(
                        Bucket=self.bucket_name, Key=key, UploadId=upload["UploadId"]
                    )


class _Upload(io.RawIOBase):
    """Sends what is written in parts; memory holds one of them."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._buffer = bytearray()
        self._parts: list[dict[str, object]] = []
        self._id = ""

    def __enter__(self) -> Self:
        answer = self._client.create_multipart_upload(
            **self._place, ContentType="application/octet-stream"
        )
        self._id = answer["UploadId"]
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is not None:
            self._client.abort_multipart_upload(**self._place, UploadId=self._id)
            return
        if self._buffer or not self._parts:
            self._send(bytes(self._buffer))
        self._client.complete_multipart_upload(
            **self._place, UploadId=self._id, MultipartUpload={"Parts": self._parts}
        )

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        self._buffer += data
        while len(self._buffer) >= PART_BYTES:
            self._send(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]
        return len(memoryview(data))

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        answer = self._client.upload_part(
            **self._place, UploadId=self._id, PartNumber=number, Body=part
        )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
