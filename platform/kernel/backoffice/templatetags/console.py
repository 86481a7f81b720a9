"""Small words that the consoles' templates share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from kernel.access.masks import shown_contact
from kernel.access.models import Staff
from kernel.backoffice.countries import country_names, place_of, region_names
from kernel.branding.addresses import web_address
from kernel.common.money import Money
from kernel.i18n.languages import NAMES, SPOKEN
from kernel.levels.buyers import group_names
from kernel.modules.manifest import Text
from kernel.orders.taxes import percent_of
from kernel.reference.currencies import CURRENCIES
from kernel.tenancy.context import TenantRef, current_tenant_or_none

register = template.Library()


@register.filter
def host(tenant: TenantRef, kind: str) -> str:
    """Return the primary host name of a kind, or nothing."""
    return tenant.host(kind) or ""


@register.simple_tag
def address(name: str, kind: str) -> str:
    """Return the web address of a host name, as people reach it here."""
    return web_address(name, kind)


@register.filter
def said(text: Text) -> str:
    """Return a manifest's text in the reader's language."""
    return text.in_language(get_language())


@register.filter
def currency(code: str) -> str:
    """Return a currency's name and code in the reader's language."""
    for known, _decimals, chinese, english in CURRENCIES:
        if known == code:
            return f"{Text(chinese, english).in_language(get_language())} ({code})"
    return code


register.filter("country_names", country_names)
register.filter("region_names", region_names)
register.filter("place", place_of)


@register.filter
def language_name(code: str) -> str:
    """Return what a language is called in itself."""
    return NAMES.get(code, code)


@register.filter
def is_spoken(code: str) -> bool:
    """Tell whether the program itself speaks a language."""
    return code in SPOKEN


@register.filter
def zone(name: str) -> str:
    """Return a time zone's present offset and its name."""
    offset = datetime.now(ZoneInfo(name)).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]} ({name})"


@register.filter
def moment(when: datetime | None) -> str:
    """Return a moment in the tenant's time zone, day and minute."""
    if when is None:
        return ""
    tenant = current_tenant_or_none()
    local = timezone.localtime(when, ZoneInfo(tenant.zone) if tenant else None)
    return date_format(local, "Y-m-d H:i")


@register.filter
def day(when: datetime | None) -> str:
    """Return the day of a moment in the tenant's time zone."""
    return moment(when)[:10]


@register.simple_tag(takes_context=True)
def with_page(context: dict[str, Any], number: int) -> str:
    """Return the present query with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return str(query.urlencode())


_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}


@register.filter
def money(minor: int | None, code: str) -> str:
    """Return minor units of a currency as people write them; a dash for none."""
    if minor is None:
        return "—"
    amount = Money(abs(minor), code).decimal()
    whole, point, rest = amount.partition(".")
    grouped = f"{int(whole):,}{point}{rest}"
    sign = _SIGNS.get(code, f"{code} ")
    return f"{'−' if minor < 0 else ''}{sign}{grouped}"


@register.filter
def coded(minor: int, code: str) -> str:
    """Return minor units with the currency's code, where two currencies share a sign."""
    return f"{code} {Money(minor, code).decimal()}"


@register.filter
def moved(minor: int, code: str) -> str:
    """Return by how much a figure moved, with its sign."""
    text = money(minor, code)
    return text if minor < 0 else f"+{text}"


@register.filter
def percent(bp: int, places: int = 1) -> str:
    """Return a part of 10,000 in percent."""
    return f"{bp / 100:.{places}f}%"


@register.filter
def part(count: int, whole: int) -> str:
    """Return a part of a whole in percent; a dash of nothing."""
    return percent(count * 10_000 // whole) if whole else "—"


@register.filter
def change(bp: int) -> str:
    """Return by how many percent a figure changed, with its sign."""
    sign = "+" if bp > 0 else "−" if bp < 0 else "±"
    return f"{sign}{abs(bp) / 100:.1f}%"


@register.filter
def tenth(bp: int) -> int:
    """Return how dark a cell is, 0 to 5, for a part of 10,000."""
    return min(5, (bp + 999) // 1000)


@register.filter
def may(person: Staff, permission: str) -> bool:
    """Tell whether somebody may do what a permission names."""
    return person.may(permission)


@register.filter
def contact(text: str | None) -> str:
    """Return a telephone number or an e-mail address as whoever looks may see it."""
    return shown_contact(text or "")


@register.filter
def get(values: Any, key: Any) -> Any:
    """Return what stands under a key, or nothing."""
    return values.get(key, "")


@register.filter
def rate(ppm: int) -> str:
    """Return millionths as people write a rate, without the sign."""
    return percent_of(ppm)


@register.filter
def signed(number: int) -> str:
    """Return by how many something moved, with its sign; nothing for nothing."""
    if not number:
        return ""
    return f"+{number}" if number > 0 else f"−{-number}"


@register.filter
def tag_name(group: str) -> str:
    """Return what a group of a price list is called."""
    return group_names([group])[0]
