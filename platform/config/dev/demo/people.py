"""Who buys in the demo's shops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Final

from kernel.members.models import Address, Identity, Member
from kernel.members.proven import Proven
from kernel.members.services.addresses import Place, add_address
from kernel.members.services.identities import sign_in_with

if TYPE_CHECKING:
    from uuid import UUID

_ENGLISH: Final = (
    *("Ava Lindqvist", "Noah Bennett", "Mia Castellano", "Ethan Brooks", "Ruby Okafor"),
    *("Leo Marchetti", "Isla Whitford", "Oscar Delgado", "Nora Feldman", "Jude Abara"),
    *("Clara Novak", "Felix Warren", "Hazel Kim", "Theo Laurent", "Ivy Sato", "Caleb Ross"),
    *("Maya Rahman", "Eli Thornton", "Zoe Pereira", "Hugo Lindgren", "Lena Fischer"),
    *("Amir Haddad", "Piper Quinn", "Miles Ashford", "Tess Moreau", "Owen Blake"),
)
_CHINESE: Final = (
    *("王雨桐", "李建国", "张晓雯", "刘洋", "陈思远", "杨秀英", "赵子涵", "黄文静", "周志强"),
    *("吴佳怡", "徐浩然", "孙丽华", "马晓东", "朱雅婷", "胡一鸣", "郭春梅", "何俊杰", "林小满"),
    *("罗欣怡", "高振宇", "郑海燕", "梁思成", "谢雨晴", "宋明哲", "唐婉清", "许文博"),
)
_STREETS: Final = (
    ("Brooklyn", "US-NY", "11215", "Carroll St"),
    ("Portland", "US-OR", "97209", "NW Lovejoy St"),
    ("Chicago", "US-IL", "60614", "N Clark St"),
    ("Austin", "US-TX", "78704", "S Congress Ave"),
    ("Seattle", "US-WA", "98103", "Fremont Ave N"),
    ("Boston", "US-MA", "02116", "Newbury St"),
    ("Denver", "US-CO", "80203", "Pearl St"),
    ("Savannah", "US-GA", "31401", "Bull St"),
)
_DISTRICTS: Final = (
    ("310104", "200030", "淮海中路"),
    ("110105", "100020", "建国路"),
    ("440106", "510630", "天河路"),
    ("330106", "310013", "文三路"),
    ("510104", "610021", "春熙路"),
    ("320106", "210008", "中山北路"),
    ("420106", "430071", "中南路"),
    ("610113", "710061", "小寨东路"),
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A member, with where things are brought."""

    member_id: UUID
    address: dict[str, str]


def buyers(*, is_chinese: bool, pick: Random, since: datetime) -> list[Buyer]:
    """Return the shop's members, after making those that are missing."""
    names = _CHINESE if is_chinese else _ENGLISH
    return [
        _buyer(name, number, is_chinese=is_chinese, pick=pick, since=since)
        for number, name in enumerate(names, start=1)
    ]


def _buyer(name: str, number: int, *, is_chinese: bool, pick: Random, since: datetime) -> Buyer:
    house, place = pick.randint(2, 240), pick.randrange(len(_STREETS))
    if is_chinese:
        proven = Proven("phone", f"+8613{700000000 + number * 1271:09d}", name=name)
        region, postcode, street = _DISTRICTS[place]
        where = Place(name, proven.subject, f"{street}{house}号", "CN", region, "", postcode)
    else:
        local = name.lower().replace(" ", ".")
        proven = Proven("email", f"{local}@members.example.com", name=name)
        city, state, postcode, street = _STREETS[place]
        phone = f"+1212555{100 + number:04d}"
        where = Place(name, phone, f"{house} {street}", "US", state, city, postcode)
    known = Identity.objects.filter(provider=proven.provider, subject=proven.subject).first()
    if known is None:
        member = sign_in_with(proven, device="", now=since).member
        Member.objects.filter(pk=member.pk).update(name=name, created_at=since)
        address = add_address(member.pk, where, now=since)
    else:
        address = Address.objects.filter(member_id=known.member_id).earliest("created_at")
    return Buyer(address.member_id, written(address))


def written(address: Address) -> dict[str, str]:
    """Return an address as an order takes it."""
    names = ("name", "phone", "country", "region_code", "region", "city", "line", "postcode")
    return {name: str(getattr(address, name, "")) for name in names}
