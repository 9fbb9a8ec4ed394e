"""Measure what the tool costs, as ratios to something else in the same run. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trees import tree

if TYPE_CHECKING:
    from collections.abc import Callable

_PYTHON = [sys.executable]
_MIGRATOR = [str(Path(sys.executable).with_name("migrator"))]
_GREP = ["git", "grep", "-l", "-F", "-e", "api/v1", "-e", "build_parameters", "-e", "circleci"]
_LIBRARIES = [*_PYTHON, "-c", "import typer, tree_sitter, tree_sitter_bash; from ruamel.yaml import YAML"]
_ROUND_TRIP = """
import io, sys
from ruamel.yaml import YAML
for _ in range(2):
    yaml = YAML(); yaml.dump(yaml.load(open(".circleci/config.yml").read()), io.StringIO())
"""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Two commands in one tree, and what their ratio must not exceed. Both may end with status 0 or 1."""

    tree: Callable[[Path], Path]
    ours: list[str]
    other: list[str]
    bound: float


BENCHMARKS = {
    "small-clean": Benchmark(lambda root: tree(root, files=70), [*_MIGRATOR, "check"], [*_PYTHON, "-c", "pass"], 4),
    "large-clean": Benchmark(lambda root: tree(root, files=5000), [*_MIGRATOR, "check"], _GREP, 2),
    "one-call": Benchmark(lambda root: tree(root, files=70, calls=1), [*_MIGRATOR, "diff"], _LIBRARIES, 10),
    "hundred-calls": Benchmark(lambda root: tree(root, files=70, calls=100), [*_MIGRATOR, "diff"], _LIBRARIES, 15),
    "sixty-jobs": Benchmark(
        lambda root: tree(root, files=70, calls=60, jobs=60), [*_MIGRATOR, "diff"], [*_PYTHON, "-c", _ROUND_TRIP], 12
    ),
    "help": Benchmark(lambda root: tree(root, files=1), [*_MIGRATOR, "-h"], [*_PYTHON, "-c", "import typer"], 4),
}


def run(command: list[str], folder: Path) -> tuple[float, int]:
    """Wall time in seconds and peak memory in KiB of one run."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        taken = time.perf_counter() - began
        said.seek(0)
        # A program that breaks is quick, and Python's own exit status for that is one of ours.
        if process.returncode not in (0, 1) or b"Traceback" in said.read():
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return taken, usage.ru_maxrss


def measure(benchmark: Benchmark, rounds: int) -> tuple[list[float], float]:
    """The pairwise ratios of wall time, sorted, and the ratio of peak memory; the order alternates."""
    ratios, memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        root = benchmark.tree(Path(folder))
        for command in (benchmark.ours, benchmark.other):
            run(command, root)
        for number in range(rounds):
            pair = [benchmark.ours, benchmark.other]
            order = pair if number % 2 else pair[::-1]
            taken = {id(command): run(command, root) for command in order}
            (ours, our_peak), (other, other_peak) = (taken[id(command)] for command in pair)
            ratios.append(ours / other)
            memory.append(our_peak / other_peak)
    return sorted(ratios), statistics.median(memory)


def main() -> int:
    """Run the benchmarks that were named, or all; 1 when a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    broken = 0
    for name in arguments.names or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        ratios, memory = measure(benchmark, arguments.rounds)
        median = statistics.median(ratios)
        broken += median > benchmark.bound
        print(  # noqa: T201 - this is a program
            f"{name:14} x {median:6.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})  memory x {memory:5.2f}  "
            f"bound {benchmark.bound:g}{'  BROKEN' if median > benchmark.bound else ''}"
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
