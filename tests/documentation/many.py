"""Migrate all examples of CircleCI's documentation: `python -m tests.documentation.many CHECKOUT [WORD …]`.

CHECKOUT is a checkout of https://github.com/circleci/circleci-docs. Of each YAML example that holds jobs a repository
is made, with a script a job that starts it by API v1.1, once as it is and once with a value and a revision; it is
migrated with `--unsafe`, and all pushes, tags, schedules and API runs are compared, and each call. With words, only
examples whose name holds one of them. Prints what is wrong and the numbers; exit status 1 when anything is wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.documentation.examples import examples
from tests.documentation.migration import migrate


def main(docs: Path, words: list[str]) -> int:
    """Run them all; the exit status."""
    counted, calls, refused, unread, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str](), 0
    for example in examples(docs):
        if words and not any(word in example.name for word in words):
            continue
        for rich in (False, True):
            with TemporaryDirectory() as folder:
                outcome = migrate(example, Path(folder) / "app", rich=rich)
            counted.update(repositories=1, compared=outcome.compared)
            calls.update(outcome.calls)
            refused.update(text.split(":")[0] for text in outcome.refused)
            unread.update(set(outcome.unread))
            wrong += bool(outcome.faults)
            for fault in outcome.faults:
                sys.stdout.write(f"{example.name}{' with a value' if rich else ''}: {fault}\n")
            for text in outcome.refused:
                sys.stdout.write(f"{example.name}: not rewritten, {text}\n")
    sys.stdout.write(f"{dict(counted)}, {wrong} wrong\ncalls: {dict(calls)}\nnot rewritten: {dict(refused)}\n")
    sys.stdout.write("".join(f"not compared ({count}): {reason}\n" for reason, count in unread.items()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
