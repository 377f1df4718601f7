"""What goes wrong on the wire comes out as "try again" or "never again", and as nothing else."""

import socket
import ssl
import subprocess
import threading
from contextlib import closing, suppress
from types import SimpleNamespace

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from overflow.errors import HelpdeskAway, Invalid, NotLetIn, Refused, Throttled
from overflow.helpdesks import http
from overflow.helpdesks.http import HelpdeskHttp, segment, url_fault

NAUGHTY = "t0ken-that-nobody-may-see"


@pytest.fixture
def desk(httpserver):
    with closing(HelpdeskHttp(httpserver.url_for("/api/"), timeout=30.0)) as client:
        yield client


def answering(status, **headers):
    """A client whose helpdesk always answers like this, without a wire."""
    answer = httpx.Response(status, headers=headers, content=b'{"secret": "%s"}' % NAUGHTY.encode())
    transport = httpx.MockTransport(lambda _: answer)
    return HelpdeskHttp("http://desk.example", headers={"token": NAUGHTY}, transport=transport)


def test_paths_are_below_the_base_url_and_json_goes_both_ways(httpserver, desk):
    httpserver.expect_request("/api/tickets/7", method="PUT", json={"a": 1}).respond_with_json(
        {"b": 2}, headers={"ETag": '"62"'}
    )
    reply = desk.request("PUT", "/tickets/7", json={"a": 1})
    assert reply.status == 200
    assert reply.headers["etag"] == '"62"'
    assert reply.json() == {"b": 2}
    assert reply.mapping() == {"b": 2}


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_be_well_the_next_time_is_tried_again(status):
    with pytest.raises(HelpdeskAway, match=str(status)) as caught:
        answering(status).request("GET", "/tickets")
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 415, 422])
def test_what_will_be_the_same_the_next_time_is_refused(status):
    with pytest.raises(Refused, match=f"GET /tickets: the helpdesk answered {status}"):
        answering(status, location="http://elsewhere.example").request("GET", "/tickets")


