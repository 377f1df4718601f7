"""What else waits for a shop whose drain runs is done beside it, in a thread of its own.

A drain that made way for it would begin no ticket for a second, each time; and little of it is
work: most of the time it waits for the helpdesk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from overflow.jobs import Jobs, Task

Ways = Mapping[Task, Callable[[], None]]
"""How each kind of job is done for the shop."""


class Beside:
    """Jobs of one shop, one after the other."""

    def __init__(self, jobs: Jobs, shop: str, ways: Ways) -> None:
        self._jobs = jobs
        self._shop = shop
        self._ways = ways
        self._pool = ThreadPoolExecutor(1, f"beside-{shop}")
        self._doing: Future[None] | None = None

    def close(self) -> None:
        """Wait for the last one to end."""
        self._pool.shutdown()

    def look(self) -> None:
        """Begin the next job that waits, if none is being done."""
        if self._doing is not None and not self._doing.done():
            return
        task = self._jobs.take(self._shop, self._ways)
        if task is not None:
            self._doing = self._pool.submit(self._do, task)

    def _do(self, task: Task) -> None:
        try:
            self._ways[task]()
        except Exception:
            log = structlog.get_logger("overflow.jobs")
            log.exception("a job failed", job=task.name.lower(), shop=self._shop)
