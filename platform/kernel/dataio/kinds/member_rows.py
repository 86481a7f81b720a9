"""One row of a file of members: who is meant, what differs, and how it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from kernel.access.masks import masked_contact
from kernel.access.scopes import advisor_for
from kernel.audit.services import record
from kernel.common.ids import InvalidId, parse_public_id
from kernel.dataio.errors import RowRefused
from kernel.dataio.kinds.named import Named
from kernel.dataio.records import read_list, read_switch
from kernel.dataio.resources import Outcome, RowRecord, Work
from kernel.levels.models import Level
from kernel.levels.selectors import levels_by_member
from kernel.levels.services import set_level
from kernel.members.choices import ConsentKind, Proof
from kernel.members.errors import InvalidMember
from kernel.members.models import Identity, Member
from kernel.members.normal import normal_login, proof_of, shown_text
from kernel.members.services.accounts import rename
from kernel.members.services.consents import current_documents, say, words_on
from kernel.members.services.staff import LONGEST_TAG, open_member, set_member_tags, tags_of
from kernel.relations.models import Relation
from kernel.relations.services import appoint, inviter

PERMISSION: Final = "members.import"
_CONTACTS: Final = {"phone": Proof.PHONE, "email": Proof.EMAIL}
_MASK: Final = "****"


class Known:
    """What the shop knows of the members of some rows; eight queries, however many rows."""

    def __init__(self, rows: Sequence[RowRecord]) -> None:
        """Look everything up."""
        self.advisor = advisor_for(PERMISSION)
        logins, numbers = _named(rows, ("phone", "email", "sponsor")), _numbers(rows)
        found = Identity.objects.filter(provider__in=_CONTACTS.values(), subject__in=logins)
        self.by_login = dict(found.values_list("subject", "member_id"))
        ids = {*self.by_login.values(), *numbers}
        self.members = {row.pk: row for row in Member.objects.filter(pk__in=ids)}
        self.contacts: dict[tuple[UUID, str], set[str]] = {}
        own = Identity.objects.filter(provider__in=_CONTACTS.values(), member__in=ids)
        for member, provider, subject in own.values_list("member_id", "provider", "subject"):
            self.contacts.setdefault((member, provider), set()).add(subject)
        self.tags = tags_of(ids)
        self.levels = dict(levels_by_member(ids))
        told = Relation.objects.filter(member__in=ids).values_list("member_id", "sponsor_id")
        self.sponsors = dict(told)
        self.marketing = words_on(ids, ConsentKind.MARKETING)
        self.ranks = Named(
            (level, [level.code], [level.name, *level.names.values()])
            for level in Level.objects.filter(is_active=True)
        )

    def learn(self, member: Member, logins: Iterable[str]) -> None:
        """Remember a member who was opened just now."""
        self.members[member.pk] = member
        self.tags[member.pk] = []
        for login in logins:
            self.by_login[login] = member.pk
            self.contacts.setdefault((member.pk, proof_of(login).value), set()).add(login)


def _named(rows: Sequence[RowRecord], codes: Sequence[str]) -> set[str]:
    found = set()
    for row in rows:
        for code in codes:
            with suppress(InvalidMember):
                found.add(normal_login(row.get(code)))
    return found


def _numbers(rows: Sequence[RowRecord]) -> set[UUID]:
    found = set()
    for row in rows:
        for code in ("number", "sponsor"):
            with suppress(InvalidId):
                found.add(parse_public_id("mem", row.get(code).lower()))
    return found


def bring_one(row: RowRecord, known: Known, work: Work) -> Outcome:
    """Bring one row in, inside the caller's transaction.

    Raises:
        DomainError: something of it cannot be; the caller undoes the rest.
    """
    member, is_new = _found(row, known), False
    if member is None:
        member, is_new = _opened(row, known, work), True
    changed = not is_new and _renamed(row, member, work)
    changed |= _tagged(row, member, known, work)
    changed |= _ranked(row, member, known, work)
    changed |= _sponsored(row, member, known, work)
    changed |= _agreed(row, member, known, work)
    if is_new:
        # Only now: what was refused on the way is not known.
        known.learn(member, _logins(row))
        return "created"
    return "updated" if changed else "unchanged"


def _found(row: RowRecord, known: Known) -> Member | None:
    """Return whom a row is about, or None when he is new.

    Raises:
        RowRefused: nobody, two people, a closed account, or somebody else's member.
    """
    contacts = _contacts(row)
    member: Member | None = None
    if number := row.get("number"):
        member = known.members.get(_member_id(number))
        if member is None:
            raise RowRefused(column="number", value=number[:40], reason="no_member")
    for code, login in contacts.items():
        holder = known.by_login.get(login)
        if holder is not None and member is not None and holder != member.pk:
            raise RowRefused(column=code, value=row.get(code)[:40], reason="two_members")
        if holder is not None:
            member = known.members[holder]
    if member is None:
        return None
    if member.anonymised_at or member.merged_into_id:
        raise RowRefused(reason="closed_member")
    if known.advisor is not None and member.advisor_id != known.advisor:
        raise RowRefused(reason="not_yours")
    _check_contacts(row, contacts, member, known)
    return member


def _check_contacts(row: RowRecord, contacts: dict[str, str], member: Member, known: Known) -> None:
    """Refuse a telephone or an address that is not the member's own."""
    for code, proof in _CONTACTS.items():
        text, own = row.get(code), known.contacts.get((member.pk, proof.value), set())
        if not text:
            continue
        masked = {masked_contact(each) for each in own}
        if contacts.get(code) not in own and text not in masked:
            raise RowRefused(column=code, value=text[:40], reason="another_contact")


