"""What django-helpdesk says, recorded: understood, or refused in the words of the port."""

import json
from pathlib import Path

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks import check_options
from overflow.helpdesks.django_helpdesk.connector import DjangoHelpdeskFields
from overflow.helpdesks.django_helpdesk.ticket import Lexicon, inert
from overflow.helpdesks.django_helpdesk.walk import Cursor
from overflow.helpdesks.fields import Fields

RECORDED = json.loads((Path(__file__).parent / "data" / "django-helpdesk.json").read_text())
NAMES = DjangoHelpdeskFields().load({})
LEXICON = Lexicon({"inhouse": 1, "partner": 2}, NAMES, "overflow_reason", {})
OFFERS = {"url": "https://help.shop.example", "queues": {"inhouse": 1}}


def recorded(**changed) -> Fields:
    return Fields({**RECORDED["followup"]["ticket"], **changed})


def test_a_recorded_ticket_is_understood():
    assert LEXICON.ticket(recorded(), now=0.0) == Snapshot(
        id="1",
        status=Status.OPEN,
        group="partner",
        assignee="4",
        channel="chat",
        language="de",
        created=1795355584.16721,
        answered=1795355590.351,
        priority=3,
        tags=frozenset({"overflow", "vip"}),
        reason="backlog",
    )


def test_the_webhook_shows_what_a_read_shows():
    ticket = RECORDED["new_ticket"]["ticket"]
    assert LEXICON.ticket(Fields(ticket), now=0.0).id == "1"
    assert set(ticket) == set(RECORDED["followup"]["ticket"])


@pytest.mark.parametrize(
    "followup",
    [
        {"public": False},
        {"user": None},
        {"message_id": "<7@customer.example>"},
        {"comment": "  "},
        {"comment": None},
    ],
    ids=str,
)
def test_what_is_no_answer_is_not_taken_for_one(followup):
    opened, answered = RECORDED["followup"]["ticket"]["followup_set"]
    ticket = recorded(followup_set=[opened, {**answered, **followup}])
    assert LEXICON.ticket(ticket, now=0.0).answered is None


def test_the_opening_is_the_first_by_number_in_whatever_order_they_come():
    both = RECORDED["followup"]["ticket"]["followup_set"]
    assert LEXICON.ticket(recorded(followup_set=both[::-1]), now=0.0) == LEXICON.ticket(
        recorded(), now=0.0
    )


def test_a_ticket_without_a_history_was_made_when_it_is_first_seen():
    seen = LEXICON.ticket(recorded(followup_set=[]), now=17.0)
    assert (seen.created, seen.answered) == (17.0, None)


def test_an_emptied_field_holds_nothing():
    seen = LEXICON.ticket(recorded(custom_tags="-", custom_overflow_reason="-"), now=0.0)
    assert (seen.tags, seen.reason) == (frozenset(), None)


def test_statuses_of_the_shops_own_have_to_be_named():
    with pytest.raises(BadInput, match="statuses"):
        LEXICON.ticket(recorded(status=7), now=0.0)
    own = Lexicon({}, NAMES, None, {7: Status.PENDING, 8: Status.SPAM})
    assert own.ticket(recorded(status=7), now=0.0).status is Status.PENDING
    assert own.ticket(recorded(status=8), now=0.0).status is Status.SPAM
    assert own.listed(ended=False) == "1,2,7"
    assert own.listed(ended=True) == "3,4,5,8"
    assert own.written(Status.PENDING) == 7
    assert own.written(Status.ON_HOLD) is None


@given(
    st.dictionaries(
        st.sampled_from(["id", "status", "queue", "assigned_to", "on_hold", "followup_set"]),
        st.none() | st.booleans() | st.integers(0, 9) | st.text() | st.lists(st.none()),
    )
)
def test_whatever_it_says_is_a_ticket_or_bad_input(changed):
    try:
        found = LEXICON.ticket(recorded(**orjson.loads(orjson.dumps(changed))), now=0.0)
    except BadInput:
        return
    assert isinstance(found, Snapshot)


@given(st.text(alphabet="{}%# a"))
def test_no_text_is_a_template(text):
    calm = inert(text)
    assert calm.replace(" ", "") == text.replace(" ", "")
    for mark in ("{{", "{%", "%}", "{#"):
        assert mark not in calm


@given(
    st.frozensets(st.integers(1, 40)),
    st.frozensets(st.integers(1, 10**9)),
    st.none() | st.integers(0, 10**9),
)
def test_a_cursor_comes_back_as_it_was(before, seen, top):
    cursor = Cursor(7, 412, before, seen, top)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1:2", "a:b:c:d", "1:2:3-4:x", "1795355301.0.0.0"])
def test_what_is_no_cursor_is_known(text):
    assert Cursor.parse(text) is None


def test_options_are_checked_with_the_path_to_each_fault():
    assert not check_options("django_helpdesk", OFFERS, {"token": 1, "webhook": 1})
    assert set(check_options("django_helpdesk", {}, {})) == {
        "options.url",
        "options.queues",
        "secrets.token",
        "secrets.webhook",
    }
    bad = {**OFFERS, "queues": {"inhouse": "one"}, "statuses": {"x": "open"}, "fields": {"tag": ""}}
    assert {path.split(".")[1] for path in check_options("django_helpdesk", bad)} == {
        "queues",
        "statuses",
        "fields",
    }
    numbered = {**OFFERS, "statuses": {"7": "pending"}}
    assert not check_options("django_helpdesk", numbered), "a JSON document has texts as keys"
