"""The short visible reference by which a note or an answer of ours is found again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from overflow.errors import HelpdeskAway, Refused


def carrying(text: str, reference: str) -> str:
    """The text with the reference, which stands in most texts already."""
    return text if reference in text else f"{text}\n\n{reference}"


@contextmanager
def beside_note(*, is_undone: bool) -> Iterator[None]:
    """Around a call before or after the one that takes the note: it is known whether that was made.

    What is refused once the note stands is tried again, for a dead letter would be noted twice.
    """
    try:
        yield
    except HelpdeskAway as away:
        raise type(away)(away.message, away.retry_after, is_undone=is_undone) from away
    except Refused as no:
        if is_undone:
            raise
        raise HelpdeskAway(no.message) from no
