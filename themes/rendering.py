"""Draws compiled blocks: as HTML kept by fragments, or as JSON for other clients.

A fragment is a top-level block with all inside it. Its key holds the digest of
its settings, everything of the page that it may look at, the versions of its
data and the fingerprint of the code and templates that draw it; so it is never
invalidated, only no longer asked for. Data is loaded for missing fragments alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.core.cache import cache
from markupsafe import Markup, escape

from kernel.i18n.markets import code_here
from kernel.i18n.speaking import speaking
from kernel.tenancy.cache import tenant_cache
from kernel.tenancy.context import TenantRef, current_tenant
from themes.contract import Binding, Block, PageContext
from themes.documents import CompiledBlock
from themes.environment import block_environment, release_fingerprint, template_fingerprint
from themes.faults import SECONDS as FAULTY_SECONDS
from themes.faults import LeavingOut, in_place_of, noting
from themes.fields import Bound, Settings
from themes.registry import find, is_on
from themes.resolving import resolve
from themes.sources import SourceFailed, counters_of, load_all, seconds_of, source_of
from themes.styles import own_rules, styles_of

FRAGMENT_SECONDS: Final = 1_800
"""Links to pictures live for an hour at least; what holds them must be gone before."""


_FOUND_ISLAND: Final = re.compile(r'<shop-island id="([^"]+)".*?</shop-island>', re.DOTALL)
TEMPLATE: Final = "@template"
DOORS: Final = "@doors"
"""What a block may use beside the page's parameters: which page it is, what can be entered."""


@dataclass(frozen=True, slots=True)
class Node:
    """A block about to be drawn, with the data it asks for.

    Attributes:
        own: its settings as they are stored, in the language of the page.
    """

    compiled: CompiledBlock
    kind: Block
    own: Settings
    bindings: Mapping[str, Binding]
    slots: Mapping[str, tuple[Node, ...]]
    is_island: bool

    def walk(self) -> Iterator[Node]:
        """Return the node and all inside it."""
        yield self
        for children in self.slots.values():
            for child in children:
                yield from child.walk()

    def wishes(self) -> Iterator[Binding]:
        """Return every binding of the subtree."""
        for node in self.walk():
            yield from node.bindings.values()


@dataclass(frozen=True, slots=True)
class Drawing:
    """What came of some blocks.

    Attributes:
        html: by the name of the region they were given under.
        tokens: versions of all data that anything depends on.
        modules: whose blocks are, or would be, among them.
        seconds: how long all of it may be kept.
        faults: what blocks raised that were left out, by their ids.
    """

    html: Mapping[str, Markup]
    tokens: Mapping[str, str]
    modules: frozenset[str]
    seconds: int
    faults: Mapping[str, Exception] = field(default_factory=dict)


def visible(
    blocks: Iterable[CompiledBlock], page: PageContext, *, is_inside: bool = False
) -> tuple[Node, ...]:
    """Return the blocks that are shown here and now, ready to be drawn."""
    tenant = current_tenant()
    nodes = (_node(block, page, tenant, is_inside=is_inside) for block in blocks)
    return tuple(node for node in nodes if node is not None)


def _node(
    block: CompiledBlock, page: PageContext, tenant: TenantRef, *, is_inside: bool = False
) -> Node | None:
    with LeavingOut(block.id, block.type):
        return _made(block, page, tenant, is_inside=is_inside)
    return None


def _made(
    block: CompiledBlock, page: PageContext, tenant: TenantRef, *, is_inside: bool
) -> Node | None:
    kind = find(block.type)
    if kind is None or not is_on(kind, tenant):
        return None
    if not block.show.is_open(client=page.client, now=page.now):
        return None
    if block.show.who and page.viewer is not None:
        audience = "member" if page.viewer.member_id is not None else "guest"
        if audience not in block.show.who:
            return None
    own = block.in_language(page.language)
    bindings = {
        name: _bound(own[name]) for name, each in kind.settings.items() if isinstance(each, Bound)
    }
    bindings.update(kind.needs(own, page))
    is_personal = kind.vary == "member" or bool(block.show.who)
    # An island is replaced as a whole, so there is none inside another.
    is_island = page.viewer is None and is_personal and not is_inside
    return Node(
        compiled=block,
        kind=kind,
        own=own,
        bindings=bindings,
        slots={
            name: visible(inner, page, is_inside=is_inside or is_island)
            for name, inner in block.slots.items()
        },
        is_island=is_island,
    )


def _bound(value: Any) -> Binding:
    return Binding.to(**value)


