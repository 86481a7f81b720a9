"""What every way to pay offers: shapes, capabilities, and the protocol.

Adapters hold no state. A timeout is `Transient`, never a failure. The number of
an attempt or refund is unique for ever and is what the gateway tells repeats by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Flag, auto
from typing import Literal, Protocol
from uuid import UUID

from kernel.common.money import Money

Json = Mapping[str, object]
State = Literal[
    "created", "pending", "requires_action", "authorized", "paid", "closed", "failed", "unknown"
]
RefundOutcome = Literal["pending", "review", "succeeded", "failed"]
SplitOutcome = Literal["pending", "succeeded", "failed"]
EventSubject = Literal["attempt", "refund", "other"]


class Cap(Flag):
    """What a binding can do; drives pages and the contract tests."""

    NONE = 0
    REDIRECT = auto()
    QR = auto()
    JSAPI = auto()
    H5 = auto()
    APP = auto()
    CARD_FIELDS = auto()
    INSTANT = auto()
    AUTH_CAPTURE = auto()
    PARTIAL_CAPTURE = auto()
    VOID = auto()
    REFUND = auto()
    PARTIAL_REFUND = auto()
    MULTI_REFUND = auto()
    QUERY = auto()
    CLOSE = auto()
    WEBHOOK = auto()
    SPLIT_AT_PAY = auto()
    SPLIT_DELAYED = auto()
    SPLIT_RETURN = auto()
    PAYOUT = auto()
    RECURRING = auto()
    STATEMENT = auto()
    ONBOARD = auto()
    OFFLINE = auto()
    ON_DELIVERY = auto()


@dataclass(frozen=True, slots=True)
class Binding:
    """A tenant's account at a gateway, opened for one call.

    Attributes:
        id: the binding's row.
        tenant_id: whose it is.
        mode: ``direct`` or ``connect``.
        live: False for the gateway's test mode.
        public: what may be shown.
        secrets: never shown, logged or pickled.
    """

    id: UUID
    tenant_id: UUID
    gateway: str
    mode: str
    live: bool
    public: Json
    secrets: Mapping[str, object] = field(repr=False, default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field of the form, secret or not; empty when it was not filled in."""
        value = self.secrets.get(name, self.public.get(name, ""))
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as a gateway needs to know."""

    member_id: UUID | None = None
    email: str = ""
    ip: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class PayRequest:
    """One try to pay.

    Attributes:
        attempt_no: our number, at most 32 letters, digits and underscores.
        subject: what is paid for, in the payer's language.
        channel: ``redirect``, ``card_fields``, ``balance``, ``transfer``, ``delivery`` …
        capture: False to authorise only.
        application_fee: what the platform keeps, in connect mode; zero by default.
    """

    attempt_no: str
    amount: Money
    subject: str
    channel: str
    return_url: str
    cancel_url: str
    expires_at: datetime | None
    payer: Payer
    capture: bool = True
    application_fee: int = 0


@dataclass(frozen=True, slots=True)
class AttemptRef:
    """An attempt that a gateway may know.

    Attributes:
        gateway_ref: the gateway's own id; empty when it was never told to us.
        begun_at: when we first spoke of it, for look-ups by time.
    """

    number: str
    gateway_ref: str
    amount: Money
    channel: str
    begun_at: datetime
    payer: Payer = field(default_factory=Payer)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back, of one attempt."""

    number: str
    attempt: AttemptRef
    amount: Money
    reason: str
    gateway_ref: str = ""


@dataclass(frozen=True, slots=True)
class PayResult:
    """What a gateway says of an attempt.

    Attributes:
        action: what the payer does next: ``{"kind": "redirect", "url": …}``.
        paid: what was captured; what is held, while only authorised.
        failure: the gateway's code for what went wrong, also while it goes on.
    """

    state: State
    gateway_ref: str = ""
    action: Json | None = None
    paid: Money | None = None
    fee: Money | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RefundResult:
    """What a gateway says of a refund; ``review`` when people do it by hand."""

    state: RefundOutcome
    gateway_ref: str = ""
    amount: Money | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """A share of one paid attempt for an account at the gateway, or its way back."""

    number: str
    attempt: AttemptRef
    account: str
    amount: Money
    reason: str
    gateway_ref: str = ""


