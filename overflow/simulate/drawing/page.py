"""A page that needs nothing from anywhere else: sections, tables, figures, one style."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

_STYLE: Final = Path(__file__).with_name("page.css")


def page(title: str, lead: str, *parts: str) -> str:
    """The whole document; ``lead`` says in a sentence what it shows."""
    style = _STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p></header>\n'
        f"<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A part of the page with its own heading."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{''.join(parts)}</section>\n"


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>\n"


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    note: str = "",
    strong: Sequence[int] = (),
) -> str:
    """A table whose first column names the row; numbers stand to the right.

    ``strong``: rows to bring out, by number.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_row(row, is_strong=place in strong) for place, row in enumerate(rows))
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"</div>{below}\n"
    )


def pair(*figures: str) -> str:
    """Figures beside each other where there is room."""
    return f'<div class="pair">{"".join(figures)}</div>\n'


def _row(cells: Sequence[str], *, is_strong: bool) -> str:
    first, *rest = cells
    mark = ' class="strong"' if is_strong else ""
    inside = "".join(f"<td>{escape(text)}</td>" for text in rest)
    return f'<tr{mark}><th scope="row">{escape(first)}</th>{inside}</tr>'