def modules_of(blocks: Iterable[CompiledBlock]) -> frozenset[str]:
    """Return the modules whose blocks stand in a document, on or off."""
    found = (find(each.type) for block in blocks for each in block.walk())
    return frozenset(kind.module for kind in found if kind is not None and kind.module)


def draw(
    regions: Mapping[str, Sequence[CompiledBlock]],
    page: PageContext,
    *,
    versions: Mapping[str, str],
    loaded: Mapping[Binding, Any] | None = None,
) -> Drawing:
    """Draw regions of a page, with one load for each source that is still needed.

    Versions are the tokens of all counters, read before anything was loaded. What is
    drawn depends on the data that the caller has loaded already, too. A block that fails is
    left out, and what it is missing from is kept for a short time alone.
    """
    with noting() as noted:
        drawing = _draw(regions, page, versions, loaded or {}, noted.errors)
    if not noted.errors:
        return drawing
    seconds = min(drawing.seconds, FAULTY_SECONDS)
    return replace(drawing, seconds=seconds, faults=noted.errors)


def _draw(
    regions: Mapping[str, Sequence[CompiledBlock]],
    page: PageContext,
    versions: Mapping[str, str],
    loaded: Mapping[Binding, Any],
    faults: Mapping[str, Exception],
) -> Drawing:
    public = replace(page, viewer=None, inputs={})
    nodes = {name: visible(blocks, public) for name, blocks in regions.items()}
    tops = [node for top in nodes.values() for node in top]
    known = {
        wish: found
        for wish, found in loaded.items()
        if page.viewer is None or source_of(wish.of).vary == "none"
    }
    everything = [*loaded, *(wish for node in tops for wish in node.wishes())]
    keys = {id(node): _fragment_key(node, public, versions) for node in tops}
    kept = cache.get_many(list(keys.values()))
    missing = [node for node in tops if keys[id(node)] not in kept]
    asked = (wish for node in missing for wish in node.wishes() if wish not in known)
    data = {**known, **load_all(asked, public, is_forgiving=True)}
    with speaking(page.language):
        fresh = {keys[id(node)]: str(_html(node, data, public)) for node in missing}
        _keep(missing, keys, fresh, faults)
        kept.update(fresh)
        html = {name: "".join(kept[keys[id(node)]] for node in top) for name, top in nodes.items()}
        if page.viewer is not None:
            html = _with_islands(html, tops, page, loaded=loaded)
    return Drawing(
        html={name: Markup(text) for name, text in html.items()},  # noqa: S704  drawn by ourselves, escaped
        tokens={name: versions[name] for name in counters_of(everything)},
        modules=frozenset().union(*(modules_of(blocks) for blocks in regions.values())),
        seconds=seconds_of(everything, most=FRAGMENT_SECONDS),
    )


def _with_islands(
    html: Mapping[str, str],
    tops: Iterable[Node],
    page: PageContext,
    *,
    loaded: Mapping[Binding, Any],
) -> dict[str, str]:
    """Return what was drawn for everybody with the viewer's own parts in it."""
    tenant = current_tenant()
    islands = [node.compiled for top in tops for node in top.walk() if node.is_island]
    own = {block.id: _node(block, page, tenant) for block in islands}
    wishes = (wish for node in own.values() if node for wish in node.wishes())
    asked = (wish for wish in wishes if wish not in loaded)
    data = {**loaded, **load_all(asked, page, is_forgiving=True)}
    drawn = {key: str(_html(node, data, page)) if node else "" for key, node in own.items()}
    return {
        name: _FOUND_ISLAND.sub(lambda found: drawn[found[1]], text) for name, text in html.items()
    }


def _keep(
    nodes: Iterable[Node],
    keys: Mapping[int, str],
    drawn: Mapping[str, str],
    faults: Mapping[str, Exception],
) -> None:
    """Keep fragments for as long as their data may be kept; those that lack a block not at all."""
    lasting: dict[str, tuple[str, int]] = {}
    for node in nodes:
        if any(each.id in faults for each in node.compiled.walk()):
            continue
        seconds = seconds_of(node.wishes(), most=FRAGMENT_SECONDS)
        lasting[keys[id(node)]] = (drawn[keys[id(node)]], seconds)
    tenant_cache().set_each(lasting)


