"""``dataclass`` for the values that every request makes: frozen where types are checked.

A frozen dataclass sets each of its fields by ``object.__setattr__``, and a request makes a dozen
with more than 200 fields: a tenth of its instructions. So mypy sees the standard library's own
decorator and refuses to change such a value; when it runs, nothing stands in the way.

After T. Tvrtković, https://threeofwands.com/attra-iv-zero-overhead-frozen-attrs-classes/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """The same, compared and hashed by its fields like a frozen one."""
        return dataclasses.dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["dataclass"]