def test_a_ticket_that_changed_meanwhile_is_read_again_at_once():
    with pytest.raises(HelpdeskAway) as caught:
        answering(412).request("PUT", "/tickets/7", json={})
    assert caught.value.retry_after == 0.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "1.25"}, 1.25),
        ({"retry-after": "9" * 400}, 3600.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": b"\xb2"}, None),
        (
            {
                "retry-after": "Fri, 20 Nov 2026 09:15:12 GMT",
                "date": "Fri, 20 Nov 2026 09:15:02 GMT",
            },
            10.0,
        ),
        (
            {
                "retry-after": "Fri, 20 Nov 2026 09:15:02 GMT",
                "date": "Fri, 20 Nov 2026 09:15:12 GMT",
            },
            0.0,
        ),
        ({"retry-after": "Fri, 20 Nov 2026 09:15:12 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 09:15:12 GMT", "date": "Fri, 20 Nov"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_against_the_helpdesks_own_clock(headers, seconds):
    with pytest.raises(HelpdeskAway) as caught:
        answering(429, **headers).request("GET", "/tickets")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", [400, 401, 404, 412, 500])
def test_errors_name_no_secret_no_query_and_no_body(status):
    with pytest.raises((HelpdeskAway, Refused)) as caught:
        answering(status).request("GET", "/tickets", params={"token": NAUGHTY})
    assert NAUGHTY not in caught.value.message
    assert "/tickets" in caught.value.message


def test_credentials_that_are_not_accepted_are_told_from_what_is_refused():
    with pytest.raises(NotLetIn):
        answering(401).request("GET", "/tickets")
    with pytest.raises(Refused) as caught:
        answering(403).request("GET", "/tickets")
    assert not isinstance(caught.value, NotLetIn)


def test_a_missing_thing_is_none_only_if_the_helpdesk_itself_says_so(httpserver, desk):
    httpserver.expect_request("/api/tickets/7").respond_with_json({"message": "no"}, status=404)
    httpserver.expect_request("/api/tickets/8").respond_with_data("<h1>Not Found</h1>", status=404)
    httpserver.expect_request("/api/tickets/9").respond_with_data(b"", status=404)
    for number in (7, 9):
        assert desk.request("GET", f"/tickets/{number}", none_on_404=True) is None
    with pytest.raises(HelpdeskAway, match="no JSON"):
        desk.request("GET", "/tickets/8", none_on_404=True)


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"{", b"NaN"])
def test_an_answer_that_is_no_json_is_a_helpdesk_that_is_away(httpserver, desk, body):
    httpserver.expect_request("/api/x").respond_with_data(body)
    with pytest.raises(HelpdeskAway):
        desk.request("GET", "/x").json()


@pytest.mark.parametrize("page", ["<!DOCTYPE html><p>Back soon", "\n <HTML lang='nl'>"])
def test_a_page_in_the_place_of_an_answer_is_no_success(httpserver, desk, page):
    httpserver.expect_request("/api/notes").respond_with_data(page, content_type="text/html")
    with pytest.raises(HelpdeskAway, match="a page") as caught:
        desk.request("POST", "/notes", json={})
    assert not caught.value.is_undone


def test_json_that_is_no_object_is_a_helpdesk_that_is_away(httpserver, desk):
    httpserver.expect_request("/api/x").respond_with_json([1])
    assert desk.request("GET", "/x").json() == [1]
    with pytest.raises(HelpdeskAway):
        desk.request("GET", "/x").mapping()


def test_an_endless_answer_is_cut_off(httpserver, desk, monkeypatch):
    monkeypatch.setattr(http, "MAX_BYTES", 1 << 20)
    chunks = (b"x" * 65536 for _ in range(64))
    httpserver.expect_request("/api/x").respond_with_response(Response(chunks))
    with pytest.raises(Refused, match="larger than 1 MiB"):
        desk.request("GET", "/x")


def test_what_was_posted_is_in_doubt_where_its_answer_is_cut_off(httpserver, desk, monkeypatch):
    monkeypatch.setattr(http, "MAX_BYTES", 1 << 20)
    httpserver.expect_request("/api/x").respond_with_data(b"x" * (2 << 20))
    with pytest.raises(HelpdeskAway, match="larger than 1 MiB") as caught:
        desk.request("POST", "/x", json={})
    assert not caught.value.is_undone


def test_a_broken_encoding_is_a_helpdesk_that_is_away(httpserver, desk):
    httpserver.expect_request("/api/x").respond_with_data(
        b"no gzip", headers={"Content-Encoding": "gzip"}
    )
    with pytest.raises(HelpdeskAway, match="unpacked"):
        desk.request("GET", "/x")


def test_nobody_there_is_a_helpdesk_that_is_away():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        closing(HelpdeskHttp(f"http://127.0.0.1:{port}", timeout=0.5)) as client,
        pytest.raises(HelpdeskAway, match="ConnectError"),
    ):
        client.request("POST", "/x", json={})


@pytest.fixture
def patience():
    """Seconds that the client on the wire waits for bytes."""
    return 0.3


