"""A form in each demo shop, with what people sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.forms.document import Ask
from kernel.forms.models import Form
from kernel.forms.services import FormTold, Sender, create_form, put_field, submit

_TOLD: Final = FormTold(
    code="contact",
    names={"zh-hans": "联系我们", "en": "Contact us"},
    thanks={"zh-hans": "收到，我们会在一个工作日内回复。", "en": "Thank you: we answer in a day."},
)
_SUBJECTS: Final = (
    {"zh-hans": "订单", "en": "An order"},
    {"zh-hans": "批发合作", "en": "Wholesale"},
    {"zh-hans": "其他", "en": "Something else"},
)
_ASKS: Final = (
    Ask(key="", kind="text", label={"zh-hans": "称呼", "en": "Your name"}, is_required=True),
    Ask(key="", kind="email", label={"zh-hans": "电子邮箱", "en": "E-mail"}, is_required=True),
    Ask(key="", kind="choice", label={"zh-hans": "关于", "en": "About"}, choices=_SUBJECTS),
    Ask(key="", kind="long", label={"zh-hans": "内容", "en": "Message"}, is_required=True),
)
_SENT_ZH: Final = (
    ("周敏", "zhou.min@example.com", "c2", "我们是一家社区食堂，想每周订 80 斤时令蔬菜。"),
    ("陈立", "chen.li@example.com", "c1", "收到的杨梅很新鲜，请问还能再订两箱吗？"),
    ("许晴", "xu.qing@example.com", "c3", "可以周末去农场参观吗？两个大人一个孩子。"),
)
_SENT_EN: Final = (
    ("Nora Blake", "nora@example.com", "c2", "We run a small shop in Leeds. Do you sell to trade?"),
    (
        "Tom Hale",
        "tom.hale@example.com",
        "c1",
        "Could my linen shirt be sent to my office instead?",
    ),
    ("Ines Costa", "ines@example.com", "c3", "Will the oat cardigan come back in small?"),
)


def ask_once(goods: Range, *, now: datetime) -> None:
    """Make a form and have it sent, unless the shop has one."""
    if Form.objects.exists():
        return
    form = create_form(_TOLD, actor=ACTOR)
    for ask in _ASKS:
        put_field(form.pk, ask, actor=ACTOR)
    is_chinese = goods.locale.startswith("zh")
    for number, told in enumerate(_SENT_ZH if is_chinese else _SENT_EN):
        sender = Sender(
            key=told[1], page="/forms/contact/", language="zh-hans" if is_chinese else "en"
        )
        given = {f"f{place}": [text] for place, text in enumerate(told, start=1)}
        submit(form.pk, given, sender=sender, now=now - timedelta(days=9 - 4 * number))
