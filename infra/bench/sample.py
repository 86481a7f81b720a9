"""A shop's tables: 53 models in 8 apps, generated, the same for both sides.

Keys are UUIDs, as everywhere in the kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from testkit.samples import SampleFolder, Step

# App to its models; a model points to the one before it and to the first of the app before.
SHOP: dict[str, tuple[str, ...]] = {
    "shop_catalogue": ("Product", "Variant", "Category", "Brand", "Attribute", "Picture", "Tag"),
    "shop_stock": ("Place", "Item", "Movement", "Reservation", "Count", "Transfer", "Supplier"),
    "shop_people": ("Person", "Address", "Level", "Consent", "Device", "Label", "Visit"),
    "shop_cart": ("Cart", "Line", "Wish", "Saved", "Share", "Reminder"),
    "shop_orders": ("Order", "OrderLine", "Parcel", "Case", "Note", "Event", "Invoice"),
    "shop_money": ("Payment", "Refund", "Account", "Posting", "Hold", "Statement", "Payout"),
    "shop_offers": ("Offer", "Rule", "Coupon", "Code", "Use", "Budget"),
    "shop_content": ("Page", "Block", "Menu", "Article", "Media", "Redirect"),
}
MODULE = "shop_club"
MODULE_TABLES = ("Card", "Point", "Prize", "Draw", "Winner", "Season")
COLUMN_APP = "shop_catalogue"
NOBODY = "00000000-0000-7000-8000-000000000000"
# Enough to see that a benchmark runs.
SMALL = ("shop_catalogue", "shop_people")

_FIELDS = {
    "code": "models.CharField(max_length=40, unique=True)",
    "slug": "models.SlugField(max_length=80)",
    "name": "models.CharField(max_length=120)",
    "amount": "models.BigIntegerField(default=0)",
    "active": "models.BooleanField(default=True)",
    "data": "models.JSONField(default=dict)",
    "created_at": "models.DateTimeField(db_index=True)",
}


@dataclass(frozen=True, slots=True)
class _Change:
    """One later migration of every app, to its first, second or third model.

    Attributes:
        text: the field afterwards; empty when it is removed.
    """

    verb: Literal["Add", "Alter", "Remove"]
    model: int
    name: str
    text: str = ""


# A shop's migrations after the first, in the proportions of django-oscar 4.2: of 192
# operations there 94 alter a field, 37 add one, 22 set options, 14 add a foreign key, 11
# remove a field.
_LATER = (
    _Change("Add", 0, "note", 'models.TextField(default="", db_default="")'),
    _Change("Alter", 0, "name", "models.CharField(max_length=160)"),
    _Change("Add", 1, "origin_of", "{key}"),
    _Change("Alter", 1, "slug", "models.SlugField(max_length=120)"),
    _Change("Add", 2, "rank", "models.IntegerField(null=True)"),
    _Change("Alter", 2, "amount", 'models.BigIntegerField(default=0, help_text="minor units")'),
    _Change("Remove", 2, "active"),
    _Change("Alter", 0, "note", 'models.TextField(default="", db_default="", blank=True)'),
)


def releases(*, small: bool, column: bool = False) -> dict[str, str]:
    """Return the release of each app, with or without the column that is added."""
    found = dict.fromkeys((*(SMALL if small else SHOP), MODULE), "release_1")
    return found | ({COLUMN_APP: "release_2"} if column else {})


def write(path: Path, *, small: bool) -> SampleFolder:
    """Write the apps, the module and their releases to a folder."""
    folder = SampleFolder(path)
    previous: tuple[str, str] | None = None
    for label, models in SHOP.items():
        if small and label not in SMALL:
            continue
        folder.app(label)
        steps = _steps(label, models, previous)
        folder.release(label, "release_1", steps)
        (path / label / "models.py").write_text(_models(label, models, previous))
        previous = (label, models[0])
    column = 'migrations.AddField("product", "weight", models.IntegerField(null=True)),'
    steps = _steps(COLUMN_APP, SHOP[COLUMN_APP], None)
    folder.release(COLUMN_APP, "release_2", [*steps, Step("weight", column)])
    folder.app(MODULE, module=True)
    folder.release(MODULE, "release_1", [_module()])
    return folder


def _relations(
    label: str, models: tuple[str, ...], number: int, previous: tuple[str, str] | None
) -> dict[str, str]:
    found = {}
    if number:
        found["parent"] = f"{label}.{models[number - 1]}"
    if number > 1:
        found["root"] = f"{label}.{models[0]}"
    if previous:
        found["origin"] = f"{previous[0]}.{previous[1]}"
    return {
        name: f'models.ForeignKey("{target}", on_delete=models.CASCADE, related_name="+")'
        for name, target in found.items()
    }


def _steps(label: str, models: tuple[str, ...], previous: tuple[str, str] | None) -> list[Step]:
    created = []
    for number, model in enumerate(models):
        fields = _FIELDS | _relations(label, models, number, previous)
        lines = "".join(f'        ("{name}", {text}),\n' for name, text in fields.items())
        unique = ""
        if number % 3 == 1:
            unique = (
                '    options={"constraints": [models.UniqueConstraint('
                f'fields=["parent", "name"], name="{label}_{model.lower()}_once")]}},\n'
            )
        created.append(
            f'migrations.CreateModel(\n    name="{model}",\n    fields=[\n'
            f'        ("id", models.UUIDField(primary_key=True)),\n{lines}    ],\n{unique}),\n'
        )
    depends = ((previous[0], "0001_initial"),) if previous else ()
    steps = [Step("initial", "".join(created), depends=depends)]
    for number, change in enumerate(_LATER):
        model = models[change.model].lower()
        text = f", {_text(change, label, models)}" if change.text else ""
        operation = f'migrations.{change.verb}Field("{model}", "{change.name}"{text}),'
        steps.append(Step(f"{model}_{change.name}_{number}", operation))
    options = f'migrations.AlterModelOptions("{models[0].lower()}", {{"ordering": ["name"]}}),'
    return [*steps, Step("ordering", options)]


def _text(change: _Change, label: str, models: tuple[str, ...]) -> str:
    key = (
        f'models.ForeignKey("{label}.{models[0]}", null=True, on_delete=models.SET_NULL,'
        ' related_name="+")'
    )
    return change.text.replace("{key}", key)


def _changed(
    fields: dict[str, str], number: int, label: str, models: tuple[str, ...]
) -> dict[str, str]:
    """Return a model's fields after all migrations."""
    found = dict(fields)
    for change in _LATER:
        if change.model == number and change.verb == "Remove":
            del found[change.name]
        elif change.model == number:
            found[change.name] = _text(change, label, models)
    return found


