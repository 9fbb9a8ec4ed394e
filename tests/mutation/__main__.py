"""The runs of tests: see the package."""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import json
import os
import re
import select
import signal
import sys
import time
from collections import Counter
from functools import _lru_cache_wrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings

import tests.mutation
from tests.mutation.log import Log
from tests.mutation.switches import CODES, ROOT, SWITCH, Site, heard, install, keep, listen, sites, switch_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_OPTIONS = ["-q", "-n0", "--tb=no", "-o", "tmp_path_retention_policy=none"]
_BUDGET = 90.0  # seconds of tests that are tried at one site, as they took when all was on


def in_child(work: Callable[[], Any], seconds: float) -> Any:
    """What a forked process makes, or None where it does not end in time or dies."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    parts, until = [], time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and select.select([reader], [], [], left)[0]:
        part = os.read(reader, 1 << 16)
        if not part:
            break
        parts.append(part)
    os.close(reader)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with contextlib.suppress(ValueError):
        return json.loads(b"".join(parts))
    return None


def _outcome(item: pytest.Item, following: pytest.Item | None) -> tuple[bool, float]:
    """Whether a test failed, and seconds."""
    reports = runtestprotocol(item, log=False, nextitem=following)
    return any(report.failed for report in reports), sum(report.duration for report in reports)


class Run:
    """A plugin of pytest that takes the place of its loop over the tests."""

    def __init__(self, log: Log, chosen: Sequence[Site]) -> None:
        self._log = log
        self._chosen = chosen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._folder = session.config._tmp_path_factory.getbasetemp()  # else each child makes one
        SWITCH.seen.clear()
        modules: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
        fresh: set[str] = set()
        for module, items in modules.items():
            state = _state(ROOT / module)
            if self._log.modules.get(module, {}).get("state") != state:
                made = in_child(lambda items=items: self._record(items), 3600) or {"hits": {}, "failed": ["all"]}
                self._log.add(module=module, state=state, **made)
                fresh.add(module)
                _say(f"{module}: {len(made['hits'])} sites, failed: {made['failed']}")
        named = _naming(modules)
        items = {item.nodeid: item for item in session.items}
        for site in self._chosen:
            last, known = self._log.results.get(site.key, {}), self._known(site, items, named)
            is_same = last.get("of") == len(known) and fresh.isdisjoint(name.partition("::")[0] for name in known)
            if last.get("result") == "killed" or is_same:
                continue
            self._log.add(site=site.key, place=site.place, how=site.how, **self._try(site, items, named))
            _say(f"{site.place} {site.key} {site.how}: {self._log.results[site.key]['result']}")
        return True

    def _record(self, items: list[pytest.Item]) -> dict[str, Any]:
        caches = [item for item in gc.get_objects() if isinstance(item, _lru_cache_wrapper)]
        elsewhere = self._folder / "seen"
        listen(elsewhere)
        hits: dict[str, dict[str, float]] = {}
        failed = []
        for item, following in zip(items, [*items[1:], None], strict=True):
            for cache in caches:
                cache.cache_clear()
            SWITCH.seen.clear()
            bad, took = _outcome(item, following)
            if bad:
                failed.append(item.nodeid)
                continue
            for key in SWITCH.seen | heard(elsewhere):
                hits.setdefault(key, {})[item.nodeid] = round(took, 3)
        return {"hits": hits, "failed": failed}

    def _known(self, site: Site, items: dict[str, pytest.Item], named: dict[str, set[str]]) -> list[str]:
        """The tests that come by the site, the most telling first."""
        telling = named.get(site.code, set())
        times = self._log.tests_of(site.key)
        known = [name for name in times if name in items]
        return sorted(known, key=lambda name: (name.partition("::")[0] not in telling, times[name], name))

    def _try(self, site: Site, items: dict[str, pytest.Item], named: dict[str, set[str]]) -> dict[str, Any]:
        known = self._known(site, items, named)
        times = self._log.tests_of(site.key)
        spent, tried = 0.0, []
        for name in known:
            if tried and spent + times[name] > _BUDGET:
                break
            spent += times[name]
            tried.append(items[name])
        if not tried:
            return {"result": "unreached", "of": 0}
        by = in_child(lambda: self._first_failure(site, tried), 60 + 4 * spent)
        if by is None:
            return {"result": "killed", "by": "no end"}
        return {"result": "killed", "by": by} if by else {"result": "survived", "tests": len(tried), "of": len(known)}

    def _first_failure(self, site: Site, items: list[pytest.Item]) -> str:
        switch_off(site.key)
        for item, following in zip(items, [*items[1:], None], strict=True):
            if _outcome(item, following)[0]:
                return item.nodeid
        return ""


def _state(module: Path) -> str:
    """What tells whether a test module has changed: its text, and that of the data beside it."""
    texts = [module, *sorted(module.parent.glob("*.txt"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in texts)).hexdigest()[:12]


def _naming(modules: Iterable[str]) -> dict[str, set[str]]:
    """Code → the test modules that name it: in their text, in a text file beside them, or in a snapshot."""
    found: dict[str, set[str]] = {}
    for module in modules:
        path = ROOT / module
        text = path.read_text()
        near = [other for other in path.parent.iterdir() if other.suffix in {".txt", ".py"} and other.stem in text]
        kept = (ROOT / "snapshots" / path.relative_to(ROOT / "tests")).with_suffix("")
        texts = [text, *(other.read_text() for other in [*near, *sorted(kept.rglob("*.txt"))])]
        for code in {word for text in texts for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)} & CODES:
            found.setdefault(code, set()).add(module)
    return found


def _say(text: str) -> None:
    sys.__stderr__.write(text + "\n")
    sys.__stderr__.flush()


def _pytest(*arguments: str, plugins: Sequence[object] = ()) -> int:
    """Run pytest in a folder of its own: the usual one is cleared away by other runs when there are many."""
    with TemporaryDirectory() as folder:
        keep(Path(folder))
        return int(pytest.main([*_OPTIONS, f"--basetemp={folder}/tests", *arguments], plugins=[*plugins]))


def main() -> int:
    """Run, then count what became of the sites."""
    parser = argparse.ArgumentParser(
        description=tests.mutation.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log", type=Path, metavar="LOG")
    parser.add_argument("--tests", nargs="+", default=["tests"], metavar="PATH", help="folders or files, all else")
    parser.add_argument("--codes", nargs="*", default=[], metavar="CODE", help="the rules to try, all else")
    parser.add_argument("--record", action="store_true", help="only the first step")
    parser.add_argument("--no-run", action="store_true", help="only count what the log holds")
    given = parser.parse_args()
    unknown = [code for code in given.codes if code not in CODES]
    if unknown:
        parser.error(f"no such rule: {', '.join(unknown)}")
    log = Log(given.log)
    chosen = [site for site in sites() if not given.codes or site.code in given.codes]
    if not given.no_run:
        _pytest(*given.tests, plugins=[Run(log, [] if given.record else chosen)])
    results = [(site, log.results[site.key]) for site in chosen if site.key in log.results]
    for site, result in results:
        if result["result"] != "killed":
            _say(f"{result['result']} ({result.get('tests', 0)} tests): {site.place} {site.key}, {site.how}")
    _say(f"{len(chosen)} sites: {dict(Counter(result['result'] for _, result in results))}")
    return 0


if __name__ == "__main__":
    install()
    settings.register_profile("mutation", database=None, derandomize=True, deadline=None)
    settings.load_profile("mutation")
    sys.exit(main())
