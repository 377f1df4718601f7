"""The threads of one worker process: it does many jobs at once.

Most jobs wait for helpdesks most of their time. Done one after the other, ten shops would wait for
one another for seconds, with the processor idle. What tickets wait for has threads of its own, so
that no polls of helpdesks that hang hold it up. Jobs that compute are done one after the other
beside them: several at once would be no sooner done and hold up all that is waiting for an answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

MOST: Final = 32
"""Jobs that tickets wait for; each has threads of its own for its calls."""
POLLS: Final = 16
"""Jobs beside them that only look whether there is anything to do."""
PATIENCE: Final = 10.0
"""Seconds that a job waits for a thread; then the ticks put another in its place. Far less than RQ
gives it (``jobs.TIMEOUT``), for RQ's alarm goes off amid whatever is done, such as taking a lock,
and than a process that is told to end has time for."""


class Crew:
    """Made and used by the thread that takes jobs off the queue."""

    def __init__(self, most: int = MOST, polls: int = POLLS, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._free = threading.Semaphore(most)
        self._doers = ThreadPoolExecutor(most, "job")
        self._pollers = ThreadPoolExecutor(polls, "poll")
        self._computer = ThreadPoolExecutor(1, "computing")
        self._under_way: set[str] = set()
        self._again: set[str] = set()
        self._lined_up: set[str] = set()
        self._lock = threading.Lock()
        self._is_waited_for = False
        self._is_ending = False

    def is_wanted(self) -> bool:
        """Whether another job waits for a thread: who has worked for a while makes way."""
        return self._is_waited_for or self._is_ending

    def do(self, name: str, job: Callable[[], None]) -> bool:
        """Have it done beside the others; returns when it has a thread. False: it got none.

        One of that name that is under way is done once more when it has ended, in the same thread:
        whoever takes long has one and no more.
        """
        if not self._is_new(name):
            return True
        if not self._is_free():
            with self._lock:
                self._under_way.discard(name)
            return False
        self._doers.submit(self._done, name, job)
        return True

    def poll(self, name: str, job: Callable[[], None]) -> None:
        """Have it done when a thread for polls is free; the same holds of one that is under way."""
        if self._is_new(name):
            self._pollers.submit(self._polled, name, job)

    def compute(self, name: str, job: Callable[[], None]) -> None:
        """Have it done after the others that compute; nothing where one of that name waits."""
        with self._lock:
            if name in self._lined_up:
                return
            self._lined_up.add(name)
        self._computer.submit(self._computed, name, job)

    def end(self) -> None:
        """Begin nothing more; who is at work makes way. A signal's handler may call this."""
        self._is_ending = True

    def close(self) -> None:
        """Have what is done come to its end; what is lined up is left to other processes."""
        self.end()
        self._computer.shutdown(cancel_futures=True)
        self._pollers.shutdown(cancel_futures=True)
        self._doers.shutdown()

    def _is_free(self) -> bool:
        """Whether there is a thread, or comes to be one soon enough, for something new."""
        if not self._free.acquire(blocking=False):
            self._is_waited_for = True
            try:
                if not self._free.acquire(timeout=self._patience):
                    return False
            finally:
                self._is_waited_for = False
        if not self._is_ending:
            return True
        self._free.release()
        return False

    def _done(self, name: str, job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            if self._is_over(name):
                self._free.release()
            else:
                self._doers.submit(self._done, name, job)

    def _polled(self, name: str, job: Callable[[], None]) -> None:
        with self._lock:
            self._again.discard(name)  # until now it has missed nothing
        try:
            if not self._is_ending:
                job()
        finally:
            if not self._is_over(name):
                self._pollers.submit(self._polled, name, job)

    def _is_new(self, name: str) -> bool:
        """Whether none of that name is under way, which else is to be done again."""
        with self._lock:
            is_new = name not in self._under_way
            (self._under_way if is_new else self._again).add(name)
            return is_new

    def _is_over(self, name: str) -> bool:
        """Whether nobody asked for it since it began."""
        with self._lock:
            if name in self._again and not self._is_ending:
                self._again.discard(name)
                return False
            self._under_way.discard(name)
            return True

    def _computed(self, name: str, job: Callable[[], None]) -> None:
        with self._lock:
            self._lined_up.discard(name)  # from now on it may have missed something
        job()
