"""``python -m bench [--full] [NAME ...]``: run the benchmarks and print their tables."""

import argparse
import os
import platform
from collections.abc import Callable

from bench import decide, decision_quality, intake, lag, late_bound, limits, planner, shops, size
from bench.shop import SECRET, SECRET_NAME

BENCHMARKS: dict[str, Callable[..., None]] = {
    "decide": decide.run,
    "decision_quality": decision_quality.run,
    "late_bound": late_bound.run,
    "planner": planner.run,
    "intake": intake.run,
    "size": size.run,
    "lag": lag.run,
    "shops": shops.run,
    "limits": limits.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--full", action="store_true", help="as long and as large as the goals say")
    given = parser.parse_args()
    if unknown := set(given.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    os.environ[SECRET_NAME] = SECRET  # noqa: TID251  what the policy's reference stands for
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for name, run in BENCHMARKS.items():
        if not given.names or name in given.names:
            print(f"\n# {name}", flush=True)
            run(is_full=given.full)


if __name__ == "__main__":
    main()
