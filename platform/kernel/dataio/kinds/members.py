"""Members from a file: opened without a password, found again by number, telephone or e-mail.

What people sign in with is never changed by a file, a sponsor is given to who has none,
and nobody's level falls because a cell is empty: an empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.dataio.kinds.member_rows import Known, bring_one
from kernel.dataio.resources import Column, Option, Outcome, Resource, RowRecord, Work
from kernel.members.errors import InvalidMember
from kernel.members.locks import lock_names
from kernel.members.normal import normal_login, proof_of
from kernel.relations.locks import own_tree

_KEYS = ("number", "phone", "email")


def _key(values: Mapping[str, str]) -> str:
    text = next((values[code] for code in _KEYS if code in values), "")
    with suppress(InvalidMember):
        return normal_login(text)
    return text.lower()


def bring_in(rows: Sequence[RowRecord], work: Work) -> Mapping[int, Outcome | DomainError]:
    """Open accounts, and bring those that are there in line with the file."""
    _lock(rows)
    known = Known(rows)
    done: dict[int, Outcome | DomainError] = {}
    for row in rows:
        try:
            with transaction.atomic():
                done[row.line] = bring_one(row, known, work)
        except DomainError as refusal:
            done[row.line] = refusal
    return done


def _lock(rows: Sequence[RowRecord]) -> None:
    """Take what several rows need in the order in which everybody takes it."""
    names = set()
    for row in rows:
        for code in ("phone", "email"):
            with suppress(InvalidMember):
                login = normal_login(row.get(code))
                names.add(f"{proof_of(login).value}:{login}")
    lock_names(names)
    if any(row.get("sponsor") for row in rows):
        own_tree()


MEMBERS = Resource(
    code="members",
    label=_("Members"),
    lead=_(
        "One row per member, found again by number, telephone or e-mail. Passwords are not "
        "taken over: members sign in with a code."
    ),
    permission="members.import",
    columns=(
        Column("number", _("Number"), ("member", "id", "会员编号")),
        Column("phone", _("Telephone"), ("mobile", "tel", "手机", "手机号", "电话")),
        Column("email", _("E-mail"), ("mail", "e-mail address", "邮箱", "电子邮箱")),
        Column("name", _("Name"), ("姓名", "昵称", "会员名称", "nickname", "full name")),
        Column(
            "level",
            _("Level"),
            ("会员等级", "grade", "rank"),
            "levels.manage",
            _("By its code or its name."),
        ),
        Column("tags", _("Tags"), ("会员标签",), help=_("With commas between them.")),
        Column(
            "sponsor",
            _("Invited by"),
            ("inviter", "referrer", "推荐人", "邀请人", "上级"),
            help=_(
                "Number, telephone, e-mail or invitation code of a member who is there already "
                "or stands further up."
            ),
        ),
        Column(
            "marketing",
            _("Agrees to marketing messages"),
            ("consent", "newsletter", "accepts marketing", "营销同意", "接收营销"),
            help=_("Yes or no."),
        ),
    ),
    needs=(_KEYS,),
    key=_key,
    bring_in=bring_in,
    sample=(
        {
            "phone": "13800138000",
            "email": "lin@example.com",
            "name": "Lin",
            "tags": "vip, tea",
        },
        {
            "phone": "13900139000",
            "name": "Wen",
            "sponsor": "13800138000",
        },
    ),
    options=(
        Option(
            "reason",
            _("Reason"),
            help=_("It stands in the history of levels and sponsors."),
            default=_("Import"),
        ),
        Option(
            "fixed",
            _("How long levels of the file are kept"),
            choices=lambda: (("yes", gettext("For good, whatever conditions say")),),
            empty=_("Until conditions say otherwise, after the grace period"),
        ),
    ),
    export="members",
    path="/members/",
)
