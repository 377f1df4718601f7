"""What is Zammad's alone."""

import json

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Status
from overflow.errors import Refused
from overflow.helpdesks.port import Hint, Nothing
from tests.helpdesks.vendors import zammad_server as z
from tests.helpdesks.vendors.signing import NOW, desk, signed
from tests.helpdesks.vendors.worlds import connect


@pytest.fixture
def server():
    made = z.Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def zammad(server):
    made = connect(z, server, SystemClock())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (z.NEW, Status.OPEN),
        (z.OPEN, Status.OPEN),
        (z.REMINDER, Status.PENDING),
        (z.PENDING_CLOSE, Status.ON_HOLD),
        (z.CLOSED, Status.SOLVED),
        (z.MERGED, Status.MERGED),
        (z.REMOVED, Status.DELETED),
        (z.AT_THE_MAKER, Status.ON_HOLD),
    ],
)
def test_a_state_means_what_its_type_says_unless_the_shop_says_otherwise(
    server, zammad, state, status
):
    number = server.create()
    server.tickets[number]["state_id"] = state
    assert zammad.read(number).status is status


def test_a_state_that_was_made_meanwhile_is_looked_up(server, zammad, monkeypatch):
    number = server.create()
    zammad.read(number)
    assert server.calls().count("GET ticket_states") == 1
    monkeypatch.setitem(z.TYPES, 9, 5)
    z.NAMES.append("fechado")
    server.tickets[number]["state_id"] = 9
    assert zammad.read(number).status is Status.SOLVED
    z.NAMES.pop()


def test_on_hold_is_a_reminder_unless_the_shop_has_a_state_for_it(server, zammad):
    plain = connect(z, server, SystemClock(), statuses={})
    number = server.create()
    plain.set_status(number, Status.ON_HOLD)
    assert server.tickets[number]["state_id"] == z.REMINDER
    zammad.set_status(number, Status.ON_HOLD)
    assert server.tickets[number]["state_id"] == z.AT_THE_MAKER
    with pytest.raises(Refused, match=r"helpdesk\.options\.statuses"):
        plain.set_status(number, Status.SPAM)
    plain.close()


def test_a_call_that_an_agent_made_is_outbound(server, zammad):
    assert zammad.read(server.create(how="phone", sender="Agent")).outbound
    seen = zammad.read(server.create(how="phone"))
    assert (seen.outbound, seen.channel) == (False, "phone")


def test_custom_attributes_say_channel_and_language(server):
    own = connect(z, server, SystemClock(), fields={"channel": "kanal", "language": "sprache"})
    number = server.create()
    server.tickets[number] |= {"kanal": "Chat", "sprache": "nl_NL"}
    seen = own.read(number)
    assert (seen.channel, seen.language) == ("chat", "nl")
    own.close()


def test_a_search_by_time_of_day_is_quoted_where_the_options_say_so(server):
    own = connect(z, server, SystemClock(), quoted_times=True)
    cursor = own.changed_since("").cursor
    number = server.create()
    assert [seen.id for seen in own.changed_since(cursor).tickets] == [number]
    assert '"' in server.asked[-3].query.get("query", "") + server.asked[-4].query.get("query", "")
    own.close()


def test_what_the_search_knows_of_late_is_found_by_the_next_walk(server, zammad):
    server.lag = 50.0
    cursor = zammad.changed_since("").cursor
    number = server.create()
    server.skew = 20.0
    page = zammad.changed_since(cursor)
    assert (page.tickets, page.is_last) == ([], True)
    server.skew = 55.0
    assert [seen.id for seen in zammad.changed_since(page.cursor).tickets] == [number]


def test_the_last_changed_come_first_whenever_they_were_made(server, zammad):
    server.skew = -600.0
    numbers = [server.create() for _ in range(5)]
    server.skew = 0.0
    cursor = zammad.changed_since("").cursor
    server.assign(numbers[4])
    assert [seen.id for seen in zammad.changed_since(cursor).tickets] == [numbers[4]]


def test_what_our_own_user_changed_last_is_passed_over_where_its_number_is_known():
    body = json.loads((z.DATA / "zammad-default-payload.json").read_text())
    for actor, kind in ((9, Nothing), (8, Hint)):
        body["ticket"]["updated_by_id"] = actor
        raw = json.dumps(body).encode()
        headers, token = signed("zammad", raw)
        assert isinstance(desk("zammad", user=9).receive(headers, raw, token, NOW), kind)
        assert isinstance(desk("zammad").receive(headers, raw, token, NOW), Hint)


def test_an_event_about_something_else_is_acknowledged():
    raw = b'{"user": {"id": 7}}'
    headers, token = signed("zammad", raw)
    assert isinstance(desk("zammad").receive(headers, raw, token, NOW), Nothing)