@dataclass(frozen=True, slots=True)
class SplitResult:
    """What a gateway says of a share, or of its return."""

    state: SplitOutcome
    gateway_ref: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Money that a gateway took from the payee, or gave him again.

    Attributes:
        kind: ``refund`` or ``dispute``.
        ref: the gateway's id of it.
        payment_ref: the gateway's id of the payment.
        is_standing: false once it failed, or was won.
    """

    kind: str
    ref: str
    payment_ref: str
    amount: Money
    is_standing: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A verified message.

    Attributes:
        dedupe_key: the gateway's id of the event; one binding hears it once.
        number: our number of the attempt or refund; empty when it is not ours.
        result: what it says of the attempt.
        refund: what it says of the refund.
        taken_back: what it says of money that left again, whoever had it leave.
    """

    dedupe_key: str
    kind: str
    subject: EventSubject
    occurred_at: datetime
    number: str = ""
    result: PayResult | None = None
    refund: RefundResult | None = None
    taken_back: TakenBack | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the gateway's own books.

    Attributes:
        ref: the gateway's id of the line.
        kind: one of `kernel.payments.choices.LineKind`.
        number: our attempt or refund number, as the gateway kept it; may be empty.
        gateway_ref: its id of the payment or refund.
        gross: positive for money that came in.
        fee: what the gateway kept of it.
    """

    ref: str
    kind: str
    number: str
    gateway_ref: str
    gross: Money
    fee: Money
    occurred_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """How a gateway wants its notices answered."""

    status: int
    content_type: str
    body: bytes


class Gateway(Protocol):
    """A way to pay."""

    code: str

    @property
    def title(self) -> str:
        """Its name, in the current language."""
        ...

    @property
    def modes(self) -> Sequence[str]:
        """The modes that it can be bound in."""
        ...

    def caps(self, binding: Binding) -> Cap:
        """What this binding can do."""
        ...

    def bind_schema(self, mode: str) -> Json:
        """The bind form as JSON Schema 2020-12 with ``x-secret``, ``x-order``, ``x-help``."""
        ...

    def check_binding(self, binding: Binding) -> Sequence[str]:
        """Try the credentials with a harmless live call; sentences for people, none when good.

        Raises:
            Transient: the gateway did not answer.
        """
        ...

    def create(self, binding: Binding, request: PayRequest) -> PayResult:
        """Begin an attempt; the same number again begins nothing new.

        Raises:
            Transient: the outcome is unknown.
            Refused: no money moved.
            Misconfigured: the credentials are not accepted.
        """
        ...

    def capture(self, binding: Binding, attempt: AttemptRef, amount: Money) -> PayResult:
        """Take what was authorised, or a part of it; raises as `create`."""
        ...

    def query(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Ask what became of an attempt.

        Raises:
            NotFoundThere: it never arrived.
            Transient: the gateway did not answer.
            Misconfigured: the credentials are not accepted.
        """
        ...

    def close(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """See that an attempt brings no money any more; says ``paid`` when it came first.

        Raises as `query`.
        """
        ...

    def refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Give back; the same number again gives nothing more. Raises as `create`."""
        ...

    def query_refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Ask what became of a refund; raises as `query`."""
        ...

    def parse_webhook(
        self, binding: Binding, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Event:
        """Verify and read a message.

        The headers' names are in lower case.

        Raises:
            BadSignature: forged, older or newer than five minutes, or of another account.
        """
        ...

    def read_event(self, binding: Binding, body: bytes) -> Event:
        """Read a message again that `parse_webhook` has verified when it came."""
        ...

    def webhook_ack(self, *, accepted: bool) -> Acknowledgement:
        """The answer that the gateway expects."""
        ...

    def statement(self, binding: Binding, day: date) -> Iterator[StatementLine]:
        """The gateway's books of one of its days.

        Raises:
            Transient: the gateway did not answer.
            Misconfigured: the credentials are not accepted.
        """
        ...


class Splits(Protocol):
    """What a gateway with `Cap.SPLIT_DELAYED` offers besides.

    The same number again moves nothing more; the way back needs `Cap.SPLIT_RETURN`. All
    raise as `Gateway.create`, the questions `NotFoundThere` for what never arrived.
    """

    def split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        """Give a share of a paid attempt to another account at the gateway."""
        ...

    def query_split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        """Ask what became of a share."""
        ...

    def return_split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        """Bring a share back."""
        ...

    def query_return(self, binding: Binding, request: SplitRequest) -> SplitResult:
        """Ask what became of the way back."""
        ...
