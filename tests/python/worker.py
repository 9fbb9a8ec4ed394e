"""Run Python programs one after the other, each as `__main__`, with every connection led to one port on loopback.

Reads one JSON object a line (`code`, `argv`, `env`, `cwd`) and answers with one (`out`, `error`). It runs as a script.
"""

import contextlib
import io
import json
import os
import socket
import sys
import traceback


def lead_to(port):
    """Have every name mean this machine, and every HTTPS connection go to `port`."""
    connect, lookup = socket.socket.connect, socket.getaddrinfo
    connect_ex = socket.socket.connect_ex

    def moved(address):
        return ("127.0.0.1", port) if isinstance(address, tuple) and address[1] == 443 else address

    def getaddrinfo(host, service, *args, **kwargs):
        return lookup(
            "127.0.0.1", service, socket.AF_INET, *args[1:], **{k: v for k, v in kwargs.items() if k != "family"}
        )

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = lambda self, address: connect(self, moved(address))
    socket.socket.connect_ex = lambda self, address: connect_ex(self, moved(address))


def run(code, argv, env, cwd):
    """What the program printed, and the exception that ended it, if one did."""
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["program.py", *argv]
    sys.path.insert(0, cwd)
    before = set(sys.modules)
    out = io.StringIO()
    error = None
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(code, "program.py", "exec"), {"__name__": "__main__"})
    except SystemExit as stop:
        error = f"exit {stop.code}" if stop.code else None
    except BaseException:  # noqa: BLE001 - whatever the program raises is its answer
        error = traceback.format_exc()
    finally:
        sys.path.remove(cwd)
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(cwd):
                del sys.modules[name]
        for name in env:
            os.environ.pop(name, None)
    return {"out": out.getvalue(), "error": error}


if __name__ == "__main__":
    lead_to(int(sys.argv[1]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(**json.loads(line))) + "\n")
        sys.stdout.flush()
