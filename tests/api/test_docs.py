"""The API describes itself: valid, complete, with examples, readable without a network."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from overflow.api.docs import document
from overflow.api.examples import operations
from overflow.api.problems import TYPES
from overflow.app import describe
from tests.api.described import APP, SPEC

COMMITTED = Path(__file__).parents[2] / "openapi" / "openapi.json"


def test_the_committed_description_is_the_codes():
    assert COMMITTED.read_bytes() == document(APP), "run `make api`"


def test_the_description_is_the_same_every_time():
    assert document(describe()) == document(APP)


def test_it_is_served(anyone):
    answer = anyone("GET", "/openapi.json")

    assert answer.json == SPEC
    assert answer.json["openapi"] == "3.1.0"


def bodies():
    for path, item in SPEC["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            name = operation["operationId"]
            places = [(f"{name} request", operation.get("requestBody", {}))]
            places += [(f"{name} {s}", each) for s, each in operation["responses"].items()]
            for where, said in places:
                for kind, content in said.get("content", {}).items():
                    yield pytest.param(content, kind, id=f"{where} {kind} {path}")


@pytest.mark.parametrize(("content", "kind"), list(bodies()))
def test_every_body_has_an_example_that_its_schema_takes(content, kind):
    if "json" not in kind:
        return
    assert "example" in content
    schema = {**content["schema"], "components": SPEC["components"]}

    jsonschema.validate(content["example"], schema)


def test_every_operation_says_what_it_does_and_what_can_go_wrong():
    for operation in operations(SPEC):
        assert operation["summary"]
        assert operation["tags"]
        assert "security" in operation
        assert any(status.startswith("2") for status in operation["responses"])
        assert "default" in operation["responses"]


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for operation in operations(SPEC)]

    assert len(names) == len(set(names))


def test_problems_are_problem_json():
    for name, response in SPEC["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.outside = set(), set(), []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            if name in {"href", "src"}:
                (self.links.add if value.startswith("#") else self.outside.append)(value)


def test_the_page_needs_nothing_from_anywhere_else(anyone):
    page = anyone("GET", "/docs")
    reader = Reader()
    reader.feed(page.text)

    assert page.content_type == "text/html; charset=utf-8"
    assert set(reader.outside) == {"static/docs.css", "openapi.json"}
    assert {link.removeprefix("#") for link in reader.links} <= reader.ids
    assert "<script" not in page.text
    with anyone("GET", "/static/docs.css") as style:
        assert style.status_code == 200


def test_the_page_shows_every_operation_and_every_type_of_problem(anyone):
    page = anyone("GET", "/docs").text
    reader = Reader()
    reader.feed(page)

    assert {operation["operationId"] for operation in operations(SPEC)} <= reader.ids
    assert {kind.name for kind in TYPES.values()} <= reader.ids
    assert not re.search(r"\{\{|\}\}|None<", page)


def test_the_webhooks_that_are_sent_are_described():
    assert set(SPEC["webhooks"]) == {
        "ticket.assign",
        "ticket.note",
        "ticket.reply",
        "ticket.status",
    }
    for item in SPEC["webhooks"].values():
        content = item["post"]["requestBody"]["content"]["application/json"]
        jsonschema.validate(content["example"], content["schema"])


def test_it_is_json_that_a_person_can_read():
    assert json.loads(document(APP)) == SPEC
    assert document(APP).count(b"\n") > 1000