def _fragment_key(node: Node, page: PageContext, versions: Mapping[str, str]) -> str:
    inside = list(node.walk())
    uses = frozenset[str]().union(*(each.kind.uses for each in inside))
    seen = {name: page.params.get(name, "") for name in uses}
    parts = [
        node.compiled.digest,
        page.language,
        page.currency,
        page.shown,
        code_here(),
        page.client,
        page.template if TEMPLATE in uses else "",
        repr(page.shop.doors) if DOORS in uses else "",
        str(current_tenant().version),
        repr(sorted(seen.items())),
        repr(sorted((name, versions[name]) for name in counters_of(node.wishes()))),
        # Blocks inside it come and go with time and with their modules.
        repr([each.compiled.id for each in inside]),
        *sorted({fingerprint(each.kind) for each in inside}),
        release_fingerprint(),
    ]
    return f"themes:f:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


def fingerprint(kind: Block) -> str:
    """Return the hash of all code and templates that draw a block."""
    return f"{kind.code_fingerprint}{template_fingerprint(kind.template)}"


def _html(node: Node, data: Mapping[Binding, Any], page: PageContext) -> Markup:
    with LeavingOut(node.compiled.id, node.kind.type):
        return _wrapped(node, data, page)
    return in_place_of(node.compiled.id, node.kind.type)


def _wrapped(node: Node, data: Mapping[Binding, Any], page: PageContext) -> Markup:
    show, name = node.compiled.show, node.kind.type.replace(".", "-").replace("_", "-")
    classes = " ".join(["block", f"b-{name}", *(f"only-{width}" for width in show.widths)])
    if not node.is_island:
        return _element("div", node.compiled.id, classes, _inner(node, data, page))
    inside = Markup("")
    if not show.who or "guest" in show.who:
        inside = _inner(node, data, page)
    return _element("shop-island", node.compiled.id, classes, inside)


def _element(name: str, block_id: str, classes: str, inside: Markup) -> Markup:
    """Return an element around what was drawn; names and classes are our own words."""
    return Markup(f'<{name} id="{escape(block_id)}" class="{classes}">{inside}</{name}>')  # noqa: S704  the id is escaped, the rest drawn by ourselves


def _inner(node: Node, data: Mapping[Binding, Any], page: PageContext) -> Markup:
    found, settings = data_of(node, data), resolve(node.kind.settings, node.own, page)
    context: dict[str, Any] = {
        "id": node.compiled.id,
        "s": settings,
        "d": found,
        "page": page,
        "shop": page.shop,
        "slots": {
            name: Markup("").join(_html(child, data, page) for child in children)
            for name, children in node.slots.items()
        },
    }
    if node.kind.vary == "member":
        context["viewer"] = page.viewer
    if node.kind.prepare is not None:
        context.update(node.kind.prepare(dict(settings), found, page))
    template = block_environment().get_template(node.kind.template)
    return Markup(template.render(context).strip())  # noqa: S704  an escaping template's outcome


def data_of(node: Node, data: Mapping[Binding, Any]) -> dict[str, Any]:
    """Return what a block asked for.

    Raises:
        SourceFailed: there was no answer.
    """
    found = {name: data.get(binding) for name, binding in node.bindings.items()}
    for value in found.values():
        if isinstance(value, SourceFailed):
            raise value
    return found


def draw_block(blocks: Iterable[CompiledBlock], block_id: str, page: PageContext) -> Markup | None:
    """Draw one block for its viewer, without its wrapper; None when it is not shown."""
    for top in visible(blocks, page):
        for node in top.walk():
            if node.compiled.id == block_id:
                data = load_all(node.wishes(), page, is_forgiving=True)
                with speaking(page.language), LeavingOut(block_id, node.kind.type):
                    return _inner(node, data, page)
                return None
    return None


def document_css(blocks: Iterable[CompiledBlock]) -> str:
    """Return the style sheet of the settings that are style: one rule for each block."""
    rules: dict[str, list[str]] = {"": [], "m": [], "l": []}
    found = [each for top in blocks for each in top.walk()]
    for block in found:
        kind = find(block.type)
        if kind is None:
            continue
        rules[""].extend(own_rules(str(escape(block.id)), kind, block.settings))
        for width, settings in (("", block.settings), *block.at.items()):
            declared = [
                f"{each.css}:{each.css_value(settings[name])}"
                for name, each in kind.settings.items()
                if each.css and settings.get(name) not in {None, ""} and name in settings
            ]
            if declared:
                rules[width].append(f"#{escape(block.id)}{{{';'.join(declared)}}}")
    return "\n".join(
        [
            *styles_of(each.type for each in found),
            *rules[""],
            *(f"@media(min-width:640px){{{rule}}}" for rule in rules["m"]),
            *(f"@media(min-width:1024px){{{rule}}}" for rule in rules["l"]),
        ]
    )
