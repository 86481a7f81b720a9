"""Lets a shop of the demo reward who recommends it: one lawful mode, with what it earned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from config.dev.demo.belonging import pay_out_from
from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.audit.actor import Actor
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.relations.choices import Source
from kernel.relations.models import Relation
from kernel.relations.services import contact
from kernel.rewards.models import Programme
from kernel.rewards.policy.services import approve, ask
from kernel.rewards.services.following import follow_order
from kernel.rewards.services.liabilities import MONEY
from kernel.rewards.services.switching import start
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.services import ask_simulation, run_simulation, usual

_PACKS: Final = ("BD-01",)
_PLACES: Final = {True: ("CN",), False: ("US", "EU")}
_SECOND: Final = Actor.system("demo.review")
# Orders of so many days are rewarded, as if the mode had been on since then.
_SINCE: Final = timedelta(days=45)
_UNINVITED: Final = 3
"""Every so manieth member came by himself."""


def reward_once(goods: Range, *, login: str, now: datetime) -> None:
    """Have a mode judged, simulated, approved and switched on, and tell it of past orders.

    Args:
        goods: what the shop sells.
        login: of the member whom the demo signs in as; he invited most of the others.
        now: the moment.
    """
    if Programme.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    if not Simulation.objects.exists():
        told = ask_simulation(
            _PACKS,
            {},
            usual(_PACKS, {}),
            asked_by="林小梅" if is_chinese else "Grace Porter",
            now=now,
        )
        run_simulation(told.pk)
    with transaction.atomic():
        _invite(login, now=now)
        reason = "老客带新客" if is_chinese else "Word of mouth"
        asked = ask(_PACKS, _PLACES[is_chinese], reason=reason, actor=ACTOR, now=now)
        approve(asked.pk, actor=_SECOND, now=now)
        programme = start(reason, _PACKS, {}, actor=ACTOR, now=now)
        pay_out_from(programme.assets[MONEY], is_chinese=is_chinese, now=now)
        for order in Order.objects.filter(placed_at__gte=now - _SINCE).order_by("placed_at"):
            if order.paid_minor:
                follow_order(order.pk, _moment(order))


def _invite(login: str, *, now: datetime) -> None:
    """Bind members to who invited them: most to one of three, some to nobody."""
    people = list(Member.objects.exclude(login=login).order_by("created_at", "id"))
    first = Member.objects.get(login=login)
    hosts = [first, first, *people[:2]]
    for number, member in enumerate(people[2:]):
        known = Relation.objects.filter(member_id=member.pk, sponsor_id__isnull=False).exists()
        if number % _UNINVITED == 0 or known:
            continue
        host = hosts[number % len(hosts)]
        came = Source.INVITATION
        contact(member.pk, host.pk, source=came, actor=ACTOR, now=now, is_new=True)


def _moment(order: Order) -> str:
    """Return how far an order has come, as a mode is told."""
    if order.status == "completed":
        return "completed"
    return "delivered" if order.fulfilment_status == "delivered" else "paid"
