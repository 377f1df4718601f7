"""The secrets of a set-up: looked up, made, and put where the policy says that they are found.

Only files are written, each for its owner alone; the environment of a service is set by people. A
file that holds another secret is left as it is unless that was asked for. Nothing here is logged,
and values are shown only where that was asked for, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overflow import log
from overflow.clock import new_id
from overflow.errors import NotNow, Refused
from overflow.helpdesks.setup.step import Result, by_hand, made, missing, there

BYTES: Final = 32
"""Of chance in a secret that we make."""


@dataclass(frozen=True, slots=True)
class Vault:
    """``references`` as the policy has them; ``resolve`` turns one into its value."""

    references: Mapping[str, Sequence[str]]
    resolve: Callable[[str], str]
    may_replace: bool = False
    """A file that holds another secret may be written over."""
    is_open: bool = False
    """Values may be shown."""

    def values(self, name: str) -> list[str]:
        """Those that are found now, the preferred one first."""
        return [value for one in self._named(name) if (value := self._found(one))]

    def value(self, name: str) -> str:
        """The preferred one. ``Refused`` where there is none: what needs it has to wait."""
        values = self.values(name)
        if not values:
            raise Refused(f"waits for the secret `{name}`")
        return values[0]

    def shown(self, name: str) -> str:
        """Of the preferred one: its value where that may be shown, else where it is found."""
        values = self.values(name) if self.is_open else []
        return values[0] if values else f"<what is in {_place(self._free(name))}>"

    def look(self, name: str) -> Result:
        """Whether there is one."""
        is_there = bool(self.values(name))
        places = ", ".join(_place(reference) for reference in self._named(name))
        return there(f"in {places}") if is_there else missing(f"nothing is in {places}")

    def make(self, name: str) -> Result:
        """A new one of our own: letters, digits, ``-`` and ``_``."""
        return self.keep(name, new_id(BYTES))

    def keep(self, name: str, value: str, source: str = "") -> Result:
        """Put a secret where the policy looks for it.

        ``source`` tells people where the helpdesk shows it; empty: it is of our own making.
        """
        log.hide(value)
        reference = self._free(name)
        kind, _, place = reference.partition(":")
        if value in self.values(name):
            return there(f"{_place(reference)} holds it")
        if kind == "file":
            return self._written(Path(place), value)
        return by_hand(
            f"set {place} for the service, and start it again: {self._told(value, source)}"
        )

    def _told(self, value: str, source: str) -> str:
        if self.is_open:
            return value
        if source:
            return f"{source}, or run this again with --show-secrets"
        return "a secret of your own, such as `openssl rand -hex 32` makes; then run this again"

    def _written(self, path: Path, value: str) -> Result:
        try:
            if path.exists() and path.read_text(encoding="utf-8").strip() and not self.may_replace:
                return by_hand(
                    f"{path} holds another secret: run this again with --yes to replace it"
                )
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.new")
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600, exist_ok=False)
            draft.write_text(f"{value}\n", encoding="utf-8")
            draft.replace(path)
        except (OSError, ValueError) as error:
            raise Refused(f"{path} cannot be written: {type(error).__name__}") from None
        return made(f"written to {path}, which its owner alone can read")

    def _named(self, name: str) -> Sequence[str]:
        return self.references.get(name, ())

    def _found(self, reference: str) -> str:
        try:
            value = self.resolve(reference)
        except NotNow:
            return ""
        log.hide(value)
        return value

    def _free(self, name: str) -> str:
        """The first file that holds nothing yet, else the preferred place."""
        named = self._named(name)
        if not named:
            raise Refused(f"the policy names no helpdesk.secrets.{name}")
        files = (one for one in named if one.startswith("file:") and not self._found(one))
        return next(files, named[0])


def _place(reference: str) -> str:
    kind, _, place = reference.partition(":")
    return f"${place}" if kind == "env" else place
