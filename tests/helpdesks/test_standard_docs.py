"""What docs/standard-connector.md shows is what happens."""

import re
from pathlib import Path

import orjson
import pytest

from overflow.core.model import Status
from overflow.helpdesks import check_options
from overflow.helpdesks.port import Desired, Full
from overflow.helpdesks.signatures import sign_standard
from overflow.helpdesks.standard.body import STATUSES, event_of
from overflow.policies import document
from tests.helpdesks.standard_shop import OTHER, SECRET, opened

PAGE = (Path(__file__).parents[2] / "docs" / "standard-connector.md").read_text()
NOW = 1_795_338_912.0


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_policys_section_has_no_fault():
    (text,) = blocks("yaml")
    desk = document(text)["helpdesk"]
    assert check_options(desk["connector"], desk["options"], desk["secrets"]) == {}


def test_the_inward_event_is_a_full_ticket_with_every_field_described():
    event = blocks("json")[0].encode()
    ticket = event_of(event, "1")
    assert isinstance(ticket, Full)
    assert ticket.ticket.status is Status.OPEN
    for name in orjson.loads(event)["data"]["ticket"]:
        assert re.search(rf"^\| .*`{name}`", PAGE, re.MULTILINE), name
    assert all(f"`{word}`" in PAGE for word in STATUSES)


def test_the_outward_event_is_what_is_sent_and_the_example_verifies_it(httpserver):
    verifies = {}
    exec(blocks("python")[0], verifies)  # the page's own code
    shown = orjson.loads(blocks("json")[1])
    ticket = orjson.loads(blocks("json")[0])["data"]["ticket"]
    httpserver.expect_request("/overflow/tickets/T-4711").respond_with_json({"ticket": ticket})
    httpserver.expect_request("/overflow/events").respond_with_json({})
    with opened(httpserver.url_for("/overflow"), OTHER, SECRET) as desk:
        seen = desk.read("T-4711")
        desk.write(
            seen,
            Desired("partner-one", "overflow", is_tagged=True, reason_field="r", reason="backlog"),
        )
    (read, _), (write, _) = httpserver.log
    assert orjson.loads(write.data) | {"timestamp": ""} == shown | {"timestamp": ""}
    contents = [b'"GET /overflow/tickets/T-4711"', write.data]
    for request, content in zip((read, write), contents, strict=True):
        headers = {name.lower(): value for name, value in request.headers.items()}
        for secret in (SECRET, OTHER):
            assert verifies["is_genuine"](secret, headers, content)
        assert not verifies["is_genuine"](SECRET, headers, content + b" ")


@pytest.mark.parametrize("age", [-301, 301])
def test_the_example_refuses_old_and_future_timestamps(age):
    verifies = {}
    exec(blocks("python")[0], verifies)
    headers = sign_standard([SECRET], "msg_1", NOW, b"{}")
    assert verifies["is_genuine"](SECRET, headers, b"{}", NOW)
    assert not verifies["is_genuine"](SECRET, headers, b"{}", NOW + age)
