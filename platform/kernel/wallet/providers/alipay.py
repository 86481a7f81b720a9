"""Pays out to Alipay accounts: one transfer for each withdrawal, found again by its number.

Alipay never pays a number twice. Of an error that is not known to mean that nothing was
taken, nobody says what it means: the number is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import get_secret
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import Channel
from kernel.wallet.providers import (
    Json,
    PayoutAnswer,
    PayoutOrder,
    PayoutProvider,
    PayoutUnsure,
    service_purpose,
)
from kernel.wallet.providers.alipay_wire import (
    AlipayKeys,
    AlipayKeyUnusable,
    AlipayUnsure,
    call,
    keys_of,
)

TRANSFER: Final = "alipay.fund.trans.uni.transfer"
QUERY: Final = "alipay.fund.trans.common.query"
PRODUCT: Final = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
_DONE: Final = "10000"
_USER_ID: Final = re.compile(r"2088[0-9]{12}")
# It never got it, or could not read it: the shop's settings, not the member's account.
_NOT_TAKEN: Final = frozenset({"40001", "40002", "40006"})
# Only what is known to mean that nothing was paid: of any other code the number is asked about.
_OF_THE_SHOP: Final = frozenset({"PAYER_BALANCE_NOT_ENOUGH"})
_OF_THE_MEMBER: Final = frozenset(
    {"PAYEE_NOT_EXIST", "PAYEE_USER_INFO_ERROR", "PERM_AML_NOT_REALNAME_REV"}
)


class AlipayPayouts(PayoutProvider):
    """Transfers to Alipay accounts."""

    code = "alipay"
    label = gettext_lazy("Alipay transfers")
    channels: ClassVar[frozenset[str]] = frozenset({Channel.ALIPAY.value})

    @override
    def schema(self) -> Json:
        """Ask for an application with the right to transfer."""
        return _schema()

    @override
    def fault(self) -> str:
        """Ask for keys; what is only tried out pays nobody."""
        if current_tenant().kind == "sandbox":
            return _("Nothing is paid out from a sandbox.")
        try:
            get_secret(service_purpose(self.code))
        except (SecretMissing, SecretsUnreadable):
            return _("Connect this payout service first, under the rules of withdrawals.")
        return ""

    @override
    def check(self, values: Mapping[str, object]) -> dict[str, str]:
        """Read the keys, then ask Alipay about a transfer that there is not."""
        try:
            keys = keys_of(values)
        except AlipayKeyUnusable as unusable:
            return {unusable.field: _("This does not look right. Please copy it again.")}
        told = _asked(keys, "CHECK0")
        if told.get("code") == _DONE or told.get("sub_code") == "ORDER_NOT_EXIST":
            return {}
        return {"": _reason(told)}

    @override
    def submit(self, order: PayoutOrder) -> PayoutAnswer:
        """Transfer to the account if it is in the name of its holder."""
        number, holder = order.details["number"], order.details["holder"]
        kind = "ALIPAY_USER_ID" if _USER_ID.fullmatch(number) else "ALIPAY_LOGON_ID"
        if order.amount.currency != "CNY":
            return PayoutAnswer("refused", text=_("Alipay transfers yuan alone."))
        content = {
            "out_biz_no": order.key,
            "trans_amount": str(order.amount.decimal()),
            **PRODUCT,
            "order_title": order.note,
            "payee_info": {"identity": number, "identity_type": kind, "name": holder},
        }
        try:
            told = call(_keys(), TRANSFER, content)
        except AlipayUnsure as unsure:
            raise PayoutUnsure(str(unsure)) from unsure
        if told.get("code") == _DONE:
            return _became(told, order.key)
        sub_code = str(told.get("sub_code", ""))
        if sub_code in _OF_THE_MEMBER:
            return PayoutAnswer("failed", text=_reason(told))
        if told.get("code") in _NOT_TAKEN or sub_code in _OF_THE_SHOP:
            return PayoutAnswer("refused", text=_reason(told))
        raise PayoutUnsure(_reason(told))

    @override
    def query(self, key: str) -> PayoutAnswer:
        """Ask Alipay by our number."""
        told = _asked(_keys(), key)
        if told.get("code") == _DONE:
            return _became(told, key)
        if told.get("sub_code") == "ORDER_NOT_EXIST":
            return PayoutAnswer("absent")
        raise PayoutUnsure(_reason(told))


def _asked(keys: AlipayKeys, key: str) -> dict[str, Any]:
    try:
        return call(keys, QUERY, {**PRODUCT, "out_biz_no": key})
    except AlipayUnsure as unsure:
        raise PayoutUnsure(str(unsure)) from unsure


def _became(told: Mapping[str, Any], key: str) -> PayoutAnswer:
    """Say what a transfer has become; one of another number says nothing of ours."""
    if told.get("out_biz_no") != key:
        raise PayoutUnsure(_("The answer is about another transfer."))
    reference, status = str(told.get("order_id", "")), told.get("status")
    if status == "SUCCESS":
        return PayoutAnswer("paid", reference)
    if status in {"FAIL", "CLOSED", "REFUND"}:
        text = str(told.get("fail_reason") or told.get("error_code") or status)
        return PayoutAnswer("failed", reference, text[:200])
    return PayoutAnswer("pending", reference)


def _reason(told: Mapping[str, Any]) -> str:
    text = told.get("sub_msg") or told.get("sub_code") or told.get("msg") or told.get("code")
    return str(text)[:200]


def _keys() -> AlipayKeys:
    try:
        return keys_of(get_secret(service_purpose(AlipayPayouts.code)))
    except (SecretMissing, SecretsUnreadable, AlipayKeyUnusable) as error:
        raise PayoutUnsure(_("The keys cannot be read.")) from error


def _schema() -> Json:
    long = {"type": "string", "maxLength": 20_000}
    return {
        "type": "object",
        "required": ["app_id", "private_key"],
        "properties": {
            "app_id": {
                "type": "string",
                "title": _("Application number (APPID)"),
                "pattern": "[0-9]{10,32}",
                "maxLength": 32,
                "x-order": 1,
                "x-account": True,
            },
            "private_key": {
                **long,
                "title": _("Private key of the application"),
                "x-secret": True,
                "x-order": 2,
            },
            "alipay_public_key": {
                **long,
                "title": _("Public key of Alipay"),
                "x-help": _("Leave it empty if the application signs with certificates."),
                "x-order": 3,
            },
            "app_cert": {
                **long,
                "title": _("Certificate of the application"),
                "x-help": _("Alipay asks for certificates from applications that transfer."),
                "x-order": 4,
            },
            "alipay_cert": {**long, "title": _("Certificate of Alipay"), "x-order": 5},
            "root_cert": {**long, "title": _("Root certificate of Alipay"), "x-order": 6},
        },
    }
