"""Letters to people of partners and of the operator, each in the brand of their console."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from channel_center.brands.selectors import brand_of
from channel_center.hosts import operator_brand
from channel_center.models import Channel
from kernel.access.models import Staff, present_staff
from kernel.branding.letters import envelope
from kernel.common.time import utc_now
from kernel.tenancy.context import BrandRef, public_context

_log = structlog.get_logger(__name__)


def console_of(channel_id: UUID | None) -> tuple[BrandRef, str]:
    """Return brand and host of a partner's console, or of the operator's (None)."""
    with public_context():
        channel = Channel.objects.filter(pk=channel_id).first() if channel_id else None
        if channel is None:
            return operator_brand(), settings.STOA_OPERATOR_HOST
        return brand_of(channel), channel.host


def people_with(channel_id: UUID | None, permission: str) -> list[Staff]:
    """Return who of a partner, or of the operator, may do something."""
    with public_context():
        rows = present_staff(utc_now()).filter(channel_id=channel_id).order_by("name", "pk")
        return [each for each in rows if each.may(permission)]


def write_to(person: Staff, brand: BrandRef, text: Callable[[], tuple[str, str]]) -> bool:
    """Write somebody a letter in his language; tell whether the mail server took it.

    Args:
        person: who gets it.
        brand: in whose name it goes out.
        text: returns subject and body in the language that is in force.
    """
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject, body = text()
    letter = EmailMessage(
        subject=" ".join(subject.split()), body=body, to=[person.email], **envelope(brand)
    )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        _log.warning("partner_letter_not_sent", error=str(error))
        return False
    return True
