"""Who gave up while waiting, and who was just seen to wait."""

from dataclasses import replace

import pytest

from overflow.core.learning.ends import LONGEST, wait_over
from overflow.core.model import HOME, Status
from tests.core import make
from tests.core.make import HOUR, NOON

POLICY = make.policy()
WAITS = make.record(channel="chat", team=HOME, arrived=NOON, held_since=NOON, answered=0.0)
LATER = NOON + 90.0


def over(record, prior=WAITS, now=LATER):
    return wait_over(prior, record, POLICY, now)


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_a_chat_that_ends_with_nobody_there_was_given_up(status):
    assert over(replace(WAITS, status=status)) == (90.0, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"assignee": "ann"},
        {"claimed_by": "ann"},
        {"answered": LATER},
        {"team": "lumen"},
        {"status": Status.PENDING},
        {"status": Status.CLOSED, "assignee": "ann"},
    ],
)
def test_who_is_taken_up_or_moved_stayed_until_then(changes):
    assert over(replace(WAITS, **changes)) == (90.0, False)


def test_an_answer_ends_the_wait_when_it_was_given():
    assert over(replace(WAITS, answered=NOON + 30.0)).seconds == 30.0


@pytest.mark.parametrize(
    ("prior", "changes", "now"),
    [
        (None, {"status": Status.CLOSED}, LATER),
        (WAITS, {"priority": 3}, LATER),
        (WAITS, {"status": Status.SPAM}, LATER),
        (WAITS, {"status": Status.CLOSED}, NOON + LONGEST + 1.0),
        (replace(WAITS, channel="email"), {"channel": "email", "status": Status.CLOSED}, LATER),
        (replace(WAITS, assignee="ann"), {"status": Status.CLOSED}, LATER),
        (replace(WAITS, team="lumen"), {"team": "lumen", "status": Status.CLOSED}, LATER),
    ],
    ids=["unknown", "waits on", "spam", "forgotten", "letter", "in work", "a partner's"],
)
def test_anything_else_says_nothing_of_patience(prior, changes, now):
    assert over(replace(prior or WAITS, **changes), prior, now) is None


def test_nor_does_who_came_while_home_was_closed():
    night = NOON + 8 * HOUR
    came = replace(WAITS, arrived=night, held_since=night)
    assert over(replace(came, status=Status.CLOSED), came, night + 60.0) is None
