"""A gateway for text messages that is spoken to over HTTP: ``STOA_SMS_PROVIDER`` names it.

It posts ``{"to", "text", "template", "values", "sign"}`` to ``STOA_SMS_URL``, with
``STOA_SMS_TOKEN`` as a bearer token. Anything but 2xx is tried again later.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import httpx
from django.conf import settings

from kernel.members.errors import MessageNotSent
from kernel.members.messages.sms import Sms
from kernel.tenancy.context import current_tenant

_TIMEOUT: Final = httpx.Timeout(8, connect=4)


class HttpSms:
    """Hands text messages over to an address of the installation's own choice."""

    def send(self, message: Sms) -> None:
        """Hand a message over.

        Raises:
            MessageNotSent: the gateway did not take it.
        """
        brand = current_tenant().brand
        told = {
            "to": message.to,
            "text": message.text,
            "template": message.template,
            "values": dict(message.values),
            "sign": message.sign or brand.sms_sign or brand.name,
        }
        token = settings.STOA_SMS_TOKEN
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
                answer = client.post(settings.STOA_SMS_URL, json=told, headers=headers)
        except httpx.HTTPError as error:
            raise MessageNotSent from error
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise MessageNotSent
