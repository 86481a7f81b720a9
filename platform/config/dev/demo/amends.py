"""Lets members of a demo shop ask for something after the sale: one case of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.aftersales.choices import CaseKind, Reason
from kernel.aftersales.errors import NotOpen
from kernel.aftersales.models import Case
from kernel.aftersales.planning import Wish, openings_of
from kernel.aftersales.services import (
    approve,
    dispute,
    escalate,
    reject,
    request,
    say,
    send_back,
    set_address,
)
from kernel.audit.actor import Actor
from kernel.common.ids import public_id
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order

_HOUR: Final = timedelta(hours=1)
_ADDRESS: Final = {
    True: {"name": "售后仓 王师傅", "phone": "0571-8888 0101", "line": "杭州市余杭区良渚路 66 号"},
    False: {"name": "Returns desk", "phone": "+1 212 555 0188", "line": "12 Dock St, Brooklyn NY"},
}
_Act: TypeAlias = "Callable[[Case, _Scene], None]"


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who speaks which language, and when."""

    is_chinese: bool
    at: datetime
    buyer: Actor

    def words(self, chinese: str, english: str) -> str:
        """Return what is said."""
        return chinese if self.is_chinese else english


def amend_once(goods: Range, *, now: datetime) -> None:
    """Let members ask for amends for what arrived lately, unless somebody did.

    Args:
        goods: what the shop sells.
        now: the moment.
    """
    if Case.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    with transaction.atomic():
        set_address(_ADDRESS[is_chinese], actor=ACTOR)
    orders = _lately(now)
    for kind, reason, act in _PLAYS:
        for order in orders:
            scene = _Scene(is_chinese, now - 5 * _HOUR, _buyer(order))
            with transaction.atomic():
                case = _asked(order, kind, reason, scene)
                if case is not None:
                    act(case, scene)
            if case is not None:
                orders.remove(order)
                break


def _lately(now: datetime) -> list[Order]:
    """Return the orders of members that can be asked about, the latest arrivals first."""
    rows = Order.objects.filter(member__isnull=False, placed_at__lt=now - 6 * _HOUR)
    rows = rows.filter(status__in=(OrderStatus.PLACED, OrderStatus.COMPLETED))
    return list(rows.order_by("-placed_at", "pk")[:40])


def _buyer(order: Order) -> Actor:
    assert order.member_id is not None  # noqa: S101  it was asked for
    return Actor("member", public_id("mem", order.member_id))


def _asked(order: Order, kind: CaseKind, reason: Reason, scene: _Scene) -> Case | None:
    """Ask for one piece of the first line that is open for it; None where none is."""
    for opening in openings_of(order, now=scene.at):
        if not opening.kinds.get(kind) or not opening.room.minor or not _fits(order, reason, scene):
            continue
        minor = opening.room.worth(1) // 2 if kind == CaseKind.CLAIM else None
        # Some goods are not taken back without a reason.
        with suppress(NotOpen), transaction.atomic():
            return request(
                order.pk,
                kind,
                reason,
                [Wish(opening.room.line.pk, 1, minor=minor)],
                text=_texts(scene)[reason],
                actor=scene.buyer,
                now=scene.at,
            )
    return None


def _fits(order: Order, reason: Reason, scene: _Scene) -> bool:
    arrived = order.delivered_at is not None and order.delivered_at < scene.at
    return arrived != (reason == Reason.LATE)


def _texts(scene: _Scene) -> dict[Reason, str]:
    return {
        Reason.UNWANTED: scene.words("买多了，没有拆封。", "One too many, still wrapped."),
        Reason.WRONG_SIZE: scene.words("大小不合适，想换一个。", "Too small. Another, please?"),
        Reason.DAMAGED: scene.words("收到时压坏了一角。", "A corner was crushed when it came."),
        Reason.FAULTY: scene.words("用了一次就坏了。", "It broke the first time I used it."),
        Reason.LATE: scene.words("不着急用了，先退款吧。", "I no longer need it in time."),
        Reason.NOT_AS_DESCRIBED: scene.words("和图片不一样。", "It is not like in the pictures."),
    }


def _wait(_case: Case, _scene: _Scene) -> None:
    """Leave it to whoever tries the demo."""


def _send(case: Case, scene: _Scene) -> None:
    approve(case.pk, actor=ACTOR, now=scene.at + _HOUR)
    carrier = scene.words("顺丰", "UPS")
    now = scene.at + 2 * _HOUR
    send_back(case.pk, carrier=carrier, tracking="7731048852", actor=scene.buyer, now=now)


def _grant(case: Case, scene: _Scene) -> None:
    text = scene.words("抱歉，差价马上退给您。", "We are sorry. The money is on its way.")
    approve(case.pk, text=text, actor=ACTOR, now=scene.at + _HOUR)


def _ask_more(case: Case, scene: _Scene) -> None:
    text = scene.words("能发张照片吗？", "Could you send a picture?")
    say(case.pk, text, actor=ACTOR, now=scene.at + _HOUR)


def _quarrel(case: Case, scene: _Scene) -> None:
    text = scene.words("这款的颜色以实物为准。", "The colour is as it is in the listing.")
    reject(case.pk, text=text, actor=ACTOR, now=scene.at + _HOUR)
    said = scene.words("详情页写的是另一种颜色。", "The listing names another colour.")
    dispute(case.pk, text=said, actor=scene.buyer, now=scene.at + 2 * _HOUR)
    if not scene.is_chinese:
        # One of the two waits for the operator of the platform.
        text = "The shop has said no twice."
        escalate(case.pk, text=text, actor=scene.buyer, now=scene.at + 3 * _HOUR)


_PLAYS: Final[Sequence[tuple[CaseKind, Reason, _Act]]] = (
    (CaseKind.RETURN_REFUND, Reason.UNWANTED, _wait),
    (CaseKind.REFUND_ONLY, Reason.LATE, _wait),
    (CaseKind.RETURN_REFUND, Reason.FAULTY, _send),
    (CaseKind.CLAIM, Reason.DAMAGED, _grant),
    (CaseKind.EXCHANGE, Reason.WRONG_SIZE, _ask_more),
    (CaseKind.RETURN_REFUND, Reason.NOT_AS_DESCRIBED, _quarrel),
)
