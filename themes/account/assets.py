"""What a member has: balances and points, and how they came about."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.common.money import Money
from kernel.ledger.choices import State
from kernel.ledger.selectors import StatementLine, WalletLine
from kernel.ledger.services import Owner, decimal_text, statement, wallet
from kernel.ledger.values import FROZEN
from kernel.members.middleware import member_of
from kernel.rewards.earnings import is_in_use as is_rewarding
from kernel.wallet.selectors import is_in_use
from kernel.wallet.services.requesting import REFERENCE as _WITHDRAWAL
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text

_LINES: Final = 20
_LONGEST_NUMBER: Final = 15


@never_cache
@require_safe
def assets(request: HttpRequest) -> HttpResponse:
    """Show everything that a member has, and the movements of one of them."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    owner = Owner("member", member.pk)
    lines = wallet(owner)
    chosen = _chosen(request, lines)
    shown: dict[str, Json] = {
        "rows": [_row(each, chosen) for each in lines],
        "wallet": reverse("account:wallet") if _may_leave(lines) else "",
        "earnings": reverse("account:earnings") if is_rewarding() else "",
    }
    if chosen is not None:
        before = request.GET.get("before", "")[:_LONGEST_NUMBER]
        page = statement(
            owner,
            chosen.code,
            before=int(before) if before.isascii() and before.isdigit() else None,
            limit=_LINES,
        )
        older = f"{_address(chosen)}&before={page.next_before}" if page.next_before else ""
        shown |= {
            "chosen": chosen.name,
            "moves": [_move(each, chosen) for each in page.lines],
            "older": older,
        }
    return serve(request, "assets", inputs={"assets": shown})


def _may_leave(lines: list[WalletLine]) -> bool:
    """Tell whether anything that a member has may be paid out or given to others."""
    return any(line.is_withdrawable or line.is_transferable for line in lines) and is_in_use()


def _chosen(request: HttpRequest, lines: list[WalletLine]) -> WalletLine | None:
    wanted = request.GET.get("of", "")
    if not wanted:
        return lines[0] if lines else None
    found = next((each for each in lines if each.code == wanted), None)
    if found is None:
        raise Http404
    return found


def _row(line: WalletLine, chosen: WalletLine | None) -> Json:
    held = line.states.get(State.FROZEN, 0)
    expires = ""
    if line.next_expiry is not None:
        moment, minor = line.next_expiry
        when = moment_text(moment, get_language() or "")
        expires = _("%(amount)s until %(moment)s") % {
            "amount": _units(line, minor),
            "moment": when,
        }
    return {
        "name": line.name,
        "text": _units(line, line.available),
        "held": _units(line, held) if held else "",
        "expires": expires,
        "href": _address(line),
        "is_chosen": line is chosen,
    }


def _move(move: StatementLine, line: WalletLine) -> Json:
    text = _units(line, abs(move.minor))
    return {
        "title": _title(move),
        "note": _note(move),
        "at": moment_text(move.occurred_at, get_language() or ""),
        "text": f"+{text}" if move.minor > 0 else f"−{text}",
        "is_in": move.minor > 0,
        "after": _units(line, move.balance_after),
    }


def _units(line: WalletLine, minor: int) -> str:
    """Return units as money where they are money, and with their own scale elsewhere."""
    if line.kind == "cash" and line.currency:
        return text_of(Money(minor, line.currency))
    return decimal_text(minor, line.scale)


def _title(move: StatementLine) -> str:
    if move.kind == FROZEN:
        return _held_title(move)
    titles = {
        "payments.wallet_paid": _("Paid for an order"),
        "payments.wallet_refunded": _("Given back for an order"),
        "aftersales.to_balance": _("Refund of an order"),
        "members.merged": _("From your other account"),
        "ledger.adjusted": _("Put right by the shop"),
        "ledger.expired": _("Expired"),
        "hold.released": _("Given back to you"),
        "growth.earned": _("Growth earned"),
        "growth.taken_back": _("Taken back after a refund"),
        "points.earned": _("Points for an order"),
        "points.taken_back": _("Taken back after a refund"),
        "coupon.taken": _("Coupon for points"),
        "coupon.taken.reversed": _("Points given back"),
        "commission.earned": _("Commission earned"),
        "wallet.transferred": _("Given or received"),
        "wallet.returned": _("Came back from the bank"),
    }
    return titles.get(move.kind) or _("Booked by the shop")


def _held_title(move: StatementLine) -> str:
    """Say what became of units that were held: what was paid long ago is not held."""
    if move.reference_type == _WITHDRAWAL:
        outcomes = {"captured": _("Paid out"), "released": _("Not paid out")}
        return outcomes.get(move.hold, _("Being paid out"))
    outcomes = {
        "captured": _("Paid for an order"),
        "parts": _("Paid for an order"),
        "released": _("Held for a while"),
    }
    return outcomes.get(move.hold, _("Held"))


def _note(move: StatementLine) -> str:
    """Return the number of what a movement is about, and what arrived of a withdrawal."""
    number = str(move.data.get("number", ""))
    minor, currency = move.data.get("arrives_minor"), move.data.get("currency")
    if move.hold != "captured" or not isinstance(minor, int) or not currency:
        return number
    amount = text_of(Money(minor, str(currency)))
    return _("%(number)s · %(amount)s to your account") % {"number": number, "amount": amount}


def _address(line: WalletLine) -> str:
    return f"{reverse('account:assets')}?of={line.code}"
