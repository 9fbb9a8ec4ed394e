"""Commands for curl whose words a program splits or joins itself, for the same tests as `programs.py`."""

from __future__ import annotations

_API = "https://circleci.com/api/v1.1/project/github/acme/app"
_TOKEN, _JOB, _VERSION, _BRANCH = (f'os.environ["{name}"]' for name in ("TOKEN", "JOB", "VERSION", "BRANCH"))
_CURL = "curl -fsS -o /dev/null"

WORDS = {
    "split-plain": f"""\
import subprocess

subprocess.check_call("{_CURL} -u personal-token: -d build_parameters[CHANNEL]=a|b;c* {_API}/tree/main".split())
""",
    "split-field": f"""\
import subprocess

job = {_JOB}
subprocess.run(f"{_CURL} -u {{os.environ['TOKEN']}}: -X POST -d build_parameters[CIRCLE_JOB]={{job}} -d "
               f"build_parameters[COUNT]=3  {_API}/tree/{{os.environ['BRANCH']}}".split(), check=True)
""",
    "split-format": f"""\
command = "{_CURL} -d job=%s {_API}/tree/%s?circle-token=%s" % ({_JOB}, {_BRANCH}, {_TOKEN})
os.spawnvp(os.P_WAIT, "curl", command.split())
""",
    "split-sum": f"""\
import subprocess

subprocess.check_call(("{_CURL} -u " + {_TOKEN} + ": -d build_parameters[CHANNEL]=" + {_JOB} + " {_API}").split())
""",
    "split-json": f"""\
import subprocess

subprocess.check_call(
    ("{_CURL} -H Content-Type:application/json -d "
     '{{"build_parameters":{{"CIRCLE_JOB":"deploy"}}}}' " {_API}/tree/main?circle-token=" + {_TOKEN}).split()
)
""",
    "join-list": f"""\
cmd = ["{_CURL}", "-u", "$TOKEN:", "-d", "build_parameters[CIRCLE_JOB]=" + {_JOB},
       "-d", "parallel=2",
       "{_API}/tree/" + {_BRANCH}]  # as before
print(" ".join(cmd))
os.system(" ".join(cmd))
""",
    "join-encoded": f"""\
import subprocess

subprocess.check_call(
    " ".join(["{_CURL}", "-u $TOKEN:", "{_API}/tree/main", "--data-urlencode", '"build_parameters[VERSION]=$VERSION"']),
    shell=True,
    env={{**os.environ, "VERSION": {_VERSION}}},
)
""",
    "join-json": f"""\
import json
import subprocess

data = {{"build_parameters": {{"CIRCLE_JOB": {_JOB}, "COUNT": 4}}}}
command = " ".join(
    [
        "{_CURL}",
        "-X POST",
        "-H", "'Content-Type: application/json'",
        "-d", "'" + json.dumps(data) + "'",
        f"'{_API}/tree/main?circle-token={{os.environ['TOKEN']}}'",
    ]
)
subprocess.check_call(command, shell=True)
""",
    "join-helper": f"""\
def run(*args):
    command = " ".join(args)
    print("+", command)
    assert os.system(command) == 0


run("{_CURL}", "-u", "$TOKEN:", "{_API}/tree/main", "-X", "POST")
run("true")
""",
    "join-names": f"""\
url = "{_API}/tree/" + {_BRANCH}
field = "build_parameters[CIRCLE_JOB]=" + {_JOB}
token = {_TOKEN}
os.system(" ".join(["{_CURL}", "-u", token + ":", "-d", field, url]))
""",
    "join-quoted": f"""\
import shlex

words = ["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "--data-urlencode",
         "build_parameters[VERSION]=" + {_VERSION}, "{_API}"]
os.system(shlex.join(words))
""",
}
