"""What stands without quotes in a v2 call: it is run, and what reaches the server in pieces is not proved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from migrator.model import Verdict
from tests.conftest import needs
from tests.shell.loopback import serving
from tests.verifying.support import V2, checked, files, told
from tests.verifying.test_v2_check import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.loopback import Loopback

pytestmark = needs("bash", "curl", "jq")
OPTIONS = '-s --max-time 5 -H "Circle-Token: $T" -H "Content-Type: application/json"'
BODY = {"branch": "main", "parameters": {"run_job": "deploy"}}
TEXT = json.dumps(BODY)
TIGHT = json.dumps(BODY, separators=(",", ":"))
FILTER = '{branch: $b, parameters: {run_job: "deploy"}}'
JQ = f"jq -n --arg b main '{FILTER}'"
CALLS = {
    "quoted": (f'payload=$({JQ})\ncurl {OPTIONS} -d "$payload" {V2}', Verdict.PROVED),
    "compact": (f"payload=$({JQ.replace('-n', '-nc')})\ncurl {OPTIONS} -d $payload {V2}", Verdict.PROVED),
    "compact, long": (f"curl {OPTIONS} -d $({JQ} --compact-output) {V2}", Verdict.PROVED),
    "tight": (f"payload='{TIGHT}'\ncurl {OPTIONS} -d $payload {V2}", Verdict.PROVED),
    "blanks at the ends": (f"payload=' {TIGHT} '\ncurl {OPTIONS} -d $payload {V2}", Verdict.PROVED),
    "tight, in part": (f"b=$(echo main)\npayload='{TIGHT}'\ncurl {OPTIONS} -d $payload {V2}", Verdict.PROVED),
    "address": (f"url={V2}\ncurl {OPTIONS} -d '{TEXT}' $url", Verdict.PROVED),
    "printed by jq": (f"payload=$({JQ})\ncurl {OPTIONS} -d $payload {V2}", Verdict.DIFFERS),
    "printed by jq, at once": (f"curl {OPTIONS} -d $({JQ}) {V2}", Verdict.DIFFERS),
    "printed by jq, from outside": (
        f"payload=$({JQ.replace('main', '$REF')})\ncurl {OPTIONS} -d $payload {V2}",
        Verdict.DIFFERS,
    ),
    "text": (f"payload='{TEXT}'\ncurl {OPTIONS} -d $payload {V2}", Verdict.DIFFERS),
    "text with a variable": (
        f"payload=$(cat <<EOF\n{TEXT.replace('main', '$REF')}\nEOF\n)\ncurl {OPTIONS} --data-raw ${{payload}} {V2}",
        Verdict.DIFFERS,
    ),
    "text to the letter": (f"curl {OPTIONS} -d {TIGHT.replace(chr(34), chr(92) + chr(34))} {V2}", Verdict.DIFFERS),
    "header": (
        f"type='Content-Type: application/json'\ncurl -s --max-time 5 -u $T: -H $type -d '{TEXT}' {V2}",
        Verdict.DIFFERS,
    ),
    "in a function": (f"post() {{\n  curl {OPTIONS} -d $1 {V2}\n}}\npost '{TEXT}'", Verdict.DIFFERS),
    "in a function, quoted": (f"post() {{\n  curl {OPTIONS} -d \"$1\" {V2}\n}}\npost '{TEXT}'", Verdict.PROVED),
}


@pytest.fixture(name="loopback", scope="module")
def _loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("loopback")) as loopback:
        yield loopback


@pytest.mark.parametrize("name", CALLS)
def test_what_is_sent_in_pieces(loopback: Loopback, name: str) -> None:
    text, wanted = CALLS[name]
    found = [proof for call in checked(files(CONFIG, call=text + "\n")).calls for proof in call.proofs]
    assert {proof.verdict for proof in found} == {wanted}, told(found)
    assert wanted is Verdict.PROVED or "without quotes" in found[0].detail
    sent = loopback.run("bash", text.replace("https:", "http:") + "\n", {"T": "tok", "REF": "main"})
    whole = [(request.headers.get("content-type"), _json(request.body)) for request in sent]
    assert (whole == [("application/json", BODY)]) == (wanted is Verdict.PROVED), whole


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def test_zsh_leaves_variables_whole() -> None:
    text = f"payload='{TEXT}'\ncurl {OPTIONS} -d $payload {V2}\n"
    content = files(CONFIG, call=text)
    content = {**content, "call.sh": content["call.sh"].replace("#!/bin/bash", "#!/usr/bin/env zsh")}
    (call,) = checked(content).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED], told(call.proofs)
