"""What is left to do before a shop sells, read from the state of things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kernel.access.models import Staff
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Product
from kernel.orders.choices import PaymentStatus
from kernel.orders.models import Order
from kernel.payments.models import PaymentBinding
from kernel.tenancy.context import TenantRef
from tenants.console.selectors import domains_of
from themes.packs.wearing import worn
from themes.store import releases_now

_PAID: Final = (PaymentStatus.PAID, PaymentStatus.PART_REFUNDED, PaymentStatus.AUTHORISED)


@dataclass(frozen=True, slots=True)
class Found:
    """How a step stands.

    Attributes:
        text: what is there: the domain, how many products; empty for nothing.
    """

    is_done: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """Something to do before opening a shop.

    Attributes:
        said: how it stands, in a few words.
        is_next: the first that is left to do.
        may: whether the person may do it.
    """

    code: str
    title: str
    text: str
    path: str
    is_done: bool
    said: str
    is_next: bool
    may: bool


@dataclass(frozen=True, slots=True)
class _Step:
    code: str
    title: Promise
    text: Promise
    path: str
    permission: str
    look: Callable[[TenantRef], Found]


def checklist(person: Staff, tenant: TenantRef) -> list[ChecklistStep]:
    """Return the steps from the logo to the first sale; five queries."""
    found = [(step, step.look(tenant)) for step in _STEPS]
    open_codes = [step.code for step, state in found if not state.is_done]
    return [
        ChecklistStep(
            code=step.code,
            title=str(step.title),
            text=str(step.text),
            path=step.path,
            is_done=state.is_done,
            said=state.text,
            is_next=step.code == next(iter(open_codes), ""),
            may=person.may(step.permission),
        )
        for step, state in found
    ]


def _logo(tenant: TenantRef) -> Found:
    return Found(bool(tenant.brand.logo_url))


def _domain(tenant: TenantRef) -> Found:
    own = [row for row in domains_of(tenant.id) if not row.is_own]
    proven = next((row.name for row in own if row.is_verified), "")
    if proven or not own:
        return Found(bool(proven), proven)
    return Found(False, _("%(name)s waits for proof.") % {"name": own[0].name})


def _products(_tenant: TenantRef) -> Found:
    rows = Product.objects.values_list("status", flat=True)
    states = list(rows.filter(status__in=[ProductStatus.ACTIVE, ProductStatus.DRAFT])[:1_000])
    on_sale = sum(status == ProductStatus.ACTIVE for status in states)
    if on_sale:
        text = ngettext("%(number)s on sale", "%(number)s on sale", on_sale)
        return Found(True, text % {"number": on_sale})
    drafts = len(states)
    text = ngettext("%(number)s draft", "%(number)s drafts", drafts) if drafts else ""
    return Found(False, text % {"number": drafts} if text else "")


def _payment(_tenant: TenantRef) -> Found:
    rows = list(PaymentBinding.objects.order_by("-is_enabled", "pk").values("title", "is_enabled"))
    if not rows:
        return Found(False)
    if rows[0]["is_enabled"]:
        return Found(True, rows[0]["title"])
    return Found(False, _("%(name)s is not switched on yet.") % {"name": rows[0]["title"]})


def _theme(_tenant: TenantRef) -> Found:
    pack = worn().pack
    if pack is not None:
        return Found(True, pack.name.in_language(get_language()))
    return Found(bool(releases_now()))


def _publish(_tenant: TenantRef) -> Found:
    return Found(bool(releases_now()))


def _sale(_tenant: TenantRef) -> Found:
    states = set(Order.objects.order_by().values_list("payment_status", flat=True).distinct())
    if states & set(_PAID):
        return Found(True)
    return Found(False, _("An order waits for payment.") if states else "")


_STEPS: Final[Sequence[_Step]] = (
    _Step(
        "logo",
        gettext_lazy("Put up your logo"),
        gettext_lazy("Logo, name and colours, in the shop and in its letters."),
        "/brand/",
        "brand.manage",
        _logo,
    ),
    _Step(
        "domain",
        gettext_lazy("Connect your own domain"),
        gettext_lazy("The shop answers at its present address until then, and after it too."),
        "/domains/",
        "domains.manage",
        _domain,
    ),
    _Step(
        "products",
        gettext_lazy("Put a product on sale"),
        gettext_lazy("A picture, a price and some stock are enough to begin."),
        "/products/new/",
        "products.manage",
        _products,
    ),
    _Step(
        "payment",
        gettext_lazy("Take payments"),
        gettext_lazy("Connect your own account; the money goes to you directly."),
        "/payments/",
        "payments.manage",
        _payment,
    ),
    _Step(
        "theme",
        gettext_lazy("Choose a theme"),
        gettext_lazy("Try one on with your own goods; it can be taken back."),
        "/themes/packs/",
        "brand.manage",
        _theme,
    ),
    _Step(
        "publish",
        gettext_lazy("Publish your pages"),
        gettext_lazy("Arrange the start page, look at it, and let everybody see it."),
        "/design/",
        "design.edit",
        _publish,
    ),
    _Step(
        "sale",
        gettext_lazy("Sell something"),
        gettext_lazy("Place the first order yourself to see what buyers see."),
        "/orders/",
        "orders.view",
        _sale,
    ),
)
