"""A period played anew: nothing is lost, limits hold, and lines are as long as they must be."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core.erlang import erlang_c
from overflow.core.hours import ALWAYS_OPEN
from overflow.core.model import HOME, Cause, Mode, Shift, Target
from overflow.simulate.replay.case import Case, Past
from overflow.simulate.replay.chance import Chance, Means
from overflow.simulate.replay.result import came, costs, sums
from overflow.simulate.replay.run import replay
from tests.core import make, strategies

HOUR = 3600.0


def a_case(ticket, at, **changes):
    given = {
        "ticket": ticket,
        "number": 0,
        "at": at,
        "arrived": at,
        "channel": "chat",
        "language": "de",
        "topic": "",
        "cause": Cause.NEW,
        "due": at + 120.0,
    }
    return Case(**given | changes)


def known(seconds, until_answer=0.0):
    channels = ("chat", "email", "phone", "pigeon")
    return Means(
        dict.fromkeys(channels, seconds),
        dict.fromkeys(channels, "said"),
        dict.fromkeys(channels, until_answer),
    )


def a_past(cases, end=make.NOON + 6 * HOUR):
    return Past(make.NOON - 1.0, end, list(cases), [(make.NOON - 1.0, make.situation())])


cases = st.lists(
    st.builds(
        lambda after, channel, language, asked: (after, channel, language, asked),
        st.floats(0, 600),
        st.sampled_from(strategies.CHANNELS),
        st.sampled_from(("de", "nl", "fr", "")),
        st.sampled_from(("", "", "", "partner", "home")),
    ),
    min_size=1,
    max_size=60,
)


def laid_out(drawn):
    at = make.NOON
    for number, (after, channel, language, asked) in enumerate(drawn):
        at += after
        yield a_case(str(number), at, channel=channel, language=language, asked=asked)


@settings(max_examples=60)
@given(cases, strategies.policies(mode=Mode.LIVE), st.integers(0, 9))
def test_every_ticket_is_somewhere_and_no_contract_is_broken(drawn, policy, seed):
    past = a_past(laid_out(drawn))

    done = replay(past, policy, Chance(seed, known(300.0)))
    fates = came(done.jobs, done.policy, past.end)
    total = sums(fates, costs(policy, ()))

    assert [job.case.ticket for job in done.jobs] == [case.ticket for case in past.cases]
    verdicts = (total.in_time, total.late, total.abandoned, total.unanswered, total.open)
    assert sum(verdicts) == total.offered == len(past.cases)
    assert total.cost >= 0
    for partner in policy.partners:
        if partner.daily_limit is not None:
            assert total.volumes.get(partner.name, 0) <= 2 * partner.daily_limit  # two local days
        if not partner.enabled or partner.daily_limit == 0:
            assert partner.name not in total.volumes
    for job in done.jobs:
        assert job.response is None or job.response >= job.case.at
        assert job.moves_out <= policy.moves.out
        assert job.moves_back <= policy.moves.back


@settings(max_examples=20)
@given(cases, strategies.policies(mode=Mode.LIVE), st.integers(0, 9))
def test_the_same_seed_plays_the_same(drawn, policy, seed):
    def play():
        past = a_past(laid_out(drawn))
        done = replay(past, policy, Chance(seed, known(300.0)))
        return came(done.jobs, policy, past.end)

    assert play() == play()


def lonely(agents, seconds, target):
    """A shop without partners, always open, that serves one chat an agent."""
    home = make.home(
        hours=ALWAYS_OPEN, shifts=(Shift(ALWAYS_OPEN, agents),), concurrency={"chat": 1}
    )
    chat = make.Channel("chat", live=True, target=Target(target), handle_time=seconds)
    return make.policy(home=home, partners=(), channels=(chat,))


def test_waits_are_those_of_erlang():
    agents, seconds, target, rate = 5, 200.0, 20.0, 5 / 200.0 * 0.6
    rng = np.random.default_rng(5)
    moments = make.NOON + np.cumsum(rng.exponential(1 / rate, 12_000))
    past = a_past(
        (a_case(str(n), float(at)) for n, at in enumerate(moments)), float(moments[-1]) + HOUR
    )
    policy = lonely(agents, seconds, target)

    done = replay(past, policy, Chance(1, known(seconds)))
    served = [job.response - job.case.at for job in done.jobs if job.response is not None]

    waits = erlang_c(agents, rate * seconds)
    in_time = 1 - waits * math.exp(-(agents / seconds - rate) * target)
    assert np.mean(np.array(served) <= target) == pytest.approx(in_time, abs=0.02)


def test_who_is_on_the_line_goes_first():
    policy = make.policy(
        home=make.home(shifts=(Shift(ALWAYS_OPEN, 1),), concurrency={}), partners=()
    )
    letters = [a_case(f"letter-{n}", make.NOON + n, channel="email") for n in range(3)]
    call = a_case("call", make.NOON + 10.0, channel="phone", work=60.0, taken_up=make.NOON + HOUR)
    past = a_past([*letters, call])

    done = replay(past, policy, Chance(1, known(300.0)))

    began = {job.case.ticket: job.response for job in done.jobs}
    assert began["letter-0"] < began["call"] < began["letter-1"] < began["letter-2"]


def test_what_was_seen_is_not_drawn():
    work = [a_case(str(n), make.NOON + n, work=100.0 + n) for n in range(5)]
    gone = a_case("gone", make.NOON + 9.0, is_live=True, is_abandoned=True, ended=make.NOON + 29.0)
    chance = Chance(1, known(300.0))

    done = replay(a_past([*work, gone]), lonely(1, 300.0, 60.0), chance)

    last = {job.case.ticket: job for job in done.jobs}["gone"]
    assert (last.state, last.held_since) == ("gone", make.NOON + 29.0)
    assert chance.used == {"work seen": 5, "patience seen": 1}
    assert Counter(job.team for job in done.jobs) == {HOME: 6}


def test_its_planner_sees_who_waited_and_who_gave_up_and_the_work_of_home_alone():
    rng = np.random.default_rng(3)
    policy = lonely(1, 300.0, 60.0)
    chat = replace(policy.channels["chat"], patience=200.0)
    policy = replace(policy, channels={"chat": chat})
    moments = make.NOON + np.cumsum(rng.exponential(150.0, 60))
    past = a_past((a_case(str(n), float(at)) for n, at in enumerate(moments)), moments[-1] + HOUR)

    done = replay(past, policy, Chance(1, known(300.0)))

    found = done.planning.counts.at_home("chat")
    gone = [job for job in done.jobs if job.state == "gone"]
    served = [job for job in done.jobs if job.state == "done"]
    waited = sum(job.held_since - job.case.at for job in gone)
    waited += sum(job.begun - job.case.at for job in served)
    assert (found.gave_up, found.handled) == (len(gone), len(served))
    assert found.waited == pytest.approx(waited)
