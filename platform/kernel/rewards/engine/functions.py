"""What expressions can ask beside arithmetic. Each function is pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from kernel.rewards.engine.expressions import item
from kernel.rewards.engine.numbers import ZERO, amount, number, units
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.trees import ancestors, children, parent, seats_below, subtree

_DEEPEST: Final = 20


def percent(run: Run, rate: Any, base: Any) -> Fraction:
    """Return a percentage of a base, exact."""
    share, whole = number(rate), number(base)
    return Fraction(share.numerator * whole.numerator, share.denominator * whole.denominator * 100)


def floored(run: Run, value: Any, scale: Any = 2) -> Fraction:
    """Return a figure rounded down to a number of digits."""
    digits = int(number(scale))
    return amount(units(number(value), digits), digits)


def least(run: Run, *values: Any) -> Fraction:
    """Return the smallest figure."""
    return min(number(value) for value in values)


def greatest(run: Run, *values: Any) -> Fraction:
    """Return the greatest figure."""
    return max(number(value) for value in values)


def balance(run: Run, account: Any, asset: Any = "CNY") -> Fraction:
    """Return what an account has of an asset."""
    engine = run.engine
    return amount(engine.book.balance(str(account), str(asset)), engine.scale(str(asset)))


def holding(run: Run, member: Any, state: Any, asset: Any = "CNY") -> Fraction:
    """Return what a member has of an asset in a state."""
    return balance(run, f"m:{member}:{state}", asset)


def total(run: Run, rule: Any, member: Any) -> Fraction:
    """Return what a rule has paid a member so far."""
    record = run.engine.store.get("total", f"{run.key_of(str(rule))}|{member}")
    return number(record["paid"]) if record else ZERO


def sponsor(run: Run, member: Any, tree: Any = "sponsor") -> str | None:
    """Return who stands above a member in a tree."""
    return parent(run.engine.store, str(tree), str(member)) if member else None


def nearest(run: Run, member: Any, field: Any, wanted: Any, tree: Any = "sponsor") -> str | None:
    """Return the first above a member, or he himself, with a field of a given value."""
    store = run.engine.store
    line = [str(member), *ancestors(store, str(tree), str(member))] if member else []
    return next((at for at in line if (store.get("member", at) or {}).get(field) == wanted), None)


def directs(run: Run, member: Any) -> list[str]:
    """Return the members whom somebody referred and whose first order stands, in order."""
    record = run.engine.store.get("member", str(member)) or {}
    return [referral[0] for referral in record.get("referrals", [])]


def length(run: Run, value: Any) -> Fraction:
    """Return the number of entries."""
    return Fraction(len(value or ()))


def find(run: Run, kind: Any, key: Any, field: Any) -> Any:
    """Return a field of a record of the engine."""
    return (run.engine.store.get(str(kind), str(key)) or {}).get(str(field))


def get(run: Run, table: Any, key: Any, default: Any = None) -> Any:
    """Return an entry of a table or of a list."""
    found = item(table, key) if table is not None else None
    return default if found is None else found


def step(run: Run, tiers: Any, value: Any) -> Fraction:
    """Return the rate of the highest tier that a figure reaches."""
    reached = [number(row[1]) for row in tiers or () if number(value) >= number(row[0])]
    return reached[-1] if reached else ZERO


def bracket(run: Run, brackets: Any, value: Any) -> Fraction:
    """Return a progressive tax: rate of the bracket less its quick deduction."""
    taxable = max(number(value), ZERO)
    for ceiling, rate, deduction in brackets:
        if ceiling is None or taxable <= number(ceiling):
            return taxable * number(rate) / 100 - number(deduction)
    return ZERO


def own_sales(run: Run, member: Any) -> Fraction:
    """Return a member's sales of the period that is being closed."""
    sales = run.event.get("own_sales")
    if isinstance(sales, Mapping):
        return number(sales.get(str(member)))
    return number((run.engine.store.get("member", str(member)) or {}).get("own_sales"))


