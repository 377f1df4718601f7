"""A directory of policies, one YAML file a shop."""

from __future__ import annotations

from pathlib import Path

from overflow import policies
from overflow.errors import Invalid, unreadable
from overflow.policies.included import included
from overflow.policies.plain import Document


def read_file(path: Path) -> Document:
    """The document in a file, with the helpdesk's file that it may name.

    Its faults are those of ``policies.document``.
    """
    return included(_read(path), path.parent, _read)


def read_folder(directory: Path) -> dict[str, Document]:
    """Every ``*.yaml`` of the directory by its shop, each without faults.

    Raises ``Invalid`` with the faults of all files, by file and path.
    """
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
        found[shop] = document
    if faults:
        raise Invalid(f"the policies in {directory} have faults", faults)
    return found


def in_file(path: Path, error: Invalid) -> dict[str, list[str]]:
    """The faults with the file's name before each path."""
    return {f"{path}: {where}".rstrip(": "): list(said) for where, said in error.faults.items()}


def _read(path: Path) -> Document:
    try:
        return policies.document(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read", {"": [unreadable(error)]}) from None
