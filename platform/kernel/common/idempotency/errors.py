"""What the ``Idempotency-Key`` header refuses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class KeyMalformed(DomainError):
    """The key is empty, longer than 255 characters, or not visible ASCII."""

    code: ClassVar[str] = "idempotency.key_malformed"
    status: ClassVar[int] = 400
    title = _("The Idempotency-Key header must be 1 to 255 visible ASCII characters.")


class KeyReused(DomainError):
    """The same caller used this key for another request."""

    code: ClassVar[str] = "idempotency.key_reused"
    status: ClassVar[int] = 422
    title = _("This Idempotency-Key was used for another request.")


class StillRunning(DomainError):
    """The first request with this key has not ended yet; ask again."""

    code: ClassVar[str] = "idempotency.in_progress"
    status: ClassVar[int] = 409
    title = _("The first request with this Idempotency-Key is still running.")


class ReplyNotKept(DomainError):
    """The first request was carried out, but its reply was too large to keep."""

    code: ClassVar[str] = "idempotency.reply_not_kept"
    status: ClassVar[int] = 409
    title = _("This request was already carried out; its reply was not kept.")


class BodyTooLarge(DomainError):
    """A request with a key may not be this large."""

    code: ClassVar[str] = "idempotency.body_too_large"
    status: ClassVar[int] = 413
    title = _("A request with an Idempotency-Key may not be this large.")
