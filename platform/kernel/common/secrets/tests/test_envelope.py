"""Sealed values open in their own context only, under any holder of root keys."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from mypy_boto3_kms import KMSClient

from kernel.common.secrets.envelope import EnvelopeSealer, KeyWrapper, rewrap
from kernel.common.secrets.errors import (
    KeyServiceDown,
    RootKeysUnusable,
    SecretsUnreadable,
    SecretTooLarge,
)
from kernel.common.secrets.kms import KmsWrapper, connect
from kernel.common.secrets.local_ring import LocalRing, read_ring, write_new_key

CONTEXT = {"tenant": "0198", "purpose": "payments.wechat", "v": "1"}
VALUES = {"api_key": "s3cret-value", "serial": 7}

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def kms() -> Iterator[KMSClient]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield connect(region="us-east-1", endpoint_url=f"http://{host}:{port}")
    server.stop()


@pytest.fixture(params=["ring", "kms"])
def wrapper(request: pytest.FixtureRequest) -> KeyWrapper:
    if request.param == "ring":
        return LocalRing([os.urandom(32)])
    client: KMSClient = request.getfixturevalue("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    return KmsWrapper(client, key=key)


@given(values=st.dictionaries(st.text(), _json, max_size=6), context=st.dictionaries(
    st.text(max_size=20), st.text(max_size=20), max_size=4
))  # fmt: skip
def test_what_is_sealed_opens_unchanged(values: dict[str, object], context: dict[str, str]) -> None:
    sealer = EnvelopeSealer(LocalRing([b"k" * 32]))

    opened = sealer.open(sealer.seal(values, context=context), context=context)

    assert dict(opened) == values


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(place: int, flip: int) -> None:
    sealer = EnvelopeSealer(LocalRing([b"k" * 32]))
    blob = bytearray(sealer.seal(VALUES, context=CONTEXT))
    blob[place % len(blob)] ^= flip

    with pytest.raises(SecretsUnreadable):
        sealer.open(bytes(blob), context=CONTEXT)


@given(junk=st.binary(max_size=200))
def test_bytes_that_were_never_sealed_are_refused(junk: bytes) -> None:
    sealer = EnvelopeSealer(LocalRing([b"k" * 32]))

    with pytest.raises(SecretsUnreadable):
        sealer.open(b"E1" + junk, context=CONTEXT)


def test_every_holder_opens_what_it_sealed(wrapper: KeyWrapper) -> None:
    sealer = EnvelopeSealer(wrapper)

    blob = sealer.seal(VALUES, context=CONTEXT)

    assert blob.startswith(b"E1")
    assert b"s3cret-value" not in blob
    assert dict(sealer.open(blob, context=CONTEXT)) == VALUES


@pytest.mark.parametrize(
    "other",
    [
        CONTEXT | {"tenant": "0199"},
        CONTEXT | {"purpose": "payments.alipay"},
        CONTEXT | {"v": "2"},
        {"tenant": "0198", "purpose": "payments.wechat"},
        {},
    ],
)
def test_another_context_is_refused(wrapper: KeyWrapper, other: dict[str, str]) -> None:
    sealer = EnvelopeSealer(wrapper)
    blob = sealer.seal(VALUES, context=CONTEXT)

    with pytest.raises(SecretsUnreadable):
        sealer.open(blob, context=other)


def test_swapped_rows_are_refused(wrapper: KeyWrapper) -> None:
    sealer = EnvelopeSealer(wrapper)
    mine, theirs = CONTEXT, CONTEXT | {"tenant": "0199"}
    my_row, their_row = sealer.seal(VALUES, context=mine), sealer.seal(VALUES, context=theirs)

    for blob, context in ((my_row, theirs), (their_row, mine)):
        with pytest.raises(SecretsUnreadable):
            sealer.open(blob, context=context)


def test_a_rotated_ring_opens_the_old_and_seals_with_the_new() -> None:
    old, new = os.urandom(32), os.urandom(32)
    blob = EnvelopeSealer(LocalRing([old])).seal(VALUES, context=CONTEXT)
    rotated = EnvelopeSealer(LocalRing([new, old]))

    resealed = rewrap(rotated, blob, context=CONTEXT)

    assert dict(rotated.open(blob, context=CONTEXT)) == VALUES
    only_new = EnvelopeSealer(LocalRing([new]))
    assert dict(only_new.open(resealed.blob, context=CONTEXT)) == VALUES
    assert resealed.key_id == only_new.current_key_id()


def test_a_retired_root_key_is_refused() -> None:
    blob = EnvelopeSealer(LocalRing([os.urandom(32)])).seal(VALUES, context=CONTEXT)

    with pytest.raises(SecretsUnreadable):
        EnvelopeSealer(LocalRing([os.urandom(32)])).open(blob, context=CONTEXT)


def test_moving_from_local_keys_to_the_key_service(kms: KMSClient) -> None:
    ring = LocalRing([os.urandom(32)])
    blob = EnvelopeSealer(ring).seal(VALUES, context=CONTEXT)
    service = KmsWrapper(kms, key=kms.create_key()["KeyMetadata"]["KeyId"])

    moved = rewrap(EnvelopeSealer(service, readers=[ring]), blob, context=CONTEXT)

    assert dict(EnvelopeSealer(service).open(moved.blob, context=CONTEXT)) == VALUES
    assert moved.key_id == service.current_key_id()


def test_an_alias_pointed_at_a_new_key_opens_the_old(kms: KMSClient) -> None:
    first, second = (kms.create_key()["KeyMetadata"]["KeyId"] for _each in range(2))
    kms.create_alias(AliasName="alias/rotating", TargetKeyId=first)
    sealer = EnvelopeSealer(KmsWrapper(kms, key="alias/rotating"))
    before = sealer.seal_row(VALUES, context=CONTEXT)
    kms.update_alias(AliasName="alias/rotating", TargetKeyId=second)

    after = rewrap(sealer, before.blob, context=CONTEXT)

    assert before.key_id.endswith(first)
    assert after.key_id.endswith(second)
    assert after.key_id == sealer.current_key_id()


def test_a_silent_key_service_is_told_from_an_unreadable_secret() -> None:
    client = connect(region="us-east-1", endpoint_url="http://127.0.0.1:9")

    with pytest.raises(KeyServiceDown):
        EnvelopeSealer(KmsWrapper(client, key="any")).seal(VALUES, context=CONTEXT)


def test_opened_values_do_not_show_in_text_and_do_not_travel() -> None:
    sealer = EnvelopeSealer(LocalRing([os.urandom(32)]))
    opened = sealer.open(sealer.seal(VALUES, context=CONTEXT), context=CONTEXT)

    assert repr(opened) == str(opened) == f"{opened}" == "Opened(api_key, serial)"
    with pytest.raises(TypeError):
        pickle.dumps(opened)
    with pytest.raises(TypeError):
        json.dumps(opened)


def test_more_than_64_kib_is_refused() -> None:
    sealer = EnvelopeSealer(LocalRing([os.urandom(32)]))

    with pytest.raises(SecretTooLarge):
        sealer.seal({"k": "x" * 65_536}, context=CONTEXT)


def test_key_files_are_private_and_the_newest_wraps(tmp_path: Path) -> None:
    older = write_new_key(tmp_path, now=datetime(2030, 1, 1, tzinfo=UTC))
    before = read_ring(tmp_path).current_key_id()

    newer = write_new_key(tmp_path, now=datetime(2030, 1, 2, tzinfo=UTC))

    assert {path.stat().st_mode & 0o777 for path in (older, newer)} == {0o600}
    ring = read_ring(tmp_path)
    assert ring.current_key_id() != before
    assert ring.current_key_id().removeprefix("local:") in newer.name


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_key_files_that_others_may_touch_are_refused(tmp_path: Path, mode: int) -> None:
    write_new_key(tmp_path, now=datetime(2030, 1, 1, tzinfo=UTC)).chmod(mode)

    with pytest.raises(RootKeysUnusable, match="chmod 600"):
        read_ring(tmp_path)


@pytest.mark.parametrize("content", [b"", b"c2hvcnQ=", b"!!!", b"\xff\xfe"])
def test_malformed_key_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "20300101T000000000000Z-bad.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(RootKeysUnusable):
        read_ring(tmp_path)


def test_a_directory_without_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RootKeysUnusable):
        read_ring(tmp_path)
    with pytest.raises(RootKeysUnusable):
        read_ring(tmp_path / "absent")
