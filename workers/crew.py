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

Job = Callable[[], None]


class Crew:
    """Made and used by the thread that takes jobs off the queue."""

    def __init__(self, most: int = MOST, polls: int = POLLS, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._free = threading.Semaphore(most)
        self._doing = Lane("job", most, over=self._free.release)
        self._polling = Lane("poll", polls)
        self._computing = Lane("computing", 1)
        self._is_waited_for = False
        self._is_ending = False

    def is_wanted(self) -> bool:
        """Whether another job waits for a thread: who has worked for a while makes way."""
        return self._is_waited_for or self._is_ending

    def do(self, name: str, job: Job) -> bool:
        """Have it done beside the others; returns when it has a thread. False: it got none."""
        if self._doing.repeat(name):
            return True
        if not self._is_free():
            return False
        self._doing.begin(name, job)
        return True

    def poll(self, name: str, job: Job) -> None:
        """Have it done when a thread for polls is free."""
        if not self._polling.repeat(name):
            self._polling.begin(name, job)

    def compute(self, name: str, job: Job) -> None:
        """Have it done after the others that compute."""
        if not self._computing.repeat(name):
            self._computing.begin(name, job)

    def end(self) -> None:
        """Begin nothing more; who is at work makes way. A signal's handler may call this."""
        self._is_ending = True
        for lane in (self._doing, self._polling, self._computing):
            lane.is_ending = True

    def close(self) -> None:
        """Have what is done come to its end; what is lined up is left to other processes."""
        self.end()
        for lane in (self._computing, self._polling, self._doing):
            lane.close()

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


class Lane:
    """Jobs of one sort, first come first served by so many threads.

    Of each name there is one at a time, which is done once more if that is asked for when it has
    begun: it may have had behind it what it is asked for. So what takes long has one thread.
    """

    def __init__(self, name: str, threads: int, over: Callable[[], None] = lambda: None) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._over = over
        self._names: set[str] = set()
        self._again: set[str] = set()
        self._lock = threading.Lock()
        self.is_ending = False

    def repeat(self, name: str) -> bool:
        """Have the job of that name done once more if it has begun; False: there is none."""
        with self._lock:
            if name in self._names:
                self._again.add(name)
            return name in self._names

    def begin(self, name: str, job: Job) -> None:
        """Line it up; there is none of that name."""
        with self._lock:
            self._names.add(name)
        self._pool.submit(self._done, name, job)

    def close(self) -> None:
        """Wait for those that have begun."""
        self._pool.shutdown(cancel_futures=True)

    def _done(self, name: str, job: Job) -> None:
        with self._lock:
            self._again.discard(name)  # until now it has missed nothing
        try:
            if not self.is_ending:
                job()
        finally:
            if self._is_over(name):
                self._over()
            else:
                self._pool.submit(self._done, name, job)

    def _is_over(self, name: str) -> bool:
        """Whether nobody asked for it since it began."""
        with self._lock:
            if name in self._again and not self.is_ending:
                return False
            self._names.discard(name)
            return True
