"""The installation's own key, and what is sealed with it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tenants.archive import keys
from tenants.archive.keys import Identity
from tenants.errors import ArchiveUnreadable


@pytest.fixture
def key_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "state" / "archive.key"
    settings.STOA_ARCHIVE_IDENTITIES = []
    settings.STOA_ARCHIVE_KEY_FILE = str(path)
    return path


def test_a_key_is_made_once_and_is_closed_to_others(key_file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: str(keys.recipient()), range(8)))

    assert made == {str(keys.identities()[0].to_public())}
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_key_that_others_may_read_is_refused(key_file: Path) -> None:
    keys.recipient()
    key_file.chmod(0o640)

    with pytest.raises(ImproperlyConfigured, match="others"):
        keys.identities()


@pytest.mark.parametrize("text", ["", "# nothing\n", "AGE-SECRET-KEY-1QQQQ\n"])
def test_a_file_without_a_key_is_refused_and_stays(key_file: Path, text: str) -> None:
    key_file.parent.mkdir()
    key_file.touch(mode=0o600)
    key_file.write_text(text)

    with pytest.raises(ImproperlyConfigured):
        keys.identities()
    assert key_file.read_text() == text


def test_no_key_is_made_where_no_place_is_named(settings: Settings) -> None:
    settings.STOA_ARCHIVE_IDENTITIES = []
    settings.STOA_ARCHIVE_KEY_FILE = ""

    with pytest.raises(ImproperlyConfigured, match="STOA_ARCHIVE_KEY_FILE"):
        keys.seal("x")


def test_what_is_sealed_opens_with_the_old_key_and_no_other(settings: Settings) -> None:
    old, new = (str(Identity.generate()) for _ in range(2))
    settings.STOA_ARCHIVE_IDENTITIES = [old]
    text = keys.seal("a long walk by the sea")

    settings.STOA_ARCHIVE_IDENTITIES = [new, old]
    assert keys.unseal(text) == "a long walk by the sea"
    assert str(keys.recipient()) == str(Identity.from_str(new).to_public())

    settings.STOA_ARCHIVE_IDENTITIES = [new]
    with pytest.raises(ArchiveUnreadable):
        keys.unseal(text)


@pytest.mark.parametrize("text", ["", "age1", "age1qqqq", "AGE-SECRET-KEY-1QQQQ", "x" * 62])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ArchiveUnreadable):
        keys.recipient_of(text)
    with pytest.raises(ArchiveUnreadable):
        keys.identity_of(text)
