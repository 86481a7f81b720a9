"""Buckets that files are put into: made, changed, removed, tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, Final
from urllib.parse import quote
from uuid import UUID

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outside import Answer, NotOutside, Unreachable, judged, send
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.dataio.errors import InvalidExport, UnknownExport
from kernel.dataio.models import ExportTarget

MOST_TARGETS: Final = 10
LARGEST: Final = 5 * 1024**3
"""What S3 takes in one piece."""
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_WORD: Final = re.compile(r"[!-~]+")
_DEADLINE: Final = 300.0
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDraft:
    """What a bucket is; see `ExportTarget`. Without a secret the one that is kept stays."""

    name: str
    endpoint: str
    region: str
    bucket: str
    prefix: str
    access_key: str
    secret_key: str = ""


class NotPut(Exception):
    """A bucket did not take a file; the text is a stable word."""


@transaction.atomic
def make_target(draft: TargetDraft, *, actor: Actor, now: datetime) -> ExportTarget:
    """Make a bucket known; its secret is sealed and shown to nobody again.

    Raises:
        InvalidExport: a value it cannot have, an address of our own, or too many of them.
    """
    values = _checked(draft)
    if not draft.secret_key:
        raise InvalidExport(_("The secret key is needed."), field="secret_key")
    if ExportTarget.objects.count() >= MOST_TARGETS:
        text = _("At most %(number)s buckets.") % {"number": MOST_TARGETS}
        raise InvalidExport(text, field="name")
    row = ExportTarget.objects.create(**values)
    put_secret(_purpose(row.pk), {"secret": draft.secret_key})
    record(action="export.target_made", actor=actor, obj=row, after=values, now=now)
    return row


@transaction.atomic
def change_target(
    target_id: UUID, draft: TargetDraft, *, actor: Actor, now: datetime
) -> ExportTarget:
    """Change a bucket; what waits goes to where it is now.

    Raises:
        UnknownExport: there is none.
        InvalidExport: a value it cannot have, or another service without its own secret.
    """
    row, values = target_with(target_id), _checked(draft)
    if values["endpoint"] != row.endpoint and not draft.secret_key:
        # Whoever may change an address must not learn by it what was sealed for another.
        raise InvalidExport(_("Another service needs its own secret key."), field="secret_key")
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    if draft.secret_key:
        put_secret(_purpose(row.pk), {"secret": draft.secret_key})
    record(
        action="export.target_changed", actor=actor, obj=row, before=before, after=values, now=now
    )
    return row


@transaction.atomic
def remove_target(target_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Forget a bucket; lists that went there are kept here from now on.

    Raises:
        UnknownExport: there is none.
    """
    row = target_with(target_id)
    record(action="export.target_removed", actor=actor, obj=row, before={"name": row.name}, now=now)
    drop_secret(_purpose(row.pk))
    row.delete()


def target_with(target_id: UUID) -> ExportTarget:
    """Return a bucket.

    Raises:
        UnknownExport: there is none.
    """
    row = ExportTarget.objects.filter(pk=target_id).first()
    if row is None:
        raise UnknownExport
    return row


def try_target(row: ExportTarget) -> None:
    """Put a small file into a bucket, to see.

    Raises:
        NotPut: it was not taken.
    """
    put_file(row, "test.txt", b"ok", size=2)


def put_file(row: ExportTarget, name: str, content: bytes | IO[bytes], *, size: int) -> None:
    """Put a file into a bucket, under the target's prefix; the same name again replaces it.

    Raises:
        NotPut: it was not taken.
        SecretMissing, SecretsUnreadable: the key cannot be opened.
    """
    if size > LARGEST:
        raise NotPut("too_large")
    secret = str(get_secret(_purpose(row.pk))["secret"])
    key = quote(f"{row.prefix}{name}")
    url = f"{row.endpoint.rstrip('/')}/{row.bucket}/{key}"
    try:
        answer = _put(url, content, _signed(row, secret, url, size))
    except NotOutside as error:
        raise NotPut("address") from error
    except Unreachable as error:
        raise NotPut(str(error)) from error
    if answer.status not in _OK:
        raise NotPut(f"status_{answer.status}")


def _put(url: str, content: bytes | IO[bytes], headers: Mapping[str, str]) -> Answer:
    return send(
        "PUT",
        url,
        content,
        headers=headers,
        inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS,
        deadline=_DEADLINE,
    )


def _signed(row: ExportTarget, secret: str, url: str, size: int) -> dict[str, str]:
    """Return the headers of a request, signed; the content itself travels under TLS."""
    headers = {"Content-Length": str(size), "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}
    request = AWSRequest(method="PUT", url=url, headers=headers)
    request.context["payload_signing_enabled"] = False
    S3SigV4Auth(Credentials(row.access_key, secret), "s3", row.region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


def _checked(draft: TargetDraft) -> dict[str, str]:
    values = {name: value.strip() for name, value in asdict(draft).items() if name != "secret_key"}
    if not values["name"]:
        raise InvalidExport(_("A name is needed."), field="name")
    if not _BUCKET.fullmatch(values["bucket"]):
        raise InvalidExport(_("This is no name of a bucket."), field="bucket")
    for name in ("region", "access_key"):
        if not _WORD.fullmatch(values[name]):
            raise InvalidExport(_("Letters and digits are expected."), field=name)
    prefix = values["prefix"].lstrip("/")
    if ".." in prefix or any(ord(each) < ord(" ") for each in prefix):
        raise InvalidExport(_("This cannot be the beginning of a name."), field="prefix")
    try:
        judged(values["endpoint"], inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS)
    except NotOutside:
        text = _("An https:// address in the open internet is needed.")
        raise InvalidExport(text, field="endpoint") from None
    except Unreachable:
        # A name that is not known yet may be tomorrow; it is judged again at each file.
        pass
    return values | {"prefix": prefix}


def _purpose(target_id: UUID) -> str:
    return f"dataio.target.{target_id.hex}"
