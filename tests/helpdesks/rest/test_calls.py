"""What leaves and what is made of the answers, on a little server."""

from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from overflow.clock import SystemClock
from overflow.core.model import Status
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks.port import Desired
from tests.helpdesks.rest.described import GONE, opened
from tests.helpdesks.rest.example_server import Server

AWAY = Desired("near", "overflow", is_tagged=True, reason_field="overflow_reason", reason="late")
OPEN = {"auth": {"headers": {"X-Key": "{secret.token}"}}}
"""Without a session."""


@pytest.fixture
def server():
    made = Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def desk(server):
    made = opened(url=server.url)
    yield made
    made.close()


def test_a_session_is_opened_once_and_anew_when_it_has_ended(server, desk):
    number = server.create()
    for _ in range(3):
        assert desk.read(number).group == "shop"
    assert server.calls("POST") == ["POST login"]
    server.sessions.clear()
    assert desk.read(number).group == "shop"
    assert server.calls("POST") == ["POST login"] * 2


def test_a_login_that_is_put_off_is_tried_again(server):
    desk = opened({"success.away": "body.code == 'login'"}, server.url, token=("wrong",))
    for _ in range(2):
        with pytest.raises(HelpdeskAway, match="login"):
            desk.read("7")
    assert server.calls() == ["POST login"] * 2
    desk.close()


def test_a_login_that_is_refused_is_not_tried_again_at_once(server):
    desk = opened(url=server.url, token=("wrong",))
    for _ in range(3):
        with pytest.raises(Refused, match="login"):
            desk.read("7")
    assert server.calls() == ["POST login"]
    desk.close()


@pytest.mark.parametrize("secret", ["schlüssel", "two\r\nX-Lines: 1"])
def test_a_secret_that_no_header_can_hold_is_refused_and_not_told(secret):
    desk = opened(OPEN, token=(secret,))
    with pytest.raises(Refused, match="X-Key") as caught:
        desk.read("7")
    assert secret not in str(caught.value)
    desk.close()


def test_what_goes_to_the_same_place_is_sent_as_one(server, desk):
    number = server.create()
    server.assign(number)
    desk.write(desk.read(number), AWAY)
    seen = desk.read(number)
    assert (seen.group, seen.assignee, seen.reason, seen.tags) == (
        "near",
        None,
        "late",
        {"overflow"},
    )
    assert server.calls("POST") == [
        "POST login",
        f"POST ticket/{number}",
        f"POST ticket/{number}/labels",
    ]


def test_what_may_not_be_sent_together_is_sent_alone(server):
    desk = opened(
        {"requests.field.alone": True, "requests.field.json": {"custom": {"{field}": "{reason}"}}},
        server.url,
    )
    number = server.create()
    desk.write(desk.read(number), AWAY)
    assert server.calls("POST").count(f"POST ticket/{number}") == 2
    desk.close()


def test_a_stale_write_is_to_be_tried_again_and_a_refused_one_is_not(server, desk):
    number = server.create()
    seen = desk.read(number)
    server.tag(number, "vip")
    with pytest.raises(HelpdeskAway, match="stale"):
        desk.write(seen, AWAY)
    server.shut(number)
    with pytest.raises(Refused, match="A closed ticket cannot be changed"):
        desk.set_status(number, Status.OPEN)


def test_ids_and_groups_are_the_same_as_text_and_as_number(server, desk):
    number = server.create(tags=("a", "b"))
    listed = desk.walk_open("").tickets[0]
    assert listed == desk.read(number)
    assert (listed.priority, listed.channel, listed.language) == (0, "email", "en")


@pytest.mark.parametrize(("month", "hour"), [(1, 11), (7, 10)])
def test_times_without_a_zone_are_read_in_the_files(server, desk, month, hour):
    number = server.create()
    server.tickets[number]["created"] = f"01.{month:02}.2026 12:00:00.5"
    due = datetime(2026, month, 1, hour, 0, 0, 500_000, UTC).timestamp()
    assert desk.read(number).created == due


@pytest.fixture
def bare(httpserver: HTTPServer):
    """A helpdesk without a login that answers what a test says."""
    made = opened(OPEN, httpserver.url_for("/api"))
    yield made
    made.close()


def good(*items, **more):
    return {"ok": True, "data": list(items), **more}


def test_a_redirect_is_refused_and_not_followed(httpserver, bare):
    httpserver.expect_request("/api/ticket/7").respond_with_response(
        Response(status=302, headers={"location": httpserver.url_for("/elsewhere")})
    )
    with pytest.raises(Refused, match="302"):
        bare.read("7")
    assert len(httpserver.log) == 1


def test_a_page_in_the_place_of_an_answer_is_no_success(httpserver):
    plain = opened({**OPEN, "success": GONE}, httpserver.url_for("/api"))
    httpserver.expect_request("/api/ticket/7/notes").respond_with_data("<!DOCTYPE html><p>Log in")
    with pytest.raises(HelpdeskAway, match="a page"):
        plain.add_note("7", "text", "ovf-NOTE01")
    plain.close()


def test_a_missing_ticket_is_none_only_if_the_helpdesk_itself_says_so(httpserver):
    desk = opened({**OPEN, "requests.read.missing": GONE}, httpserver.url_for("/api"))
    for body in ('{"ok": false}', ""):
        httpserver.expect_oneshot_request("/api/ticket/7").respond_with_data(body, status=404)
        assert desk.read("7") is None
    httpserver.expect_oneshot_request("/api/ticket/7").respond_with_data("<h1>No", status=404)
    with pytest.raises(Refused, match="404"):
        desk.read("7")
    desk.close()


