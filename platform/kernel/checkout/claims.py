"""What orders use up beside goods: budgets, coupons.

A claim is taken after the stock, in the transaction that places: its rows are those that
most people want at once, so they are locked last and shortest. Cancelling gives stock
back before it asks its hooks, so that both lock in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from kernel.checkout.drafts import PipelineContext
from kernel.checkout.writing import Placed

Claim: TypeAlias = Callable[[Sequence[Placed], PipelineContext], None]
"""Takes what a batch uses up, set by set; refuses the drafts that cannot have it.

The orders have their ids, and are not written yet; constraints to them must be deferred.
"""

_claims: Final[dict[str, Claim]] = {}


def register_claim(name: str, claim: Claim) -> None:
    """Add a claim; it is asked for drafts that name it in `Draft.claims`."""
    _claims[name] = claim


def run_claims(placed: Sequence[Placed], context: PipelineContext) -> None:
    """Take what drafts use up; one that cannot have it is refused."""
    for name, claim in _claims.items():
        wanting = [each for each in placed if name in each.draft.claims and not each.draft.refusals]
        if wanting:
            claim(wanting, context)
