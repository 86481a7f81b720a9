"""Bank transfer and cash on delivery: people move the money, staff say that it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.money import Money
from kernel.payments.errors import BadSignature, NotFoundThere
from kernel.payments.gateways.contract import (
    Acknowledgement,
    AttemptRef,
    Binding,
    Cap,
    Event,
    Json,
    PayRequest,
    PayResult,
    RefundRequest,
    RefundResult,
    StatementLine,
)


class OfflineGateway:
    """A transfer to the shop's account with a proof, or money at the door."""

    code = "offline"
    _title = gettext_lazy("Bank transfer or cash on delivery")

    @property
    def title(self) -> str:
        """Its name, in the current language."""
        return str(self._title)

    @property
    def modes(self) -> Sequence[str]:
        """Nobody stands between."""
        return ("direct",)

    def caps(self, binding: Binding) -> Cap:
        """What this binding can do."""
        way = Cap.ON_DELIVERY if binding.text("way") == "delivery" else Cap.OFFLINE
        return way | Cap.REFUND | Cap.PARTIAL_REFUND | Cap.MULTI_REFUND | Cap.QUERY | Cap.CLOSE

    def bind_schema(self, mode: str) -> Json:
        """The bind form."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["way", "instructions"],
            "properties": {
                "way": {
                    "type": "string",
                    "title": _("How the money comes"),
                    "enum": ["transfer", "delivery"],
                    "x-order": 1,
                },
                "instructions": {
                    "type": "string",
                    "title": _("What the payer is told"),
                    "maxLength": 1000,
                    "x-order": 2,
                },
                "account": {
                    "type": "string",
                    "title": _("Account to pay to"),
                    "maxLength": 300,
                    "x-order": 3,
                },
                "days": {
                    "type": "integer",
                    "title": _("Days to pay"),
                    "minimum": 1,
                    "maximum": 60,
                    "x-order": 4,
                },
                "two_reviewers_from": {
                    "type": "integer",
                    "title": _("Two people confirm from this amount on, in minor units"),
                    "minimum": 1,
                    "x-order": 5,
                },
            },
        }

    def check_binding(self, binding: Binding) -> Sequence[str]:
        """There is nobody to call; a transfer needs somewhere to go."""
        if binding.text("way") == "transfer" and not binding.text("account"):
            return [_("A transfer needs an account to pay to.")]
        return []

    def create(self, binding: Binding, request: PayRequest) -> PayResult:
        """Tell the payer where to pay."""
        action = {
            "kind": "instructions",
            "way": binding.text("way"),
            "text": binding.text("instructions"),
            "account": binding.text("account"),
            "reference": request.attempt_no[-10:].upper(),
            "days": binding.public.get("days", 0),
        }
        return PayResult("pending", action=action)

    def capture(self, binding: Binding, attempt: AttemptRef, amount: Money) -> PayResult:
        """Nothing is ever held here."""
        return PayResult("pending")

    def query(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Only staff know."""
        return PayResult("pending")

    def close(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Expect the money no more."""
        return PayResult("closed")

    def refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Ask staff to pay it back."""
        return RefundResult("review")

    def query_refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Only staff know."""
        raise NotFoundThere

    def parse_webhook(
        self, binding: Binding, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Event:
        """Nobody sends messages for it."""
        raise BadSignature("this way to pay sends no messages")

    def read_event(self, binding: Binding, body: bytes) -> Event:
        """Nobody sends messages for it."""
        raise BadSignature("this way to pay sends no messages")

    def webhook_ack(self, *, accepted: bool) -> Acknowledgement:
        """Nobody waits for it."""
        return Acknowledgement(204, "text/plain", b"")

    def statement(self, binding: Binding, day: date) -> Iterator[StatementLine]:
        """The bank has one; staff compare it."""
        yield from ()
