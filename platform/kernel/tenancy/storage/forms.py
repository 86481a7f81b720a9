"""Forms by which browsers and programs send one file to the storage themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

from django.core.files.storage import default_storage

from kernel.common.time import utc_now
from kernel.tenancy.signing import BadSignature, tenant_signer

RECEIVER: Final = "/uploads/"
"""Where files are sent that go to this machine's disk."""
_LONGEST_NUMBER: Final = 12
_SALT: Final = "kernel.tenancy.storage.forms"


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that takes one file under one name.

    Attributes:
        url: where ``multipart/form-data`` is sent; a path for this host.
        fields: stand before the field ``file``, unchanged.
    """

    url: str
    fields: Mapping[str, str]


class TakesForms(Protocol):
    """What a storage can do beyond Django's."""

    def upload_form(self, name: str, *, largest: int, seconds: int) -> UploadForm:
        """Return a form for one file of the current scope."""
        ...


def upload_form(name: str, *, largest: int, seconds: int) -> UploadForm:
    """Return a form that takes one file of the current scope, for a time.

    Args:
        name: the file's; no other can be sent with it.
        largest: bytes that the file may have at most.
        seconds: how long the form is good for.
    """
    storage = cast("TakesForms", default_storage)
    return storage.upload_form(name, largest=largest, seconds=seconds)


def signed_form(name: str, *, largest: int, seconds: int) -> UploadForm:
    """Return a form for a file that goes to this machine's disk."""
    until = int(utc_now().timestamp()) + seconds
    fields = {"key": name, "largest": str(largest), "until": str(until)}
    return UploadForm(
        RECEIVER, {**fields, "signature": tenant_signer(_SALT).signature(_signed(fields))}
    )


def check_form(fields: Mapping[str, str]) -> tuple[str, int]:
    """Return the name that a form of the current scope is for, and the most bytes.

    Raises:
        BadSignature: forged, too old, or of another scope.
    """
    told = {name: fields.get(name, "") for name in ("key", "largest", "until")}
    numbers = told["largest"], told["until"]
    if not all(each.isascii() and each.isdigit() for each in numbers) or any(
        len(each) > _LONGEST_NUMBER for each in numbers
    ):
        raise BadSignature("no form")
    tenant_signer(_SALT).unsign(f"{_signed(told)}:{fields.get('signature', '')}")
    if int(told["until"]) < utc_now().timestamp():
        raise BadSignature("too old")
    return told["key"], int(told["largest"])


def _signed(fields: Mapping[str, str]) -> str:
    return f"{fields['until']}:{fields['largest']}:{fields['key']}"