@pytest.fixture
def wire(patience):
    """A listening socket and a client on it, for helpdesks that misbehave below HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with closing(HelpdeskHttp(url, timeout=patience, connections=1)) as client:
            yield server, client


def in_turn(server, *answers):
    """Answer one connection after the other with these bytes, then close it."""

    def serve():
        for answer in answers:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def test_silence_is_a_helpdesk_that_is_away(wire):
    _, client = wire
    with pytest.raises(HelpdeskAway, match="took too long"):
        client.request("GET", "/x")


HEAD = b"HTTP/1.1 200 OK\r\n"
TRICKLES = {
    "body": (HEAD + b"Content-Length: 1000\r\n\r\n", b"x"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "headers": (HEAD + b"X-Slow: ", b"x"),
    "status": (b"HTTP/1.1 200 O", b"K"),
}
"""How an answer begins, and what of it comes again and again."""


@pytest.fixture(params=["body"])
def trickle(wire, request):
    """A helpdesk that answers bit by bit; the fixture is set once it has begun."""
    server, _ = wire
    beginning, more = TRICKLES[request.param]
    begun, ended = threading.Event(), threading.Event()

    def serve():
        connection, _ = server.accept()
        with connection, suppress(OSError):  # the client hangs up in the middle
            connection.recv(65536)
            connection.sendall(beginning)
            begun.set()
            while not ended.wait(0.1):
                connection.sendall(more)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield begun
    ended.set()
    thread.join()


@pytest.mark.parametrize("trickle", TRICKLES, indirect=True)
@pytest.mark.timeout(30)
def test_an_answer_that_only_trickles_is_given_up(wire, trickle):
    with pytest.raises(HelpdeskAway, match="took too long"):
        wire[1].request("GET", "/x")


def test_waiting_for_a_free_connection_ends_too(wire, trickle):
    _, client = wire
    told = []
    client._gate = SimpleNamespace(
        enter=lambda **_: None, left=lambda status, *_: told.append(status)
    )

    def hold():
        with pytest.raises(HelpdeskAway, match="took too long"):
            client.request("GET", "/x")

    held = threading.Thread(target=hold)
    held.start()
    assert trickle.wait(10)
    with pytest.raises(Throttled, match="every connection was busy"):
        client.request("GET", "/x")
    held.join()
    assert told == [None], "only the call that went out says something of the helpdesk"


@pytest.mark.parametrize("patience", [30.0])
def test_a_get_whose_connection_was_just_closed_is_sent_once_more(wire):
    server, client = wire
    thread = in_turn(server, b"", GOOD)
    assert client.request("GET", "/x").json() == {}
    thread.join()


@pytest.mark.parametrize("patience", [30.0])
def test_a_write_is_never_sent_twice(wire):
    server, client = wire
    thread = in_turn(server, b"")
    with pytest.raises(HelpdeskAway, match="cannot be reached"):
        client.request("POST", "/x", json={})
    thread.join()


def test_what_is_signed_is_what_is_sent(httpserver):
    signed = []

    def sign(method, target, body):
        signed.append((method, target, body))
        return {"signature": "abc"}

    httpserver.expect_request("/api/a", headers={"signature": "abc"}).respond_with_json({})
    with closing(HelpdeskHttp(httpserver.url_for("/api"), sign=sign)) as client:
        client.request("GET", "/a", params={"since": "2026-11-20T09:15:02Z", "q": "ä +&="})
        client.request("POST", "/a", json={"x": 1})
    sent = [request for request, _ in httpserver.log]
    assert signed[0] == ("GET", sent[0].environ["REQUEST_URI"], b"")
    assert signed[1] == ("POST", "/api/a", sent[1].data)


@pytest.mark.parametrize(
    ("text", "part"), [("7", "7"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("..x", "..x"), ("é", "%C3%A9")]
)
def test_a_part_of_a_path_stays_one_part(text, part):
    assert segment(text) == part


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_part_that_would_lead_elsewhere_is_refused(text):
    with pytest.raises(Refused):
        segment(text)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://desk.example",
        "file:///etc/passwd",
        "desk.example",
        "http://",
        "http://user:pw@desk.example",
        "https://desk.example/?a=b",
        "https://desk.example/#x",
        "http://desk.example:99999",
        "http://[::1",
    ],
)
def test_a_base_url_is_plain_http_or_https(url):
    assert url_fault(url)
    with pytest.raises(Invalid):
        HelpdeskHttp(url)


def test_a_good_base_url_has_no_fault():
    assert url_fault("https://desk.example:8443/api/v1") is None


@pytest.fixture
def https(tmp_path):
    """A helpdesk over TLS with a certificate that only ``tmp_path`` knows; the file, and it."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*request.split(), *names, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(ssl_context=context) as server:
        yield certificate, server


@pytest.mark.needs("openssl")
def test_a_certificate_that_nobody_vouches_for_is_a_helpdesk_that_is_away(https):
    with (
        closing(HelpdeskHttp(https[1].url_for("/"), timeout=30.0)) as client,
        pytest.raises(HelpdeskAway, match="ConnectError"),
    ):
        client.request("GET", "/x")


@pytest.mark.needs("openssl")
def test_a_certificate_that_is_vouched_for_is_believed(https, monkeypatch):
    certificate, server = https
    server.expect_request("/x").respond_with_json({"a": 1})
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(http, "_authorities", lambda: trusting)
    with closing(HelpdeskHttp(server.url_for("/"), timeout=30.0)) as client:
        assert [client.request("GET", "/x").json() for _ in range(2)] == [{"a": 1}] * 2
