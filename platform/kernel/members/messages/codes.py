"""The words around a one-time code."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from kernel.members.choices import Channel
from kernel.members.errors import MessageNotSent
from kernel.members.messages.sms import Sms, send_sms
from kernel.tenancy.context import current_tenant


def deliver_code(*, channel: Channel, target: str, code: str, lasts: timedelta) -> None:
    """Send a code in the current language and the tenant's name.

    Raises:
        MessageNotSent: the gateway or the mail server did not take it.
        SmsUnavailable: there is no gateway.
    """
    shop = current_tenant().brand.name
    minutes = str(int(lasts.total_seconds() // 60))
    values = {"code": code, "minutes": minutes, "shop": shop}
    text = _(
        "%(code)s is your code for %(shop)s, valid for %(minutes)s minutes. "
        "Give it to nobody, not even to us."
    )
    if channel is Channel.SMS:
        send_sms(Sms(to=target, text=text % values, template="members.code", values=values))
        return
    _send_letter(to=target, subject=_("Your code for %(shop)s") % values, body=text % values)


def _send_letter(*, to: str, subject: str, body: str) -> None:
    brand = current_tenant().brand
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    letter = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        # The shop's name, but the installation's address: only that passes SPF and DKIM.
        from_email=str(Address(display_name=" ".join(brand.name.split()), addr_spec=sender)),
        to=[to],
        reply_to=[brand.support_email] if brand.support_email else [],
    )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        raise MessageNotSent from error
