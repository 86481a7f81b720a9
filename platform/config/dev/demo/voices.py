"""Gives a shop reviews of what its members received, in its language, through the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.orders.models import OrderLine
from kernel.reviews.models import Review
from kernel.reviews.services import Stars, append, reply, write

_ANSWERED_BELOW: Final = 4
_ANONYMOUS: Final = 0.15
_APPENDED: Final = 0.12

_FARM: Final = (
    (5, "箱子里每一个都用网套包着，一个都没磕碰，味道和小时候一样。"),
    (5, "回购第三次了，家里老人孩子都爱吃。"),
    (5, "昨天下单今天就到，还带着露水的感觉，新鲜。"),
    (5, "比超市的好太多，价格也公道。"),
    (5, "送给同事的，都来问我在哪儿买的。"),
    (4, "味道很好，就是个头大小不太均匀。"),
    (5, "包装结实，冰袋到家还没化完。"),
    (4, "东西没得说，要是有小份装就更好了。"),
    (5, "客服很耐心，告诉我怎么保存，放了一周还很好。"),
    (5, "煮粥特别香，满屋子都是味道。"),
    (3, "口感一般，没有上次那批甜。"),
    (5, "孩子一口气吃了两个，这是最好的评价。"),
    (5, "看得出来是现摘现发的，叶子都是挺的。"),
    (4, "物流慢了一天，好在东西没坏。"),
    (5, "没有一点打蜡的痕迹，洗洗就能吃。"),
    (5, "炖汤很鲜，油花是金黄色的。"),
    (2, "有两个压坏了，联系客服给补了差价。"),
    (5, "过节买了四箱，长辈都说好。"),
    (5, "分量足，称了一下还多了一点。"),
    (4, "不错，下次等活动再囤一些。"),
    (5, "第一次在网上买生鲜，没想到这么靠谱。"),
    (5, "颜色自然，入口清甜，没有渣。"),
    (3, "味道可以，包装盒到的时候有点湿。"),
    (5, "会一直买下去，希望品质一直保持。"),
)
_FASHION: Final = (
    (5, "Fits exactly as the size guide says. The fabric feels far dearer than it was."),
    (5, "Wore it three times this week already. Washes well, no shrinking."),
    (4, "Lovely cut. The sleeves are a touch long on me, nothing a fold does not solve."),
    (5, "Arrived two days early and was folded with care."),
    (5, "The colour is just like in the pictures. I ordered a second one."),
    (3, "Nice, but thinner than I expected for the season."),
    (5, "Finally pockets that hold a telephone!"),
    (5, "Bought it as a present, and now my sister wants everything from here."),
    (4, "Comfortable all day. I would like to have it in green as well."),
    (5, "Stitching is neat, inside too. Very happy."),
    (2, "One button was loose when it came. The shop sent a new one at once, though."),
    (5, "Looks smart enough for work and soft enough for the sofa."),
    (5, "True to size, and it does not crease in the suitcase."),
    (4, "Good quality. It took a while to arrive."),
    (5, "I was afraid that it would itch. It does not."),
    (5, "Simple and well made. That is all I wanted."),
    (4, "Order one size up if you like to wear something underneath."),
    (5, "Got compliments on the first day."),
    (3, "The colour is a little darker than on my screen, but I kept it."),
    (5, "Third order here and never a disappointment."),
    (5, "Light, warm and not bulky. It has replaced two others."),
    (5, "The material is soft and holds its shape after ten washes."),
    (4, "Very pretty, the box had a dent but nothing inside was harmed."),
    (5, "Exactly what I was looking for."),
)
_LATER: Final = {
    True: ("用了一个月再来说：品质一直很稳定。", "又买了一次，还是一样好。"),
    False: ("After a month: still like new.", "Bought it again, and it is just as good."),
}
_ANSWERS: Final = {
    True: "谢谢您的反馈，我们已经记下来了，一定改进。",
    False: "Thank you for telling us. We have passed it on, and will do better.",
}


def speak_once(goods: Range, *, now: datetime) -> None:
    """Let members review what they received before now, unless somebody did."""
    if Review.objects.exists():
        return
    is_chinese, pick = goods.locale.startswith("zh"), Random(goods.locale)  # noqa: S311  no secret
    said = [*(_FARM if is_chinese else _FASHION)] * 2
    lines = _received(len(said))
    pick.shuffle(said)
    for line, (stars, text) in zip(lines, said, strict=False):
        with transaction.atomic():
            _speak(line, stars, text, is_chinese=is_chinese, pick=pick, now=now)


def _received(most: int) -> Sequence[OrderLine]:
    """Return what arrived first, in the order in which it did."""
    lines = OrderLine.objects.filter(order__member__isnull=False, delivered_quantity__gt=0)
    lines = lines.filter(order__delivered_at__isnull=False).select_related("order")
    return list(lines.order_by("order__delivered_at", "pk")[:most])


def _speak(
    line: OrderLine, stars: int, text: str, *, is_chinese: bool, pick: Random, now: datetime
) -> None:
    arrived, member_id = line.order.delivered_at, line.order.member_id
    assert arrived is not None  # noqa: S101  it was asked for
    assert member_id is not None  # noqa: S101  it was asked for
    at = min(now, arrived + timedelta(hours=pick.randint(5, 90)))
    others = Stars(stars, pick.choice((5, 5, 4)), pick.choice((5, 5, 5, 4)))
    is_anonymous = pick.random() < _ANONYMOUS
    row = write(line.pk, others, member_id=member_id, now=at, text=text, is_anonymous=is_anonymous)
    if stars < _ANSWERED_BELOW:
        reply(row.pk, _ANSWERS[is_chinese], actor=ACTOR, now=min(now, at + timedelta(days=1)))
    elif pick.random() < _APPENDED:
        later = min(now, at + timedelta(days=20))
        append(row.pk, member_id=member_id, text=pick.choice(_LATER[is_chinese]), now=later)
