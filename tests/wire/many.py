"""Check many random callers: `python -m tests.wire.many 100000 [SEED]`.

Prints what is wrong, and at the end how often each verdict was given; exit status 1 when anything is wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.wire.oracle import batch

SIZE = 1000


def main(count: int, seed: int) -> int:
    """Run the batches; the exit status."""
    wrong, verdicts = 0, Counter[str]()
    for number in range(0, count, SIZE):
        with TemporaryDirectory() as folder:
            found, counted = batch(seed + number, min(SIZE, count - number), Path(folder))
        verdicts += counted
        wrong += len(found)
        for text in found:
            sys.stdout.write(text + "\n----\n")
    sys.stdout.write(f"{count} callers, {wrong} wrong: {dict(verdicts.most_common())}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
