"""Times as a described helpdesk writes them and wants them written.

A number is seconds or milliseconds since 1970. A text is ISO 8601, or one of the formats that the
file names; without an offset it is read in the file's zone. Where a clock is set back, the earlier
of two moments with the same name is taken: what is asked for "since" it then overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from overflow.errors import BadInput

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_NEVER_BEFORE: Final = 1980
_TO: Final = 2200
_NUMBERS: Final = {"seconds": _SECOND, "milliseconds": 1000}
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Times:
    """How one helpdesk tells the time. Moments are microseconds since 1970, UTC."""

    zone: tzinfo = UTC
    """Of times without an offset, in both directions."""
    numbers: str = "seconds"
    formats: tuple[str, ...] = ()
    """Of ``strptime``, tried before ISO 8601."""
    write: str = "iso"
    """``iso``, ``seconds``, ``milliseconds``, or a format of ``strftime``."""

    def moment(self, value: object) -> int | None:
        """None for nothing, and for years before 1980: many write 1970 for "never".

        Raises ``BadInput``.
        """
        if value in (None, "", 0):
            return None
        try:
            when = self._read(value)
            return None if when.year < _NEVER_BEFORE else (when - _EPOCH) // _MICROSECOND
        except (ArithmeticError, TypeError, ValueError):
            raise BadInput("a time cannot be read: see `times` in the file.") from None

    def written(self, moment: int) -> str:
        """A moment for a request, cut down to what the format holds."""
        if self.write in _NUMBERS:
            return str(moment // _NUMBERS[self.write])
        when = _EPOCH + moment * _MICROSECOND
        if self.write == "iso":
            return when.strftime("%Y-%m-%dT%H:%M:%SZ")
        return when.astimezone(self.zone).strftime(self.write)

    def _read(self, value: object) -> datetime:
        if isinstance(value, int | float) and not isinstance(value, bool):
            when = _EPOCH + round(value * _NUMBERS[self.numbers]) * _MICROSECOND
        elif isinstance(value, str) and len(value) <= _LONGEST:
            if value.isascii() and value.isdigit():
                return self._read(int(value))
            when = self._parsed(value.strip())
        else:
            raise ValueError
        if when.year >= _TO:
            raise ValueError
        return when

    def _parsed(self, text: str) -> datetime:
        for form in self.formats:
            try:
                return self._placed(datetime.strptime(text, form))  # noqa: DTZ007  placed
            except ValueError:
                continue
        return self._placed(datetime.fromisoformat(text))

    def _placed(self, when: datetime) -> datetime:
        placed = when if when.tzinfo is not None else when.replace(tzinfo=self.zone)
        return placed.astimezone(UTC)


def _is_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValidationError("is no time zone such as Europe/Berlin or UTC") from None


def _is_format(text: str) -> None:
    if text in {"iso", *_NUMBERS}:
        return
    if "%" not in text:
        raise ValidationError("is none of iso, seconds, milliseconds and a format such as %Y-%m-%d")
    try:
        made = _EPOCH.strftime(text)
        datetime.strptime(made, text)  # noqa: DTZ007  only whether it can be
    except ValueError:
        raise ValidationError("is no format of times such as %Y-%m-%d %H:%M:%S") from None


class TimesSection(Schema):
    """``times`` of a described helpdesk."""

    zone = fields.String(load_default="UTC", validate=_is_zone)
    numbers = fields.String(load_default="seconds", validate=validate.OneOf(list(_NUMBERS)))
    formats = fields.List(fields.String(validate=_is_format), load_default=list)
    write = fields.String(load_default="iso", validate=_is_format)


def times_of(section: dict[str, object]) -> Times:
    """What a validated section says."""
    return Times(
        zone=ZoneInfo(str(section["zone"])),
        numbers=str(section["numbers"]),
        formats=tuple(str(form) for form in _listed(section["formats"])),
        write=str(section["write"]),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
