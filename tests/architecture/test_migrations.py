"""What a release brings can be brought in while shops are open and old code still runs."""

from __future__ import annotations

import pytest

from tenants.ddl.segments import migrations_of, segments
from tenants.fleet.rules import breaches

# Written before there was a release that it could have followed.
BEFORE_ANY_RELEASE = {("wallet", "0002_identity_and_tax")}


@pytest.mark.django_db
def test_no_migration_of_shops_tables_breaks_shops_that_are_open() -> None:
    """Each by itself, as an installation meets it that has all that came before."""
    keys = {key for segment in segments() for key in migrations_of(segment)}
    assert keys >= BEFORE_ANY_RELEASE

    found = [
        each
        for key in sorted(keys - BEFORE_ANY_RELEASE)
        for each in breaches([key], errors_only=True)
    ]

    assert not found, "\n".join(str(each) for each in found)
