"""The kinds of values in a policy document, each with its messages in plain words.

Messages end the sentence that the path begins (``partners.1.price: must be a number``). None
repeats a secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar, Final, NoReturn, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from holidays import list_supported_countries
from marshmallow import ValidationError, fields

from overflow.core.hours import parse_hours

T = TypeVar("T")

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MARK: Final = re.compile(r"[^\s,!][^\s,]{0,63}")
_REFERENCE: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/[^\0\n]+")

MESSAGES: Final = {"required": "is missing", "null": "is empty"}
"""What marshmallow says in general, as the end of our sentence."""


def meant(wrong: object, known: Iterable[str]) -> str:
    """``; did you mean chat?``, or nothing when nothing is near."""
    lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(str(wrong).lower()[:64], list(lower), n=1, cutoff=0.6)
    return f"; did you mean {lower[near[0]]}?" if near else ""


class Value(fields.Field[T]):
    """A field whose ``kind`` the reference prints and whose ``read`` makes the value."""

    kind: ClassVar[str]

    def __init__(self, about: str = "", **kwargs: Any) -> None:
        super().__init__(metadata={"about": about}, error_messages={**MESSAGES}, **kwargs)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_kwargs: Any,
    ) -> T:
        return self.read(value)

    def read(self, value: object) -> T:
        """The value, or ``ValidationError``."""
        raise NotImplementedError


class Text(Value[str]):
    """Text of one to ``longest`` characters."""

    kind = "text"

    def __init__(self, about: str = "", *, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.longest = longest

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("must be text")
        if len(value) > self.longest:
            raise ValidationError(f"is longer than {self.longest} characters")
        return value


class Template(Text):
    """Text with slots in braces, ``{partner}``."""

    kind = "text with slots"

    def __init__(self, about: str = "", *, slots: Iterable[str], **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.slots = tuple(slots)

    def read(self, value: object) -> str:
        text = super().read(value)
        for slot in re.findall(r"\{(\w+)\}", text):
            if slot not in self.slots:
                raise ValidationError(f"has no slot {{{slot}}}{meant(slot, self.slots)}")
        return text


class Country(Value[str]):
    """A country whose public holidays are known."""

    kind = "country"

    def read(self, value: object) -> str:
        known = list_supported_countries()
        if not isinstance(value, str) or value not in known:
            code = str(value).upper()
            hint = f"; did you mean {code}?" if code in known else ""
            raise ValidationError(
                f"must be the code of a country with known holidays, such as NL{hint}"
            )
        return value


class Flag(Value[bool]):
    """True or false."""

    kind = "true or false"

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class OneOf(Value[str]):
    """One of some words."""

    def __init__(self, words: Iterable[str], about: str = "", **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.words = tuple(words)

    @property
    def kind(self) -> str:  # type: ignore[override]
        return ", ".join(self.words)

    def read(self, value: object) -> str:
        if value not in self.words:
            raise ValidationError(
                f"must be one of {', '.join(self.words)}{meant(value, self.words)}"
            )
        return str(value)


class _Pattern(Value[str]):
    """Text of one pattern."""

    pattern: ClassVar[re.Pattern[str]]
    wanted: ClassVar[str]

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            raise ValidationError(self.wanted)
        return value


class Name(_Pattern):
    """A name in lower case."""

    kind = "name"
    pattern = _NAME
    wanted = "must be a name: a small letter, then up to 31 small letters, digits, _ or -"


class Language(_Pattern):
    """A language such as ``nl`` or ``pt-br``."""

    kind = "language"
    pattern = _LANGUAGE
    wanted = "must be a language in small letters, such as nl or pt-br"


class Topic(_Pattern):
    """A topic as the helpdesk names it."""

    kind = "topic"
    pattern = _TOPIC
    wanted = "must be a topic of letters, digits, _ and -"


class Mark(_Pattern):
    """A tag or field name in the helpdesk."""

    kind = "word"
    pattern = _MARK
    wanted = "must be one word, without spaces and commas, and not begin with !"


class Reference(_Pattern):
    """Where a secret is found; never the secret itself."""

    kind = "reference"
    pattern = _REFERENCE
    wanted = "must be a reference, env:NAME or file:/path, never the secret itself"


class Options(Value[dict[str, object]]):
    """A mapping that somebody else looks into."""

    kind = "mapping"

    def read(self, value: object) -> dict[str, object]:
        if not isinstance(value, Mapping):
            raise ValidationError("must be a mapping of names to values")
        return dict(value)


class Zone(Value[str]):
    """A time zone of the IANA database."""

    kind = "time zone"

    def read(self, value: object) -> str:
        try:
            return ZoneInfo(value).key if isinstance(value, str) else _no_zone(value)
        except (OSError, ValueError, KeyError):
            return _no_zone(value)


class HoursText(Value[str]):
    """Opening hours in OpenStreetMap's syntax; they get their zone and holidays later."""

    kind = "opening hours"

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("must be opening hours, such as Mo-Fr 09:00-17:30; PH off")
        if len(value) > 2000:  # noqa: PLR2004  a year of exceptions fits
            raise ValidationError("is longer than 2000 characters")
        try:
            parse_hours(value, "UTC")
        except ValueError as fault:
            said = str(fault).removeprefix(f"opening hours {value!r}: ")
            raise ValidationError(f"are not understood, {said}") from None
        return value


class Day(Value[date]):
    """A day, ``2026-12-24``."""

    kind = "day"

    def read(self, value: object) -> date:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise ValidationError("must be a day, such as 2026-12-24")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _no_zone(value: object) -> NoReturn:
    hint = meant(value, _zones())
    raise ValidationError(f"must be a time zone such as Europe/Amsterdam{hint}")
