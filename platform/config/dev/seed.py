"""The demo: an operator, a channel partner with a brand, and two branded shops.

Planting again changes nothing. Passwords are made once for each checkout and
kept with its other secrets; none of them is in the repository.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from uuid import UUID

    from config.dev.state import Installation
    from kernel.tenancy.context import TenantRef

Report: TypeAlias = Callable[[str], None]

_PASSWORD_BYTES: Final = 12
CHANNEL_SLUG: Final = "north-star"


@dataclass(frozen=True)
class DemoShop:
    """A shop of the demo.

    Attributes:
        label: first part of its host names, below the base domain.
        goods: what it sells; a range of `config.dev.demo`.
        modules: switched on at once.
    """

    label: str
    name: str
    goods: str
    owner: str
    owner_name: str
    member: str
    member_name: str
    particulars: dict[str, str] = field(default_factory=dict)
    brand: dict[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()


SHOPS: Final = (
    DemoShop(
        label="linden",
        name="Linden & Loom",
        goods="fashion",
        owner="owner@linden.example.com",
        owner_name="Grace Porter",
        member="sam@members.example.com",
        member_name="Sam Rivers",
        particulars={
            "legal_entity": "Linden & Loom Clothing, Inc.",
            "locale": "en",
            "zone": "America/New_York",
            "currency": "USD",
        },
        brand={
            "name": "Linden & Loom",
            "colour": "#2f5346",
            "support_email": "hello@linden.example.com",
        },
        modules=("check_in",),
    ),
    DemoShop(
        label="guyu",
        name="谷雨农场",
        goods="farm",
        owner="owner@guyu.example.com",
        owner_name="林小梅",
        member="mei@members.example.com",
        member_name="陈美",
        particulars={
            "legal_entity": "谷雨农产品（杭州）有限公司",
            "locale": "zh-hans",
            "zone": "Asia/Shanghai",
            "currency": "CNY",
        },
        brand={
            "name": "谷雨农场",
            "colour": "#b4462f",
            "support_email": "help@guyu.example.com",
        },
        modules=("check_in",),
    ),
)


def plant(installation: Installation, report: Report) -> None:
    """Make what is missing of the demo, and list whom one can sign in as."""
    from django.conf import settings

    base = str(settings.STOA_BASE_DOMAIN)
    rows = [_operator(installation)]
    channel_id, row = _channel(installation, base)
    rows.append(row)
    for shop in SHOPS:
        report(shop.name)
        rows += _shop(installation, shop, channel_id=channel_id, base=base)
        _fill(installation, shop, base=base, report=report)
    _sell(channel_id, base=base)
    _write_sign_in(installation, rows)


def _operator(installation: Installation) -> dict[str, str]:
    from django.conf import settings

    host = str(settings.STOA_OPERATOR_HOST)
    email = f"operator@{_mail_domain(host)}"
    password = _password(installation, "operator")
    _ensure_staff(None, email=email, name="何安", password=password)
    return _row("Operator console", "channel", host, email, password)


def _channel(installation: Installation, base: str) -> tuple[UUID, dict[str, str]]:
    from channel_center.models import Channel
    from channel_center.services.channels import create_channel
    from kernel.audit.actor import Actor
    from kernel.tenancy.context import public_context

    host = f"partner.{base}"
    email = "partner@north-star.example.com"
    password = _password(installation, "partner")
    with public_context():
        channel = Channel.objects.filter(slug=CHANNEL_SLUG).first()
    if channel is None:
        channel = create_channel(
            name="北辰云店 North Star",
            slug=CHANNEL_SLUG,
            host=host,
            brand={
                "name": "北辰云店",
                "colour": "#2d4a9e",
                "accent": "#e0a526",
                "support_email": "support@north-star.example.com",
                "support_phone": "+86 571 8800 1234",
                "help_url": "https://help.north-star.example.com/",
                "terms_url": "https://north-star.example.com/terms",
                "privacy_url": "https://north-star.example.com/privacy",
                "totp_issuer": "北辰云店",
                "sms_sign": "北辰云店",
                "pdf_footer": "北辰云店 · 让生意有自己的样子",
            },
            actor=Actor.system("demo"),
        )
    _ensure_staff(channel.pk, email=email, name="周航", password=password)
    return channel.pk, _row("Channel partner's console", "channel", channel.host, email, password)


def _shop(
    installation: Installation, shop: DemoShop, *, channel_id: UUID, base: str
) -> list[dict[str, str]]:
    from kernel.tenancy.context import public_context
    from tenants.models import Domain

    store, console = f"{shop.label}.{base}", f"console.{shop.label}.{base}"
    owner_password = _password(installation, f"{shop.label}:owner")
    member_password = _password(installation, f"{shop.label}:member")
    with public_context():
        is_open = Domain.objects.filter(domain=store).exists()
    if not is_open:
        _open(shop, channel_id=channel_id, hosts=(store, console), password=owner_password)
    has_members = _ensure_member(shop, store=store, password=member_password)
    name = shop.brand["name"]
    visitor = (shop.member, member_password) if has_members else ("", "")
    return [
        _row(f"{name}: storefront", "store", store, *visitor),
        _row(f"{name}: console", "console", console, shop.owner, owner_password),
    ]


def _fill(installation: Installation, shop: DemoShop, *, base: str, report: Report) -> None:
    from django.utils.translation import override

    from config.dev.demo.balances import spend_once
    from config.dev.demo.cards import take_cards
    from config.dev.demo.rewarding import reward_once
    from config.dev.demo.stage import fill
    from config.dev.demo.wares import read_range
    from kernel.common.time import utc_now
    from kernel.tenancy.context import tenant_context

    # Orders keep the words of the language in which they were placed.
    tenant = _tenant_at(f"{shop.label}.{base}")
    with tenant_context(tenant), override(tenant.locale):
        fill(shop.goods, now=utc_now(), report=lambda text: report(f"{shop.name}: {text}"))
        goods = read_range(shop.goods)
        spend_once(goods, login=shop.member, now=utc_now())
        reward_once(goods, login=shop.member, now=utc_now())
        if installation.stripe_url:
            port = installation.state.ports["store"]
            take_cards(
                shop.label,
                store_url=f"http://{shop.label}.{base}:{port}",
                stripe_url=installation.stripe_url,
                now=utc_now(),
            )


def _sell(channel_id: UUID, *, base: str) -> None:
    from config.dev.demo.selling import sell_once

    tenants = [_tenant_at(f"{shop.label}.{base}") for shop in SHOPS]
    sell_once(channel_id, [each.id for each in tenants])


def _open(shop: DemoShop, *, channel_id: UUID, hosts: tuple[str, str], password: str) -> None:
    from kernel.access.services import hash_password
    from kernel.audit.actor import Actor
    from kernel.modules.registry import manifest_of
    from tenants.choices import DomainKind
    from tenants.services.lifecycle import Opening, open_tenant
    from tenants.services.modules import enable

    actor = Actor.system("demo")
    opening = Opening(
        name=shop.name,
        hosts={DomainKind.STORE: hosts[0], DomainKind.CONSOLE: hosts[1]},
        owner_email=shop.owner,
        owner_name=shop.owner_name,
        owner_password_hash=hash_password(password),
        channel_id=channel_id,
        brand=shop.brand,
        **_as_arguments(shop.particulars),
    )
    tenant = open_tenant(opening, actor=actor, may_make_schema=True)
    for code in shop.modules:
        # A checkout may carry fewer modules than the demo shows.
        if manifest_of(code) is not None:
            enable(tenant.id, code, actor=actor)


def _as_arguments(values: dict[str, str]) -> dict[str, Any]:
    return dict(values)


def _ensure_member(shop: DemoShop, *, store: str, password: str) -> bool:
    """Register the demo's member; return whether this installation has members."""
    from django.apps import apps

    if not list(apps.get_app_config("members").get_models()):
        return False
    from kernel.members.errors import LoginTaken
    from kernel.members.services import register_member
    from kernel.tenancy.context import tenant_context

    with tenant_context(_tenant_at(store)):
        try:
            register_member(login=shop.member, name=shop.member_name, password=password)
        except LoginTaken:
            return True
    return True


