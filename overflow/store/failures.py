"""The one place where what goes wrong with the store becomes one of our errors."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from redis import exceptions

from overflow.errors import BadInput, StoreAway

_AWAY: Final = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
)
"""It cannot be reached, is still loading, is a replica by now, or is full."""

_REFUSING: Final = ("MISCONF", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY ")
"""How an error begins with which the store puts off until later."""


class _Translating:
    """Turns every "not now" of the store into ``StoreAway``, text it cannot take into ``BadInput``.

    Anything else is a bug and passes. (A class, because a generator costs more than a call may.)
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        if isinstance(error, _AWAY):
            raise StoreAway(f"the store cannot be used: {error}", retry_after=1.0) from error
        if isinstance(error, exceptions.ResponseError) and str(error).startswith(_REFUSING):
            raise StoreAway(f"the store writes nothing now: {error}", retry_after=1.0) from error
        if isinstance(error, UnicodeEncodeError):
            raise BadInput("a text cannot be written in UTF-8") from error


translated: Final = _Translating()
"""``with translated:`` around whatever talks to the store."""
