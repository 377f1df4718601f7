"""A decision in short says all that the decision does."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from overflow.core.decide import decide
from overflow.core.decision import headline, trace_of
from overflow.core.review import review
from overflow.core.shorthand import FORM, shorten, written_out
from tests.core import make
from tests.core.strategies import moments, policies, situations, tickets

wide = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def through_json(made):
    return written_out(orjson.loads(orjson.dumps(shorten(made))))


@wide
@given(tickets, situations(), policies(), moments)
def test_a_decision_comes_back_as_it_was(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    assert through_json(made) == made


@wide
@given(tickets, situations(), policies(), moments)
def test_so_does_a_review(ticket, situation, policy, now):
    made = review(replace(ticket, ahead=3), situation, policy, now)
    assert made is None or through_json(made) == made


@wide
@given(tickets, situations(), policies(), moments)
def test_it_is_told_in_the_same_words(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    assert trace_of(through_json(made)) == trace_of(made)
    assert headline(through_json(made)) == headline(made)


def test_another_form_is_refused():
    short = shorten(decide(make.ticket(), make.situation(), make.policy(), make.NOON))
    with pytest.raises(ValueError, match="unknown form"):
        written_out([FORM + 1, *short[1:]])
