"""What is logged, and above all what never is."""

import io
import json
import logging

import pytest
import structlog

from overflow import log

SECRETS = {
    "bearer": "Bearer s3cr3t-s3cr3t",
    "header": "{'Authorization': 'token s3cr3t-s3cr3t'}",
    "key": "ovf_s3cr3t-s3cr3t",
    "webhook": "POST /v1/shops/lamps/events/rt/s3cr3t-s3cr3t?x=1 HTTP/1.1",
    "store": "redis://user:s3cr3t-s3cr3t@store:6379/0",
    "query": "https://desk.example/hook?api_token=s3cr3t-s3cr3t&a=1",
    "signing": "whsec_s3cr3t-s3cr3t",
    "known": "the value hush-hush-s3cr3t came back",
}


@pytest.fixture(params=["json", "console"])
def stream(request):
    stream = io.StringIO()
    before = structlog.get_config()
    handlers, level = logging.root.handlers[:], logging.root.level
    log.configure("info", request.param, stream)
    yield stream
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def secret():
    log.hide("hush-hush-s3cr3t")
    yield
    log._hidden.discard("hush-hush-s3cr3t")


def _fail(why, about=None):
    raise RuntimeError(why)


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_not_written_wherever_it_stands(stream, secret, text):
    logger = structlog.get_logger("here")
    logger.info(text)
    logger.info("a field", about=text, several=[text], deep={"inner": {"more": (text,)}})
    logger.info("an object", thing=ValueError(text))
    logging.getLogger("elsewhere").warning("by the way: %s", text)
    try:
        _fail(text)
    except RuntimeError:
        logger.exception("failed")
    written = stream.getvalue()
    assert written.count("***") >= 7
    assert "s3cr3t" not in written


@pytest.mark.parametrize("field", ["token", "desk_token", "password", "Authorization", "API_KEY"])
def test_a_field_that_is_called_like_a_secret_is_masked(stream, field):
    structlog.get_logger().info("asked", **{field: "plain", "inner": {field: "plain"}})
    assert "plain" not in stream.getvalue()


def test_bodies_are_not_written(stream):
    structlog.get_logger().info(
        "received", body="Dear shop", text="my parcel", subject="help", anything=b"Dear shop"
    )
    written = stream.getvalue()
    assert "Dear" not in written
    assert "parcel" not in written
    assert "[9 bytes]" in written


def test_local_variables_of_a_failure_are_not_written(stream):
    customer = "Mrs-Example"
    try:
        _fail("broken", customer)
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert "broken" in stream.getvalue()
    assert "Mrs-Example" not in stream.getvalue()


def test_what_is_no_secret_is_left_as_it_is(stream):
    structlog.get_logger("overflow.flows").info("decided", shop="lamps", ahead=3, eta=None)
    written = stream.getvalue()
    assert all(word in written for word in ("decided", "lamps", "overflow.flows", "info"))
    assert "***" not in written


def test_lines_below_the_level_are_not_written(stream):
    structlog.get_logger().debug("small talk")
    logging.getLogger("httpx").info("HTTP Request: GET https://desk.example")
    assert stream.getvalue() == ""


def test_a_json_line_carries_the_request_it_belongs_to():
    stream = io.StringIO()
    log.configure("info", "json", stream)
    with log.request("abc-1"):
        structlog.get_logger("x").info("inside")
        logging.getLogger("y").warning("inside too")
    structlog.get_logger().info("outside")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("request_id") for line in lines] == ["abc-1", "abc-1", None]
    assert lines[0]["timestamp"].endswith("Z")
    structlog.reset_defaults()
    logging.root.handlers.clear()


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 65, "né", "a\nb"])
def test_a_request_id_that_could_garble_a_line_is_not_taken_over(given):
    assert log.taken_over(given) == ""


def test_a_plain_request_id_is_taken_over():
    assert log.taken_over("4bf9-2f3577.b") == "4bf9-2f3577.b"


def test_the_line_of_a_request_passes_the_masks_and_the_level_too(stream):
    with log.request("abc-1"):
        log.answered("info", route="/v1/shops/<shop>", shop="ovf_s3cr3t-s3cr3t", status=200, ms=1.5)
        log.answered("debug", route="/healthz", shop="", status=200, ms=0.1)
    written = stream.getvalue()
    assert all(word in written for word in ("request", "abc-1", "/v1/shops/", "overflow.api.edge"))
    assert "***" in written
    assert "s3cr3t" not in written
    assert "/healthz" not in written
