"""A drain: one process at a time works on all that is due for a shop, many tickets at once.

It renews its lease while it works, takes more tickets as others are done, so that a slow one holds
up nobody, hands over to a successor after some seconds, and ends by a script that frees the lease
only if nothing is due. Killed anywhere, its lease ends by itself and the marks are still there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from overflow.clock import monotonic
from overflow.core.model import Record
from overflow.errors import Busy, StoreAway
from overflow.flows.drain.attend import Stopped, attend, owes_only_its_note
from overflow.flows.drain.attend_many import attend_many
from overflow.flows.drain.due import NOBODY, Due, Owing, Parted
from overflow.flows.drain.failing import ANSWERS, Failing
from overflow.flows.drain.pieces import Gathering, Piece
from overflow.flows.drain.posting import post_note
from overflow.flows.drain.queue_order import most_pressing
from overflow.flows.services import Services
from overflow.flows.shop_gate import ShopGate
from overflow.helpdesks.gate import unless
from overflow.helpdesks.port import Bulk, Helpdesk, bulk_of
from overflow.jobs import Task
from overflow.store import keys
from overflow.store.leases import Ending, Lease

LOOK: Final = 0.02
"""Seconds between two looks for what is due while tickets are worked on."""
IDLE_LOOK: Final = 0.1
"""The same while there is nothing to do."""
LONGEST_PAUSE: Final = 30.0
"""Seconds that the lease keeps others out while the helpdesk is left alone."""

POSTS: Final = 8
"""Notes posted at once, where they cannot go along with bulk calls."""
OFTEN: Final = 5
"""Times that one drain works on the very same marks before it puts them off."""
PATIENCE: Final = 2.0
"""Seconds that tickets under way have to be finished before a successor goes on with them."""
TOGETHER: Final = 10.0
"""The same of many that are worked on together: what they were read for would be lost."""
ANSWERS_EVERY: Final = 5.0
"""Seconds between two notes that the helpdesk answers."""


class End(StrEnum):
    """How a drain ended."""

    ELSEWHERE = "elsewhere"
    """Another process drains the shop."""
    DONE = "done"
    """Nothing is due any more."""
    HANDED_OVER = "handed_over"
    """A successor stands on the job queue."""
    PAUSED = "paused"
    """The helpdesk is away; the lease keeps others out for a while."""
    LOST = "lost"
    """The lease was lost: this process was too slow."""


class Drained(NamedTuple):
    """What a drain did."""

    end: End
    tickets: int = 0
    """Worked on, with or without success."""
    failed: int = 0


def drain(
    services: Services,
    shop: str,
    *,
    seconds: float | None = None,
    is_wanted: Callable[[], bool] = lambda: False,
) -> Drained:
    """Work on what is due for ``seconds`` (the pace's slice), and a call longer.

    ``is_wanted``: whether other work waits for this thread, which is made way for sooner.
    Raises ``Unknown`` for a shop without a policy and ``StoreAway``; then the lease ends by itself.
    """
    services.book.policy(shop)
    lease = services.leases.acquire(keys.drain_lease(shop), services.pace.lease)
    if lease is None:
        return Drained(End.ELSEWHERE)
    return _Drain(services, shop, lease, seconds or services.pace.slice, is_wanted).run()


class _Watch(NamedTuple):
    """Keeps ``Watch``."""

    is_stopped: Callable[[], bool]
    answered: Callable[[], None]


class _Drain:
    """One run."""

    def __init__(
        self,
        services: Services,
        shop: str,
        lease: Lease,
        seconds: float,
        is_wanted: Callable[[], bool],
    ) -> None:
        self._services = services
        self._shop = shop
        self._lease = lease
        self._is_wanted = is_wanted
        self._started = monotonic()
        self._until = self._started + seconds
        self._renewed = self._started
        self._busy = self._started
        self._told = -ANSWERS_EVERY
        self._ended = math.inf
        self._end: End | None = None
        self._under_way: dict[Future[Parted], Piece] = {}
        self._posting: dict[Future[Parted], Due] = {}
        self._gathering = services.gatherings.pop(shop, Gathering())
        self._tickets = 0
        self._met: Counter[Due] = Counter()
        self._failing = Failing(services, shop)

    def run(self) -> Drained:
        with (
            ThreadPoolExecutor(self._services.pace.threads, f"drain-{self._shop}") as pool,
            ThreadPoolExecutor(POSTS, f"notes-{self._shop}") as posts,
        ):
            try:
                self._gathering.owing = self._still_owing()
                while self._end is None:
                    self._post_owed(posts)
                    self._take(pool)
                    self._collect()
                    self._look_around()
                self._finish()
            finally:
                self._services.shares.leave(self._shop)
                self._end = self._end or End.LOST  # on the way out by an error: start nothing new
        return Drained(self._end, self._tickets, self._failing.count)

    def _take(self, pool: ThreadPoolExecutor) -> None:
        bulk = bulk_of(self._desk())
        free = self._most() - len(self._under_way)
        if free <= 0:
            return
        pieces = [(due,) for due in self._fresh(free)] if bulk is None else self._gathered(bulk)
        for piece in pieces[:free]:
            self._met.update(piece)
            self._under_way[pool.submit(self._work, piece)] = piece
            self._tickets += len(piece)

    def _most(self) -> int:
        """Tickets to work on at once."""
        share = self._services.shares.of(self._shop, len(self._under_way))
        return min(self._services.pace.threads, self._gate().room(), share)

    def _gathered(self, bulk: Bulk) -> list[Piece]:
        lanes = sum(piece[0].id not in self._gathering.alone for piece in self._under_way.values())
        now = monotonic()
        if self._gathering.is_on(bulk, lanes, is_busy=self._is_busy(), now=now):
            return []
        return self._gathering.pieces(self._fresh(bulk.most * bulk.lanes), bulk, lanes, now)

    def _fresh(self, most: int) -> list[Due]:
        """What is due and not worked on yet."""
        taken = {due.id for piece in self._under_way.values() for due in piece}
        taken |= {due.id for due in self._posting.values()}
        found = most_pressing(self._services, self._shop, len(taken) + most)
        found = [due for due in found if due.id not in taken]
        first = self._gate().tried() % len(found) if found else 0
        return [*found[first:], *found[:first]][:most]

    def _gate(self) -> ShopGate:
        return self._services.desks.gate(self._services.book.policy(self._shop))

    def _work(self, piece: Piece) -> Parted:
        """In a thread of the pool; only ``StoreAway`` comes out."""
        fit = [due for due in piece if not self._is_too_often(due)]
        bulk = bulk_of(self._desk())
        if len(fit) > 1 and bulk is not None:
            return self._together(bulk, fit)
        for due in fit:
            self._try(due, partial(attend, self._services, self._shop, due, self))
        return NOBODY

    def _together(self, bulk: Bulk, dues: list[Due]) -> Parted:
        watch = _Watch(partial(self.is_stopped, TOGETHER), self.answered)
        with suppress(Stopped), unless(watch.is_stopped):
            return attend_many(self._services, self._shop, bulk, dues, watch, self._failing.note)
        return NOBODY

    def _is_too_often(self, due: Due) -> bool:
        if self._met[due] <= OFTEN:
            return False
        self._failing.note(due, Busy("it is marked again and again, though its work seems done"))
        return True

    def _still_owing(self) -> list[Owing]:
        """Those whom the drain before this one left with nothing but a note to be posted."""
        left = [due for due, _ in self._gathering.owing]
        records = self._services.tickets.get_many(self._shop, [due.id for due in left])
        now, found = self._services.clock.now(), ((due, records.get(due.id)) for due in left)
        return [(due, r) for due, r in found if r and owes_only_its_note(due, r, now)]

    def _post_owed(self, posts: ThreadPoolExecutor) -> None:
        """In threads of their own, for notes are many and others wait to be read."""
        for due, record in self._gathering.owing:
            self._posting[posts.submit(self._post, due, record)] = due
        self._gathering.owing = []

    def _post(self, due: Due, record: Record) -> Parted:
        if self.is_stopped():
            return NOBODY._replace(owing=((due, record),))
        self._try(due, partial(post_note, self._services, self._shop, self._desk(), record))
        return NOBODY

    def _desk(self) -> Helpdesk:
        return self._services.desks.of(self._services.book.policy(self._shop))

    def _try(self, due: Due, work: Callable[[], None]) -> None:
        try:
            with unless(self.is_stopped):
                if not self.is_stopped():
                    work()
        except Stopped:
            pass
        except StoreAway:
            raise
        except Exception as error:  # noqa: BLE001  one ticket's trouble is not the others'
            self._failing.note(due, error)

    def is_stopped(self, patience: float = PATIENCE) -> bool:
        """Whether a ticket under way shall begin no further call."""
        if self._end is End.HANDED_OVER:
            return monotonic() > self._ended + patience
        return self._end is not None

    def answered(self) -> None:
        """Let others know, now and then: what fails meanwhile is not the helpdesk's fault."""
        now = monotonic()
        if now - self._told > ANSWERS_EVERY:
            self._told = now
            self._services.situations.heard(self._shop, ANSWERS, self._services.clock.now())

    def _collect(self) -> None:
        """Wait a moment for tickets that are done."""
        if not self._is_busy():
            self._services.clock.sleep(IDLE_LOOK)
            return
        self._busy = monotonic()
        if self._await(IDLE_LOOK):
            self._services.clock.sleep(LOOK)

    def _is_busy(self) -> bool:
        return bool(self._under_way or self._posting)

    def _await(self, seconds: float) -> bool:
        """Wait until some are done; whether any were."""
        done, _ = wait({*self._under_way, *self._posting}, seconds, FIRST_COMPLETED)
        for future in done:
            if self._posting.pop(future, None) is None:
                del self._under_way[future]
            self._gathering.parted(future.result())
        return bool(done)

    def _look_around(self) -> None:
        """Renew the lease; end where it is time to."""
        now = monotonic()
        if now - self._renewed > self._services.pace.lease / 3 and not self._renew(now):
            self._end = End.LOST
        elif not self._gate().room():
            self._end = End.PAUSED
        elif now >= self._until or self._is_to_make_way(now):
            self._end = End.HANDED_OVER
        elif not self._is_busy() and now - self._busy >= self._services.pace.linger:
            self._end_if_nothing_is_due()

    def _renew(self, now: float) -> bool:
        self._renewed = now
        return self._lease.renew(self._services.pace.lease)

    def _is_to_make_way(self, now: float) -> bool:
        return now - self._started >= self._services.pace.least_slice and self._is_wanted()

    def _end_if_nothing_is_due(self) -> None:
        match self._lease.end_drain(self._shop, self._services.clock.now()):
            case Ending.FREED:
                self._end = End.DONE
            case Ending.LOST:
                self._end = End.LOST
            case Ending.MORE:
                pass

    def _finish(self) -> None:
        """Let what is under way end, then let the lease go."""
        self._ended = monotonic()
        while self._is_busy():
            if self._end is not End.LOST:
                self._renew(monotonic())
            self._await(self._services.pace.lease / 3)
        if self._end is End.PAUSED:
            self._lease.renew(max(LOOK, min(LONGEST_PAUSE, self._gate().state().rest)))
        elif self._end is End.HANDED_OVER:
            self._gathering.is_rush = True
            self._services.gatherings[self._shop] = self._gathering
            self._lease.release()
            self._services.jobs.ensure(Task.DRAIN, self._shop)
