"""The language of filters and amounts.

A small part of Python's expressions, read once into closures: arithmetic, comparison,
``and or not``, ``a if b else c``, names, ``a.b``, ``a[b]`` and calls of the functions
that the engine offers. Nothing else parses, nothing has an effect, every figure is
exact.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Protocol

from kernel.rewards.engine.numbers import ZERO, number
from kernel.rewards.errors import RuleUnreadable


class Names(Protocol):
    """Where an expression finds what it names."""

    def name(self, word: str) -> Any:
        """Return what a name stands for."""

    def attribute(self, owner: Any, word: str) -> Any:
        """Return a field of a record or of a member."""

    def call(self, word: str, arguments: list[Any]) -> Any:
        """Return what a function gives."""


Compiled = Callable[[Names], Any]

_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
}
_ORDER: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@lru_cache(maxsize=4096)
def compiled(source: str) -> Compiled:
    """Return an expression ready to be reckoned."""
    try:
        return _read(ast.parse(source.strip(), mode="eval").body)
    except SyntaxError as error:
        raise RuleUnreadable(text=source) from error


@lru_cache(maxsize=4096)
def template(source: str) -> Compiled:
    """Return a text with ``{expressions}`` in it, ready to be filled in."""
    if "{" not in source:
        return lambda names: source
    parts: list[str | Compiled] = []
    for at, piece in enumerate(source.replace("}", "{").split("{")):
        if piece:
            parts.append(compiled(piece) if at % 2 else piece)
    return lambda names: "".join(
        part if isinstance(part, str) else str(part(names)) for part in parts
    )


def _read(node: ast.expr) -> Compiled:
    reader = _READERS.get(type(node))
    if reader is None:
        raise RuleUnreadable(text=ast.unparse(node))
    return reader(node)


def _constant(node: Any) -> Compiled:
    value = node.value
    fixed = Fraction(str(value)) if type(value) in {int, float} else value
    return lambda names: fixed


def _name(node: Any) -> Compiled:
    word = node.id
    return lambda names: names.name(word)


def _attribute(node: Any) -> Compiled:
    owner, word = _read(node.value), node.attr
    return lambda names: names.attribute(owner(names), word)


def _item(node: Any) -> Compiled:
    owner, key = _read(node.value), _read(node.slice)
    return lambda names: item(owner(names), key(names))


def item(owner: Any, key: Any) -> Any:
    """Return an entry of a table or of a list, None where there is none."""
    if isinstance(owner, Mapping):
        return owner.get(str(key), owner.get(key))
    at = int(number(key))
    return owner[at] if owner is not None and 0 <= at < len(owner) else None


def _binary(node: Any) -> Compiled:
    left, right = _read(node.left), _read(node.right)
    if isinstance(node.op, ast.Div):
        return lambda names: _quotient(number(left(names)), number(right(names)))
    reckon = _ARITHMETIC.get(type(node.op))
    if reckon is None:
        raise RuleUnreadable(text=ast.unparse(node))
    if type(node.op) in {ast.FloorDiv, ast.Mod}:
        return lambda names: _whole(reckon, number(left(names)), number(right(names)))
    return lambda names: reckon(number(left(names)), number(right(names)))


def _quotient(above: Fraction, below: Fraction) -> Fraction:
    return above / below if below else ZERO


def _whole(reckon: Callable[[Any, Any], Any], above: Fraction, below: Fraction) -> Fraction:
    return Fraction(reckon(above, below)) if below else ZERO


def _unary(node: Any) -> Compiled:
    inner = _read(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda names: not inner(names)
    return lambda names: -number(inner(names))


def _boolean(node: Any) -> Compiled:
    parts = [_read(value) for value in node.values]
    stop = isinstance(node.op, ast.Or)

    def choose(names: Names) -> Any:
        """Return the first part that decides, as Python does."""
        value: Any = None
        for part in parts:
            value = part(names)
            if bool(value) is stop:
                return value
        return value

    return choose


def _compare(node: Any) -> Compiled:
    if len(node.ops) != 1:
        raise RuleUnreadable(text=ast.unparse(node))
    left, right, kind = _read(node.left), _read(node.comparators[0]), type(node.ops[0])
    if kind in _ORDER:
        order = _ORDER[kind]
        return lambda names: order(number(left(names)), number(right(names)))
    if kind in {ast.Eq, ast.NotEq}:
        wanted = kind is ast.Eq
        return lambda names: _same(left(names), right(names)) is wanted
    if kind in {ast.In, ast.NotIn}:
        inside = kind is ast.In
        return lambda names: (left(names) in (right(names) or ())) is inside
    raise RuleUnreadable(text=ast.unparse(node))


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, Fraction) or isinstance(right, Fraction):
        if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
            return bool(left) == bool(right) and left is not None and right is not None
        return number(left) == number(right)
    return bool(left == right)


def _choice(node: Any) -> Compiled:
    test, yes, no = _read(node.test), _read(node.body), _read(node.orelse)
    return lambda names: yes(names) if test(names) else no(names)


def _call(node: Any) -> Compiled:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise RuleUnreadable(text=ast.unparse(node))
    word, arguments = node.func.id, [_read(argument) for argument in node.args]
    return lambda names: names.call(word, [argument(names) for argument in arguments])


_READERS: Final[Mapping[type[ast.expr], Callable[[Any], Compiled]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _item,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Call: _call,
}
