"""The documents of the APIs are what the code says, and say enough for whoever builds on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from config.dev.openapi import DOCUMENTS, path_of, written

METHODS = {"get", "post", "put", "patch", "delete"}


def kept(name: str) -> dict[str, Any]:
    return json.loads(path_of(name).read_text(encoding="utf-8"))


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in kept(name)["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def answers(operation: dict[str, Any]) -> dict[str, Any]:
    return {c: r for c, r in operation["responses"].items() if c.startswith("2")}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_what_the_code_says(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    same = written(name) == path_of(name).read_text(encoding="utf-8")

    assert same, "python -m config.dev.openapi"
    # What cannot be described is told on standard error.
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_operations_have_names_of_their_own_and_end_at_problem_documents(name: str) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(name)]
    document = kept(name)

    assert document["openapi"].startswith("3.1")
    assert len(names) == len(set(names))
    for _path, _method, operation in operations(name):
        refusals = [r for code, r in operation["responses"].items() if code[0] == "4"]
        assert {"$ref": "#/components/responses/Refused404"} in refusals
    refused = document["components"]["responses"]["Refused404"]["content"]
    assert list(refused) == ["application/problem+json"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_answer_has_a_shape(name: str) -> None:
    shapeless = [
        f"{method} {path} {code}"
        for path, method, operation in operations(name)
        for code, answer in answers(operation).items()
        for content in answer.get("content", {}).values()
        if content["schema"].get("type") == "object"
    ]

    assert shapeless == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schemas_are_json_schemas(name: str) -> None:
    document = kept(name)

    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_writes_of_staff_need_the_session_and_the_token_against_forgery_or_a_key() -> None:
    for _path, method, operation in operations("admin"):
        wanted: dict[str, list[str]] = (
            {"staff": []} if method == "get" else {"staff": [], "csrf": []}
        )
        assert operation["security"] in ([wanted], [wanted, {"key": []}])


def test_writes_take_a_key_unless_they_say_that_they_ignore_it() -> None:
    keyed = {
        operation["operationId"]
        for _path, _method, operation in operations("store")
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    }

    assert "checkout_orders_post" in keyed
    assert "cart_lines_post" in keyed
    assert not {"members_sign_in_post", "cart_get", "products_get"} & keyed
