"""What members and staff are told about withdrawals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.common.ids import public_id
from kernel.common.money import Money
from kernel.notifications.choices import Audience, MessageChannel, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.wallet.choices import IdentityState, State
from kernel.wallet.events import IdentityChanged, WithdrawalChanged

_INBOX: Final = (MessageChannel.INBOX,)
_WORDS: Final[Mapping[str, str | Promise]] = {
    State.PAID.value: _("It is paid and on its way to your account."),
    State.REJECTED.value: _("It was refused; you have the amount again."),
    State.FAILED.value: _("It could not be paid; you have the amount again."),
    State.RETURNED.value: _("The bank sent it back; you have the amount again."),
}
_NUMBER: Final = Variable(label=_("Number of the withdrawal"), sample="W2607011A2B3C4D")
_AMOUNT: Final = Variable(label=_("What arrives"), sample="CNY 95.00")


def offer_all() -> None:
    """Make the kinds known."""
    for kind in (_CHANGED, _ASKED, _IDENTITY, _TO_VERIFY):
        offer(kind)


def _changed(event: WithdrawalChanged) -> Sequence[Telling]:
    if event.state not in _WORDS:
        return ()
    values = {"number": event.number, "amount": _amount(event), "what": _WORDS[event.state]}
    return (Telling(values, event.member_id, link="/account/wallet/"),)


def _asked(event: WithdrawalChanged) -> Sequence[Telling]:
    if event.state != State.REQUESTED:
        return ()
    values: dict[str, str | Promise] = {"number": event.number, "amount": _amount(event)}
    return (Telling(values, link=f"/withdrawals/{public_id('wdr', event.withdrawal_id)}/"),)


def _identity(event: IdentityChanged) -> Sequence[Telling]:
    if event.state == IdentityState.SUBMITTED:
        return ()
    is_good = event.state == IdentityState.VERIFIED
    what = _("It was verified.") if is_good else _("It was refused; please send it again.")
    values: dict[str, str | Promise] = {"what": what, "reason": event.reason}
    return (Telling(values, event.member_id, link="/account/wallet/identity/"),)


def _to_verify(event: IdentityChanged) -> Sequence[Telling]:
    if event.state != IdentityState.SUBMITTED:
        return ()
    link = f"/withdrawals/identities/{public_id('idc', event.check_id)}/"
    return (Telling({}, link=link),)


def _amount(event: WithdrawalChanged) -> str:
    return f"{event.currency} {Money(event.payout_minor, event.currency).decimal()}"


_CHANGED: Final = Kind(
    code="withdrawal.changed",
    source=WithdrawalChanged.name,
    title=_("Withdrawal paid or refused"),
    audience=Audience.MEMBER,
    topic=Topic.ACCOUNT,
    tells=_changed,
    channels=_INBOX,
    subject=_("Your withdrawal {{ number }} of {{ amount }}"),
    body=_("There is news of your withdrawal {{ number }} of {{ amount }}. {{ what }}"),
    variables={
        "number": _NUMBER,
        "amount": _AMOUNT,
        "what": Variable(label=_("What happened"), sample="已打款"),
    },
)
_ASKED: Final = Kind(
    code="staff.withdrawal_asked",
    source=WithdrawalChanged.name,
    title=_("Withdrawal waits"),
    audience=Audience.STAFF,
    permission="withdrawals.review",
    tells=_asked,
    channels=_INBOX,
    subject=_("The withdrawal {{ number }} waits for you"),
    body=_("A member asks for {{ amount }}; look at the withdrawal {{ number }}."),
    variables={"number": _NUMBER, "amount": _AMOUNT},
)
_IDENTITY: Final = Kind(
    code="identity.decided",
    source=IdentityChanged.name,
    title=_("Proof of identity verified or refused"),
    audience=Audience.MEMBER,
    topic=Topic.ACCOUNT,
    tells=_identity,
    channels=_INBOX,
    subject=_("Your proof of identity"),
    body=_("There is news of your proof of identity. {{ what }} {{ reason }}"),
    variables={
        "what": Variable(label=_("What happened"), sample="已通过"),
        "reason": Variable(label=_("Reason"), sample="—"),
    },
)
_TO_VERIFY: Final = Kind(
    code="staff.identity_submitted",
    source=IdentityChanged.name,
    title=_("Proof of identity waits"),
    audience=Audience.STAFF,
    permission="withdrawals.identify",
    tells=_to_verify,
    channels=_INBOX,
    subject=_("A proof of identity waits for you"),
    body=_("A member has shown who he is; please verify it."),
    variables={},
)
