"""The shop's names for groups, channels and fields in a helpdesk that numbers its groups: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from overflow.core.model import Words
from overflow.errors import Refused
from overflow.helpdesks.fields import LANGUAGE, NAME, Form


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Ours by theirs. What cannot be a channel, language or topic is as good as none."""

    groups: Mapping[str, int]
    """Name in the policy -> number in the helpdesk."""
    channels: Mapping[str, str]
    """The helpdesk's word, in lower case -> ours."""
    fields: Mapping[str, str]
    """channel, language, topic -> custom field; empty: there is none."""
    reason_field: str | None

    @classmethod
    def of(
        cls, options: Mapping[str, object], words: Words, channels: Mapping[str, str]
    ) -> Vocabulary:
        """From validated options; ``channels`` holds where the shop says nothing else."""
        own = cast("Mapping[str, str]", options["channels"])
        return cls(
            cast("Mapping[str, int]", options["groups"]),
            {**channels, **{word.lower(): ours for word, ours in own.items()}},
            cast("Mapping[str, str]", options["names"]),
            words.reason_field,
        )

    def group(self, number: int | None) -> str | None:
        """The policy's name, or ``#7`` for a group that the policy has no name for."""
        named = (name for name, known in self.groups.items() if known == number)
        return next(named, None if number is None else f"#{number}")

    def number(self, group: str) -> int:
        """Of a name, or of ``#7``. ``Refused`` where nobody has said the number."""
        number = self.groups.get(group)
        if number is None and re.fullmatch(r"#[0-9]{1,18}", group):
            number = int(group[1:])
        if number is None:
            raise Refused(f"There is no group {group!r} in helpdesk.options.groups.")
        return number

    def named(self, numbers: frozenset[int]) -> list[str]:
        """The names of those groups that are there."""
        return sorted(name for name, number in self.groups.items() if number in numbers)

    def channel(self, said: str, custom: Mapping[str, object]) -> str:
        """What stands in the custom field, else what the helpdesk says."""
        word = self._word("channel", custom, NAME) or said.strip().lower()
        word = self.channels.get(word, word)
        return word if NAME.pattern.fullmatch(word) else ""

    def language(self, custom: Mapping[str, object]) -> str:
        return re.split("[-_]", self._word("language", custom, LANGUAGE))[0]

    def topic(self, custom: Mapping[str, object]) -> str:
        return self._word("topic", custom, NAME)

    def reason(self, custom: Mapping[str, object]) -> str | None:
        value = custom.get(self.reason_field or "")
        return value if isinstance(value, str) and value else None

    def _word(self, what: str, custom: Mapping[str, object], form: Form) -> str:
        value = custom.get(self.fields[what]) if self.fields[what] else None
        word = value.strip().lower() if isinstance(value, str) else ""
        return word if form.pattern.fullmatch(word) else ""


def number_of(value: object) -> int | None:
    """A number, or a text of digits: webhooks write as text what the API writes as a number."""
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value, re.ASCII):
        return int(value)
    return None
