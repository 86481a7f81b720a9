"""Blocks about promotions and coupons."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Image, Json, Line, Moment, Number, Settings, read_moment
from themes.shop.moments import moment_text


def _wall(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"coupons": Binding.to("coupons.wall")}


def _first(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    most = settings["most"]
    assert isinstance(most, int)  # noqa: S101  a number's setting
    return {"coupons": (data["coupons"] or [])[:most]}


def _wall_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    cells: list[Json] = [
        parts.box(
            parts.text_part(each["face"], size="title"),
            parts.text_part(each["name"]),
            parts.text_part(each["rule"]),
        )
        for each in data["coupons"] or []
    ]
    return parts.box(
        parts.text_part(str(settings["title"]), size="title") if settings["title"] else None, *cells
    )


def _promotion() -> Line:
    return Line(
        label=Text("促销编号", "Promotion"),
        help=Text("留空则显示最先结束的促销。", "Its id; without one, that which ends first."),
        longest=40,
    )


def _banner_needs(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    promotion = str(settings["promotion"])
    return {"promotion": Binding.to("promotions.featured", promotion=promotion, ends_only=False)}


def _countdown_needs(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    promotion = str(settings["promotion"])
    return {"promotion": Binding.to("promotions.featured", promotion=promotion, ends_only=True)}


def _counted(settings: Settings, data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    """Return until when it is counted: until a moment that was set, or the promotion's end."""
    until = read_moment(settings["until"]) if settings["until"] else None
    found = data["promotion"] or {}
    if until is not None:
        is_ahead = until > page.now
        ends_at, ends = until.isoformat(), moment_text(until, page.language)
    else:
        ends_at, ends = found.get("ends_at", ""), found.get("ends", "")
        is_ahead = bool(ends_at)
    return {"is_ahead": is_ahead, "ends_at": ends_at, "ends": ends}


def _promotion_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    found = data["promotion"]
    title = str(settings["title"]) or (found["name"] if found else "")
    return parts.box(
        parts.text_part(title, size="title") if title else None,
        parts.text_part(found["rule"]) if found else None,
    )


def _popup_needs(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    is_known = page.viewer is not None and page.viewer.member_id is not None
    return {"coupons": Binding.to("coupons.own_popup" if is_known else "coupons.popup")}


def _popup(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    most = settings["most"]
    assert isinstance(most, int)  # noqa: S101  a number's setting
    coupons = (data["coupons"] or [])[:most]
    ids = "".join(sorted(str(each["id"]) for each in coupons))
    return {"coupons": coupons, "key": sha256(ids.encode()).hexdigest()[:12]}


BANNER: Final = Block(
    type="promo.banner",
    label=Text("促销横幅", "Promotion banner"),
    template="themes/blocks/promo_banner.html",
    group="marketing",
    icon="tag",
    settings={
        "promotion": _promotion(),
        "kicker": parts.label("小标题", "Line above"),
        "title": parts.title(),
        "label": parts.label("按钮文字", "Button"),
        "link": parts.link(),
        "image": Image(label=Text("图片", "Picture")),
    },
    needs=_banner_needs,
    primitives=_promotion_parts,
)
COUNTDOWN: Final = Block(
    type="promo.countdown",
    label=Text("促销倒计时", "Promotion countdown"),
    template="themes/blocks/promo_countdown.html",
    group="marketing",
    icon="clock",
    settings={
        "promotion": _promotion(),
        "title": parts.title(),
        "until": Moment(
            label=Text("倒计时至", "Count down to"),
            help=Text("留空则为促销结束时间。", "Without one, the end of the promotion."),
        ),
        "link": parts.link(),
    },
    needs=_countdown_needs,
    prepare=_counted,
    primitives=_promotion_parts,
)
POPUP: Final = Block(
    type="coupon.popup",
    label=Text("优惠券弹窗", "Coupon pop-up"),
    template="themes/blocks/coupon_popup.html",
    group="marketing",
    icon="tag",
    settings={
        "title": parts.title(),
        "most": Number(label=Text("最多", "At most"), default=3, minimum=1, maximum=6),
        "seconds": Number(
            label=Text("几秒后弹出", "Seconds before it opens"), default=2, minimum=0, maximum=60
        ),
        "days": Number(
            label=Text("几天内不再弹出", "Days before it opens again"),
            default=7,
            minimum=1,
            maximum=90,
        ),
    },
    vary="member",
    needs=_popup_needs,
    prepare=_popup,
    primitives=_wall_parts,
    limit=1,
)
WALL: Final = Block(
    type="coupon.wall",
    label=Text("领券中心", "Coupons to take"),
    template="themes/blocks/coupon_wall.html",
    group="marketing",
    icon="tag",
    settings={
        "title": parts.title(),
        "most": Number(label=Text("最多", "At most"), default=60, minimum=1, maximum=60),
    },
    vary="member",
    needs=_wall,
    prepare=_first,
    primitives=_wall_parts,
)
MINE: Final = Block(
    type="member.coupons",
    label=Text("我的优惠券", "My coupons"),
    template="themes/blocks/my_coupons.html",
    group="member",
    icon="tag",
    vary="member",
    limit=1,
)
BLOCKS: Final = (BANNER, COUNTDOWN, POPUP, WALL, MINE)
