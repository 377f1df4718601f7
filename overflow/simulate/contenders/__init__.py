"""The policies that can be tested, by the name that ``overflow simulate --policy`` takes.

To add one: a function from ``Told`` to a ``Contender``, and its line in ``CONTENDERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from overflow.errors import BadInput
from overflow.simulate.contender import Contender, Maker
from overflow.simulate.contenders import auto, simple, stationary
from overflow.simulate.told import Told

CONTENDERS: Final[dict[str, Callable[[Told], Contender]]] = {
    "auto": auto.contender,
    "never": simple.never,
    "always": simple.always,
    "backlog": simple.backlog,
    "no-free-slot": simple.no_free_slot,
    "estimated-wait": simple.estimated_wait,
    "stationary": stationary.stationary,
}
"""All but ``threshold:K``, which carries its number."""

_THRESHOLD: Final = "threshold:"


def maker(name: str) -> Maker:
    """What makes the contender of this name; ``threshold:K`` overflows from K in system on.

    Raises ``BadInput`` for a name that there is not.
    """
    if name in CONTENDERS:
        return CONTENDERS[name]
    level = name.removeprefix(_THRESHOLD)
    if name.startswith(_THRESHOLD) and level.isdecimal():
        return simple.threshold(int(level))
    known = ", ".join(CONTENDERS)
    raise BadInput(f"--policy: there is no policy {name}; take one of {known}, threshold:K")
