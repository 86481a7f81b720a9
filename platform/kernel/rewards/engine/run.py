"""One event on its way through the rules: what rules can name while it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kernel.rewards.engine.expressions import compiled, template
from kernel.rewards.engine.numbers import ZERO, number
from kernel.rewards.engine.store import Record
from kernel.rewards.errors import RuleUnreadable

if TYPE_CHECKING:
    from kernel.rewards.engine.engine import Engine

Binding = dict[str, Any]


class Run:
    """The names of an event: its fields, its order and round, results, bindings.

    Attributes:
        results: what each rule has paid out during this event.
        rewards: per rule, who was paid how much.
        window_closed: whether the return window of the order is over already.
    """

    def __init__(self, engine: Engine, event: Record) -> None:
        self.engine = engine
        self.event = event
        self.order: Record = {}
        self.round: Record = {}
        self.results: dict[str, Fraction] = {}
        self.rewards: dict[str, list[tuple[str, Fraction, Binding]]] = {}
        self.lets: dict[str, Any] = {}
        self.binding: Binding = {}
        self.window_closed = True
        self.stage = str(event["type"])
        self.pack = ""

    # What expressions ask.

    def name(self, word: str) -> Any:
        """Return a binding, a let, a parameter or a record of the event."""
        if word in self.binding:
            return self.binding[word]
        if word in self.lets:
            return self.lets[word]
        if word in _RECORDS:
            return getattr(self, word)
        if word in self.engine.parameters:
            return self.engine.parameters[word]
        raise RuleUnreadable(text=word)

    def attribute(self, owner: Any, word: str) -> Any:
        """Return a field of a record or of the member whose id it is."""
        if isinstance(owner, Mapping):
            return owner.get(word)
        if isinstance(owner, str):
            return (self.engine.store.get("member", owner) or {}).get(word)
        return None

    def call(self, word: str, arguments: list[Any]) -> Any:
        """Return what a function of the engine gives."""
        function = self.engine.functions.get(word)
        if function is None:
            raise RuleUnreadable(text=word)
        return function(self, *arguments)

    # What rules ask.

    def value(self, source: object) -> Any:
        """Reckon a literal or an expression."""
        return compiled(source)(self) if isinstance(source, str) else source

    def figure(self, source: object) -> Fraction:
        """Reckon a figure."""
        return number(self.value(source))

    def text(self, source: str) -> str:
        """Fill in a text with expressions in it."""
        return str(template(source)(self)) if "{" in source else source

    def holds(self, source: object) -> bool:
        """Whether a filter lets the event through; none lets everything through."""
        return source is None or bool(self.value(source))

    def paid(self, key: str, member: str, figure: Fraction) -> None:
        """Remember what a rule paid, for later rules of the same event."""
        self.results[key] = self.results.get(key, ZERO) + figure
        self.rewards.setdefault(key, []).append((member, figure, dict(self.binding)))

    def key_of(self, rule: str) -> str:
        """Return the key of a rule: of the same pack, else of the pack that has it."""
        own = f"{self.pack}/{rule}"
        if self.engine.rule(own) is not None:
            return own
        keys = [f"{pack.code}/{rule}" for pack in self.engine.packs]
        return next((key for key in keys if self.engine.rule(key) is not None), own)

    @property
    def result(self) -> Mapping[str, Fraction]:
        """What rules have paid so far, nothing for those that did not."""
        return _Results(self)


class _Results(Mapping[str, Fraction]):
    def __init__(self, run: Run) -> None:
        self._run = run

    def __getitem__(self, rule: str) -> Fraction:
        return self._run.results.get(self._run.key_of(rule), ZERO)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.results)

    def __len__(self) -> int:
        return len(self._run.results)


_RECORDS = frozenset({"event", "order", "round", "result"})
