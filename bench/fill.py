"""Fills a store with open tickets, fast: through pipelines, what commits would have left there.

``overflow.store.codec`` makes the fields, ``index`` the members and ``Ledger`` the counters, as
for a commit; what commit.lua adds by itself is added here. ``check`` holds it against the store's
own audit. Journal, deliveries and tallies are left out: they are no part of a ticket's state.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bench.shop import GROUPS, HOME_GROUP, QUEUES, SHOP
from overflow.core.model import HOME, Record, Status
from overflow.store import codec, index, keys
from overflow.store.connect import StoreClient
from overflow.store.ledger import Ledger
from overflow.store.situation_codec import to_micro
from overflow.store.upkeep import Upkeep

FIRST = 10_000_000
_BATCH = 2_000
_SPAN = 10 * 86_400.0
"""Seconds over which they arrived."""


def fill(client: StoreClient, count: int, now: float) -> None:
    """Put so many open tickets into the store of a shop that has a policy and no tickets."""
    ledger = Ledger()
    found = records(count, now)
    while batch := list(islice(found, _BATCH)):
        pipe = client.pipeline(transaction=False)
        members = {}
        for record in batch:
            _put(pipe, record)
            letter, queue = index.class_of(record), index.queue_of(record)
            members[
                index.member(record.team, letter, queue, to_micro(record.arrived), record.id)
            ] = 0
            ledger.put(record.team, letter, queue, record.channel, record.virtual, by=1)
        pipe.zadd(keys.open_index(SHOP), members)
        claims = {r.id: to_micro(r.claim_until) for r in batch if r.claim_until}
        if claims:
            pipe.zadd(keys.claims(SHOP), claims)
        pipe.execute()
    counters = ledger.counters(0)
    client.hset(keys.situation(SHOP), mapping={**counters, "seq": count + 1})


def check(client: StoreClient) -> list[str]:
    """What the store's own audit finds wrong."""
    return Upkeep(client).audit(SHOP)


def records(count: int, now: float) -> Iterator[Record]:
    """Four fifths at home, of them seven tenths waiting; the rest at partners, noted."""
    chance = random.Random(1)
    for number in range(count):
        channel, language = QUEUES[number % len(QUEUES)]
        arrived = round(now - _SPAN + number * _SPAN / count, 6)
        record = Record(
            id=str(FIRST + number),
            channel=channel,
            language=language,
            topic="returns",
            priority=2,
            status=Status.OPEN,
            team=HOME,
            assignee="",
            arrived=arrived,
            due=arrived + 14_400.0,
            answered=0.0,
            rev=1,
            version=to_micro(arrived),
            desired_rev=0,
            confirmed_rev=0,
            desired_group=HOME_GROUP,
            confirmed_group=HOME_GROUP,
            observed_group=HOME_GROUP,
            origin_group=HOME_GROUP,
            held_since=arrived + 0.25,
            decision=_entry(arrived, number),
            reason="no_pressure",
            queue=f"{channel}.{language}",
        )
        draw = chance.random()
        if draw < 0.2:
            record = _at_partner(record, "daytime" if draw < 0.12 else "nightowl", chance)
        elif draw < 0.44:
            record = replace(record, assignee=f"agent-{number % 200}@lamps.example", rev=2)
        yield record


def _at_partner(record: Record, team: str, chance: random.Random) -> Record:
    moved = replace(
        record,
        team=team,
        rev=4,
        desired_rev=1,
        confirmed_rev=1,
        desired_group=GROUPS[team],
        confirmed_group=GROUPS[team],
        observed_group=GROUPS[team],
        reason="backlog",
        noted=record.decision,
        moves_out=1,
    )
    if chance.random() < 0.3:
        until = record.arrived + _SPAN + 900.0
        return replace(moved, claimed_by=f"{team}-agent-{record.id[-2:]}", claim_until=until)
    return moved


def _put(pipe, record: Record) -> None:
    flat = codec.encode(record, record.rev)
    more = ["x", f"tok{record.id:0>9}"[:12], "J", record.decision]
    if index.class_of(record) == "i":
        more += ["W", to_micro(record.held_since)]
    pipe.hset(keys.ticket(SHOP, record.id), items=[*flat, *more])


def _entry(arrived: float, number: int) -> str:
    return f"{int(arrived * 1000)}-{number % 10}"
