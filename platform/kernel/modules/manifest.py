"""What a module says of itself: plain data, importable without Django.

A module is one package with a ``manifest.py`` that holds ``manifest``. Strings
of the form ``package.module:attribute`` are imported only when the module is
used, so reading a manifest costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal["free", "paid", "connector", "gated"]
Seam = Literal["store", "console", "api"]
ORDER_MOMENTS = frozenset(
    {"placed", "paid", "changed", "cancelled", "shipped", "delivered", "completed", "waived"}
)
STEP_ORDERS = ((200, 299), (300, 399), (500, 599))

_CODE = re.compile(r"[a-z][a-z0-9_]{2,30}\Z")
_VERSION = re.compile(r"\d+\.\d+\.\d+\Z")


class InvalidManifest(ValueError):
    """A manifest that cannot be used; the text names the module and the fault."""


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in the two languages of the consoles."""

    zh: str
    en: str

    def in_language(self, language: str | None) -> str:
        """Return the text for a language code; Chinese unless English is asked for."""
        return self.en if (language or "").lower().startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a module, from which its form is drawn.

    Attributes:
        key: name inside the module.
        kind: ``int``, ``bool``, ``text`` or ``ints`` (whole numbers, comma-separated).
        minimum, maximum: bounds of ``int`` and of each of ``ints``, or of a text's length.
    """

    key: str
    kind: Literal["int", "bool", "text", "ints"]
    label: Text
    default: object
    help: Text = Text("", "")
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that roles may hold, ``resource.action``."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Handler:
    """A subscriber to an event, run after commit by a worker."""

    event: str
    function: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that runs by the clock of each tenant that has the module.

    Attributes:
        cron: five fields, in the tenant's time zone.
    """

    name: str
    function: str
    cron: str


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A step of the checkout pipeline, ``function(drafts, context)`` over a batch of drafts.

    Attributes:
        name: unique inside the module; its full name is ``<code>.<name>``.
        order: where it stands: 200 to 299 sets campaign prices, 300 to 399 takes
            discounts off, 500 to 599 acts on freight and totals.
    """

    name: str
    function: str
    order: int


@dataclass(frozen=True, slots=True)
class Guard:
    """Says who may not buy what now: ``function(drafts, context)``, which refuses drafts."""

    name: str
    function: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Takes campaign stock inside the transaction that places: ``function(drafts, context)``."""

    name: str
    function: str


@dataclass(frozen=True, slots=True)
class OrderHook:
    """Work inside the transaction that moves orders: ``function(order_ids, context)``.

    Attributes:
        moment: ``placed``, ``paid``, ``changed``, ``cancelled``, ``shipped``,
            ``delivered``, ``completed`` or ``waived``: a part was taken off after the sale.
    """

    moment: str
    function: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A unit of account that the module brings along; ``scale`` is its decimal places."""

    code: str
    label: Text
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the tenant console's menu."""

    path: str
    label: Text
    permission: str
    icon: str = "extension"


@dataclass(frozen=True, slots=True)
class Widget:
    """Figures on the first page of the console.

    Attributes:
        function: ``function(span)``, which returns `kernel.analytics.widgets.WidgetFigures`;
            it reads what was rolled up.
        path: page of the module that says more.
    """

    code: str
    label: Text
    function: str
    permission: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Compliance:
    """What the policy engine must know before the module may be switched on.

    Attributes:
        purposes: what the module does with people and money, for example
            ``reward.activity``; matched against the rules of a jurisdiction.
        gated_in: jurisdictions (ISO 3166-1) where the operator must allow it first.
    """

    purposes: tuple[str, ...] = ()
    gated_in: tuple[str, ...] = ()
    personal_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A module's declaration.

    Attributes:
        code: unique name; also the app label, URL prefix and permission prefix.
        package: import path of the module's package.
        kernel: the kernel versions it works with, ``>=1.0,<2.0``.
        requires, conflicts: codes of other modules.
        urls: the URLconf for each seam (``store``, ``console``, ``api``).
        settings_check: ``package.module:function`` that takes all values of the
            settings and returns a sentence for each key that does not fit the others.
        screenshots: static files that show it in the market, 1280 × 720, the first one in
            lists; ``{language}`` in a name stands for ``zh`` or ``en``.
    """

    code: str
    package: str
    name: Text
    version: str
    summary: Text
    category: str
    tier: Tier = "free"
    kernel: str = ">=0.1,<1.0"
    icon: str = "extension"
    requires: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    settings: tuple[Setting, ...] = ()
    settings_check: str = ""
    blocks: tuple[str, ...] = ()
    urls: Mapping[Seam, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    price_steps: tuple[PriceStep, ...] = ()
    guards: tuple[Guard, ...] = ()
    holds: tuple[Hold, ...] = ()
    order_hooks: tuple[OrderHook, ...] = ()
    assets: tuple[Asset, ...] = ()
    pages: tuple[Page, ...] = ()
    widgets: tuple[Widget, ...] = ()
    compliance: Compliance = Compliance()
    screenshots: tuple[str, ...] = ()
    query_budgets: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what can be checked without the other modules.

        Raises:
            InvalidManifest: a field is malformed.
        """
        if _CODE.match(self.code) is None:
            raise InvalidManifest(f"{self.code!r}: a code is 3 to 31 of a-z, 0-9 and _")
        if _VERSION.match(self.version) is None:
            raise InvalidManifest(f"{self.code}: version {self.version!r} is not like 1.2.3")
        if self.code in self.requires or self.code in self.conflicts:
            raise InvalidManifest(f"{self.code}: a module neither requires nor excludes itself")
        if both := set(self.requires) & set(self.conflicts):
            raise InvalidManifest(f"{self.code}: requires and excludes {', '.join(sorted(both))}")
        for name in [p.code for p in self.permissions] + list(self.events) + list(self.blocks):
            if not name.startswith(f"{self.code}."):
                raise InvalidManifest(f"{self.code}: {name!r} must begin with '{self.code}.'")
        self._check_selling()
        self._check_shown()

    def _check_shown(self) -> None:
        known = {p.code for p in self.permissions}
        shown = [(f"page {page.path}", page.permission) for page in self.pages]
        shown += [(f"widget {each.code}", each.permission) for each in self.widgets]
        for name, permission in shown:
            if permission not in known:
                raise InvalidManifest(f"{self.code}: the {name} names no permission of it")

    def _check_selling(self) -> None:
        for step in self.price_steps:
            if not any(first <= step.order <= last for first, last in STEP_ORDERS):
                raise InvalidManifest(
                    f"{self.code}: the price step {step.name} has the order {step.order}"
                )
        for hook in self.order_hooks:
            if hook.moment not in ORDER_MOMENTS:
                raise InvalidManifest(f"{self.code}: orders know no moment {hook.moment!r}")
