"""Letters to staff, in the shop's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.access.models import Staff
from kernel.branding.letters import envelope
from kernel.tenancy.context import BrandRef, current_tenant_or_none


def shop_name() -> str:
    """Return in whose name letters go out."""
    tenant = current_tenant_or_none()
    return tenant.console_brand.name if tenant is not None else _("the platform")


@contextmanager
def language_of(person: Staff) -> Iterator[None]:
    """Write in the language of a person inside the block; else in the shop's."""
    tenant = current_tenant_or_none()
    usual = tenant.locale if tenant is not None else settings.LANGUAGE_CODE
    with translation.override(person.language or usual):
        yield


def send_letter(person: Staff, *, subject: str, body: str) -> None:
    """Send a letter.

    Raises:
        smtplib.SMTPException, OSError: the mail server did not take it.
    """
    EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[person.email],
        **staff_envelope(),
    ).send()


def staff_envelope() -> dict[str, Any]:
    """Return who letters to staff come from, as Django's messages take it."""
    tenant = current_tenant_or_none()
    return envelope(tenant.console_brand if tenant is not None else BrandRef(shop_name()))