def _tenant_at(store: str) -> TenantRef:
    from kernel.tenancy.context import public_context
    from tenants.directory import read_tenant
    from tenants.models import Domain

    with public_context():
        tenant_id = Domain.objects.values_list("tenant_id", flat=True).get(domain=store)
    return read_tenant(tenant_id)[0]


def _ensure_staff(channel_id: UUID | None, *, email: str, name: str, password: str) -> None:
    from channel_center.services.channels import add_staff
    from kernel.access.models import Staff
    from kernel.access.services import hash_password
    from kernel.tenancy.context import public_context

    with public_context():
        if Staff.objects.filter(email=email).exists():
            return
    add_staff(channel_id=channel_id, email=email, name=name, password_hash=hash_password(password))


def _password(installation: Installation, who: str) -> str:
    """Return a person's password, made at the first call and short enough to type."""
    known = installation.state.passwords
    if (name := f"demo:{who}") not in known:
        known[name] = secrets.token_urlsafe(_PASSWORD_BYTES)
        # Before it is used: a password that is lost locks the person out for good.
        installation.checkout.save(installation.state)
    return known[name]


def _mail_domain(host: str) -> str:
    return "example.com" if host.endswith(".localhost") else host.partition(".")[2]


def _row(what: str, process: str, host: str, user: str, password: str) -> dict[str, str]:
    return {
        "what": what,
        "process": process,
        "host": host,
        "path": "/",
        "user": user,
        "password": password,
    }


def _write_sign_in(installation: Installation, rows: list[dict[str, str]]) -> None:
    path = installation.checkout.sign_in_file
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(rows, stream, ensure_ascii=False, indent=2)
    fresh.replace(path)
