"""The description of a policy document, made from its schema: ``docs/policy.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

from marshmallow import fields, missing

from overflow.policies.channels import BUILT_IN
from overflow.policies.parts import Items, Part, Section, Table
from overflow.policies.quantities import Duration, Share, spoken
from overflow.policies.schema import PolicySection
from overflow.policies.values import Value

Places = Mapping[type[Section], str]

_COLUMNS: Final = "| field | value | default | meaning |\n|---|---|---|---|"
_HEAD: Final = """\
# The policy of a shop

One YAML file describes one shop: who can work on its tickets, what it promises its customers,
and when a ticket goes to a partner. This page is made from the schema (`overflow policy
reference`); two commented examples are in `deploy/examples/`.

    overflow policy check FILE...     every fault at once, each with its path
    overflow policy explain FILE      what it will do, in plain sentences, and what looks odd
    overflow policy apply FILE        store it as the next version; the first one creates the shop
    overflow policy show SHOP         the stored version as YAML

## How to write it

- Durations are `20s`, `5m`, `1h30m`, `2d`, or a number of seconds. Shares are `80%` or `0.8`.
- Opening hours are in OpenStreetMap's syntax: `Mo-Fr 09:00-12:30,13:00-17:00; Sa 10:00-16:00;
  PH off`. `PH` is a public holiday of `holidays`. They are read on the team's local clock,
  daylight saving included.
- `off`, `no`, `NO`, `08:00` and `2026-12-24` are plain text here, unlike in other YAML.
- A field that is not described here is a fault, and so is a key given twice.
- Secrets are references, `env:NAME` or `file:/path`. A value in their place is a fault, and is
  not repeated in its message.
- A partner that is taken out of the policy keeps the tickets it holds until they end or an
  operator moves them; `enabled: false` says the same and keeps its contract in sight.

## Versions

Every stored policy has a number, and all processes follow the newest within five seconds. `apply`
replaces a version that came from a file. A version that was put there through the API wins over
the file: `apply` refuses, until the change was taken over and the file is applied with `--expect
VERSION` (only if that is still the present one), or with `--force`. A file that says what is
stored already changes nothing.
"""

_TAIL: Final = """\
## Built-in channels

| channel | live | target | patience |
|---|---|---|---|
{channels}

Live: the customer waits on the line. The target is on the wall clock with a goal of 80 %. Any
other channel may be named; it says `live` and `target` itself.
"""


def reference() -> str:
    """The whole page, in Markdown."""
    places = dict(_places())
    return "\n".join(
        [_HEAD, *(_table(one, place, places) for one, place in places.items()), _channels()]
    )


def _places() -> Iterator[tuple[type[Section], str]]:
    """Every section with the place where it is described: the first one, nearest to the top."""
    seen: set[type[Section]] = set()
    level: list[tuple[type[Section], str]] = [(PolicySection, "")]
    while level:
        deeper: list[tuple[type[Section], str]] = []
        for section, path in level:
            if section in seen:
                continue
            seen.add(section)
            yield section, path
            for name, field in section().fields.items():
                part, suffix = _inner(field)
                if part is not None:
                    deeper.append((part.section, f"{path}.{name}{suffix}".lstrip(".")))
        level = deeper


def _table(section: type[Section], path: str, places: Places) -> str:
    """A section and its fields."""
    title = f"### `{path}`" if path else "## Fields"
    rows = "\n".join(_row(name, field, places) for name, field in section().fields.items())
    about = cleandoc(section.__doc__ or "")
    return f"{title}\n\n{about}\n\n{_COLUMNS}\n{rows}\n"


def _row(name: str, field: fields.Field[Any], places: Places) -> str:
    about = field.metadata.get("about", "")
    return f"| `{name}` | {_kind(field, places)} | {_default(field)} | {about} |"


def _kind(field: fields.Field[Any], places: Places) -> str:
    match field:
        case Value():
            return field.kind
        case Part():
            short = f", or its `{field.short}`" if field.short else ""
            return f"see `{places[field.section]}`{short}{', or `off`' if field.can_be_off else ''}"
        case Items():
            return f"list: {_kind(field.inner, places)}"
        case Table():
            value = _kind(field.value_field, places) if field.value_field else "anything"
            return f"by name: {value}"
        case _:
            return "anything"


def _default(field: fields.Field[Any]) -> str:
    if field.required:
        return "**required**"
    default = field.load_default
    if default is missing or callable(default):
        return ""
    match field:
        case Duration():
            return spoken(default)
        case Share():
            return f"{default:.0%}"
        case _:
            return f"{default:g}" if isinstance(default, float) else str(default).lower()


def _inner(field: fields.Field[Any]) -> tuple[Part | None, str]:
    """The section within a field, and how its place in a path is written."""
    match field:
        case Part():
            return field, ""
        case Items() if isinstance(field.inner, Part):
            return field.inner, ".N"
        case Table() if isinstance(field.value_field, Part):
            return field.value_field, ".NAME"
        case _:
            return None, ""


def _channels() -> str:
    rows = [
        f"| {name} | {'yes' if one.live else 'no'} | {spoken(one.target.seconds)} "
        f"| {spoken(one.patience) if one.patience else 'never gives up'} |"
        for name, one in BUILT_IN.items()
    ]
    return _TAIL.format(channels="\n".join(rows))
