"""Members as a file, which can be imported again as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.access.masks import contact_mask
from kernel.common.ids import public_id
from kernel.levels.selectors import levels_by_member
from kernel.members.choices import ConsentKind, Proof
from kernel.members.models import Identity, Member
from kernel.members.services.consents import words_on
from kernel.members.services.staff import tags_of
from kernel.relations.models import Relation

COLUMNS: Final = (
    *("number", "name", "login", "since", "may_sign_in", "advisor"),
    *("phone", "email", "level", "tags", "sponsor", "marketing"),
)
_TOGETHER: Final = 500


def member_rows(members: QuerySet[Member]) -> Iterator[Iterable[object]]:
    """Return the rows of a file, headings first; six queries for each 500.

    Contacts are shown as whoever acts now may see them.
    """
    return _rows(members, contact_mask())


def _rows(members: QuerySet[Member], shown: Callable[[str], str]) -> Iterator[Iterable[object]]:
    yield (
        *(_("Number"), _("Name"), _("Login"), _("Since"), _("May sign in")),
        *(_("Looked after by"), _("Telephone"), _("E-mail"), _("Level"), _("Tags")),
        *(_("Invited by"), _("Agrees to marketing messages")),
    )
    found = members.iterator(chunk_size=2000)
    while batch := list(islice(found, _TOGETHER)):
        yield from _batch(batch, shown)


def _batch(members: Sequence[Member], shown: Callable[[str], str]) -> Iterator[Iterable[object]]:
    keys = [member.pk for member in members]
    contacts, tags, levels = _contacts(keys), tags_of(keys), levels_by_member(keys)
    sponsors = dict(Relation.objects.filter(member__in=keys).values_list("member_id", "sponsor_id"))
    agreed = words_on(keys, ConsentKind.MARKETING)
    for member in members:
        key, level, sponsor = member.pk, levels.get(member.pk), sponsors.get(member.pk)
        yield (
            member.public_id,
            member.name,
            shown(member.login or ""),
            member.created_at.isoformat(timespec="seconds"),
            _("yes") if member.is_active else _("no"),
            member.advisor.name if member.advisor else "",
            shown(contacts.get((key, Proof.PHONE.value), "")),
            shown(contacts.get((key, Proof.EMAIL.value), "")),
            level.code if level else "",
            ", ".join(tags[key]),
            public_id("mem", sponsor) if sponsor else "",
            (_("yes") if agreed[key] else _("no")) if key in agreed else "",
        )


def _contacts(keys: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """Return the first number and address of each member."""
    rows = Identity.objects.filter(member__in=keys, provider__in=(Proof.PHONE, Proof.EMAIL))
    told = rows.order_by("-created_at", "-id").values_list("member_id", "provider", "subject")
    return {(member, provider): subject for member, provider, subject in told}
