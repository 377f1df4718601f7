"""YAML text to a plain document: mappings, lists, text, numbers, true, false and null.

The dialect is YAML 1.2's core with the surprises taken out: ``off``, ``no`` and ``NO`` are text
(a mode, a language, a country), ``08:00`` and ``2026-12-24`` are text, a key given twice is a
fault, and a document that refers to itself or unfolds beyond reason is refused.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, Final

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overflow.errors import Invalid
from overflow.policies.plain import Document, plain

MOST_CHARACTERS: Final = 256 * 1024
_MOST_NODES: Final = 20_000
_DEEPEST: Final = 40

_TAG: Final = "tag:yaml.org,2002:"
_BOOL: Final = re.compile(r"^(?:true|false)$")
_NULL: Final = re.compile(r"^(?:~|null|)$")
_INT: Final = re.compile(r"^[-+]?[0-9]{1,15}$")
_FLOAT: Final = re.compile(
    r"^[-+]?(?:[0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?$"
)


class _Loader(yaml.SafeLoader):
    """``SafeLoader`` with its implicit types replaced, see the module."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    yaml_constructors = {  # noqa: RUF012
        tag: make
        for tag, make in yaml.SafeLoader.yaml_constructors.items()
        if tag in {f"{_TAG}{kind}" for kind in ("null", "str", "seq", "map")}
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.twice: dict[str, list[str]] = {}
        """By line: the keys that were given before."""

    def compose_document(self) -> Node | None:
        node = super().compose_document()
        _measure(node, [], [0])
        return node

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Without repeating the alias's name, which may be a secret that needs quotes."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) and event.anchor not in self.anchors:
            mark: Any = event.start_mark
            raise ComposerError(
                None, None, "an alias (*) that nothing defines; quote text that begins with *", mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[object] = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, ScalarNode) else id(key)
            if name in seen:
                line = f"line {key.start_mark.line + 1}"
                self.twice.setdefault(line, []).append(f"{key.value} is given twice")
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _refuse(_loader: _Loader, node: Node) -> object:
    raise ConstructorError(
        None, None, "a tag (!) is not taken here; quote text that begins with !", node.start_mark
    )


def _integer(loader: _Loader, node: ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _number(loader: _Loader, node: ScalarNode) -> float:
    return float(loader.construct_scalar(node))


def _flag(loader: _Loader, node: ScalarNode) -> bool:
    return loader.construct_scalar(node) == "true"


_Loader.add_implicit_resolver(f"{_TAG}bool", _BOOL, list("tf"))
_Loader.add_implicit_resolver(f"{_TAG}null", _NULL, ["~", "n", ""])
_Loader.add_implicit_resolver(f"{_TAG}int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", _FLOAT, list("-+.0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}merge", re.compile(r"^<<$"), ["<"])
_Loader.add_constructor(f"{_TAG}bool", _flag)
_Loader.add_constructor(f"{_TAG}int", _integer)
_Loader.add_constructor(f"{_TAG}float", _number)
_Loader.add_constructor(None, _refuse)


def document(text: str) -> Document:
    """The document that the text holds.

    Raises ``Invalid``, with the line where there is one, for text that is no YAML, is not one
    mapping, or holds something that JSON could not.
    """
    if len(text) > MOST_CHARACTERS:
        raise _fault("", f"is longer than {MOST_CHARACTERS} characters")
    try:
        found, twice = _loaded(text)
    except yaml.MarkedYAMLError as error:
        raise _fault(_line(error), _in_short(error)) from None
    except yaml.YAMLError as error:
        raise _fault("", " ".join(str(error).split())) from None
    except RecursionError:
        raise _fault("", "is nested too deeply") from None
    if twice:
        raise Invalid("the policy cannot be read", twice)
    return plain(found)


def _loaded(text: str) -> tuple[object, dict[str, list[str]]]:
    """What the text holds, and the keys that it gives twice, by line."""
    loader = _Loader(text)
    try:
        return loader.get_single_data(), loader.twice
    finally:
        loader.dispose()


def _measure(node: Node | None, above: list[Node], count: list[int]) -> None:
    """Refuse what refers to itself, is too deep, or unfolds to too many nodes."""
    if node is None:
        return
    count[0] += 1
    if any(node is one for one in above):
        raise ConstructorError(None, None, "refers to itself", node.start_mark)
    if len(above) > _DEEPEST or count[0] > _MOST_NODES:
        raise ConstructorError(None, None, "is too deep or too large", node.start_mark)
    above.append(node)
    if isinstance(node, SequenceNode):
        for item in node.value:
            _measure(item, above, count)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            _measure(key, above, count)
            _measure(value, above, count)
    above.pop()


def _line(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}" if mark else ""


def _in_short(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.problem, error.context) if part) or "is no YAML"


def _fault(path: str, message: str) -> Invalid:
    return Invalid("the policy cannot be read", {path: [message]})
