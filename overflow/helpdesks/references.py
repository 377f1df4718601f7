"""The short visible reference by which a note or an answer of ours is found again."""

from __future__ import annotations


def carrying(text: str, reference: str) -> str:
    """The text with the reference, which stands in most texts already."""
    return text if reference in text else f"{text}\n\n{reference}"
