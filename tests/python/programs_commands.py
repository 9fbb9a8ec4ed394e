"""Commands for curl that are put together by formats and lists, for the same tests as `programs.py`."""

from __future__ import annotations

_API = "https://circleci.com/api/v1.1/project/github/acme/app"
_TOKEN, _JOB, _VERSION, _BRANCH = (f'os.environ["{name}"]' for name in ("TOKEN", "JOB", "VERSION", "BRANCH"))
_CURL = "curl -fsS -o /dev/null"

COMMANDS = {
    "format-percent": f"""\
os.system("{_CURL} -u %s: -d build_parameters[CIRCLE_JOB]=%s {_API}/tree/%s" % ({_TOKEN}, {_JOB}, {_BRANCH}))
""",
    "format-percent-lone": f"""\
os.system("{_CURL} -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy {_API}/tree/%s" % {_BRANCH})
""",
    "format-percent-sign": f"""\
count = 7
os.system("{_CURL} -A '100%%' -u $TOKEN: -d build_parameters[COUNT]=%d {_API}/tree/%s" % (
    count, {_BRANCH},
))
""",
    "format-percent-mapping": f"""\
import subprocess

command = "{_CURL} -u %(token)s: -d build_parameters[CIRCLE_JOB]=%(job)s {_API}/tree/%(ref)s" % {{
    "token": {_TOKEN}, "job": {_JOB}, "ref": {_BRANCH}}}  # as before
subprocess.check_call(command, shell=True)
""",
    "format-braces": f"""\
import subprocess

subprocess.check_call(
    ("{_CURL} -X POST -H 'Content-Type: application/json' '{_API}/tree/{{}}?circle-token={{}}' "
     "-d '{{{{\\"build_parameters\\": {{{{\\"CIRCLE_JOB\\": \\"{{}}\\"}}}}}}}}'").format({_BRANCH}, {_TOKEN}, {_JOB}),
    shell=True,
)
""",
    "format-numbered": f"""\
os.system("{_CURL} -u {{0}}: -d build_parameters[CHANNEL]={{1}} {_API}/tree/{{1}}".format({_TOKEN}, {_BRANCH}))
""",
    "format-constant": f"""\
TRIGGER = '{_CURL} -u {{token}}: -d build_parameters[CIRCLE_JOB]={{job}} "{_API}/tree/{{ref}}"'


def trigger(ref):
    os.system(TRIGGER.format(token={_TOKEN}, job="deploy", ref=ref))


trigger({_BRANCH})
""",
    "format-known": f"""\
os.system("{_CURL} -u $TOKEN: -d build_parameters[CIRCLE_JOB]=%s {_API}/tree/%s" % ("deploy", {_BRANCH}))
""",
}
