"""The sample apps' releases, and the fleet that stands on the first."""

from __future__ import annotations

from testkit.samples import Step

MEMBERS = {
    # name: ring, modules
    "canary": (0, ("sample_stamps",)),
    "early": (1, ("sample_stamps", "sample_notes")),
    "late-bare": (2, ()),
    "late-notes": (2, ("sample_notes",)),
    "late-stamps": (2, ("sample_stamps",)),
}

_BASE = Step(
    "initial",
    """
    migrations.CreateModel("Shelf", [
        ("id", models.BigAutoField(primary_key=True)),
        ("label", models.CharField(max_length=20)),
    ]),
    """,
)
_STAMPS = Step(
    "initial",
    """
    migrations.CreateModel("Stamp", [
        ("id", models.BigAutoField(primary_key=True)),
        ("shelf", DBForeignKey("sample_base.shelf", db_on_delete="CASCADE")),
        ("title", models.CharField(max_length=20)),
    ]),
    """,
    depends=(("sample_base", "0001_initial"),),
)
_NOTES = Step(
    "initial",
    """
    migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
    """,
)


def add_column(model: str, name: str) -> str:
    return f'migrations.AddField("{model}", "{name}", models.IntegerField(null=True)),'


_ALBUM = """
migrations.CreateModel("Album", [
    ("id", models.BigAutoField(primary_key=True)),
    ("stamp", DBForeignKey("sample_stamps.stamp", db_on_delete="CASCADE")),
]),
"""
_KNOWN = ("sample_base", "sample_stamps", "sample_notes")
VARIANTS: dict[str, dict[str, list[Step]]] = {
    "release_1": {"sample_base": [_BASE], "sample_stamps": [_STAMPS], "sample_notes": [_NOTES]},
    "release_2": {
        "sample_base": [_BASE, Step("height", add_column("shelf", "height"))],
        "sample_stamps": [
            _STAMPS,
            Step("year", add_column("stamp", "year")),
            Step("album", _ALBUM),
        ],
    },
    "broken": {
        "sample_stamps": [
            _STAMPS,
            Step("year", add_column("stamp", "year")),
            Step(
                "broken", 'migrations.RunSQL("ALTER TABLE sample_stamps_stamp ADD oops nonsense"),'
            ),
        ],
    },
    "unsafe": {
        "sample_base": [
            _BASE,
            Step(
                "height",
                'migrations.AddField("shelf", "height", models.IntegerField(default=1)),\n'
                'migrations.RenameField("shelf", "label", "caption"),',
            ),
        ],
    },
    "by_django": {
        "sample_stamps": [
            _STAMPS,
            Step("year", add_column("stamp", "year")),
            Step(
                "index",
                'AddIndexConcurrently("stamp", models.Index(fields=["year"], name="stamp_year")),',
                atomic=False,
            ),
        ],
    },
}


# Slow enough to be killed anywhere, on both ways: by replay and by Django.
VARIANTS["slow"] = {
    "sample_base": [
        _BASE,
        Step(
            "height",
            'migrations.RunSQL("SELECT pg_sleep(0.05)"),\n' + add_column("shelf", "height"),
        ),
        Step("sleep", 'migrations.RunSQL("SELECT pg_sleep(0.05)"),'),
    ],
    "sample_stamps": VARIANTS["by_django"]["sample_stamps"],
}


def releases(variant: str) -> dict[str, str]:
    """Return the release of each sample app: the variant where it has one, else the first."""
    return {label: variant if label in VARIANTS[variant] else "release_1" for label in _KNOWN}
