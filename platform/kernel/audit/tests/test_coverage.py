"""Every service of the kernel that somebody acts with leaves a trace of the act."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

KERNEL: Final = Path(__file__).parents[2]
Place: TypeAlias = tuple[str, str]

LOGS: Final[frozenset[Place]] = frozenset(
    {
        ("kernel.audit.services", "record"),
        ("kernel.audit.services", "record_many"),
        # Timelines that are append-only as well, and name who acted.
        ("kernel.orders.timeline", "write"),
        ("kernel.inventory.services.writing", "write"),
        ("kernel.levels.services.reviewing", "note_change"),
        ("kernel.wallet.services.telling", "note"),
    }
)
# What others do: these are handed an actor and leave the trace to whoever calls them.
ELSEWHERE: Final = {
    "kernel.common.idempotency.services.keyed_request": "remembers an answer, changes nothing",
    "kernel.aftersales.services.telling.side_of": "tells who speaks, changes nothing",
    "kernel.i18n.texts.services.translate": "whoever keeps the text writes and records it",
    "kernel.levels.services.segments.hand_over": "part of merging members",
    "kernel.media.services.uploads.begin_upload": "keeps room; what arrives is recorded",
    "kernel.media.services.uploads.cancel_upload": "gives back room for what never arrived",
    "kernel.members.services.balances.hand_over": "part of merging members, which is recorded",
    "kernel.snapshots.services.applying.bring": "goes on with what `begin` recorded",
    "kernel.orders.services.people.hand_over": "part of merging members",
    "kernel.orders.services.edits.propose_change": "a draft; applying it writes the timeline",
    "kernel.orders.services.telling.tell": "tells others what the caller has written down",
    "kernel.payments.services.refunding.reserve": "part of asking for a refund, recorded there",
    "kernel.payments.services.intents.hand_over": "part of merging members",
    "kernel.payments.services.passwords.hand_over": "part of merging members",
    "kernel.rewards.monitors.services.people.refuse_programs": "refuses, changes nothing",
    "kernel.relations.services.joining.merge": "part of merging members",
    "kernel.relations.services.binding.contact": "a member's own visit; keeps its own changes",
}


class _Source:
    """The kernel's functions, and which of them each names."""

    def __init__(self) -> None:
        self.imports: dict[str, dict[str, Place]] = {}
        self.names: dict[Place, set[str]] = {}
        self.reached: dict[Place, set[Place]] = {}
        self.services: list[Place] = []
        for path in sorted(KERNEL.rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                self._read(path)

    def _read(self, path: Path) -> None:
        parts = path.relative_to(KERNEL.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.imports[module] = dict(_imported(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.names.setdefault((module, node.name), set()).update(_named(node))
        if ".services" in module:
            functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
            self.services += [(module, each.name) for each in functions if _acts(each)]

    def leaves_a_trace(self, service: Place) -> bool:
        """Tell whether a service reaches a log by the functions that it names."""
        seen: set[Place] = set()
        waiting = [service]
        while waiting:
            place = waiting.pop()
            if place in LOGS:
                return True
            if place not in seen:
                seen.add(place)
                found = (self._found(place[0], name) for name in self.names[place])
                waiting += [each for each in found if each is not None]
        return False

    def _found(self, module: str, name: str) -> Place | None:
        head, _dot, rest = name.partition(".")
        seen: set[Place] = set()
        while (module, head) not in self.names:
            told = self.imports.get(module, {}).get(head)
            if told is None or (module, head) in seen:
                return None
            seen.add((module, head))
            if rest and f"{told[0]}.{told[1]}" in self.imports:
                module, head, rest = f"{told[0]}.{told[1]}", rest, ""
            else:
                module, head = told
        return module, head


def _imported(tree: ast.Module) -> Iterator[tuple[str, Place]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kernel"):
            for each in node.names:
                yield each.asname or each.name, (node.module or "", each.name)


def _named(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            owner = each.value.id if isinstance(each.value, ast.Name) else "self"
            yield each.attr if owner in {"self", "cls"} else f"{owner}.{each.attr}"


def _acts(node: ast.FunctionDef) -> bool:
    if node.name.startswith("_"):
        return False
    return "actor" in {each.arg for each in [*node.args.args, *node.args.kwonlyargs]}


def test_each_mutating_service_of_the_kernel_is_covered() -> None:
    source = _Source()

    silent = {
        f"{module}.{name}"
        for module, name in source.services
        if not source.leaves_a_trace((module, name))
    }

    assert len(source.services) > 100
    assert silent == set(ELSEWHERE)
