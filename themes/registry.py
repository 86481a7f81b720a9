"""Which blocks exist: those of the themes, and those that modules bring along."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kernel.modules.gate import mode_of
from kernel.modules.manifest import Manifest
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef
from themes.contract import Block
from themes.errors import DuplicateBlock, InvalidBlock
from themes.fields import InvalidSetting

MODULE_BLOCKS: Final = "theme_blocks"
"""The submodule in which a module keeps ``blocks``, when its manifest names any."""

_blocks: dict[str, Block] = {}


def forget_all() -> None:
    """Begin with no blocks."""
    _blocks.clear()


def register(block: Block) -> None:
    """Make a block known.

    Raises:
        DuplicateBlock: another one has its type.
        InvalidBlock: a default that its own field refuses, or a gap in the migrations.
    """
    if block.type in _blocks:
        raise DuplicateBlock(f"two blocks are called {block.type!r}")
    _check(block)
    _blocks[block.type] = block


def _check(block: Block) -> None:
    if set(block.migrations) != set(range(1, block.version)):
        raise InvalidBlock(f"{block.type}: a migration for each version before {block.version}")
    for name, each in block.settings.items():
        try:
            cleaned = each.clean(each.default)
        except InvalidSetting as refusal:
            raise InvalidBlock(f"{block.type}.{name}: default {refusal}") from refusal
        if cleaned != each.default:
            raise InvalidBlock(f"{block.type}.{name}: the default must be as it is stored")


def register_modules() -> None:
    """Register the blocks that modules name in their manifests.

    Raises:
        InvalidBlock: a manifest and its blocks do not name the same.
    """
    for manifest in manifests().values():
        if manifest.blocks:
            for block in blocks_of_module(manifest):
                register(replace(block, module=manifest.code))


def blocks_of_module(manifest: Manifest) -> Iterable[Block]:
    """Return the blocks of a module.

    Raises:
        InvalidBlock: a manifest and its blocks do not name the same.
    """
    found: tuple[Block, ...] = importlib.import_module(f"{manifest.package}.{MODULE_BLOCKS}").blocks
    if sorted(block.type for block in found) != sorted(manifest.blocks):
        raise InvalidBlock(f"{manifest.code}: manifest and {MODULE_BLOCKS} name different blocks")
    return found


def find(block_type: str) -> Block | None:
    """Return a block, or None when nothing of the type is installed."""
    return _blocks.get(block_type)


def all_blocks() -> Mapping[str, Block]:
    """Return the installed blocks by type."""
    return MappingProxyType(_blocks)


def is_on(block: Block, tenant: TenantRef) -> bool:
    """Tell whether a tenant's pages may show the block now."""
    return block.module is None or mode_of(tenant, block.module) != "off"


@contextmanager
def registered_temporarily(*blocks: Block) -> Iterator[None]:
    """Add blocks for the length of a block of code, for tests."""
    before = dict(_blocks)
    try:
        for block in blocks:
            register(block)
        yield
    finally:
        _blocks.clear()
        _blocks.update(before)