def _contacts(row: RowRecord) -> dict[str, str]:
    """Return the telephone and the address of a row in their stored form.

    Raises:
        RowRefused: one is none. In a row with a number, one that is hidden says nothing.
    """
    found = {}
    for code, proof in _CONTACTS.items():
        text = row.get(code)
        if not text or (_MASK in text and row.get("number")):
            continue
        login = _login(text)
        if login is None or proof_of(login) != proof:
            raise RowRefused(column=code, value=text[:40])
        found[code] = login
    return found


def _logins(row: RowRecord) -> list[str]:
    return list(_contacts(row).values())


def _login(text: str) -> str | None:
    with suppress(InvalidMember):
        return normal_login(text)
    return None


def _member_id(text: str) -> UUID:
    with suppress(InvalidId):
        return parse_public_id("mem", text.lower())
    return UUID(int=0)


def _opened(row: RowRecord, known: Known, work: Work) -> Member:
    if not row.get("name"):
        raise RowRefused(column="name", reason="missing")
    return open_member(
        _logins(row),
        name=row.get("name"),
        advisor_id=known.advisor,
        actor=work.actor,
        now=work.now,
    )


def _renamed(row: RowRecord, member: Member, work: Work) -> bool:
    name = row.get("name")
    if not name or name == member.name:
        return False
    rename(member.pk, name=name)
    record(
        action="members.renamed",
        actor=work.actor,
        obj=member,
        before={"name": member.name},
        after={"name": name},
        now=work.now,
    )
    return True


def _tagged(row: RowRecord, member: Member, known: Known, work: Work) -> bool:
    if not row.get("tags"):
        return False
    said = read_list(row.get("tags").replace("，", ","))
    wanted = sorted({shown_text(name, longest=LONGEST_TAG) or name for name in said})
    if wanted == known.tags.get(member.pk, []):
        return False
    set_member_tags(member.pk, wanted, actor=work.actor, now=work.now)
    return True


def _ranked(row: RowRecord, member: Member, known: Known, work: Work) -> bool:
    if not row.get("level"):
        return False
    level = known.ranks.find(row.get("level"), column="level", reason="no_level")
    if known.levels.get(member.pk) == level:
        return False
    set_level(
        member.pk,
        level.pk,
        is_fixed=bool(work.options.get("fixed")),
        reason=work.options.get("reason", ""),
        actor=work.actor,
        now=work.now,
    )
    return True


def _sponsored(row: RowRecord, member: Member, known: Known, work: Work) -> bool:
    text = row.get("sponsor")
    if not text:
        return False
    login = _login(text)
    key = known.by_login.get(login) if login else known.members.get(_member_id(text))
    sponsor = key.pk if isinstance(key, Member) else key or inviter(text)
    if sponsor is None:
        raise RowRefused(column="sponsor", value=text[:40], reason="no_member")
    if known.sponsors.get(member.pk) == sponsor:
        return False
    reason = work.options.get("reason", "") or "import"
    return appoint(member.pk, sponsor, reason=reason, actor=work.actor, now=work.now)


def _agreed(row: RowRecord, member: Member, known: Known, work: Work) -> bool:
    wanted = read_switch(row.get("marketing"), "marketing")
    if wanted is None or wanted == known.marketing.get(member.pk, False):
        return False
    texts = {each.kind: each.version for each in current_documents()}
    version = texts.get(ConsentKind.MARKETING)
    if version is None:
        raise RowRefused(column="marketing", reason="no_document")
    say(member.pk, ConsentKind.MARKETING, version=version, is_given=wanted, now=work.now)
    record(
        action="members.consent_imported",
        actor=work.actor,
        obj=member,
        after={"marketing": wanted, "version": version},
        now=work.now,
    )
    return True
