"""What a URL was made of may be something else by the time of the call: then it is not read again."""

from __future__ import annotations

import pytest

from migrator.errors import Refusal
from tests.python.support import codes, rewritten

URL = "https://circleci.com/api/v1.1/project/github/acme/app"
BARE = "requests.post(url, json={'build_parameters': {'CIRCLE_JOB': 'x'}})\n"
CALL = "requests.post(url, json={'build_parameters': {'CIRCLE_JOB': 'x'}}, auth=('t', ''))\n"
START = "import os, sys\nimport requests\n"

CHANGED = {
    "attribute": f"url = '{URL}/tree/%s' % args.branch\nargs.branch = args.branch.lower()\n{CALL}",
    "item": f"url = '{URL}/tree/' + cfg['branch']\ncfg['branch'] = 'develop'\n{CALL}",
    "update": f"url = '{URL}/tree/' + cfg['branch']\ncfg.update(more)\n{CALL}",
    "environment": f"url = '{URL}/tree/' + os.environ['BRANCH']\nos.environ['BRANCH'] = 'main'\n{CALL}",
    "environment by getenv": f"url = '{URL}/tree/' + os.getenv('BRANCH')\nos.environ.update(more)\n{CALL}",
    "file of the environment": f"url = '{URL}/tree/' + os.environ['BRANCH']\nload_dotenv()\n{CALL}",
    "token": f"url = '{URL}?circle-token=' + os.environ['T']\nos.environ.pop('T')\n{BARE}",
    "masked token": f"url = '{URL}?circle-token=' + args.token\nargs.token = '***'\n{BARE}",
    "argument": f"url = '{URL}/tree/' + sys.argv[1]\ndel sys.argv[1]\n{CALL}",
    "queue": f"while queue:\n    url = '{URL}/tree/' + queue[0]\n    queue.pop(0)\n    {CALL}",
    "function": f"def low(a):\n    a.branch = 'x'\nurl = '{URL}/tree/' + args.branch\nlow(args)\n{CALL}",
    "unknown function": f"from ci import tidy\nurl = '{URL}/tree/' + args.branch\ntidy(args)\n{CALL}",
    "caught": f"try:\n    url = '{URL}/tree/' + sys.argv[1]\nexcept IndexError:\n    sys.exit('usage')\n{CALL}",
    "later": f"url = '{URL}/tree/' + cfg['branch']\ndef go():\n    {CALL}cfg['branch'] = 'x'\ngo()\n",
}
KEPT = {
    "nothing": f"url = '{URL}/tree/%s' % args.branch\n{CALL}",
    "printed": f"url = '{URL}/tree/%s' % args.branch\nprint(args)\n{CALL}",
    "before": f"args.branch = 'x'\nurl = '{URL}/tree/%s' % args.branch\n{CALL}",
    "behind": f"url = '{URL}/tree/%s' % args.branch\n{CALL}args.branch = 'x'\n",
    "another object": f"url = '{URL}/tree/%s' % args.branch\nother.branch = 'x'\n{CALL}",
    "looked up": f"url = '{URL}/tree/' + cfg['branch']\nname = cfg.get('name')\n{CALL}",
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_may_have_changed_is_not_read_again(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        rewritten(START + CHANGED[name])
    assert refused.value.code == "expression-moves"


@pytest.mark.parametrize("name", KEPT)
def test_what_stays_the_same_is(name: str) -> None:
    assert "/pipeline" in rewritten(START + KEPT[name])


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (f"url = '{URL}/tree/' + os.environ['B']\n{CALL}", False),
        (f"url = '{URL}/tree/' + os.environ['B']\nprint('starting')\n{CALL}", False),
        (f"url = '{URL}/tree/' + os.environ['B']\nsubprocess.check_call(['git', 'tag'])\n{CALL}", True),
        (f"url = '{URL}/tree/' + os.environ.get('B', 'main')\nsubprocess.check_call(['git', 'tag'])\n{CALL}", False),
        (f"url = '{URL}?circle-token=' + os.environ['T']\ndef go():\n    {BARE}go()\n", True),
        (f"b = os.environ['B']\nsubprocess.check_call(['git', 'tag'])\nurl = '{URL}/tree/' + b\n{CALL}", False),
    ],
)
def test_an_item_that_is_read_behind_other_calls_is_named(code: str, *, named: bool) -> None:
    assert ("read-later" in codes(f"{START}import subprocess\n{code}")) == named
