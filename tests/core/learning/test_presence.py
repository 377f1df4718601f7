"""Agents who are declared and not there are missed, but only where their work is."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.learning.presence import Look, begin, look, presence_from

LOOK = 15.0


def phone(at, there, waiting, agents=10):
    """One of a phone queue of tickets that take five minutes."""
    return Look(at, agents, float(there + waiting), waiting > 0, float(there), 300.0)


def letters(at, waiting, agents=10):
    """One of letters that take ten minutes each, of which only the answers are seen."""
    return Look(at, agents, float(waiting), waiting > 0, 0.0, 600.0, 1200.0)


def watched(minutes, working, waiting, agents=10):
    known = begin()
    for step in range(int(minutes * 60 / LOOK)):
        known = look(known, phone(step * LOOK, working, waiting, agents), 0.0, None)
    return known


@pytest.mark.parametrize("really", [3, 5, 7])
def test_who_is_not_seen_working_while_tickets_wait_is_not_there(really):
    assert watched(60, really, 10 - really).share == pytest.approx(really / 10, abs=0.06)


def test_a_moment_says_nothing_yet():
    assert watched(1, 5, 5).share > 0.95


@pytest.mark.parametrize(("working", "waiting"), [(3, 0), (3, 1), (0, 9)])
def test_less_work_than_all_of_them_could_do_says_nothing(working, waiting):
    """Nobody waits; one that nobody there can read; fewer than there are agents."""
    assert watched(240, working, waiting).share == pytest.approx(1.0)


def test_all_who_are_there_are_seen_to_be():
    assert watched(240, 10, 5).share == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("really", "low", "high"), [(10, 0.93, 1.0), (5, 0.4, 0.65)])
def test_of_letters_the_answers_tell(really, low, high):
    rng, known, found = np.random.default_rng(4), begin(), []
    for step in range(int(5 * 3600 / LOOK)):
        at = step * LOOK
        answers = rng.poisson(really * LOOK / 600.0) if at > 600 else 0
        known = look(known, letters(at, 60), answers * 600.0, None)
        found.append(known.share)
    assert low <= known.share <= high
    assert min(found[: int(1200 / LOOK)]) == pytest.approx(1.0)  # nothing can be answered yet


def test_another_number_declared_is_news():
    before = look(watched(60, 5, 5), phone(3600.0, 5, 5), 0.0, 10)
    assert before.share == pytest.approx(1.0)


def test_who_comes_back_is_there_again():
    known = watched(60, 5, 5)
    for step in range(240):
        known = look(known, phone(3600.0 + step * LOOK, 10, 4), 0.0, None)
    assert known.share > 0.95


looks = st.lists(
    st.builds(
        Look,
        at=st.floats(0, 1e5),
        agents=st.integers(0, 50),
        there=st.floats(0, 200),
        is_waiting=st.booleans(),
        working=st.floats(0, 200),
        unit=st.floats(1, 5000),
        delay=st.sampled_from([0.0, 600.0]),
    ),
    max_size=15,
)


@given(looks, st.floats(0, 1e5))
def test_the_share_is_one_of_those_declared_and_survives_a_restart(seen, worked):
    known = begin()
    for one in seen:
        known = look(known, one, worked, None)
    assert 0.0 < known.share <= 1.0
    assert known.samples >= 0.0
    kept = presence_from(json.loads(json.dumps(known._asdict())))
    assert kept == known
    more = phone(2e5, 4, 8)
    assert look(kept, more, worked, 7) == look(known, more, worked, 7)
