"""The kinds of pages that every shop has, and what stands in their heads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.aftersales.choices import CaseKind
from themes.blocks.buying import order_binding
from themes.blocks.catalogue import listing_binding, product_binding
from themes.blocks.reviews import score_binding
from themes.contract import Binding, PageContext
from themes.fields import Json
from themes.kinds import (
    Elsewhere,
    Facts,
    Head,
    MakeHead,
    Nothing,
    PageKind,
    one_line,
    one_of,
    page_number,
    price,
    register_kind,
    slug,
    words,
)
from themes.names import LANDING, handle_in
from themes.orders.states import FILTERS
from themes.reviews.shown import PICTURED

SORTS: Final = ("newest", "cheapest", "dearest", "sales")
_LONGEST_DESCRIPTION: Final = 160
_TAG: Final = re.compile(r"<[^>]+>")


def register_all() -> None:
    """Make them known; called once, when the process starts."""
    listing = {"sort": one_of(*SORTS), "page": page_number}
    narrowing = {
        "brand": one_line,
        "attributes": one_line,
        "options": one_line,
        "min_price": price,
        "max_price": price,
        "in_stock": one_of("1"),
        "rating": one_of("1", "2", "3", "4"),
    }
    for kind in (
        PageKind(template="home", head=_home),
        PageKind(template="categories", head=_categories),
        PageKind(template=LANDING, head=_landing),
        PageKind(
            template="category",
            params={"category": slug, **listing, **narrowing},
            needs=_listing,
            head=_list_head,
        ),
        PageKind(
            template="collection",
            params={"collection": slug, **listing},
            needs=_listing,
            head=_list_head,
        ),
        PageKind(
            template="search",
            params={"q": words, "within": slug, **listing, **narrowing},
            is_kept=False,
            needs=_listing,
            head=_search_head,
        ),
        PageKind(
            template="product",
            params={
                "handle": slug,
                "stars": one_of("1", "2", "3", "4", "5", PICTURED),
                "page": page_number,
            },
            needs=_product,
            head=_product_head,
        ),
        PageKind(
            template="form",
            is_private=True,
            params={"form": slug},
            needs=_asked,
            head=_asked_head,
        ),
        PageKind(template="sign_in", is_private=True, head=_form_head),
        PageKind(template="account_form", is_private=True, head=_form_head),
        PageKind(template="legal", is_private=True, head=_legal_head),
        PageKind(template="register", is_private=True, head=_form_head),
        PageKind(template="cart", is_private=True, head=_cart_head),
        PageKind(template="member", is_private=True, head=_member_head),
        PageKind(
            template="checkout",
            is_private=True,
            params={"buy": one_of("now")},
            head=_titled(gettext_lazy("Checkout")),
        ),
        PageKind(template="cashier", is_private=True, head=_titled(gettext_lazy("Payment"))),
        PageKind(
            template="orders",
            is_private=True,
            params={"state": one_of(*FILTERS), "page": page_number},
            head=_titled(gettext_lazy("My orders")),
        ),
        PageKind(
            template="order",
            is_private=True,
            params={"number": slug},
            needs=_order,
            head=_order_head,
        ),
        PageKind(
            template="order_confirm", is_private=True, head=_titled(gettext_lazy("My orders"))
        ),
        PageKind(
            template="case_request",
            is_private=True,
            params={"kind": one_of(*CaseKind.values)},
            head=_titled(gettext_lazy("After-sales")),
        ),
        PageKind(template="addresses", is_private=True, head=_titled(gettext_lazy("Addresses"))),
        PageKind(template="address", is_private=True, head=_titled(gettext_lazy("Addresses"))),
        PageKind(
            template="sessions", is_private=True, head=_titled(gettext_lazy("Signed-in devices"))
        ),
    ):
        register_kind(kind)
    for template, title in (
        ("ways", gettext_lazy("Sign-in and security")),
        ("privacy", gettext_lazy("Privacy")),
        ("invitation", gettext_lazy("Invite friends")),
        ("assets", gettext_lazy("My balance")),
        ("favourites", gettext_lazy("Favourites")),
        ("footprints", gettext_lazy("Recently viewed")),
        ("invoices", gettext_lazy("Invoice details")),
        ("my_coupons", gettext_lazy("My coupons")),
        ("coupons", gettext_lazy("Coupons")),
        ("review", gettext_lazy("Your review")),
        ("level", gettext_lazy("My level")),
        ("wallet", gettext_lazy("Withdrawals")),
        ("earnings", gettext_lazy("My earnings")),
        ("reward_rules", gettext_lazy("How rewards work")),
        ("messages", gettext_lazy("Messages")),
        ("message_choices", gettext_lazy("Choose what you get")),
        ("message_decline", gettext_lazy("No more letters")),
        ("cases", gettext_lazy("After-sales")),
        ("case", gettext_lazy("After-sales")),
    ):
        register_kind(PageKind(template=template, is_private=True, head=_titled(title)))


def plain_text(html: str, *, longest: int = _LONGEST_DESCRIPTION) -> str:
    """Return the words of some HTML, cut between words."""
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]}…"


def _home(page: PageContext, _data: Mapping[str, Any]) -> Facts:
    site: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": page.shop.name,
        "url": "/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": "/search/?q={query}",
            "query-input": "required name=query",
        },
    }
    return Head(canonical="/", structured=(site,))


def _categories(_page: PageContext, _data: Mapping[str, Any]) -> Facts:
    return Head(title=_("All categories"), canonical="/categories/")


def _landing(page: PageContext, _data: Mapping[str, Any]) -> Facts:
    return Head(canonical=f"/pages/{handle_in(page.template)}/")


def _listing(page: PageContext) -> Mapping[str, Binding]:
    return {"listing": listing_binding(page)}


def _list_head(page: PageContext, data: Mapping[str, Any]) -> Facts:
    found = data["listing"]
    if found is None:
        return Nothing()
    if found.get("moved_to"):
        return Elsewhere(found["moved_to"])
    number = page.params.get("page", "")
    if number and not found["products"]:
        return Nothing()
    query = f"?{urlencode({'page': number})}" if number else ""
    return Head(
        title=found["seo_title"] or found["title"],
        description=plain_text(found["seo_description"]),
        canonical=f"{found['href']}{query}",
        # Each order of the same products, or of some, is the same page to a search engine.
        is_indexed={*page.params} <= {"category", "collection", "page"},
        structured=(_trail(found["trail"]),) if found["trail"] else (),
    )


def _search_head(page: PageContext, _data: Mapping[str, Any]) -> Facts:
    query = page.params.get("q", "")
    return Head(title=f"{_('Search')}: {query}" if query else _("Search"), is_indexed=False)


def _product(page: PageContext) -> Mapping[str, Binding]:
    return {"product": product_binding(page), "score": score_binding(page)}


def _product_head(_page: PageContext, data: Mapping[str, Any]) -> Facts:
    found = data["product"]
    if found is None:
        return Nothing()
    if found.get("moved_to"):
        return Elsewhere(found["moved_to"])
    description = found["seo_description"] or found["summary"] or found["description"]
    image = found["pictures"][0]["url"] if found["pictures"] else ""
    documents = [_product_document(found, plain_text(description), image)]
    if (score := data["score"]) and score["count"]:
        documents[0]["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": score["average"],
            "reviewCount": score["count"],
            "bestRating": 5,
            "worstRating": 1,
        }
    if found["trail"]:
        documents.append(_trail(found["trail"]))
    return Head(
        title=found["seo_title"] or found["title"],
        description=plain_text(description),
        canonical=found["href"],
        image=image,
        structured=tuple(documents),
    )


def _product_document(found: Mapping[str, Any], description: str, image: str) -> dict[str, Json]:
    document: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": found["title"],
        "description": description,
        "url": found["href"],
    }
    if image:
        document["image"] = [image]
    if found["brand"]:
        document["brand"] = {"@type": "Brand", "name": found["brand"]}
    state = "InStock" if found["is_sellable"] else "OutOfStock"
    offers: list[Json] = [
        {
            "@type": "Offer",
            "sku": each["sku"],
            "price": each["amount"],
            "priceCurrency": each["currency"],
            "availability": "https://schema.org/"
            + ("InStock" if each["is_sellable"] else "OutOfStock"),
            "url": found["href"],
        }
        for each in found["variants"]
        if each["amount"]
    ]
    if len(offers) == 1:
        document["offers"] = offers[0]
    elif offers:
        amounts = sorted(
            (each["amount"] for each in found["variants"] if each["amount"]), key=float
        )
        document["offers"] = {
            "@type": "AggregateOffer",
            "lowPrice": amounts[0],
            "highPrice": amounts[-1],
            "priceCurrency": found["variants"][0]["currency"],
            "offerCount": len(offers),
            "availability": f"https://schema.org/{state}",
            "offers": offers,
        }
    return document


def _trail(steps: list[dict[str, Any]]) -> dict[str, Json]:
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": each["title"], "item": each["href"]}
            for number, each in enumerate(steps, start=1)
        ],
    }


def _form_head(page: PageContext, _data: Mapping[str, Any]) -> Facts:
    form = page.inputs.get("form")
    return Head(title=str(form["title"]) if isinstance(form, dict) else "", is_indexed=False)


def _legal_head(page: PageContext, _data: Mapping[str, Any]) -> Facts:
    text = page.inputs.get("legal")
    return Head(title=str(text["title"]) if isinstance(text, dict) else "", is_indexed=False)


def _cart_head(_page: PageContext, _data: Mapping[str, Any]) -> Facts:
    return Head(title=_("Cart"), is_indexed=False)


def _member_head(_page: PageContext, _data: Mapping[str, Any]) -> Facts:
    return Head(title=_("My account"), is_indexed=False)


def _titled(title: Promise) -> MakeHead:
    """Return the head of a page that is nobody else's, with a title in the viewer's language."""

    def head(_page: PageContext, _data: Mapping[str, Any]) -> Facts:
        return Head(title=str(title), is_indexed=False)

    return head


def _asked(page: PageContext) -> Mapping[str, Binding]:
    return {"form": Binding.to("forms.one", code=page.params.get("form", ""))}


def _asked_head(_page: PageContext, data: Mapping[str, Any]) -> Facts:
    found = data["form"]
    return Nothing() if found is None else Head(title=found["name"], is_indexed=False)


def _order(page: PageContext) -> Mapping[str, Binding]:
    return {"order": order_binding(page)}


def _order_head(_page: PageContext, data: Mapping[str, Any]) -> Facts:
    found = data["order"]
    if found is None:
        return Nothing()
    title = _("Order %(number)s") % {"number": found["number"]}
    return Head(title=title, is_indexed=False)
