"""The one way from a basket to what it costs, for quotes and for placing alike.

Steps run in the order of their numbers, each once over a whole batch. The kernel
has its own; the modules that are on join with theirs, named in the manifest. A
step refuses a draft by saying why; later steps leave it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Final, TypeAlias, cast

from kernel.checkout.drafts import Draft, PipelineContext
from kernel.checkout.steps.freight import add_freight, insure
from kernel.checkout.steps.goods import check_limits, look_up
from kernel.checkout.steps.prices import ask_prices
from kernel.checkout.steps.stock import tell_availability
from kernel.modules.gate import mode_of
from kernel.modules.manifest import Manifest
from kernel.modules.registry import load, manifests
from kernel.tenancy.context import current_tenant

StepFunction: TypeAlias = Callable[[Sequence[Draft], PipelineContext], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, by its full name."""

    name: str
    order: int
    function: StepFunction


GUARDS_ORDER: Final = 60

KERNEL_STEPS: Final = (
    Step("goods", 0, look_up),
    Step("limits", 50, check_limits),
    Step("prices", 100, ask_prices),
    Step("freight", 400, add_freight),
    Step("insurance", 600, insure),
)
"""Campaigns join from 200 on, discounts from 300 on, and from 500 on what needs the freight."""

QUOTE_STEPS: Final = (Step("availability", 950, tell_availability),)

_joined: Final[dict[str, Step]] = {}


def register_step(name: str, order: int, function: StepFunction) -> None:
    """Add a step of a higher centre of the kernel; the same name again replaces the earlier."""
    _joined[name] = Step(name, order, function)


def run_pipeline(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Work out what each draft costs, and whether it may be bought."""
    for step in steps(context):
        waiting = [draft for draft in drafts if not draft.refusals]
        if not waiting:
            return
        step.function(waiting, context)


@dataclass(frozen=True, slots=True)
class HoldsTaken:
    """What holds did to a batch.

    Attributes:
        any_holds: False when no module holds anything, so that nothing was taken.
        refused_later: ids of draft objects that one hold had let pass and another refused.
    """

    any_holds: bool
    refused_later: frozenset[int]


def any_holds(context: PipelineContext) -> bool:
    """Tell whether a module holds campaign stock."""
    return any(manifest.holds for manifest in _modules_on(context))


def run_holds(drafts: Sequence[Draft], context: PipelineContext) -> HoldsTaken:
    """Take campaign stock; a hold that cannot refuses its draft, and takes nothing for it."""
    holds = [hold for manifest in _modules_on(context) for hold in manifest.holds]
    later: set[int] = set()
    for number, hold in enumerate(holds):
        waiting = [draft for draft in drafts if not draft.refusals]
        if waiting:
            _loaded(hold.function)(waiting, context)
        if number:
            later |= {id(draft) for draft in waiting if draft.refusals}
    return HoldsTaken(bool(holds), frozenset(later))


def steps(context: PipelineContext) -> list[Step]:
    """Return the steps that run now, in their order; for equal numbers, by name."""
    found = [*KERNEL_STEPS, *_joined.values(), *(() if context.is_placing else QUOTE_STEPS)]
    for manifest in _modules_on(context):
        for guard in manifest.guards:
            name = f"{manifest.code}.{guard.name}"
            found.append(Step(name, GUARDS_ORDER, _loaded(guard.function)))
        for step in manifest.price_steps:
            name = f"{manifest.code}.{step.name}"
            found.append(Step(name, step.order, _loaded(step.function)))
    return sorted(found, key=attrgetter("order", "name"))


def _modules_on(context: PipelineContext) -> Iterator[Manifest]:
    tenant = current_tenant()
    for code in sorted(tenant.modules):
        manifest = manifests().get(code)
        if manifest is None or not (manifest.guards or manifest.price_steps or manifest.holds):
            continue
        if mode_of(tenant, code, now=context.now) == "full":
            yield manifest


@cache
def _loaded(reference: str) -> StepFunction:
    return cast("StepFunction", load(reference))
