"""What every answer has, whatever answers it."""

import io
import json

import pytest

from overflow import log


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/nowhere", "/readyz"])
def test_every_answer_has_safe_headers_and_an_id(anyone, path):
    answer = anyone("GET", path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1
    assert answer.headers["X-Request-Id"]


def test_a_sane_request_id_is_taken_over(anyone):
    assert anyone("GET", "/readyz", X_Request_Id="call-7").headers["X-Request-Id"] == "call-7"


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>", "", "é"])
def test_any_other_is_replaced(anyone, given):
    assert anyone("GET", "/readyz", X_Request_Id=given).headers["X-Request-Id"] != given


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "//v1//shops", 404),
        ("DELETE", "/v1/shops", 405),
        ("PATCH", "/v1/shops/lamps/policy", 405),
        ("TRACE", "/readyz", 405),
    ],
)
def test_even_what_is_not_there_is_a_problem(anyone, method, path, status):
    answer = anyone(method, path)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_405_says_what_is_allowed(anyone):
    allowed = anyone("PATCH", "/v1/shops/lamps/policy").headers["Allow"]

    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_a_bug_is_500_without_a_word_of_what_it_was_and_with_its_trace_in_the_log(
    app, services, operator, monkeypatch
):
    monkeypatch.setitem(app.view_functions, "shops.list_shops", lambda: 1 / 0)
    stream = io.StringIO()
    log.configure("info", "json", stream)

    answer = operator("GET", "/v1/shops", X_Request_Id="find-me")

    assert answer.status_code == 500
    assert "division" not in answer.text
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (bug,) = [line for line in lines if line["event"] == "bug"]
    assert bug["request_id"] == "find-me"
    assert "ZeroDivisionError" in bug["exception"]


def test_the_log_has_one_line_a_request_and_no_token(anyone, shop):
    stream = io.StringIO()
    log.configure("info", "json", stream)

    anyone.raw(
        "POST",
        "/v1/shops/lamps/events/standard/sesame-open-7788",
        data=b"{}",
        content_type="application/json",
        headers={"Authorization": "Bearer ovf_abc_topsecret"},
    )

    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["event"] == "request"
    assert told["route"] == "/v1/shops/<shop>/events/<connector>/***"
    assert (told["method"], told["status"], told["shop"]) == ("POST", 401, "lamps")
    assert "sesame" not in line
    assert "topsecret" not in line


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"{}", 415),
        ("", b"{}", 415),
        ("application/x-www-form-urlencoded", b"agent=a", 415),
        ("application/json", b"{", 400),
        ("application/json", b"", 400),
        ("application/json", b"[" * 200_000, 400),
        ("application/json", b'{"agent": NaN}', 400),
        ("application/json", b'{"agent": "\\ud800"}', 400),
        ("application/json", b'{"agent": "\xff"}', 400),
        ("application/merge-patch+json", b'{"agent": 1}', 422),
        ("application/json; charset=utf-8", b'{"agent": 1}', 422),
        ("application/json", b"x" * 1_048_577, 413),
    ],
)
def test_a_body_that_is_no_json_is_refused_clearly(partner, content_type, body, status):
    answer = partner.raw(
        "POST", "/v1/shops/lamps/tickets/t1/claim", data=body, content_type=content_type
    )

    assert answer.status_code == status, answer.text
    assert answer.json["status"] == status


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("identity", 404), ("", 404)])
def test_a_packed_body_is_refused_clearly(partner, encoding, status):
    answer = partner.raw(
        "POST",
        "/v1/shops/lamps/tickets/t1/claim",
        data=b'{"agent": "amelie"}',
        content_type="application/json",
        headers={"Content-Encoding": encoding},
    )

    assert answer.status_code == status, answer.text
