"""Letters about moves, each in the brand of whoever reads it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from channel_center.moves.choices import MoveState
from channel_center.moves.models import Move
from channel_center.partners.services.letters import console_of, people_with, write_to
from kernel.access.letters import language_of, send_letter
from kernel.access.models import present_staff
from kernel.branding.addresses import web_address
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory

_log = structlog.get_logger(__name__)
_TAKES_IN: Final = "tenants.manage"
_APPROVES: Final = "channels.manage"
_ENDED: Final = (MoveState.REFUSED, MoveState.WITHDRAWN, MoveState.EXPIRED)


def write_about(move_id: UUID, state: str) -> int:
    """Write to all whom a move concerns that has come to a state; return how many letters."""
    with public_context():
        move = Move.objects.select_related("tenant").get(pk=move_id)
    number = 0
    if state in {MoveState.ASKED, MoveState.DONE, MoveState.FAILED, *_ENDED}:
        number += _to_owners(move, state)
    if state in {MoveState.CONFIRMED, MoveState.DONE, MoveState.FAILED}:
        number += _to_people(move, state, move.receiving_id, _TAKES_IN)
    if state in {MoveState.DONE, *_ENDED}:
        number += _to_people(move, state, move.giving_id, _TAKES_IN)
    if state == MoveState.ACCEPTED:
        number += _to_people(move, state, move.approver_id, _APPROVES)
    return number


def _to_owners(move: Move, state: str) -> int:
    place = console_of(move.receiving_id)[0].name
    with tenant_context(directory().by_id(move.tenant_id)) as tenant:
        host = tenant.host("console")
        link = f"{web_address(host, 'console')}provider/" if host else ""
        people = present_staff(utc_now()).filter(expires_at=None)
        owners = [each for each in people if each.may("*")]
        for person in owners:
            with language_of(person):
                subject, body = _for_owner(state, tenant.name, place)
            try:
                send_letter(person, subject=subject, body=f"{body}\n\n{link}")
            except (smtplib.SMTPException, OSError) as error:
                # The page says it too.
                _log.warning("move_letter_not_sent", error=str(error))
    return len(owners)


def _to_people(move: Move, state: str, channel_id: UUID | None, permission: str) -> int:
    brand, host = console_of(channel_id)
    link = f"{web_address(host, 'channel')}moves/{move.public_id}/"
    is_new = channel_id == move.receiving_id

    def text() -> tuple[str, str]:
        subject, body = _for_partner(state, move.tenant.name, is_new=is_new)
        return subject, f"{body}\n\n{link}"

    people = people_with(channel_id, permission)
    return _written(people, lambda person: write_to(person, brand, text))


def _written(people: Sequence[object], write: Callable[..., bool]) -> int:
    return sum(write(each) for each in people)


def _for_owner(state: str, name: str, place: str) -> tuple[str, str]:
    told = {"name": name, "place": place}
    if state == MoveState.ASKED:
        return (
            _("%(name)s shall be moved to %(place)s: please decide") % told,
            _(
                "Somebody has asked that %(name)s be looked after by %(place)s from now on. "
                "Nothing happens unless you agree with your second factor."
            )
            % told,
        )
    if state == MoveState.DONE:
        return (
            _("%(name)s is with %(place)s now") % told,
            _(
                "The move is done. API keys of your programs have ended: make new ones. "
                "Payment accounts that worked through the former provider must be bound anew."
            ),
        )
    if state == MoveState.FAILED:
        return (
            _("The move of %(name)s did not come about") % told,
            _("Something stood in the way. Everything is as it was before."),
        )
    return (
        _("The move of %(name)s has been called off") % told,
        _("Everything stays as it is."),
    )


def _for_partner(state: str, name: str, *, is_new: bool) -> tuple[str, str]:
    told = {"name": name}
    if state == MoveState.CONFIRMED:
        return (
            _("%(name)s would like to come to you") % told,
            _("The shop's owner has agreed. Look at what it costs, and take the shop in."),
        )
    if state == MoveState.ACCEPTED:
        return (
            _("The move of %(name)s waits for your approval") % told,
            _("Both sides have agreed."),
        )
    if state == MoveState.DONE:
        body = _("You look after it from now on.") if is_new else _("You look after it no more.")
        return _("%(name)s was moved") % told, body
    if state == MoveState.FAILED:
        return (
            _("The move of %(name)s did not come about") % told,
            _("Everything was put back. You can try it again."),
        )
    return (
        _("The move of %(name)s has been called off") % told,
        _("Everything stays as it is."),
    )
