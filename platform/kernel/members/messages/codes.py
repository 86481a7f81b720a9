"""The words around a one-time code."""

from __future__ import annotations

import smtplib
from datetime import timedelta

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from kernel.branding.letters import envelope
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
    letter = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[to],
        **envelope(current_tenant().brand),
    )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        raise MessageNotSent from error
