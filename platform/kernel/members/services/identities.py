"""Signs people in by what they proved, and keeps one person in one account.

Whoever proves something is looked for by the provider's own id, by the union id
that WeChat gives one person across a company's accounts, and by a number or
address that is proved with it. Several accounts found that way are one person's
and become one. Each of these names is locked first, so that two devices that
prove the same at the same moment open one account.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.members.actors import member_actor
from kernel.members.choices import CodePurpose, Proof
from kernel.members.errors import LastIdentity, NotKept, SignInRefused
from kernel.members.joining import Arrival
from kernel.members.locks import lock_names
from kernel.members.models import Identity, Member
from kernel.members.normal import LONGEST_NAME, normal_login, proof_of, shown_text
from kernel.members.proven import CONTACTS, Proven
from kernel.members.services.accounts import NOT_INVITED, greet
from kernel.members.services.codes import use_code
from kernel.members.services.merging import merge_members
from kernel.members.services.sessions import SignedIn, open_session, revoke_sessions


@transaction.atomic
def sign_in_with(
    proven: Proven, *, device: str, now: datetime, arrival: Arrival = NOT_INVITED
) -> SignedIn:
    """Sign in whoever proved something, in a new account where there is none.

    Raises:
        SignInRefused: the account is closed.
        InvitationNeeded: the shop takes invited members only.
    """
    _lock(proven)
    _settle_claims(proven, own=None, now=now)
    holders = _holders(proven)
    if not holders:
        member = _open(proven)
        _keep(member, proven, now=now)
        greet(member, arrival, now=now)
        member.refresh_from_db()
        return open_session(member, device=device, now=now)
    member = _united(holders, by=None, now=now)
    if not member.is_active:
        raise SignInRefused
    _keep(member, proven, now=now)
    member.refresh_from_db()
    return open_session(member, device=device, now=now)


def sign_in_with_code(
    *,
    target: str,
    code: str,
    device: str,
    now: datetime,
    arrival: Arrival = NOT_INVITED,
) -> SignedIn:
    """Sign in by a code that was sent to a number or an address.

    Raises:
        CodeRefused: the code.
        SignInRefused: the account is closed.
        InvitationNeeded: the shop takes invited members only.
    """
    normal = normal_login(target)
    use_code(target=normal, purpose=CodePurpose.SIGN_IN, code=code, now=now)
    proven = Proven(provider=proof_of(normal).value, subject=normal)
    return sign_in_with(proven, device=device, now=now, arrival=arrival)


@transaction.atomic
def add_identity(member_id: UUID, proven: Proven, *, now: datetime) -> Member:
    """Let a member who is signed in prove one thing more.

    Accounts that are found by it become one with his; the oldest stays.

    Returns:
        The account that he has from now on.

    Raises:
        SignInRefused: an account that would have to be joined is closed.
    """
    _lock(proven)
    _settle_claims(proven, own=member_id, now=now)
    own = Member.objects.get(pk=member_id)
    member = _united({own, *_holders(proven)}, by=own, now=now)
    if not member.is_active:
        raise SignInRefused
    _keep(member, proven, now=now)
    member.refresh_from_db()
    return member


def add_contact(member_id: UUID, *, target: str, code: str, now: datetime) -> Member:
    """Let a member prove a number or an address by a code that was sent there.

    Raises:
        CodeRefused: the code.
        SignInRefused: an account that would have to be joined is closed.
    """
    normal = normal_login(target)
    use_code(target=normal, purpose=CodePurpose.BIND, code=code, now=now)
    return add_identity(member_id, Proven(provider=proof_of(normal).value, subject=normal), now=now)


@transaction.atomic
def remove_identity(member_id: UUID, identity_id: UUID) -> None:
    """Forget one thing by which a member is known.

    Raises:
        NotKept: it is not his.
        LastIdentity: he could not sign in any more.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    identities = Identity.objects.filter(member_id=member_id)
    identity = identities.filter(pk=identity_id).first()
    if identity is None:
        raise NotKept
    if not identities.exclude(pk=identity_id).filter(~Q(verified_at=None)).exists():
        raise LastIdentity
    identity.delete()
    refresh_login(member_id)