@pytest.mark.parametrize("ticket", ["..", "a/b", "7?x", "", "7 OR 1=1", "é", "x" * 200])
def test_an_id_that_could_mean_more_is_never_sent(httpserver, bare, ticket):
    for call in (bare.read, lambda n: bare.add_note(n, "t", "r"), lambda n: bare.has_note(n, "r")):
        with pytest.raises(Refused):
            call(ticket)
    assert not httpserver.log


def test_a_next_page_is_followed_within_the_helpdesk(httpserver):
    base = httpserver.url_for("/api")
    changes = {"requests.groups.pages": {"by": "url", "next": "next"}}
    desk = opened({**OPEN, **changes}, base)
    pages = {"": f"{base}/teams?page=2", "page=2": "/api/teams?page=3", "page=3": None}
    for query, following in pages.items():
        body = good({"id": 11 + len(httpserver.handlers)}, next=following)
        httpserver.expect_request("/api/teams", query_string=query).respond_with_json(body)
    assert len(desk.groups()) == 3
    desk.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/api/teams",
        "//evil.example/api/teams",
        "http://u:p@{host}/api/teams",
        "{base}/../teams",
        "{root}/other/teams",
        "http://[::1/api",
        "javascript:alert(1)",
        "/api\\evil",
    ],
)
def test_a_next_page_elsewhere_is_refused(httpserver, url):
    root = httpserver.url_for("").rstrip("/")
    given = url.format(base=f"{root}/api", root=root, host=f"127.0.0.1:{httpserver.port}")
    desk = opened({**OPEN, "requests.groups.pages": {"by": "url", "next": "next"}}, f"{root}/api")
    httpserver.expect_request("/api/teams").respond_with_json(good({"id": 11}, next=given))
    with pytest.raises(Refused, match="elsewhere"):
        desk.groups()
    assert len(httpserver.log) == 1
    desk.close()


def test_the_link_header_is_followed_too(httpserver):
    desk = opened({**OPEN, "requests.groups.pages": {"by": "url"}}, httpserver.url_for("/api"))
    link = {"link": f'<{httpserver.url_for("/api/teams?p=2")}>; rel="next", <x>; rel="last"'}
    httpserver.expect_request("/api/teams", query_string="").respond_with_json(
        good({"id": 11}), headers=link
    )
    httpserver.expect_request("/api/teams", query_string="p=2").respond_with_json(good({"id": 12}))
    assert desk.groups() == ["shop", "near"]
    desk.close()


@pytest.mark.parametrize(("by", "place"), [("number", "page"), ("offset", "offset")])
def test_pages_are_counted_until_one_is_not_full(httpserver, by, place):
    pages = {"by": by, "size": 2}
    changes = {
        "requests.groups.pages": pages,
        "requests.groups.query": {"at": "{" + place + "}", "size": "{size}"},
    }
    desk = opened({**OPEN, **changes}, httpserver.url_for("/api"))
    starts = {"number": (1, 2), "offset": (0, 2)}[by]
    for start, items in zip(starts, ([11, 12], [13]), strict=True):
        found = good(*({"id": n} for n in items))
        httpserver.expect_request(
            "/api/teams", query_string=f"at={start}&size=2"
        ).respond_with_json(found)
    assert desk.groups() == ["shop", "near", "far"]
    desk.close()


def test_pages_that_do_not_move_on_are_refused(httpserver):
    pages = {"by": "cursor", "next": "next"}
    changes = {"requests.groups.pages": pages, "requests.groups.query": {"at": "{cursor}"}}
    desk = opened({**OPEN, **changes}, httpserver.url_for("/api"))
    httpserver.expect_request("/api/teams").respond_with_json(good({"id": 11}, next="same"))
    with pytest.raises(Refused, match="this one again"):
        desk.groups()
    desk.close()


def test_what_is_newest_first_is_read_until_it_is_older(httpserver):
    changed = {
        "path": "tickets",
        "query": {"page": "{page}"},
        "items": "data",
        "by": "changed",
        "newest_first": True,
        "partial": True,
        "pages": {"by": "number", "size": 2},
    }
    times = {"zone": "UTC"}
    changes = {**OPEN, "requests.changed": changed, "requests.gone": GONE, "times": times}
    desk = opened(changes, httpserver.url_for("/api"))
    new, old = "2026-11-22T10:00:00", "2026-11-20T10:00:00"
    listed = good({"id": 3, "changed": new}, {"id": 2, "changed": old})
    httpserver.expect_request("/api/tickets", query_string="page=1").respond_with_json(listed)
    ticket = {"id": 3, "state": 1, "team": 11, "created": 1_795_000_000, "labels": ["x"]}
    httpserver.expect_request("/api/ticket/3").respond_with_json({"ok": True, "data": ticket})

    page = desk.changed_since('{"since": 1795251600000000}')

    assert [(seen.id, seen.created, seen.tags) for seen in page.tickets] == [
        ("3", 1_795_000_000, {"x"})
    ]
    assert page.is_last
    assert [request.path for request, _ in httpserver.log] == ["/api/tickets", "/api/ticket/3"]
    desk.close()


@pytest.mark.parametrize("cursor", ["", "x", "[]", "7", '{"since": "x"}', '{"at": 7}', "7.8.9.0"])
def test_a_cursor_that_is_not_ours_begins_now(server, desk, cursor):
    server.create()
    page = desk.changed_since(cursor)
    assert page.is_last
    assert not page.tickets
