"""What a ticket that joined a queue at home now would have to expect."""

import pytest

from overflow.core.model import HOME, Load
from overflow.core.outlook import joining, newcomer
from overflow.core.roster import staff, stretches
from tests.core.make import NOON, policy, situation


def expected(queue, loads=None):
    seen, rules = situation(loads=loads or {}), policy()
    return joining(queue, seen, rules, staff(rules, seen, NOON), NOON)


def test_it_is_what_a_ticket_at_the_end_of_the_line_is_told():
    here = expected("chat.de", {(HOME, "chat.de"): Load(5, 12)})
    assert here.line.position == 6
    assert here.wait.value > 0
    assert here.breach.value is None


def test_a_channel_that_the_policy_does_not_name_has_none():
    assert expected("pigeon.de") is None


@pytest.mark.parametrize(
    ("queue", "parts"),
    [
        ("chat.de", ("chat", "de", "")),
        ("chat.-", ("chat", "", "")),
        ("chat.de.returns.late", ("chat", "de", "returns.late")),
        ("", ("", "", "")),
    ],
)
def test_a_queues_name_says_channel_language_and_topic(queue, parts):
    ticket = newcomer(queue, NOON, None)
    assert (ticket.channel, ticket.language, ticket.topic) == parts


def test_until_a_moment_that_has_passed_nobody_is_there():
    seen, rules = situation(), policy()
    assert stretches(staff(rules, seen, NOON), NOON, NOON) == []
