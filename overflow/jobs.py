"""The jobs that workers run, named as text, and how they get onto the job queue.

A job says "look after this shop" and nothing more: what is due stands in the store. So a job that
is lost, doubled or late does no harm, the ticks put it back, and the job queue may be lost whole.
All jobs share one job queue, first come first served, so that no shop and no kind starves. A
worker process does many of them at once.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final, NamedTuple

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as Patience
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import as_text, utcparse
from rq.worker_registration import get_keys

from overflow.clock import Clock, monotonic, new_id
from overflow.store.connect import CONNECTIONS

QUEUE: Final = "overflow"
TIMEOUT: Final = 30
"""Seconds after which RQ ends a job. It is done as soon as it has a thread, for which it waits less
long (``workers.crew.PATIENCE``)."""
EXPIRES: Final = 60
"""Seconds a job waits to be taken; until then the ticks have long put another in its place."""
FAILED_KEPT: Final = 3600
MOST_WAITING: Final = 2000
"""Jobs on the queue above which ticks add none: nobody takes them."""
THROTTLE: Final = 0.25
"""Seconds in which one process asks for a shop's drain once. A drain lingers longer than that, so
the one asked for sees all that was committed meanwhile."""
_CHANCE: Final = 9
"""Bytes of chance in a job's id."""
_CHARACTERS: Final = 12
"""What they make, at its end."""


class Task(StrEnum):
    """What a worker can be asked to do for a shop; the last part is a function of workers.jobs."""

    DRAIN = "workers.jobs.drain"
    SWEEP = "workers.jobs.sweep_shop"
    RECONCILE = "workers.jobs.reconcile_shop"
    IMPORT = "workers.jobs.import_open"
    PLAN = "workers.jobs.plan_shop"
    SHADOW = "workers.jobs.shadow_shop"


class Seen(NamedTuple):
    """A worker process as the job queue knows it."""

    name: str
    age: float
    """Seconds since its last heartbeat."""


def connect(url: str, *, is_patient: bool = False) -> Redis:
    """A client for the job queue: impatient for those who only enqueue, patient for workers.

    Never the store's client: the queue reads and writes bytes, blocks, and may live elsewhere.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=2.0,
        socket_timeout=30.0 if is_patient else 2.0,
        max_connections=CONNECTIONS,
        retry=Patience(ExponentialBackoff(cap=0.5, base=0.05), 60 if is_patient else 1),
        health_check_interval=15,
    )


class Jobs:
    """Puts jobs on the queue. Usable by many threads.

    Nothing here raises when the queue is away: a job is a nudge, the ticks repeat it.
    """

    def __init__(self, connection: Redis, clock: Clock) -> None:
        self._clock = clock
        self._connection = connection
        self._queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        self._asked: dict[str, float] = {}

    def enqueue(self, task: Task, shop: str) -> bool:
        """Whether the job stands on the queue now.

        RQ is not asked to try it again: the ticks put another in its place sooner, and RQ cannot
        end a second run of a job whose first one was killed.
        """
        try:
            self._queue.enqueue_call(
                task.value,
                kwargs={"shop": shop},
                timeout=TIMEOUT,
                ttl=EXPIRES,
                result_ttl=0,
                failure_ttl=FAILED_KEPT,
                job_id=f"{_kind(task, shop)}{new_id(_CHANCE)}",
                description=f"{task.name.lower()} {shop}",
            )
        except RedisError:
            return False
        return True

    def ensure(self, task: Task, shop: str) -> bool:
        """Whether such a job stands on the queue now, put there if none waited.

        For work that goes on with one job after another while ticks ask for it too: without this
        look every tick would begin one more such chain, and they would crowd out the drains.
        """
        return self._is_waiting(task, shop) or self.enqueue(task, shop)

    def is_asked(self, shop: str) -> bool:
        """Whether this process has asked for the shop's drain within ``THROTTLE`` seconds."""
        return monotonic() - self._asked.get(shop, -math.inf) < THROTTLE

    def ask_for_drain(self, shop: str) -> bool:
        """Have the shop's drain on the queue; the caller has seen that its lease is free.

        Between two slices of a drain it is free too, and the next one waits already.
        """
        self._asked[shop] = monotonic()
        return self.ensure(Task.DRAIN, shop)

    def waiting(self) -> int:
        """Jobs on the queue; 0 when it is away."""
        try:
            return self._queue.count
        except RedisError:
            return 0

    def _is_waiting(self, task: Task, shop: str) -> bool:
        return any(_is(each, task, shop) for each in self._next(MOST_WAITING))

    def _next(self, most: int) -> list[str]:
        """The ids of the next jobs; none when the queue is away."""
        try:
            return [as_text(i) for i in self._connection.lrange(self._queue.key, 0, most - 1)]
        except RedisError:
            return []

    def workers(self) -> list[Seen]:
        """The worker processes alive, and when each was last heard of; none when it is away."""
        # Not Worker.all(): it would stretch this client's time-outs to a worker's.
        try:
            keys = sorted(as_text(key) for key in get_keys(queue=self._queue))
            beats = [self._connection.hget(key, "last_heartbeat") for key in keys]
        except RedisError:
            return []
        now = self._clock.now()
        return [
            Seen(key.rpartition(":")[2], max(0.0, now - utcparse(as_text(beat)).timestamp()))
            for key, beat in zip(keys, beats, strict=True)
            if isinstance(beat, bytes)
        ]

    def close(self) -> None:
        """Give the connections back."""
        self._connection.close()


def _kind(task: Task, shop: str) -> str:
    """What the ids of such jobs begin with."""
    return f"{task.name.lower()}-{shop}-"


def _is(job_id: str, task: Task, shop: str) -> bool:
    """Whether it is such a job; a shop's name may begin with another one's."""
    return job_id[:-_CHARACTERS] == _kind(task, shop)
