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
from kernel.members.middleware import member_of
from kernel.wallet.selectors import is_in_use
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
        "title": _title(move.kind),
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


def _title(kind: str) -> str:
    titles = {
        "payments.wallet_paid": _("Paid for an order"),
        "payments.wallet_refunded": _("Given back for an order"),
        "aftersales.to_balance": _("Refund of an order"),
        "members.merged": _("From your other account"),
        "ledger.adjusted": _("Put right by the shop"),
        "ledger.expired": _("Expired"),
        "hold.frozen": _("Held"),
        "hold.released": _("No longer held"),
        "hold.captured": _("Used"),
        "growth.earned": _("Growth earned"),
        "growth.taken_back": _("Taken back after a refund"),
        "wallet.transferred": _("Given or received"),
    }
    return titles.get(kind) or _("Booked by the shop")


def _address(line: WalletLine) -> str:
    return f"{reverse('account:assets')}?of={line.code}"