def refresh_login(member_id: UUID) -> None:
    """Show a member by one of his own numbers or addresses; the present one where it stays."""
    member = Member.objects.get(pk=member_id)
    contacts = list(
        Identity.objects.filter(member_id=member_id, provider__in=CONTACTS)
        .order_by("provider", "-verified_at", "id")
        .values_list("provider", "subject")
    )
    if member.login in [subject for _provider, subject in contacts]:
        return
    phones = [subject for provider, subject in contacts if provider == Proof.PHONE]
    others = [subject for _provider, subject in contacts]
    Member.objects.filter(pk=member_id).update(login=next(iter([*phones, *others]), None))


def _lock(proven: Proven) -> None:
    names = {f"{proven.provider}:{proven.subject}"}
    names |= {f"{provider}:{subject}" for provider, subject in proven.contacts()}
    names |= {f"union:{proven.unionid}"} if proven.unionid else set()
    names |= {f"email:{proven.email}"} if proven.email else set()
    lock_names(names)


def _holders(proven: Proven) -> set[Member]:
    wanted = Q(provider=proven.provider, subject=proven.subject)
    for provider, subject in proven.contacts():
        wanted |= Q(provider=provider, subject=subject)
    if proven.unionid:
        wanted |= Q(unionid=proven.unionid)
    return {row.member for row in Identity.objects.select_related("member").filter(wanted)}


def _united(members: Iterable[Member], *, by: Member | None, now: datetime) -> Member:
    kept, *others = sorted(members, key=lambda member: member.id)
    if any(not member.is_active for member in [kept, *others]):
        raise SignInRefused
    actor = member_actor(by or kept) if others else Actor.system("members")
    for other in others:
        kept = merge_members(kept.id, other.id, actor=actor, reason="", now=now)
    return kept


def _settle_claims(proven: Proven, *, own: UUID | None, now: datetime) -> None:
    """Take numbers and addresses away from whoever typed them without proving them.

    Somebody may have opened an account with a number that is not his, to wait in
    it for its owner. The password and the devices of such an account end, so that
    joining it lets nobody in. An account with anything else that is proved is
    another person's: it loses the number and stays apart.
    """
    for provider, subject in proven.contacts():
        claim = Identity.objects.filter(
            provider=provider, subject=subject, verified_at=None
        ).first()
        if claim is None or claim.member_id == own:
            continue
        proved = Identity.objects.filter(member_id=claim.member_id, verified_at__isnull=False)
        if proved.exists():
            claim.delete()
            refresh_login(claim.member_id)
        else:
            Member.objects.filter(pk=claim.member_id).update(password="")
            revoke_sessions(claim.member_id, now=now)


def _open(proven: Proven) -> Member:
    name = shown_text(proven.name[:LONGEST_NAME], longest=LONGEST_NAME)
    number = f"{secrets.randbelow(10**6):06d}"
    return Member.objects.create(name=name or _("Member %(number)s") % {"number": number})


def _keep(member: Member, proven: Proven, *, now: datetime) -> None:
    own = {(proven.provider, proven.subject): proven.unionid}
    own |= {contact: "" for contact in proven.contacts() if contact not in own}
    email = (Proof.EMAIL.value, proven.email)
    free = not Identity.objects.filter(provider=email[0], subject=email[1]).exists()
    if proven.email and free:
        own[email] = ""
    for (provider, subject), unionid in own.items():
        identity, is_new = Identity.objects.get_or_create(
            provider=provider,
            subject=subject,
            defaults={"member": member, "unionid": unionid, "verified_at": now},
        )
        if not is_new:
            Identity.objects.filter(pk=identity.pk).update(
                verified_at=identity.verified_at or now, unionid=unionid or identity.unionid
            )
    refresh_login(member.id)
