"""Takes the pictures of themes and blocks that consoles and editors show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from config.dev.portraits import DESKTOP, PHONE, Studio, outside_of_loops, save, studio
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Category, Collection, Product
from kernel.tenancy.context import TenantRef, tenant_context
from themes.blocks.catalogue import COLLECTION_FEATURE
from themes.cache.counters import tokens
from themes.contract import Viewer
from themes.documents import compile_page
from themes.packs.reading import Pack, packs
from themes.packs.wearing import trial_path
from themes.pages import context_of
from themes.presets import FOLDER as PRESETS
from themes.presets import presets_of
from themes.rendering import document_css, draw
from themes.shop.cards import href_of
from themes.shop.categories import href_of as category_href
from themes.sources import all_counters

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATIC: Final = Path(__file__).resolve().parents[3] / "themes" / "static" / "themes"
Report = Callable[[str], None]

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

_TABLET: Final = (800, 640)
_NARROW: Final = frozenset({"nav.tab_bar"})
_ABOVE: Final = frozenset({"layout.popup", "nav.floating", "nav.tab_bar"})
_TALLEST: Final = 520
_WIDTHS: Final = {"desktop": 720, "phone": 240}
_BARE: Final = """() => {
  document.querySelector(".trial")?.remove();
  document.querySelector("dialog[open]")?.close();
}"""
_HTML: Final = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/themes/store.css"><link rel="stylesheet" href="/theme.css">
<link rel="stylesheet" href="{sheet}"><script type="module" src="/static/themes/store.js"></script>
</head><body class="shop-page"><main id="main">{drawn}</main></body></html>"""
_ALONE: Final = (
    "main>.block{margin:0!important;padding-block:1.5rem}.b-layout-divider{padding-block:5rem!important}"
    ".spacer{border:2px dashed var(--edge);border-radius:.5rem;margin:1rem}"
)


def take_packs(
    tenant: TenantRef,
    folder: Path,
    report: Report,
    *,
    whole: Path | None,
    colours: Path | None = None,
) -> None:
    """Photograph each theme on a telephone and on a desk.

    Args:
        tenant: the shop that wears them, for the time of a picture.
        folder: for the small pictures of the console.
        report: told of each picture.
        whole: for pictures of whole pages in both languages; None for none.
        colours: for pictures of front pages in every palette, by day and by night; None for none.
    """
    with studio(tenant) as seen:
        for pack in packs():
            for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
                with tenant_context(tenant):
                    path = trial_path("/", pack.code)
                with seen.page(path, size) as page:
                    weight = seen.weight(page)
                    page.evaluate(_BARE)
                    target = folder / pack.code / f"{name}.webp"
                    save(page.screenshot(), target, width=_WIDTHS[name])
                    report(f"{target} {weight}")
            if whole is not None:
                _take_whole(seen, tenant, pack.code, whole, report)
            if colours is not None:
                _take_colours(seen, tenant, pack, colours, report)


def pages_of_packs() -> tuple[tuple[str, str], ...]:
    """Return the pages that packs design, by their templates: of a shop that sells something."""
    category = Category.objects.filter(is_shown=True).order_by("depth", "position").first()
    product = Product.objects.filter(status=ProductStatus.ACTIVE).order_by("created_at").first()
    return (
        ("home", "/"),
        ("category", category_href(category.path) if category else "/categories/"),
        ("product", href_of(product.handle) if product else "/search/"),
        ("member", "/account/"),
    )


def _take_whole(seen: Studio, tenant: TenantRef, pack: str, folder: Path, report: Report) -> None:
    with outside_of_loops(), tenant_context(tenant):
        pages = pages_of_packs()
    for template, path in pages:
        for language in ("zh-hans", "en"):
            for size in (PHONE, DESKTOP):
                with tenant_context(tenant):
                    link = trial_path(path, pack)
                with seen.page(link, size, language=language) as page:
                    page.evaluate(_BARE)
                    target = folder / f"{pack}-{template}-{language}-{size[0]}.webp"
                    save(page.screenshot(full_page=True), target, width=size[0])
                    report(str(target))


def _take_colours(
    seen: Studio, tenant: TenantRef, pack: Pack, folder: Path, report: Report
) -> None:
    with tenant_context(tenant):
        link = trial_path("/", pack.code)
    for size in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            with seen.page(link, size, language="zh-hans", scheme=scheme) as page:
                page.evaluate(_BARE)
                for palette in pack.palettes:
                    seen.wear(page, f"{pack.code}:{palette.code}")
                    target = folder / f"{pack.code}-{palette.code}-{scheme}-{size[0]}.webp"
                    save(page.screenshot(full_page=True), target, width=size[0])
                    report(str(target))


def take_blocks(tenant: TenantRef, folder: Path, report: Report, *, only: str = "") -> None:
    """Photograph each block as its first preset fills it, or one alone."""
    with studio(tenant) as seen:
        for block_type in sorted(path.stem for path in PRESETS.glob(f"{only or '*'}.json")):
            with outside_of_loops():
                seen.answers = dict(_answers(tenant, block_type))
            size = PHONE if block_type in _NARROW else _TABLET
            with seen.page("/block/", size) as page:
                target = folder / f"{block_type}.webp"
                save(_portrait(page, block_type), target, width=560)
                report(str(target))


def _portrait(page: Page, block_type: str) -> bytes:
    page.evaluate("document.querySelector('dialog:not([open])')?.showModal()")
    page.wait_for_timeout(150)
    found = page.locator("main > .block").bounding_box()
    width = page.viewport_size["width"] if page.viewport_size else _TABLET[0]
    if block_type in _ABOVE or found is None or not found["height"]:
        height = _TABLET[1] if block_type not in _NARROW else PHONE[1]
        top = 0 if block_type == "layout.popup" else height - 260
        return page.screenshot(clip={"x": 0, "y": top, "width": width, "height": height - top})
    tall = min(found["height"], _TALLEST)
    return page.screenshot(
        clip={"x": 0, "y": found["y"], "width": width, "height": tall}, full_page=True
    )


def _answers(tenant: TenantRef, block_type: str) -> Iterator[tuple[str, tuple[str, bytes]]]:
    block = presets_of(block_type)[0].as_block(block_type, "b-one")
    if block_type == COLLECTION_FEATURE.type:
        with tenant_context(tenant):
            shown = Collection.objects.order_by("-id").first()
        block["settings"]["feature"]["collection"] = shown.handle if shown else ""
    document = {"format": 1, "kind": "page", "template": "home", "blocks": [block]}
    compiled = compile_page(json.loads(json.dumps(document)))
    with tenant_context(tenant):
        # As a stranger sees it on the page of the newest product, which may have reviews.
        newest = Product.objects.filter(status=ProductStatus.ACTIVE).order_by("-id").first()
        handle = newest.handle if newest else ""
        page = context_of("product", {"handle": handle}, viewer=Viewer())
        drawn = draw({"main": compiled.blocks}, page, versions=tokens(all_counters()))
    html = _HTML.format(language=page.language, sheet="/block.css", drawn=drawn.html["main"])
    yield "/block/", ("text/html; charset=utf-8", html.encode())
    yield "/block.css", ("text/css", f"{document_css(compiled.blocks)}{_ALONE}".encode())
    if block_type == "core.html":
        code = str(block["settings"]["html"]).encode()
        yield "/framed/product/b-one/", ("text/html; charset=utf-8", code)
