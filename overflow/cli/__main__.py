"""``python -m overflow.cli``: the same as ``overflow``, where that is not on the PATH."""

from __future__ import annotations

from overflow.cli import main

main(prog_name="overflow")
