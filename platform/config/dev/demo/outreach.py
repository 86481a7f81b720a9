"""Lets a program in, tells another what happens, and says things in the shop's own words."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.access.scopes import Extent
from kernel.keys.models import ApiKey
from kernel.keys.services import KeyDraft, make_key
from kernel.notifications.choices import MessageChannel
from kernel.notifications.policy import Policy, current_policy, set_policy
from kernel.notifications.services import save_template
from kernel.notifications.wording import Words
from kernel.webhooks.models import Endpoint
from kernel.webhooks.services import EndpointDraft, make_endpoint, send_test, switch_endpoint

_SCOPES: Final = ("orders.view", "products.view", "stock.view", "stock.manage")
_EVENTS: Final = ("order.paid", "order.shipped", "order.refunded", "stock.low")
# Nobody answers there, so it is off; the test in its log shows how a failure looks.
_ADDRESS: Final = "https://erp.example/hooks/shop"
_FARM: Final = Words(
    "您的 {{ number }} 已经在打包啦",
    "{{ name }}，您好：\n\n收到您的 {{ total }}，我们这就去地里采摘、打包。\n\n{{ shop }}",
)
_FASHION: Final = Words(
    "We are wrapping your order {{ number }}",
    "Dear {{ name }},\n\nthank you! {{ total }} have come, and your things are being folded "
    "and wrapped.\n\n{{ shop }}",
)


class _Owner:
    """Whoever owns the shop may give a key whatever it can hold."""

    def may(self, _permission: str) -> bool:
        """Return True."""
        return True

    def extent_of(self, _permission: str) -> Extent | None:
        """Return that it holds for everything."""
        return None


@transaction.atomic
def connect_once(goods: Range, *, now: datetime) -> None:
    """Make a key, a webhook, quiet hours and words of its own, unless the shop has some."""
    if ApiKey.objects.exists() or Endpoint.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    name = "进销存系统" if is_chinese else "Warehouse system"
    key = KeyDraft(name=name, scopes=_SCOPES, networks=["10.0.0.0/8", "127.0.0.1"])
    make_key(key, by=_Owner(), actor=ACTOR, now=now)
    draft = EndpointDraft(name=name, url=_ADDRESS, events=_EVENTS)
    endpoint, _secret = make_endpoint(draft, actor=ACTOR, now=now)
    switch_endpoint(endpoint.pk, on=False, actor=ACTOR, now=now)
    send_test(endpoint.pk, _EVENTS[0], actor=ACTOR, now=now)
    present = current_policy()
    set_policy(
        Policy(present.channels, time(22), time(8), present.a_day, present.sms_a_day),
        actor=ACTOR,
    )
    words, language = (_FARM, "zh-hans") if is_chinese else (_FASHION, "en")
    save_template("order.paid", MessageChannel.EMAIL, language, words, actor=ACTOR, now=now)
