"""Where a visit comes from, told by its first address and the page before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from kernel.analytics.choices import Channel, Device

LONGEST: Final = 80
_PAID: Final = frozenset({"cpc", "ppc", "cpm", "paid", "ads", "ad", "display", "paidsearch"})
_SEARCH: Final = (
    *("google.", "bing.", "baidu.", "sogou.", "so.com", "sm.cn", "duckduckgo.", "yandex."),
    *("yahoo.", "ecosia.", "naver.", "haosou.", "toutiao.", "shenma."),
)
_SOCIAL: Final = (
    *("weibo.", "t.cn", "weixin.", "wechat.", "qq.com", "douyin.", "xiaohongshu.", "zhihu."),
    *("bilibili.", "kuaishou.", "douban.", "facebook.", "instagram.", "t.co", "x.com"),
    *("twitter.", "tiktok.", "pinterest.", "reddit.", "youtube.", "linkedin.", "lnkd.in"),
    *("whatsapp.", "telegram.", "t.me", "line.me", "snapchat.", "threads."),
)
_TABLETS: Final = ("ipad", "tablet")
_PHONES: Final = ("mobile", "iphone", "android", "micromessenger")
_ROBOTS: Final = (
    *("bot", "crawl", "spider", "slurp", "lighthouse", "preview", "monitor", "fetch"),
    *("curl/", "wget/", "python-", "scrapy"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visit comes from."""

    channel: Channel
    source: str = ""


def origin_of(*, landing: str, referrer: str, host: str, agent: str) -> Origin:
    """Return where a visit comes from.

    Args:
        landing: the query of the first address, with what campaigns add to it.
        referrer: address of the page before, or its host.
        host: of the shop itself.
        agent: how the browser calls itself.
    """
    told = parse_qs(landing, max_num_fields=50) if len(landing) <= 2_000 else {}  # noqa: PLR2004
    if named := _first(told, "utm_source"):
        is_paid = _first(told, "utm_medium").lower() in _PAID
        campaign = _first(told, "utm_campaign")
        source = f"{named} / {campaign}" if campaign else named
        return Origin(Channel.ADVERTISING if is_paid else Channel.CAMPAIGN, source[:LONGEST])
    if any(_first(told, name) for name in ("gclid", "fbclid", "msclkid", "bd_vid")):
        return Origin(Channel.ADVERTISING, _host(referrer))
    if _first(told, "via"):
        return Origin(Channel.INVITATION)
    return _by_referrer(_host(referrer), host=host.partition(":")[0].lower(), agent=agent.lower())


def _by_referrer(before: str, *, host: str, agent: str) -> Origin:
    if not before or before == host:
        if "micromessenger" in agent:
            return Origin(Channel.SOCIAL, "wechat")
        return Origin(Channel.DIRECT)
    if _is_among(before, _SEARCH):
        return Origin(Channel.SEARCH, before)
    if _is_among(before, _SOCIAL):
        return Origin(Channel.SOCIAL, before)
    return Origin(Channel.REFERRAL, before)


def device_of(agent: str) -> Device:
    """Return what a browser runs on, by how it calls itself."""
    text = agent.lower()
    if any(word in text for word in _TABLETS) or ("android" in text and "mobile" not in text):
        return Device.TABLET
    return Device.PHONE if any(word in text for word in _PHONES) else Device.COMPUTER


def is_robot(agent: str) -> bool:
    """Tell whether a program calls itself one, or says nothing of itself."""
    text = agent.lower()
    return not text or any(word in text for word in _ROBOTS)


def _is_among(host: str, known: tuple[str, ...]) -> bool:
    """Tell whether a host is one of these, or below one."""
    dotted = f".{host}"
    return any(
        f".{each}" in dotted if each.endswith(".") else dotted.endswith(f".{each}")
        for each in known
    )


def _host(address: str) -> str:
    text = address if "//" in address else f"//{address}"
    try:
        found = urlsplit(text).hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.")[:LONGEST].replace("\x00", "")


def _first(told: dict[str, list[str]], name: str) -> str:
    return " ".join(told.get(name, [""])[0].replace("\x00", "").split())
