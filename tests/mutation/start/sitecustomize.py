"""Imported by every Python that a test starts during a run: rewrites the sources there too, once they are imported."""

import importlib.abc
import sys


class _Waiting(importlib.abc.MetaPathFinder):
    """Does nothing, and costs nothing, until the first of our modules is imported."""

    def find_spec(self, fullname, path, target=None):
        if fullname.partition(".")[0] in ("migrator", "codemods") and self in sys.meta_path:
            sys.meta_path.remove(self)
            from tests.mutation.switches import started_process

            started_process()
            return sys.meta_path[0].find_spec(fullname, path, target)
        return None


sys.meta_path.insert(0, _Waiting())
