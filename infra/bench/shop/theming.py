"""What a decorated page costs: twenty blocks that show forty products."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any, Final

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings

from infra.bench.child import say
from infra.bench.shop.goods import ACTOR, fill_shelves
from infra.bench.shop.steps import the_shop
from kernel.common.time import utc_now
from kernel.i18n.markets import code_here
from kernel.tenancy.context import TenantRef, current_tenant, no_scope, tenant_context
from kernel.tenancy.ports import directory
from themes.cache.counters import bump
from themes.cache.front import Front
from themes.cache.pages import page_key
from themes.desk import live_theme, pages_of, save_draft
from themes.documents import FORMAT
from themes.fields import Json
from themes.releasing import publish
from themes.sources import all_counters

BLOCKS: Final = 20
FEW: Final = 7
PRODUCTS: Final = 40
_SHELVES: Final = (("newest", 14), ("cheapest", 13), ("dearest", 13))
_WARMING: Final = 5
_OK: Final = 200


def draw_pages(rounds: int) -> dict[str, Any]:
    """Publish a front page and have it drawn anew, of its fragments, and whole.

    Whole requests through the application, with all its middleware, as a server process
    answers them; seconds are those of the processor.
    """
    call_command("collectstatic", interactive=False, verbosity=0)
    with tenant_context(the_shop()):
        fill_shelves(PRODUCTS, pictured=4, now=utc_now())
    with override_settings(STOA_PROCESS="store", ROOT_URLCONF="config.urls_store"):
        return compare(the_shop(), rounds)


def compare(tenant: TenantRef, rounds: int) -> dict[str, Any]:
    """Measure a page of many blocks, and count what one of few of the same kinds asks."""
    release(tenant, front_page(FEW), rev=0)
    few = _queries(tenant, WSGIHandler())
    release(tenant, front_page(BLOCKS), rev=1)
    return measure(tenant, rounds) | {"queries_of_few": few}


def measure(tenant: TenantRef, rounds: int) -> dict[str, Any]:
    """Ask for the front page in each of its three ways; return seconds and what else is known."""
    handler = WSGIHandler()
    body = ask(tenant, handler)
    queries = _queries(tenant, handler)
    uncached = _times(tenant, handler, rounds, before=_forget_all, doing="drawing anew")
    fragments = _times(tenant, handler, rounds, before=_forget_pages, doing="of fragments")
    front = Front(handler)
    front_seconds = _times(tenant, front, rounds * 5, before=_nothing, doing="whole, in memory")
    whole = _times(tenant, handler, rounds * 5, before=_nothing, doing="whole, in the cache")
    return {
        "uncached": median(uncached),
        "fragments": median(fragments),
        "whole": median(whole),
        "front": median(front_seconds),
        "queries": queries,
        "bytes": len(body),
        "blocks": body.count(b'class="block '),
        "cards": body.count(b'class="product-title"'),
    }


def release(tenant: TenantRef, document: dict[str, Json], *, rev: int) -> None:
    """Publish a front page."""
    with tenant_context(tenant):
        page = next(each for each in pages_of(live_theme()) if each.template == "home")
        save_draft(page.pk, document, rev=rev, actor=ACTOR)
        publish(page.pk, rev=rev + 1, note="bench", actor=ACTOR)
    directory().forget(tenant.id)


def front_page(blocks: int) -> dict[str, Json]:
    """Return a front page of so many blocks: shelves of products, tiles, words and pictures."""
    shelves: list[Json] = [
        {
            "id": f"b-shelf{number}",
            "type": "product.grid",
            "v": 1,
            "settings": {
                "title": f"Shelf {number}",
                "products": {"of": "catalogue.products", "limit": most, "sort": sort},
            },
        }
        for number, (sort, most) in enumerate(_SHELVES)
    ]
    others: list[Json] = [
        {"id": f"b-{number}", "settings": {}, **_OTHERS[number % len(_OTHERS)]}
        for number in range(blocks - len(_SHELVES))
    ]
    return {
        "format": FORMAT,
        "kind": "page",
        "template": "home",
        "settings": {},
        "blocks": [*others, *shelves],
    }


_OTHERS: Final[tuple[dict[str, Json], ...]] = (
    {"type": "text.rich", "settings": {"html": "<p>Picked by hand, <b>dried</b> in the sun.</p>"}},
    {"type": "notice.bar"},
    {"type": "category.tiles"},
    {"type": "media.hero", "settings": {"text": "Autumn arrivals", "label": "Look"}},
)


def ask(tenant: TenantRef, handler: Callable[..., Any]) -> bytes:
    """Return the front page as a server process answers."""
    environ = RequestFactory(HTTP_HOST=tenant.host("store") or "").get("/").environ
    told: list[str] = []
    with no_scope():
        body = b"".join(handler(environ, lambda status, _headers, *_rest: told.append(status)))
    if not told[0].startswith(str(_OK)):
        raise RuntimeError(f"the front page answers {told[0]}")
    return body


def _queries(tenant: TenantRef, handler: Callable[..., Any]) -> int:
    ask(tenant, handler)
    with tenant_context(tenant):
        _forget_all()
    with CaptureQueriesContext(connection) as found:
        ask(tenant, handler)
    return len([each for each in found if "FROM" in each["sql"]])


def _times(
    tenant: TenantRef,
    handler: Callable[..., Any],
    rounds: int,
    *,
    before: Callable[[], None],
    doing: str,
) -> list[float]:
    found: list[float] = []
    for number in range(-_WARMING, rounds):
        with tenant_context(tenant):
            before()
        started = process_time()
        ask(tenant, handler)
        if number >= 0:
            found.append(process_time() - started)
    say(doing, rounds, rounds)
    return found


def _forget_all() -> None:
    """Make every kind of data another: nothing that is kept counts any more."""
    bump(*all_counters())


def _forget_pages() -> None:
    """Lose the whole page; its fragments stay."""
    # As it is since the page was published.
    tenant = directory().by_id(current_tenant().id)
    shown = (tenant.locale, tenant.currency, "", code_here(), "")
    if not cache.delete(page_key(tenant, "home", "", *shown)):
        raise RuntimeError("the front page was not kept")


def _nothing() -> None:
    """Leave everything as it is kept."""
