"""Generated policies, situations, tickets and helpdesk histories.

Small vocabularies on purpose, so that things meet: three channels, three languages, four hours.
"""

import math
from dataclasses import replace

from hypothesis import strategies as st

from overflow.core.hours import ALWAYS_OPEN
from overflow.core.model import (
    HOME,
    AgeLimits,
    Cause,
    Channel,
    Costs,
    Declared,
    LateLevels,
    Levels,
    Load,
    Mode,
    MoveLimits,
    Pressure,
    QueuePlan,
    Sample,
    Shift,
    Situation,
    Snapshot,
    Status,
    Switch,
    Target,
    Thresholds,
    Ticket,
)
from tests.core import make
from tests.core.make import NOBODY, NOON, OFFICE

CHANNELS = ("chat", "email", "phone")
LANGUAGES = ("de", "nl", "fr")
PARTNERS = ("lumen", "castor")
TEAMS = (HOME, *PARTNERS, "gone")
QUEUES = tuple(f"{channel}.{language}" for channel in CHANNELS for language in LANGUAGES)
GROUPS = ("inhouse", "sales", "grp-lumen", "grp-castor")


def mostly(usual, other):
    """Usually this, so that one thing at a time goes wrong and not everything at once."""
    return st.integers(0, 4).flatmap(lambda n: other if n == 4 else usual)


yes, no = st.just(True), st.just(False)  # noqa: FBT003
hours = st.sampled_from((ALWAYS_OPEN, NOBODY, OFFICE, make.hours("08:00-20:00")))
names = mostly(st.just(frozenset(CHANNELS)), st.frozensets(st.sampled_from(CHANNELS), min_size=1))
languages = mostly(st.just(frozenset()), st.frozensets(st.sampled_from(LANGUAGES)))
seconds = st.floats(1, 200000)
moments = st.floats(NOON - 7200, NOON + 7200) | st.floats(NOON - 200000, NOON + 200000)
chances = st.floats(0, 1)
counts = st.integers(0, 60)


def levels(values):
    return st.none() | st.tuples(values, values).map(lambda two: Levels(max(two), min(two)))


thresholds = st.builds(
    Thresholds,
    backlog=levels(st.floats(0, 80)),
    expected_wait=levels(st.floats(0, 20000)),
    breach=levels(chances),
    hold=st.floats(0, 900),
)


def channels(name):
    return st.builds(
        Channel,
        name=st.just(name),
        live=st.booleans(),
        target=st.builds(
            Target,
            seconds=seconds,
            clock=st.sampled_from(("wall", "business")),
            hours_of=st.sampled_from((HOME, "lumen")),
        ),
        patience=st.none() | seconds,
        handle_time=st.none() | seconds,
        thresholds=thresholds,
    )


homes = st.builds(
    make.home,
    hours=mostly(st.just(OFFICE), hours),
    shifts=st.lists(st.builds(Shift, hours, st.integers(0, 30)), max_size=2).map(tuple),
    concurrency=st.dictionaries(st.sampled_from(CHANNELS), st.integers(1, 6)),
    languages=languages,
    channels=names,
    group=st.sampled_from(("inhouse", None)),
)


def partners(name):
    return st.builds(
        make.partner,
        st.just(name),
        hours=mostly(st.just(ALWAYS_OPEN), hours),
        languages=languages,
        channels=names,
        capacity=mostly(
            st.just(dict.fromkeys(CHANNELS, 60)),
            st.dictionaries(st.sampled_from(CHANNELS), counts),
        ),
        total_capacity=mostly(st.none(), counts),
        daily_limit=mostly(st.none(), counts),
        price=st.sampled_from((1.0, 2.0)),
        answer_time=st.floats(0, 100000),
        enabled=mostly(yes, no),
    )


@st.composite
def policies(draw, mode=None):
    known = draw(mostly(st.just(CHANNELS), st.lists(st.sampled_from(CHANNELS), unique=True)))
    return make.policy(
        mode=mode or draw(mostly(st.just(Mode.LIVE), st.sampled_from(Mode))),
        home=draw(homes),
        partners=tuple(
            draw(partners(name)) for name in PARTNERS if draw(mostly(st.just(1), st.just(0)))
        ),
        channels=tuple(draw(channels(name)) for name in known),
        costs=draw(st.builds(Costs, *[st.floats(0, 50)] * 3)),
        breach_margin=draw(chances),
        when_closed=draw(mostly(st.just("auto"), st.sampled_from(("overflow", "keep")))),
        closed_breach_level=draw(chances),
        moves=draw(st.builds(MoveLimits, mostly(st.just(1), st.integers(0, 2)), st.integers(0, 2))),
        untouched=draw(seconds),
        ages=draw(st.builds(AgeLimits, *[mostly(st.just(90000.0), seconds)] * 4)),
        min_samples=draw(st.integers(0, 30)),
        planning=draw(mostly(st.just("off"), st.just("cost"))),
    )


