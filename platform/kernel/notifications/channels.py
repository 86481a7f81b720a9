"""Hands messages to the mail server, the gateway of text messages, and printers."""

from __future__ import annotations

import smtplib
from html import escape

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.branding import letters
from kernel.members.errors import MessageNotSent
from kernel.members.messages.sms import Sms, send_sms
from kernel.notifications.addresses import unsubscribe_path, web_address
from kernel.notifications.choices import MessageChannel
from kernel.notifications.kinds import kind_of
from kernel.notifications.models import Message
from kernel.notifications.services.printers import print_message
from kernel.tenancy.context import BrandRef, current_tenant


def hand_over(message: Message) -> None:
    """Send a message by its channel.

    Raises:
        MessageNotSent: nobody took it; later somebody may.
        SmsUnavailable: there is no gateway for text messages.
    """
    if message.channel == MessageChannel.EMAIL:
        _send_email(message)
    elif message.channel == MessageChannel.SMS:
        values = {str(name): str(value) for name, value in message.values.items()}
        send_sms(Sms(message.recipient, message.body, message.kind, values))
    elif message.channel == MessageChannel.PRINTER:
        print_message(message)


def _send_email(message: Message) -> None:
    declined = _unsubscribe(message)
    with translation.override(message.language):
        body, html = _letter(message, declined)
    envelope = letters.envelope(_brand_of(message), key=message.key.hex)
    if declined:
        envelope["headers"] |= {
            "List-Unsubscribe": f"<{declined}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=body,
        to=[message.recipient],
        **envelope,
    )
    letter.attach_alternative(html, "text/html")
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        raise MessageNotSent from error


def _brand_of(message: Message) -> BrandRef:
    tenant = current_tenant()
    return tenant.brand if message.staff_id is None else tenant.console_brand


def _letter(message: Message, declined: str) -> tuple[str, str]:
    """Return the letter as plain text and as HTML."""
    brand = _brand_of(message)
    link = web_address("store" if message.staff_id is None else "console", message.link)
    body = message.body + (f"\n\n{link}" if link and link not in message.body else "")
    paragraphs = "".join(
        f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in message.body.split("\n\n")
    )
    button = (
        f'<p><a href="{escape(link)}" style="display:inline-block;padding:10px 18px;'
        f"border-radius:6px;background:{escape(brand.colour)};color:#fff;"
        f'text-decoration:none">{escape(_("Have a look"))}</a></p>'
        if link
        else ""
    )
    footer = ""
    if declined:
        text = _("No more of these letters")
        body += f"\n\n— \n{text}: {declined}"
        footer = f'<p style="font-size:12px"><a href="{escape(declined)}">{escape(text)}</a></p>'
    frame = (
        '<!doctype html><html lang="{language}"><body style="font-family:sans-serif;'
        'line-height:1.6;max-width:560px;margin:0 auto;padding:24px">'
        '<h1 style="font-size:18px">{shop}</h1>{body}{button}{footer}</body></html>'
    )
    html = frame.format(
        language=escape(message.language),
        shop=escape(brand.name),
        body=paragraphs,
        button=button,
        footer=footer,
    )
    return body, html


def _unsubscribe(message: Message) -> str:
    kind = kind_of(message.kind)
    if message.member_id is None or kind is None:
        return ""
    return web_address("store", unsubscribe_path(message.member_id, kind.topic))
