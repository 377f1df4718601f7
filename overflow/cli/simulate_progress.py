"""How far a simulation is, on a terminal; silent elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Runs done, and days of the one that is under way."""

    def __init__(self, console: Console, runs: int) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._all = self._bars.add_task("runs", total=runs)
        self._run = self._bars.add_task("", total=None, visible=False)

    def begin(self, name: str, days: int) -> None:
        self._bars.reset(self._run, description=name, total=days, visible=True)

    def day(self) -> None:
        self._bars.advance(self._run)

    def end(self) -> None:
        self._bars.advance(self._all)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()
