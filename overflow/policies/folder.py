"""A directory of policies, one YAML file a shop."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from overflow import policies
from overflow.errors import Invalid, unreadable
from overflow.policies.included import included
from overflow.policies.plain import Document


def read_file(path: Path) -> Document:
    """The document in a file, with the helpdesk's file that it may name.

    Its faults are those of ``policies.document``.
    """
    return included(_read(path), path.parent, _read)


class Folder(NamedTuple):
    """What a directory of policies has."""

    policies: dict[str, Document]
    """By shop, each without faults."""
    faults: dict[str, list[str]]
    """Of all other files, by file and path."""


def read_folder(directory: Path) -> Folder:
    """Every ``*.yaml`` of the directory. Of two files for one shop the first counts."""
    found: dict[str, Document] = {}
    faults: dict[str, list[str]] = {}
    for path in sorted(directory.glob("*.yaml")):
        try:
            document = read_file(path)
            shop = policies.build(document).shop
        except Invalid as error:
            faults |= in_file(path, error)
            continue
        if shop in found:
            faults[f"{path}: shop"] = [f"another file describes {shop} too"]
        found.setdefault(shop, document)
    return Folder(found, faults)


def in_file(path: Path, error: Invalid) -> dict[str, list[str]]:
    """The faults with the file's name before each path."""
    return {f"{path}: {where}".rstrip(": "): list(said) for where, said in error.faults.items()}


def _read(path: Path) -> Document:
    try:
        return policies.document(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read", {"": [unreadable(error)]}) from None
