"""What a member still lacks for the next rank of each mode, read from the rules that promote.

A rule promotes when a condition holds: parts joined by *and*. Parts that ask for the rank
of now say whose next rank it is; parts that compare are what is to be reached, with what
the member has and what is needed, both reckoned by the engine from what it remembers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.rewards.choices import ProgrammeState
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import number, text
from kernel.rewards.engine.run import Run
from kernel.rewards.errors import NotANumber, RuleUnreadable
from kernel.rewards.models import Programme
from kernel.rewards.packs.figures import named, ranks
from kernel.rewards.packs.loading import Pack, bundle
from kernel.rewards.permission import is_permitted
from kernel.rewards.policy.texts import worded
from kernel.rewards.services.stored import LedgerBook, StoredRecords

_FIELDS: Final = ("rank", "role", "stars")
_ME: Final = "to"
_ARRIVED: Final = frozenset({"order.completed", "order.verified"})
_CENTS: Final = 2
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is to be reached.

    Attributes:
        have, need: as decimal text.
        percent: how far it is, 0 to 100.
    """

    label: str
    have: str
    need: str
    percent: int

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return self.percent >= _WHOLE


@dataclass(frozen=True, slots=True)
class NextRank:
    """The next rank of a mode and what leads to it."""

    mode: str
    rank: str
    conditions: tuple[Condition, ...]


def next_ranks(member_id: UUID) -> list[NextRank]:
    """Return what is missing to the next rank of each mode that runs and may run."""
    found: list[NextRank] = []
    for row in Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id"):
        packs = bundle(row.packs, sale=False)
        if any(ranks([pack]) for pack in packs) and is_permitted(row.packs, row.parameters):
            found.extend(_of_programme(row, packs, str(member_id)))
    return found


def rank_called(programme: Programme, rank: str) -> str:
    """Return what a rank of a programme is called; the rank itself where no pack names it."""
    for pack in bundle(programme.packs, sale=False):
        if rank in ranks([pack]):
            return rank_name(pack, programme.parameters, rank)
    return rank


def rank_name(pack: Pack, figures: Mapping[str, Any], rank: str) -> str:
    """Return what the shop calls a rank, in the current language."""
    usual = pack.document.get("ranks", {}).get(rank, {})
    words = named(figures, "ranks", rank, usual)
    return worded(words)


def _of_programme(row: Programme, packs: list[Pack], member: str) -> Iterator[NextRank]:
    engine = Engine(packs, row.parameters, book=LedgerBook(row), store=StoredRecords(row))
    run = Run(engine, {"type": "rank.asked", "member": member})
    run.binding = {_ME: member}
    for pack in packs:
        run.pack = pack.code
        for rank, conditions in _ways(pack, run):
            name = rank_name(pack, row.parameters, rank)
            yield NextRank(worded(pack.names), name, tuple(conditions))


def _ways(pack: Pack, run: Run) -> Iterator[tuple[str, list[Condition]]]:
    """Yield each rank that rules give next, with what leads to it."""
    for rule in pack.rules:
        for effect in (*rule.get("then", ()), *rule.get("after", ())):
            told = _rank_of(effect)
            if told is None:
                continue
            rank, field, subject = told
            record = run.engine.store.get("member", str(run.event["member"])) or {}
            if record.get(field) == rank:
                continue
            conditions = _conditions(pack, run, subject, str(effect.get("when", "")))
            if conditions is not None:
                arrives = "promote" not in effect and rule["on"] in _ARRIVED
                yield rank, [*([_first_order(record)] if arrives else []), *conditions]


def _rank_of(effect: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return rank, field and whom of an effect that gives a rank to whoever earns it."""
    if "promote" in effect:
        return str(effect["to"]), str(effect.get("attr", "role")), str(effect["promote"])
    if effect.get("set") in _FIELDS and effect.get("when"):
        value = str(effect.get("value", ""))
        if value[:1] == value[-1:] == "'":
            return value.strip("'"), str(effect["set"]), str(effect["of"])
    return None


def _first_order(record: Mapping[str, Any]) -> Condition:
    return _condition(_("Own orders that arrived"), Fraction(len(record.get("orders", []))),
                      Fraction(1))  # fmt: skip


def _conditions(pack: Pack, run: Run, subject: str, when: str) -> list[Condition] | None:
    """Return what is to be reached; None where the rank is not the member's next one."""
    found: list[Condition] = []
    if not when:
        return found
    tree = _Mine(subject).visit(ast.parse(when.strip(), mode="eval")).body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        try:
            figures = _compared(run, part)
            if figures is not None:
                found.append(_condition(_label(pack, part), *figures))
            elif not run.holds(ast.unparse(part)):
                return None
        except (RuleUnreadable, NotANumber):
            return None  # it hangs on something that is known only when it happens
    return found


class _Mine(ast.NodeTransformer):
    """Puts the member in place of whoever a rule promotes."""

    def __init__(self, subject: str) -> None:
        self._subject = ast.dump(ast.parse(subject.strip(), mode="eval").body)

    def visit(self, node: ast.AST) -> Any:
        """Replace the subject wherever it stands."""
        if ast.dump(node) == self._subject:
            return ast.Name(_ME, ast.Load())
        return super().visit(node)


def _compared(run: Run, part: ast.expr) -> tuple[Fraction, Fraction] | None:
    """Return have and need of a part that asks for at least so much; None for any other."""
    if not isinstance(part, ast.Compare) or len(part.ops) != 1:
        return None
    if not isinstance(part.ops[0], ast.GtE | ast.Gt):
        return None
    have = number(run.value(ast.unparse(part.left)) or 0)
    need = number(run.value(ast.unparse(part.comparators[0])))
    return have, need + (1 if isinstance(part.ops[0], ast.Gt) else 0)


def _label(pack: Pack, part: ast.expr) -> str:
    """Return what a part asks for, in words; what it is called in the pack for any other."""
    asked = ast.unparse(part.left) if isinstance(part, ast.Compare) else ""
    texts = {
        f"len(directs({_ME}))": _("People you invited whose first order arrived"),
        f"{_ME}.referred": _("Orders of people you invited"),
        f"len({_ME}.orders)": _("Own orders that arrived"),
        f"{_ME}.spend": _("What you bought"),
        f"own_sales({_ME})": _("Your sales of the period"),
        f"team_sales({_ME})": _("Sales of your team in the period"),
    }
    if asked in texts:
        return texts[asked]
    right = ast.unparse(part.comparators[0]) if isinstance(part, ast.Compare) else ""
    spec = pack.parameters.get(right, {})
    return worded(spec) if spec else _("Condition of the mode")


def _condition(label: str, have: Fraction, need: Fraction) -> Condition:
    percent = _WHOLE if need <= 0 else min(int(have * _WHOLE / need), _WHOLE)
    return Condition(label, _plain(have), _plain(need), max(percent, 0))


def _plain(figure: Fraction) -> str:
    if figure.denominator == 1:
        return str(figure.numerator)
    return text(int(figure * 10**_CENTS), _CENTS)
