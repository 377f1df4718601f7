"""Whatever a helpdesk answers, only the port's errors come out."""

import contextlib

import httpx
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core.model import Snapshot, Status
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks.port import Desired
from tests.helpdesks.rest.described import SOMEWHERE, opened

KEYS = ["ok", "data", "code", "id", "state", "team", "owner", "created", "labels", "custom", "rev"]
WORDS = ["nothing", "busy", "session", "01.11.2026 10:00:00.0", "7", "-", "11"]
texts = st.text(max_size=8) | st.sampled_from(WORDS)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=10,
)
tickets = st.fixed_dictionaries(
    {"id": values, "state": st.sampled_from([1, "2", 9]) | values, "team": values},
    optional={
        "created": st.sampled_from(["01.11.2026 10:00:00.0", 1_795_000_000]) | values,
        "labels": values,
        "owner": values,
        "rev": values,
        "via": values,
        "urgency": values,
        "custom": values,
        "merged_into": values,
    },
)
bodies = (
    st.builds(
        lambda data, more: {"ok": True, "data": data, **more},
        values | tickets | st.lists(tickets, max_size=3),
        st.dictionaries(st.sampled_from(["cursor", "more", "code", "now"]), values),
    )
    | values
)
AWAY = Desired("near", "overflow", is_tagged=True, reason_field="overflow_reason", reason="late")
SEEN = Snapshot("7", Status.OPEN, "shop", "ann", "email", "en", 1.0)
HELD = {"auth": {"headers": {"X-Key": "{secret.token}"}}}


def desk_that_hears(status, content):
    """Every answer is the same."""
    desk = opened(HELD)
    answer = httpx.MockTransport(
        lambda _: httpx.Response(
            status, content=content, headers={"date": "Sun, 22 Nov 2026 10:00:00 GMT"}
        )
    )
    desk._http._client.close()
    desk._http._client = httpx.Client(base_url=SOMEWHERE, transport=answer)
    return desk


CALLS = [
    lambda desk: desk.read("7"),
    lambda desk: desk.walk_open(""),
    lambda desk: desk.changed_since(""),
    lambda desk: desk.changed_since('{"since": 1795251600000000}'),
    lambda desk: desk.groups(),
    lambda desk: desk.has_note("7", "ovf-1"),
    lambda desk: desk.add_note("7", "text", "ovf-1"),
    lambda desk: desk.set_status("7", Status.SOLVED),
    lambda desk: desk.write(SEEN, AWAY),
]


@settings(max_examples=300)
@given(
    call=st.sampled_from(CALLS),
    status=st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]),
    content=bodies.map(orjson.dumps) | st.binary(max_size=30),
)
def test_only_the_ports_errors_come_out(call, status, content):
    desk = desk_that_hears(status, content)
    try:
        with contextlib.suppress(HelpdeskAway, Refused):
            call(desk)
    finally:
        desk.close()
