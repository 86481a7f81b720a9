"""Withdrawals, accounts and transfers in the words of a page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.common.money import Money
from kernel.common.time import local_date, utc_now
from kernel.ledger.selectors import decimal_text
from kernel.tenancy.context import current_tenant
from kernel.wallet.api.shown import hidden_name
from kernel.wallet.choices import REVIEWED_STATES, State
from kernel.wallet.models import PayoutAccount, Transfer, Withdrawal, WithdrawalRule
from kernel.wallet.providers import opener_for
from kernel.wallet.selectors import Giveable, Withdrawable
from kernel.wallet.services.requesting import Terms
from kernel.wallet.tax.explaining import category_name, explained
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text


def withdrawable_data(found: Withdrawable) -> dict[str, Json]:
    """Return something that can be paid out, and by which rules."""
    rule, scale = found.rule, found.asset.scale

    def units(minor: int) -> str:
        return decimal_text(minor, scale)

    rules = [_("At least %(amount)s") % {"amount": units(rule.min_minor)}]
    if rule.max_minor is not None:
        rules.append(_("At most %(amount)s at once") % {"amount": units(rule.max_minor)})
    if rule.daily_minor is not None:
        rules.append(_("At most %(amount)s in a day") % {"amount": units(rule.daily_minor)})
    if rule.fee_bp:
        rules.append(_("Fee %(percent)s%%") % {"percent": f"{rule.fee_bp / 100:g}"})
    if rule.fee_minor:
        rules.append(_("Fee of at least %(amount)s") % {"amount": units(rule.fee_minor)})
    if rule.tax_category:
        on = local_date(utc_now(), current_tenant().zone)
        rules.append(category_name(rule.tax_category, on=on))
    elif rule.tax_bp:
        rules.append(_("Tax withheld %(percent)s%%") % {"percent": f"{rule.tax_bp / 100:g}"})
    return {
        "code": found.asset.code,
        "name": found.name,
        "available": units(found.available),
        "most": units(found.most),
        "is_possible": found.most >= rule.min_minor,
        "rules": list(rules),
        "href": reverse("account:withdraw", args=[found.asset.code]),
    }


def terms_data(rule: WithdrawalRule, terms: Terms, *, now: datetime) -> dict[str, Json]:
    """Return what becomes of an amount: fee, tax and how it comes about, what arrives."""
    scale = rule.asset.scale
    on = local_date(now, current_tenant().zone)
    currency = terms.payout.currency
    return {
        "rows": _sums(terms.minor, terms.fee_minor, terms.tax_minor, scale),
        "arrives": text_of(terms.payout),
        "tax": list(explained(terms.basis, rule.tax_category, currency=currency, on=on)),
    }


def _sums(minor: int, fee: int, tax: int, scale: int) -> list[Json]:
    rows: list[Json] = [[_("Amount"), decimal_text(minor, scale)]]
    rows.append([_("Fee"), f"−{decimal_text(fee, scale)}" if fee else decimal_text(0, scale)])
    rows.append(
        [_("Tax withheld"), f"−{decimal_text(tax, scale)}" if tax else decimal_text(0, scale)]
    )
    return rows


def giveable_data(found: Giveable) -> dict[str, Json]:
    """Return something that can be given to others."""
    return {
        "code": found.asset.code,
        "name": found.name,
        "available": decimal_text(found.available, found.asset.scale),
        "is_possible": found.available >= found.rule.min_minor,
        "href": reverse("account:give", args=[found.asset.code]),
    }


def account_data(row: PayoutAccount) -> dict[str, Json]:
    """Return a payout account."""
    go_on = reverse("account:payout-account", args=[row.channel])
    return {
        "id": row.public_id,
        "channel": row.get_channel_display(),
        "hint": row.hint,
        "go_on": go_on if opener_for(row.channel) else "",
    }


def withdrawal_data(row: Withdrawal, language: str) -> dict[str, Json]:
    """Return a withdrawal as its member sees it."""
    # Who pays, and how sure the shop is of it, is the shop's affair.
    state = State.PAYING if row.state == State.UNKNOWN else State(row.state)
    return {
        "id": row.public_id,
        "number": row.number,
        "amount": decimal_text(row.minor, row.asset.scale),
        "arrives": text_of(Money(row.payout_minor, row.currency)),
        "account": f"{row.get_channel_display()} {row.account.hint}".strip(),
        "state": str(state.label),
        "is_good": row.state == State.PAID,
        "is_bad": row.state in (State.REJECTED, State.FAILED, State.RETURNED),
        "reason": row.reason,
        "sums": _sums(row.minor, row.fee_minor, row.tax_minor, row.asset.scale),
        "tax": list(
            explained(row.tax_basis, row.tax_category, currency=row.currency, on=row.tax_on)
        ),
        "at": moment_text(row.created_at, language),
        "may_cancel": row.state in REVIEWED_STATES,
    }


def transfer_data(row: Transfer, member_id: UUID, language: str) -> dict[str, Json]:
    """Return something that was given or received."""
    is_given = row.sender_id == member_id
    text = decimal_text(row.minor if is_given else row.minor - row.fee_minor, row.asset.scale)
    other = hidden_name((row.recipient if is_given else row.sender).name)
    title = _("To %(name)s") if is_given else _("From %(name)s")
    return {
        "title": title % {"name": other},
        "text": f"−{text}" if is_given else f"+{text}",
        "is_in": not is_given,
        "note": row.note,
        "at": moment_text(row.at, language),
    }
