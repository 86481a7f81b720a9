"""Files that belong to somebody.

A tenant's files lie under ``tenants/<id>/`` and are reached in that tenant's
scope only; the installation's own under ``public/``. Archives lie under
``archives/`` and are reached in the public scope only. Without a scope there is
no file at all. The classes for S3 are imported on first use: boto3 is large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.tenancy.storage.forms import UploadForm, upload_form
from kernel.tenancy.storage.local import LocalArchiveStorage, LocalTenantStorage
from kernel.tenancy.storage.names import ArchiveFiles, checked_name, delete_all, walk

if TYPE_CHECKING:
    from kernel.tenancy.storage.s3 import S3ArchiveStorage, S3TenantStorage

__all__ = [
    "ArchiveFiles",
    "LocalArchiveStorage",
    "LocalTenantStorage",
    "S3ArchiveStorage",
    "S3TenantStorage",
    "UploadForm",
    "checked_name",
    "delete_all",
    "upload_form",
    "walk",
]


def __getattr__(name: str) -> object:
    if name in {"S3ArchiveStorage", "S3TenantStorage"}:
        from kernel.tenancy.storage import s3

        return getattr(s3, name)
    raise AttributeError(name)
