"""Gives a shop levels, tags and segments, and lets members have earnings paid out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.audit.actor import Actor
from kernel.ledger.choices import AssetKind
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.levels.models import Level, Segment
from kernel.levels.policy import set_policy
from kernel.levels.services import create_level, create_segment, tag_members
from kernel.levels.tasks import walk_once
from kernel.members.models import Member
from kernel.wallet.models import Withdrawal
from kernel.wallet.rules import set_withdrawal_rule
from kernel.wallet.services import add_account, approve, reject, request_withdrawal
from kernel.wallet.services.batches import batch_rows, close_batch, make_batch

EARNINGS: Final = "commission"
_LEVELS: Final[tuple[tuple[str, int, int, dict[str, Any]], ...]] = (
    ("member", 1, 1, {"zh": "普通会员", "en": "Member"}),
    ("silver", 2, 300, {"zh": "银卡会员", "en": "Silver", "discount_bp": 200}),
    ("gold", 3, 800, {"zh": "金卡会员", "en": "Gold", "discount_bp": 500, "points_bp": 15_000}),
    (
        "black",
        4,
        3_000,
        {"zh": "黑金会员", "en": "Black", "discount_bp": 800, "free_shipping": True},
    ),
)
# Orders of so many days bring points.
_POINTS_FOR: Final = timedelta(days=60)
_REVIEWER: Final = Actor.system("demo.review")


def belong_once(goods: Range, *, now: datetime) -> None:
    """Make levels and segments of a shop that has none, and pay some members out."""
    is_chinese = goods.locale.startswith("zh")
    if not Level.objects.exists():
        _raise(is_chinese=is_chinese, now=now)
    if not Segment.objects.exists():
        _gather(is_chinese=is_chinese, now=now)
    if not Withdrawal.objects.exists():
        _pay_out(goods, is_chinese=is_chinese, now=now)


@transaction.atomic
def _raise(*, is_chinese: bool, now: datetime) -> None:
    policy = {"earns_on": "paid", "grace_days": 30, "points_per_unit": 1}
    set_policy(policy, actor=ACTOR, now=now - _POINTS_FOR)
    for code, rank, growth, more in _LEVELS:
        told = {
            "name": more["zh" if is_chinese else "en"],
            "names": {"en": more["en"]} if is_chinese else {"zh-hans": more["zh"]},
            "rank": rank,
            "conditions": [{"fact": "growth", "at_least": growth}],
            **{name: value for name, value in more.items() if name not in {"zh", "en"}},
        }
        create_level(code, told, actor=ACTOR, now=now)
    while walk_once(None, now=now):
        pass


@transaction.atomic
def _gather(*, is_chinese: bool, now: datetime) -> None:
    often = {"kind": "orders", "test": "at_least", "value": 3, "days": 90}
    quiet = {"kind": "last_order", "test": "at_least", "value": 20, "days": None}
    named = (
        ("loyal", "常客" if is_chinese else "Regulars", often, "常客" if is_chinese else "regular"),
        ("quiet", "沉默会员" if is_chinese else "Gone quiet", quiet, ""),
    )
    for code, name, condition, tag in named:
        row = create_segment(
            code=code, name=name, conditions=[condition], tag=tag, actor=ACTOR, now=now
        )
        while walk_once(row.pk, now=now):
            pass
    first = list(Member.objects.order_by("created_at", "pk").values_list("pk", flat=True)[:3])
    tag_members(first, add=["团购" if is_chinese else "wholesale"], actor=ACTOR, now=now)


@transaction.atomic
def _pay_out(goods: Range, *, is_chinese: bool, now: datetime) -> None:
    ensure_asset(
        EARNINGS,
        AssetKind.COMMISSION,
        {"zh-hans": "推广佣金", "en": "Commission"},
        2,
        currency=goods.currency,
        rate=(1, 1),
        is_withdrawable=True,
    )
    pay_out_from(EARNINGS, is_chinese=is_chinese, now=now)
    members = list(Member.objects.filter(is_active=True).order_by("created_at", "pk")[:5])
    rows = [
        _asked(member, number, is_chinese=is_chinese, now=now)
        for number, member in enumerate(members, start=1)
    ]
    for row in rows[:2]:
        approve(row.pk, actor=_REVIEWER, now=now)
    if len(rows) > 2:  # noqa: PLR2004  the third one is refused
        reason = "户名与会员不一致" if is_chinese else "The account is in another name"
        reject(rows[2].pk, reason=reason, actor=_REVIEWER, now=now)
    if rows:
        batch = make_batch([rows[0].pk], actor=ACTOR, now=now)
        batch_rows(batch.pk, actor=ACTOR, now=now)
        close_batch(batch.pk, note_text="DEMO-0001", actor=ACTOR, now=now)


def pay_out_from(asset: str, *, is_chinese: bool, now: datetime) -> None:
    """Let members have one kind of balance paid out."""
    statement = {"zh-hans": "三个工作日内到账。", "en": "It arrives within three working days."}
    set_withdrawal_rule(
        asset,
        {
            "is_on": True,
            "channels": ["bank", "alipay"] if is_chinese else ["bank"],
            "min_minor": 1_000,
            "daily_minor": 500_000,
            "fee_bp": 60,
            "four_eyes_minor": 20_000,
            "statement": statement,
        },
        actor=ACTOR,
        now=now,
    )


def _asked(member: Member, number: int, *, is_chinese: bool, now: datetime) -> Withdrawal:
    owner, minor = Owner("member", member.pk), 5_000 * number
    legs = [Leg(owner, EARNINGS, minor), Leg(system("demo.sales"), EARNINGS, -minor)]
    post(key=f"demo:earned:{number}", kind="commission.earned", legs=legs, occurred_at=now)
    details = {
        "holder": member.name,
        "number": f"62220210{number:08d}",
        "bank": "工商银行 杭州分行" if is_chinese else "First Example Bank",
    }
    account = add_account(member.pk, "bank", details, now=now)
    return request_withdrawal(
        member.pk,
        asset=EARNINGS,
        minor=minor - 1_000,
        account_id=account.pk,
        key=f"demo:{number}",
        actor=Actor("member", member.public_id),
        now=now - timedelta(hours=number),
    )
