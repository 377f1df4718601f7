"""What a look at home's loads says of who is at work."""

from dataclasses import replace

import pytest

from overflow.core.learning.at_work import GLANCE, answering, lines, look
from overflow.core.model import HOME, Load
from tests.core import make
from tests.core.make import CHAT, NOON

POLICY = make.policy()


def seen(**loads):
    there = {(HOME, f"{name}.de"): load for name, load in loads.items()}
    there["lumen", "chat.de"] = Load(40, 40)  # a partner's
    return list(lines(make.situation(loads=there), POLICY, NOON))


def test_chats_are_seen_while_they_are_worked_on_and_letters_are_not():
    found = look(seen(chat=Load(2, 8), email=Load(3, 60)), 5, NOON)
    assert found.working == 2.0  # four chats an agent
    assert found.there == 2.0 + 2 / 4 + 3
    assert found.is_waiting
    assert found.is_full


def test_what_counts_as_one_event_is_a_letter_or_a_glance():
    letters, chats = look(seen(email=Load(9, 0)), 5, NOON), look(seen(chat=Load(9, 0)), 5, NOON)
    assert (letters.unit, letters.delay) == (480.0, 960.0)
    assert (chats.unit, chats.delay) == (GLANCE, 0.0)


@pytest.mark.parametrize("loads", [{}, {"chat": Load(0, 20)}, {"email": Load(1, 0)}])
def test_nothing_waits_or_not_enough_for_all(loads):
    assert not look(seen(**loads), 5, NOON).is_full


def test_an_answer_stands_for_the_work_of_a_letter():
    found = seen(email=Load(9, 0))
    assert answering(found, {"email": 3, "chat": 50}) == 3 * 480.0


def test_a_channel_whose_handle_time_nobody_knows_is_left_out():
    policy = make.policy(channels=(replace(CHAT, handle_time=None),))
    assert list(lines(make.situation(), policy, NOON)) == []