def _models(label: str, models: tuple[str, ...], previous: tuple[str, str] | None) -> str:
    parts = ["from django.db import models\n"]
    for number, model in enumerate(models):
        fields = _FIELDS | _relations(label, models, number, previous)
        fields = _changed(fields, number, label, models)
        lines = "".join(f"    {name} = {text}\n" for name, text in fields.items())
        meta = "" if number else '\n    class Meta:\n        ordering = ["name"]\n'
        if number % 3 == 1:
            meta = (
                "\n    class Meta:\n        constraints = [models.UniqueConstraint("
                f'fields=["parent", "name"], name="{label}_{model.lower()}_once")]\n'
            )
        parts.append(
            f"\n\nclass {model}(models.Model):\n"
            f"    id = models.UUIDField(primary_key=True)\n{lines}{meta}"
        )
    return "".join(parts)


def _module() -> Step:
    operations = "".join(
        f'migrations.CreateModel("{model}", [\n'
        '    ("id", models.UUIDField(primary_key=True)),\n'
        '    ("code", models.CharField(max_length=40, unique=True)),\n'
        '    ("person", DBForeignKey("shop_people.person", db_on_delete="CASCADE")),\n'
        '    ("created_at", models.DateTimeField(db_index=True)),\n'
        "]),\n"
        for model in MODULE_TABLES
    )
    return Step("initial", operations, depends=(("shop_people", "0001_initial"),))
