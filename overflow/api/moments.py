"""Times at the edge: ISO 8601 in UTC with ``Z`` outside, epoch seconds inside."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import ValidationError, fields

_LATEST: Final = 253_402_300_799.0
"""The last second of the year 9999."""
_EXAMPLE: Final = "2026-11-20T09:15:02.125Z"


def iso(at: float) -> str:
    """``2026-11-20T09:15:02.125Z``; milliseconds are enough for a reader."""
    moment = datetime.fromtimestamp(round(min(max(at, 0.0), _LATEST), 3), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def epoch(text: str) -> float:
    """The moment of an ISO 8601 text with ``Z`` or an offset. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("has no offset from UTC")
    return moment.timestamp()


class Moment(fields.Field[float]):
    """A time. Dumped as null where it is 0 or None: there is no such moment.

    ``is_bound``: only compared with other times, so that none is too early.
    """

    def __init__(self, about: str = "", *, is_bound: bool = False, **kwargs: Any) -> None:  # noqa: ANN401  marshmallow's
        self._earliest = -_LATEST if is_bound else 0.0
        metadata = {"example": _EXAMPLE} | ({"description": about} if about else {})
        super().__init__(metadata=metadata, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:  # noqa: ANN401, ARG002  marshmallow's
        return iso(value) if value and math.isfinite(value) else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> float:  # noqa: ANN401, ARG002  marshmallow's
        if not isinstance(value, str):
            raise ValidationError("must be a time such as 2026-11-20T09:15:02Z")
        try:
            at = epoch(value)
        except (ValueError, OverflowError):
            raise ValidationError("must be a time such as 2026-11-20T09:15:02Z") from None
        if not self._earliest <= at <= _LATEST:
            raise ValidationError("must not be before 1970")
        return max(0.0, at)
