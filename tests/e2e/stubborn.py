"""Senders who do not give up: a request that nobody has acknowledged is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Final

import httpx

from overflow.clock import SystemClock, monotonic
from tests.e2e.client import Shop

PATIENCE: Final = 110.0
"""Seconds: the service may have to wait out a minute before it tries something again."""

_clock = SystemClock()


def insist(shop: Shop, path: str, body: object, key: str) -> dict[str, Any]:
    """Send it, again and again under the same Idempotency-Key, until it is acknowledged.

    Only a refusal that asks for another try is answered with one.
    """
    end, said = monotonic() + PATIENCE, "nothing"
    while monotonic() < end:
        pause = 0.2
        try:
            reply = shop.client.call("POST", shop.path + path, body, idempotency_key=key)
        except httpx.TransportError as error:
            said = repr(error)
        else:
            if reply.is_success:
                return dict(reply.json())
            said = f"{reply.status_code} {reply.text}"
            assert reply.status_code in {409, 503}, f"{path}: {said}"
            pause = float(reply.headers.get("retry-after", pause))
        _clock.sleep(pause)
    raise AssertionError(f"POST {path} is not acknowledged; answered last: {said}")


class Burst:
    """Acts that several people carry out at once."""

    def __init__(self, acts: Sequence[Callable[[], object]], pool: ThreadPoolExecutor) -> None:
        self._under_way: list[Future[object]] = [pool.submit(act) for act in acts]

    @property
    def done(self) -> int:
        return sum(each.done() for each in self._under_way)

    def results(self) -> list[object]:
        """When all have ended; raises what any of them raised."""
        wait(self._under_way)
        return [each.result() for each in self._under_way]


@contextmanager
def people(how_many: int) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(how_many) as pool:
        yield pool
