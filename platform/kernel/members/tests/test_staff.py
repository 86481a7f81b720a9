"""What staff do with members."""

from __future__ import annotations

import csv

import pytest

from kernel.audit.models import AuditEntry
from kernel.backoffice.members.files import member_rows
from kernel.common.csv import csv_lines
from kernel.members.errors import ReasonNeeded, UnknownMember
from kernel.members.models import Member
from kernel.members.services import current_member, sign_in
from kernel.members.services.erasing import anonymise
from kernel.members.services.staff import (
    disable_member,
    enable_member,
    find_members,
)
from kernel.members.tests.people import CLERK, NOW, PHONE, by_code, registered
from testkit.web import MEMBER_PASSWORD

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def test_members_are_found_by_whatever_is_known_of_them() -> None:
    lan, mei = registered(), by_code(PHONE).member
    Member.objects.filter(pk=mei.pk).update(name="陈美")

    for wanted, found in {
        "陈": [mei],
        "138 0013 8000": [mei],
        "LAN@example": [lan],
        lan.public_id.upper(): [lan],
        "": [mei, lan],
        "nobody": [],
        "%": [],
        "\x00": [],
        "x" * 300: [],
    }.items():
        assert list(find_members(wanted)) == found, wanted


def test_a_member_who_is_disabled_is_out_at_once_and_comes_back() -> None:
    member = registered()
    token = sign_in(login="lan@example.com", password=MEMBER_PASSWORD, device="x", now=NOW).token

    with pytest.raises(ReasonNeeded):
        disable_member(member.id, reason=" ", actor=CLERK, now=NOW)
    assert current_member(token, now=NOW) == member
    disable_member(member.id, reason="刷单", actor=CLERK, now=NOW)
    disable_member(member.id, reason="再次", actor=CLERK, now=NOW)

    assert current_member(token, now=NOW) is None
    assert list(find_members(state="disabled")) == [member]
    enable_member(member.id, actor=CLERK, now=NOW)
    assert current_member(token, now=NOW) is None
    assert list(find_members(state="open")) == [member]
    told = AuditEntry.objects.filter(action__startswith="members.").order_by("sequence")
    assert [(e.action, e.reason) for e in told] == [
        ("members.disabled", "刷单"),
        ("members.enabled", ""),
    ]


def test_who_is_gone_for_good_stays_gone() -> None:
    member = registered()
    anonymise(member.id, actor=CLERK, reason="要求", now=NOW)

    with pytest.raises(UnknownMember):
        enable_member(member.id, actor=CLERK, now=NOW)
    with pytest.raises(UnknownMember):
        disable_member(member.id, reason="x", actor=CLERK, now=NOW)

    assert list(find_members(state="gone")) == [member]


def test_an_export_holds_everybody_and_runs_no_formula() -> None:
    member = registered()
    Member.objects.update(name="=cmd|'/c calc'!A1")
    by_code(PHONE)

    lines = "".join(csv_lines(member_rows(find_members())))

    rows = list(csv.reader(lines.removeprefix("\ufeff").splitlines()))
    assert [row[0] for row in rows[1:]][-1] == member.public_id
    assert rows[2][1].startswith("'=")
    assert rows[1][2] == f"'{PHONE}"