loads = st.builds(Load, counts, counts)
declared = st.builds(
    Declared,
    at=moments,
    until=moments,
    agents=st.none() | st.integers(0, 30),
    capacity=st.none() | st.dictionaries(st.sampled_from((*CHANNELS, "*")), counts),
    hours=st.none() | hours,
    paused=mostly(no, yes),
    reason=st.sampled_from(("", "lunch")),
)
pressures = st.builds(
    Pressure,
    on=st.booleans(),
    since=moments,
    measure=st.sampled_from(("backlog", "expected_wait", "breach")),
    rev=st.integers(0, 9),
)
scopes = ("partner:lumen", "channel:chat", "queue:email.de")


late_levels = st.builds(
    LateLevels,
    crowds=st.just((12.0, 14.0)),
    slacks=st.just((0.0, 60.0, 120.0)),
    places=st.tuples(*[st.tuples(*[st.floats(1, 40) | st.just(math.inf)] * 3)] * 2),
)
plans = st.builds(
    QueuePlan,
    made=moments,
    until=moments,
    method=st.sampled_from(("rolling", "stationary")),
    times=moments.map(lambda at: (at, at + 600.0)),
    levels=st.tuples(counts, st.integers(0, 2_000_000)),
    fallback=st.none() | counts,
    ends=st.just(()) | st.tuples(counts, st.integers(0, 2_000_000)),
    late=st.none() | late_levels,
)


def some(keys, values):
    return st.dictionaries(st.sampled_from(keys), values, max_size=5)


@st.composite
def situations(draw):
    pairs = [(partner, channel) for partner in PARTNERS for channel in (*CHANNELS, "*")]
    return Situation(
        at=draw(moments),
        seq=draw(st.integers(0, 99)),
        policy_version=1,
        loads=draw(some([(team, queue) for team in TEAMS for queue in QUEUES], loads)),
        held=draw(some(pairs, counts)),
        today=draw(some(PARTNERS, counts)),
        handed=draw(some(PARTNERS, counts)),
        pressure=draw(some(QUEUES, pressures)),
        handle_time=draw(
            some(
                [(HOME, channel) for channel in CHANNELS],
                st.builds(Sample, st.floats(0, 99), st.floats(0, 9999), moments),
            )
        ),
        declared=draw(some((HOME, *PARTNERS), declared)),
        switched_off=draw(some(scopes, st.builds(Switch, moments, st.just("why"), st.just("who")))),
        seen=draw(some(("helpdesk",), moments)),
        virtual=draw(some([(partner, queue) for partner in PARTNERS for queue in QUEUES], loads)),
        epoch=draw(st.integers(0, 3)),
        plans=draw(some(CHANNELS, plans)),
    )


tickets = st.builds(
    Ticket,
    id=st.just("7"),
    channel=mostly(st.sampled_from(CHANNELS), st.just("pigeon")),
    language=st.sampled_from((*LANGUAGES, "")),
    topic=st.sampled_from(("", "returns")),
    arrived=moments,
    due=st.none() | moments,
    cause=mostly(st.just(Cause.NEW), st.sampled_from(Cause)),
    team=mostly(st.just(HOME), st.sampled_from(TEAMS)),
    ahead=st.none() | counts,
    moves_out=mostly(st.just(0), st.integers(0, 2)),
    moves_back=st.integers(0, 2),
    refused_by=mostly(st.just(frozenset()), st.frozensets(st.sampled_from(PARTNERS))),
    handled_by=st.sampled_from(("", *TEAMS)),
    held_since=moments,
    asked=mostly(st.just(""), st.sampled_from(("home", "partner"))),
)

snapshots = st.builds(
    Snapshot,
    id=st.just("7"),
    status=st.sampled_from(Status),
    group=st.sampled_from((*GROUPS, None)),
    assignee=st.sampled_from((None, "ann", "bob")),
    channel=st.sampled_from(("", *CHANNELS)),
    language=st.sampled_from(("", *LANGUAGES)),
    created=st.just(NOON),
    version=st.none() | st.integers(0, 5),
    answered=st.none() | st.just(NOON + 60),
    topic=st.sampled_from(("", "returns")),
    tags=st.frozensets(st.sampled_from(("to-partner", "keep-here", "vip"))),
    outbound=mostly(no, yes),
)


@st.composite
def histories(draw):
    """What a helpdesk that counts versions showed of one ticket, in order; answers last."""
    steps = draw(st.lists(snapshots, min_size=1, max_size=7))
    first_answer = draw(st.integers(0, 7))
    return [
        replace(
            step,
            version=n,
            outbound=False,
            answered=NOON + 60 if n >= first_answer else None,
        )
        for n, step in enumerate(steps)
    ]
