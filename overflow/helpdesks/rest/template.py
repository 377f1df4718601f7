"""Texts with places such as ``{ticket}``, and trees of them: safe, for no code is in them.

A place is ``{name}`` or ``{name:filter}``; ``{{`` and ``}}`` are braces. What a value becomes
depends on where it stands: in a path it is percent-encoded as one segment, in JSON a text that is
nothing but one place takes the value as it is (a number, a list, null).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, cast

from marshmallow import ValidationError, fields

from overflow.errors import Refused
from overflow.helpdesks.http import segment

Values = Mapping[str, object]
"""Place -> what stands there; None: nothing is known, which is not the same as empty."""
Tree = object
"""JSON whose texts are templates."""

_PIECE: Final = re.compile(
    r"\{\{|\}\}|\{([a-z_]+(?:\.[A-Za-z0-9_-]{1,60})?)(?::([a-z]{1,10}))?\}|[{}]"
)
_LONGEST: Final = 4000


def plain(value: object) -> str:
    """A value as text: true and false as JSON has them, lists with commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(plain, value))
    return str(value)


def _number(value: object) -> object:
    try:
        return int(str(value))
    except ValueError:
        raise Refused("A number is due in a request, and the value is none.") from None


FILTERS: Final[Mapping[str, Callable[[object], object]]] = {
    "number": _number,
    "text": plain,
    "html": lambda value: html.escape(plain(value), quote=False).replace("\n", "<br>"),
    "null": lambda value: value if value not in ("", []) else None,
}
"""What may follow a place's name: a number or a text in JSON, a text put into HTML, and null for
what is empty."""

_Place = tuple[str, str]
"""Name and filter; an empty filter: none."""


class Template:
    """One text. Immutable."""

    def __init__(self, text: str) -> None:
        """Raises ``ValueError`` for braces that are no place."""
        if len(text) > _LONGEST:
            raise ValueError(f"is longer than {_LONGEST} characters")
        self._pieces: list[str | _Place] = []
        at = 0
        for found in _PIECE.finditer(text):
            self._pieces.append(text[at : found.start()])
            self._pieces.append(_piece(found))
            at = found.end()
        self._pieces.append(text[at:])
        self.text = text

    @property
    def names(self) -> set[str]:
        """The places in it."""
        return {piece[0] for piece in self._pieces if isinstance(piece, tuple)}

    def pieces(self) -> Iterator[tuple[bool, str]]:
        """Each piece, and whether it is a place's name rather than text."""
        for piece in self._pieces:
            yield (True, piece[0]) if isinstance(piece, tuple) else (False, piece)

    def written(self, values: Values) -> str | None:
        """As text; None where something that stands in it is not known."""
        return self._joined(values, plain)

    def path(self, values: Values) -> str:
        """As a path. ``Refused`` where a value is missing or would lead elsewhere."""
        made = self._joined(values, lambda value: segment(plain(value)))
        if made is None:
            raise Refused(f"{self.text}: what stands in this path is not known.")
        return made

    def value(self, values: Values) -> object:
        """As JSON: the value itself where the text is one place, else a text."""
        places = [piece for piece in self._pieces if piece]
        if len(places) == 1 and isinstance(places[0], tuple):
            return _filtered(places[0], values)
        return self.written({name: _or_empty(values.get(name)) for name in self.names})

    def _joined(self, values: Values, put: Callable[[object], str]) -> str | None:
        made = []
        for piece in self._pieces:
            if isinstance(piece, tuple):
                value = _filtered(piece, values)
                if value is None:
                    return None
                made.append(put(value))
            else:
                made.append(piece)
        return "".join(made)


class Text(fields.Field[Template]):
    """An option that is a template in which only certain places may stand."""

    def __init__(self, places: Collection[str] = (), **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self._places = places

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> Template:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError("has to be a text")
        return parsed(str(value), self._places)


class JsonTree(fields.Field[Tree]):
    """An option that is JSON with templates for texts and keys."""

    def __init__(self, places: Collection[str] = (), **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self._places = places

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> Tree:
        return _parsed_tree(value, self._places)


def parsed(text: str, places: Collection[str]) -> Template:
    """Raises ``ValidationError`` for what is no template, or names a place that is none here."""
    try:
        template = Template(text)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None
    for name in sorted(template.names):
        if not _is_among(name, places):
            known = ", ".join(f"{{{place}}}" for place in places) or "none at all"
            raise ValidationError(f"names {{{name}}}; what can stand here: {known}")
    return template


def filled(tree: Tree, values: Values) -> object:
    """The JSON that a tree becomes."""
    if isinstance(tree, Template):
        return tree.value(values)
    if isinstance(tree, dict):
        return {key.written(values) or "": filled(inner, values) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [filled(inner, values) for inner in tree]
    return tree


def places_of(tree: Tree) -> Iterator[str]:
    """All places in a tree."""
    if isinstance(tree, Template):
        yield from tree.names
    elif isinstance(tree, dict):
        for key, inner in tree.items():
            yield from key.names
            yield from places_of(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from places_of(inner)


def _piece(found: re.Match[str]) -> str | _Place:
    name, how = cast("tuple[str | None, str | None]", found.groups())
    if name is None:
        if len(found[0]) == 1:
            raise ValueError(
                f"holds a lone {found[0]} at character {found.start() + 1}: a place is "
                "{name}, and a brace itself is doubled"
            )
        return found[0][0]
    if how is not None and how not in FILTERS:
        raise ValueError(f"knows no :{how}; there are {', '.join(f':{name}' for name in FILTERS)}")
    return name, how or ""


def _filtered(place: _Place, values: Values) -> object:
    name, how = place
    value = values.get(name)
    return value if value is None or not how else FILTERS[how](value)


def _or_empty(value: object) -> object:
    return "" if value is None else value


def _parsed_tree(value: object, places: Collection[str], depth: int = 0) -> Tree:
    if depth > 20:  # noqa: PLR2004  deeper than any request is
        raise ValidationError("is nested too deeply")
    if isinstance(value, str):
        return parsed(value, places)
    if isinstance(value, dict):
        return {
            parsed(str(key), places): _parsed_tree(inner, places, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_parsed_tree(inner, places, depth + 1) for inner in value]
    return value


def _is_among(name: str, places: Collection[str]) -> bool:
    return name in places or f"{name.partition('.')[0]}.*" in places