def team_sales(run: Run, member: Any) -> Fraction:
    """Return the sales of a member and of everybody below."""
    return sum((own_sales(run, one) for one in subtree(run.engine.store, str(member))), ZERO)


def leg_rewards(run: Run, member: Any, tiers: Any) -> Fraction:
    """Return what the tiers give on the sales of each direct leg, added up."""
    legs = children(run.engine.store, "sponsor", str(member))
    volumes = [team_sales(run, leg) for leg in legs]
    return sum((volume * step(run, tiers, volume) / 100 for volume in volumes), ZERO)


def seats(run: Run, member: Any, most: Any) -> Fraction:
    """Return how many seats of somebody's matrix are filled, up to a number."""
    return Fraction(min(int(number(most)), seats_below(run.engine.store, str(member))))


def matrix(run: Run, width: Any, depth: Any) -> Fraction:
    """Return the seats below the head of a full matrix."""
    return sum((number(width) ** level for level in range(1, int(number(depth)) + 1)), ZERO)


def depth_of(run: Run, width: Any, below: Any) -> Fraction:
    """Return how many levels a matrix needs for so many seats below its head."""
    depth = 1
    while matrix(run, width, depth) < number(below) and depth < _DEEPEST:
        depth += 1
    return Fraction(depth)


def packet(run: Run, remaining: Any, left: Any, chance: Any, least_part: Any) -> Fraction:
    """Return one red packet by the rule of the double mean; the last takes the rest."""
    rest, many, smallest = number(remaining), number(left), number(least_part)
    if many <= 1:
        return rest
    part = floored(run, number(chance) * 2 * rest / many)
    return max(smallest, min(part, rest - smallest * (many - 1)))


def ladder(run: Run, steps: Any, joined: Any, price: Any) -> Fraction:
    """Return the price of a ladder for a number of buyers."""
    reached = [
        (number(many), number(cost))
        for many, cost in dict(steps or {}).items()
        if number(joined) >= number(many)
    ]
    return max(reached)[1] if reached else number(price)


def holders(run: Run, asset: Any, state: Any = "avail") -> list[str]:
    """Return the members who have something of an asset, by their id."""
    members = [key for key, _ in run.engine.store.items("member")]
    return sorted(one for one in members if holding(run, one, state, asset) > 0)


def weak(run: Run, member: Any) -> Fraction:
    """Return the volume of a member's weaker leg."""
    legs = run.engine.store.get("legs", str(member)) or {}
    return min(number(legs.get("L")), number(legs.get("R")))


def member_with(run: Run, *fields: Any) -> str | None:
    """Return the first member whose fields have these values, name and value in turn."""
    wanted = list(zip(fields[::2], fields[1::2], strict=True))
    for key, record in run.engine.store.items("member"):
        if all(value is not None and record.get(name) == value for name, value in wanted):
            return key
    return None


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "balance": balance,
    "bracket": bracket,
    "depth_of": depth_of,
    "directs": directs,
    "find": find,
    "floor": floored,
    "get": get,
    "holding": holding,
    "holders": holders,
    "ladder": ladder,
    "leg_rewards": leg_rewards,
    "len": length,
    "matrix": matrix,
    "max": greatest,
    "member_with": member_with,
    "min": least,
    "nearest": nearest,
    "numbered": lambda run, prefix, at: f"{prefix}{int(number(at))}",
    "number": lambda run, value: number(value),
    "own_sales": own_sales,
    "packet": packet,
    "part": lambda run, value, mark, at: str(value).split(str(mark))[int(number(at))],
    "pct": percent,
    "replaced": lambda run, value, old, new: str(value).replace(str(old), str(new)),
    "sales_of_all": lambda run: sum(
        (number(one) for one in (run.event.get("own_sales") or {}).values()), ZERO
    ),
    "seats": seats,
    "sponsor": sponsor,
    "step": step,
    "team_sales": team_sales,
    "text": lambda run, value: str(value),
    "total": total,
    "weak": weak,
}
