"""What is no trigger is not reported; what hides a trigger is, with the reason."""

from __future__ import annotations

import pytest

from migrator.model import Endpoint, Severity
from tests.shell.support import API, codes, found, only

JOB = "-d build_parameters[CIRCLE_JOB]=deploy"

DECOYS = {
    "get": f"curl {API}",
    "get with a token": f"curl -u $T: {API}/tree/main?limit=1",
    "get made explicit": f"curl -X GET -d limit=1 {API}",
    "data turned into a query": f"curl -G -d limit=1 {API}/tree/main",
    "head": f"curl -I {API}",
    "one build": f"curl -X POST {API}/12",
    "cancel": f"curl -X POST {API}/$N/cancel",
    "ssh-users": f"curl -X POST {API}/12/ssh-users",
    "follow": f"curl -X POST {API}/follow",
    "envvar": f'curl -X POST -H \'Content-Type: application/json\' -d \'{{"name": "a", "value": "b"}}\' {API}/envvar',
    "checkout-key": f"curl -X POST {API}/checkout-key",
    "build-cache": f"curl -X DELETE {API}/build-cache",
    "cancel in variables": "curl -X POST https://circleci.com/api/v1.1/project/$SLUG/$N/cancel",
    "put": f"curl -T file {API}",
    "echo": f"echo curl {JOB} {API}",
    "printf": f"printf 'curl {JOB} {API}\\n'",
    "comment": f"# curl {JOB} {API}",
    "comment behind a command": f"true # curl {JOB} {API}",
    "commented lines": f"#curl {JOB} \\\n#  {API}\n",
    "printed here-document": f"cat <<EOF\ncurl {JOB} {API}\nEOF\n",
    "text in a variable": f'USAGE="curl {JOB} {API}"\necho "$USAGE"',
    "function that is only text": f": 'curl {JOB} {API}'",
    "xcodebuild parameters": "xcodebuild_parameters[CIRCLE_JOB]=deploy; curl -d xcodebuild_parameters=1 https://x.test/api/v1/project/a/b",
    "another product": "curl -X POST -d name=x https://harbor.acme.test/api/v1/project/acme/app",
    "another product with data": "curl --json '{\"build_parameters\": 1}' https://ci.acme.test/job/build",
    "another API of CircleCI": "curl -X POST https://circleci.com/api/v1.1/user/repos",
    "v2": "curl -X POST --json '{\"parameters\": {}}' https://circleci.com/api/v2/project/gh/acme/app/pipeline",
    "v2 with old names": "curl -d build_parameters[CIRCLE_JOB]=x https://circleci.com/api/v2/project/gh/acme/app/pipeline",
    "web page": "curl -X POST https://circleci.com/gh/acme/app/tree/main",
    "message to a chat": 'curl -d "{\\"text\\": \\"$CIRCLE_JOB failed\\"}" "$WEBHOOK"  # not api/v1',
    "message with braces": 'curl -d "text=${CIRCLE_JOB} failed" $WEBHOOK  # not api/v1',
    "echo to stderr": f"echo 'curl {JOB} {API}' >&2",
    "echo to a pager": f"echo 'curl {JOB} {API}' | less",
    "alias of something else": "alias ci='curl -s'",
    "grep": f"grep -r 'curl {JOB} {API}' .",
    "installed": "apt-get install -y curl",
    "asked for": "command -v curl",
    "list with arguments": f'curl -u "$T:" "$@" "{API}?filter=completed"',
    "list that is read": f'curl -u "$T:" $OPTS {API}/tree/main | jq ".[0].build_num"',
    "build with arguments": f'curl -u "$T:" "$@" {API}/12',
    "artifacts with arguments": f'curl "$@" {API}/12/artifacts',
    "list with known options": f'OPTS="-s -f"\ncurl $OPTS {API}/tree/main',
    "list with options in an array": f'opts=(-s -f)\ncurl "${{opts[@]}}" {API}/tree/main',
    "list made explicit": f'curl -X GET "$@" {API}/tree/main',
}


@pytest.mark.parametrize("name", DECOYS)
def test_decoy_is_left_alone(name: str) -> None:
    # A call beside it makes sure that the text is looked at at all.
    text = f"{DECOYS[name]}\ncurl -X POST {API}/tree/beside\n"
    assert [each.call.line for each in found(text)] == [text.count("\n")]


CALL = f"curl {JOB} {API}"
REFUSED = {
    "eval": (f'eval "{CALL}"', "eval"),
    "eval of words": (f"eval {CALL}", "eval"),
    "eval of a text and words": (f"eval 'curl {JOB}' {API}", "eval"),
    "eval of a variable and words": (f"C='curl {JOB}'\neval $C {API}", "eval"),
    "bash -c": (f"bash -c '{CALL}'", "nested-shell"),
    "sh -c in double quotes": (f'sh -ec "{CALL}"', "nested-shell"),
    "trap": (f"trap '{CALL}' EXIT", "eval"),
    "ssh": (f"ssh host '{CALL}'", "remote-shell"),
    "docker": (f"docker run --rm image {CALL}", "remote-shell"),
    "sudo su": (f"sudo su -c '{CALL}' ci", "remote-shell"),
    "xargs": (f"echo a | xargs -I{{}} {CALL}", "xargs"),
    "image of curl": (f"docker run --rm -e T curlimages/curl:8.4.0 -s {JOB} {API}", "remote-shell"),
    "image of curl by its digest": (f"podman run docker.io/curlimages/curl@sha256:0 {JOB} {API}", "remote-shell"),
    "another program with the same arguments": (f"requester {JOB} {API}", "wrapped-call"),
    "unknown wrapper": (f"measure {CALL}", "wrapped-call"),
    "function that evaluates its arguments": (f'retry() {{ eval "$@"; }}\nretry {CALL}', "wrapper-function"),
    "here-document for a shell": (f"bash <<EOF\n{CALL}\nEOF\n", "nested-shell"),
    "here-document for a shell behind a pipe": (f"cat <<EOF | bash\n{CALL}\nEOF\n", "nested-shell"),
    "here-document for ssh": (f"ssh host <<'EOF'\n{CALL}\nEOF\n", "remote-shell"),
    "generated script": (f"cat > run.sh <<EOF\n{CALL}\nEOF\n", "generated-script"),
    "generated script of several lines": (
        f"cat > run.sh <<EOF\ncurl -u x: \\\\\n  -d job=deploy \\\\\n  {API}\nEOF\n",
        "generated-script",
    ),
    "generated unit of systemd": (
        f"cat > x.service <<EOF\n[Service]\nExecStart=/usr/bin/{CALL}\nEOF\n",
        "generated-script",
    ),
    "remote script of several lines": (f"ssh h bash -s <<EOF\ncurl -d job=deploy \\\\\n  {API}\nEOF\n", "remote-shell"),
    "scheduler": (
        (
            f"""gcloud scheduler jobs create http x --uri="{API}?circle-token=$T" --http-method=POST """
            """--message-body='{"build_parameters": {"CIRCLE_JOB": "deploy"}}'"""
        ),
        "other-client",
    ),
    "generated script by tee": (f"cat <<EOF | tee run.sh\n{CALL}\nEOF\n", "generated-script"),
    "echo into a crontab": (f"echo '0 3 * * * {CALL}' | crontab -", "nested-shell"),
    "echo into a file of cron": (f"echo '0 3 * * * root {CALL}' >> /etc/cron.d/x", "generated-script"),
    "printf into at": (f"printf '%s\\n' '{CALL}' | at now + 1 hour", "nested-shell"),
    "echo into a shell": (f"echo '{CALL}' | sudo bash", "nested-shell"),
    "echo into ssh": (f"echo '{CALL}' | ssh host bash", "remote-shell"),
    "echo into tee": (f"echo '{CALL}' | sudo tee /usr/local/bin/go", "generated-script"),
    "here-document for crontab": (f"crontab - <<EOF\n@daily {CALL}\nEOF\n", "nested-shell"),
    "here-document for at": (f"at now <<'EOF'\n{CALL}\nEOF\n", "nested-shell"),
    "alias": (f"alias go='{CALL}'", "nested-shell"),
    "prefix that reads its arguments again": (f'on="ssh host"\n$on {CALL}', "command-in-variable"),
    "program in a variable": (f"$CURL {JOB} {API}", "command-in-variable"),
    "command in a variable that may change": (
        f'for x in 1; do cmd="curl {JOB}"; done\n$cmd {API}',
        "command-in-variable",
    ),
    "command in an array that may change": (
        f'if x; then cmd=(curl {JOB}); fi\n"${{cmd[@]}}" {API}',
        "command-in-variable",
    ),
    "arguments in an array that may change": (
        f'args=({JOB})\nif x; then args+=({API}); fi\ncurl "${{args[@]}}"',
        "array-arguments",
    ),
    "array that grows in a loop": (
        f'args=({JOB})\nfor x in 1; do args+=(-v); done\ncurl "${{args[@]}}" {API}',
        "array-arguments",
    ),
    "array with keys": (f'args=([1]=-d [2]=x)\ncurl "${{args[@]}}" {JOB} {API}', "array-arguments"),
    "arguments that may post": (f'curl -u "$T:" "$@" {API}/tree/main', "array-arguments"),
    "arguments that may post to the root": (f'curl -u "$T:" "$@" {API}', "array-arguments"),
    "arguments that may post to build": (f'curl -u "$T:" "${{more[@]}}" {API}/build', "array-arguments"),
    "part of an array that may post": (f'a=(x {JOB})\ncurl "${{a[@]:1}}" {API}', "array-arguments"),
    "options that may post": (f"curl $OPTS {API}/tree/main", "array-arguments"),
    "optional method": (f"curl {JOB} ${{DRY:+-X GET}} {API}", "dynamic-method"),
    "optional query": (f"curl {JOB} ${{DRY:+-G}} {API}", "dynamic-method"),
    "data that decides on the method": (f'curl ${{V:+-d "build_parameters[V]=$V"}} {API}', "dynamic-method"),
    "optional tag": (f'curl {JOB} ${{T:+-d "tag=$T"}} {API}', "conditional-field"),
    "optional job with a prefix": (f'curl ${{J:+-d "job=x-$J"}} -X POST {API}', "conditional-field"),
    "optional body": (f'B=\'{{"job": "a"}}\'\ncurl ${{B:+-d "$B"}} -X POST {API}', "conditional-field"),
    "options that may hold data": (
        f'if [ -n "$V" ]; then OPTS="-d tag=$V"; fi\ncurl -X POST $OPTS {API}',
        "array-arguments",
    ),
    "wrapper function that makes options of its data": (
        f'post() {{\n  D=$2\n  if [ -n "$D" ]; then D="-d $D"; fi\n  curl -XPOST $D {API}/$1\n}}\npost tree/x job=y',
        "wrapper-function",
    ),
    "uploaded config": (f"curl -F config=@config.yml {API}/tree/main", "local-config"),
    "options in an unknown array": (f'curl "${{args[@]}}" {JOB} {API}', "array-arguments"),
    "all arguments": (f'curl "$@" {JOB} {API}', "array-arguments"),
    "two URLs": (f"curl {JOB} {API} https://example.test/", "two-urls"),
    "next": (f"curl {JOB} {API} --next https://example.test/", "two-urls"),
    "not JSON": (f"curl --json '{{\"job\": deploy}}' {API}", "payload-not-json"),
    "JSON with a comment": (f'curl --json \'{{"job": "a" // optional\n}}\' {API}', "payload-not-json"),
    "JSON list": (f"curl --json '[]' {API}", "payload-not-json"),
    "null": (f'curl --json \'{{"build_parameters": {{"A": null}}}}\' {API}', "null-parameter"),
    "parameters as text": (f'curl -d \'build_parameters={{"CIRCLE_JOB": "x"}}\' {API}', "parameters-not-a-map"),
    "file": (f"curl -d @body.json {API}", "payload-in-file"),
    "file that is written under a condition": (
        f'if x; then echo \'{{"job": "a"}}\' > b.json; fi\ncurl -d @b.json {API}',
        "payload-in-file",
    ),
    "file that is changed": (
        f'echo \'{{"job": "a"}}\' > b.json\nsed -i s/a/b/ b.json\ncurl -d @b.json {API}',
        "payload-in-file",
    ),
    "file that is written twice": (f"echo '{{}}' > b\necho '{{}}' >> b\ncurl -d @b {API}", "payload-in-file"),
    "file of another folder": (f"echo '{{}}' > b\ncd x\ncurl -d @b {API}", "payload-in-file"),
    "file of another name by then": (f"f=a\necho '{{}}' > $f$n\nn=1\ncurl -d @$f$n {API}", "payload-in-file"),
    "form in a file": (f"echo job=a > b\ncurl -d @b {API}", "payload-in-file"),
    "function with more than a payload": (f'p() {{ x; echo "{{}}"; }}\ncurl -d "$(p)" {API}', "unreadable-payload"),
    "function with two meanings": (
        f"if x; then\n  p() {{ echo '{{}}'; }}\nelse\n  p() {{ echo '[]'; }}\nfi\ncurl -d \"$(p)\" {API}",
        "unreadable-payload",
    ),
    "function of all its arguments": (f'p() {{ echo "{{$*}}"; }}\ncurl -d "$(p a b)" {API}', "unreadable-payload"),
    "text that is read with backslashes": (f"read -d '' B <<E\n{{}}\nE\ncurl -d \"$B\" {API}", "unreadable-payload"),
    "echo of braces": (f"echo {{a,b}} {{x}} | curl -d @- {API}", "unreadable-payload"),
    "file in a field": (f"curl -F 'build_parameters[A]=<notes.txt' {API}", "payload-in-file"),
    "file of wget": (f"wget --post-file=body.json {API}", "payload-in-file"),
    "unknown text": (f'curl -d "$BODY" {API}', "unreadable-payload"),
    "unknown input": (f"make-body | curl -d @- {API}", "unreadable-payload"),
    "jq that reads a file": (f'curl --json "$(jq . body.json)" {API}', "payload-not-json"),
    "unknown method": (f"curl -X $METHOD {API}", "dynamic-method"),
    "unknown base": (f"curl {JOB} $BASE/project/github/acme/app/tree/main", "unresolved-url"),
    "default of a base that is set": (
        f'x && A=$B\ncurl {JOB} "${{A:-https://circleci.com/api/v1.1}}/project/gh/acme/app"',
        "unresolved-url",
    ),
    "unknown URL": (f"curl {JOB} $URL", "unresolved-url"),
    "argument as URL": (f'f() {{ curl {JOB} "$1"; }}', "unresolved-url"),
    "unknown field name": (f'curl -d "build_parameters[$NAME]=x" {API}', "dynamic-field"),
    "field without value": (f"curl {JOB} -d revi>sion=$CIRCLE_SHA1 {API}", "field-without-value"),
    "empty revision": (f"curl {JOB} -d revision= {API}", "field-without-value"),
    "empty tag in JSON": (f'curl --json \'{{"job": "deploy", "tag": ""}}\' {API}', "field-without-value"),
    "bad variable name": (f"curl -d 'build_parameters[A-B]=x' {API}", "bad-parameter-name"),
    "two values": (f"curl -d tag=a -d tag=b {API}", "repeated-field"),
    "two jobs": (f"curl {JOB} -d job=other {API}", "two-jobs"),
    "unknown option": (f"curl --frobnicate {JOB} {API}", "unknown-option"),
    "variable with blanks": (f"BODY='build_parameters[A]=x y'\ncurl -d $BODY {API}", "unquoted-variable"),
    "braces": (f"curl -d build_parameters[A]={{a,b}} {API}", "unquoted-variable"),
    "home folder": (f"curl -d build_parameters[A]=~/x {API}", "unquoted-tilde"),
    "words that no blank parts": (
        f'IFS=,\nlist="-d,build_parameters[CIRCLE_JOB]=x"\ncurl $list -X POST {API}',
        "unquoted-variable",
    ),
    "pattern that bash drops": (
        f"shopt -s nullglob\ncurl -d build_parameters[CIRCLE_JOB]=x {API}",
        "unquoted-pattern",
    ),
    "pattern that zsh refuses": (
        f"#!/usr/bin/env zsh\ncurl -d build_parameters[CIRCLE_JOB]=x {API}",
        "unquoted-pattern",
    ),
    "encoded branch": (f"B=$(python3 -c 'print(quote(x))')\ncurl -X POST {API}/tree/$B", "encoded-branch"),
    "encoded branch of a loop": (f"for b in a b%2Fc; do curl -X POST {API}/tree/$b; done", "encoded-branch"),
    "variable in single quotes": (f"curl -X POST '{API}/tree/$B'", "literal-dollar"),
    "percent-encoded value": (f'curl -d "build_parameters[A]=$(urlencode "$A")" {API}', "encoded-value"),
    "JSON text of an unknown encoder": (f'curl --json "{{\\"job\\": $(json_escape "$A")}}" {API}', "encoded-value"),
    "JSON from another program": (f'curl --json "$(python3 payload.py)" {API}', "unreadable-payload"),
    "placeholder": ("curl -X POST https://circleci.com/api/v1.1/project/:vcs/:org/:repo", "unknown-vcs"),
    "no vcs": (f"curl {JOB} https://circleci.com/api/v1.1/project/acme/app", "url-shape"),
    "placeholder in brackets": (f"curl {JOB} https://circleci.com/api/v1.1/project/<vcs>/<org>/<repo>", "url-shape"),
    "unclosed quote": (f"curl {JOB} {API} -d 'x\n", "shell-syntax"),
    "unclosed quote in front of the address": (f"curl {JOB} 'x {API}\n", "shell-syntax"),
    "unclosed backtick": (f"curl {JOB} `x {API}\n", "shell-syntax"),
    "stray parenthesis": (f"curl {JOB} {API} (\n", "shell-syntax"),
    "another client": (f"http POST {API} job=deploy", "other-client"),
    "URL that curl makes two of": (f"curl {JOB} '{API}/tree/{{main,next}}'", "url-glob"),
    "URL with a range": (f"curl {JOB} '{API}/tree/rel[1-2]'", "url-glob"),
    "URL with a set in a variable": (f"B='{{main,next}}'\ncurl {JOB} \"{API}/tree/$B\"", "url-glob"),
    "brackets that curl refuses": (f"curl -X POST '{API}?build_parameters[A]=b'", "url-glob"),
    "globbing switched on again": (f"curl -g --no-globoff {JOB} '{API}/tree/{{main,next}}'", "url-glob"),
    "fields that come sometimes": (
        f'more=\n[ -n "$1" ] && more="&build_parameters[V]=$1"\ncurl -d "job=x$more" {API}',
        "special-value",
    ),
    "fields in one of several values": (
        f"if x; then J='a&revision=f00'; else J=b; fi\ncurl -d \"job=$J\" {API}",
        "special-value",
    ),
    "multipart value that is a file for one case": (
        f'if x; then J=@file; else J=b; fi\ncurl -F "job=$J" {API}',
        "special-value",
    ),
    "parts in parts": (f"curl -F 'job=(x' {API}", "quoted-multipart"),
    "multipart and form": (f"curl -F job=x -d job=x {API}", "options-conflict"),
    "wget with two kinds of data": (f"wget --method=POST --post-data=job=x {API}", "options-conflict"),
    "JSON in a query": (f'curl -X POST -G --json \'{{"job": "x"}}\' {API}', "unreadable-payload"),
    "condition with text for a shell": (
        f'curl ${{V:+-d "build_parameters[V]=a b $V"}} {JOB} {API}',
        "conditional-field",
    ),
    "unknown JSON": (f'curl --json "$BODY" {API}', "unreadable-payload"),
    "no JSON": (f"curl --json deploy {API}", "payload-not-json"),
    "JSON and data": (f'curl --json \'{{"job": "a"}}\' -d x=y {API}', "payload-not-json"),
    "JSON that is percent-encoded": (f'curl --data-urlencode \'{{"job": "a"}}\' {API}', "unreadable-payload"),
    "encoded text without a name": (f"curl -X POST --data-urlencode hello {API}", "unreadable-payload"),
    "part without a name": (f"curl -F hello {API}", "unreadable-payload"),
    "text in front of jq's": (f'curl -d "$(echo x; jq -n \'{{job: "a"}}\')" {API}', "unreadable-payload"),
    "text in front of a body in a pipe": (
        f"{{ echo x; jq -n '{{job: \"a\"}}'; }} | curl --json @- {API}",
        "unreadable-payload",
    ),
    "text behind a body in a pipe": (f"(echo '{{}}'; cat x) | curl --json @- {API}", "unreadable-payload"),
    "one of two bodies": (f'curl -d "$(jq -n \'{{job: "a"}}\' || echo x)" {API}', "unreadable-payload"),
    "pieces of JSON of two options": (f"curl -d '{{\"job\": \"a\"' --json '}}' {API}", "payload-not-json"),
    "condition that is nested": (
        f"curl ${{V:+-d build_parameters[V]=${{W:-${{X}}y}}z}} {JOB} {API}",
        "conditional-field",
    ),
    "command that runs a curl in a variable": (f'C="x curl {JOB}"\n$C {API}', "command-in-variable"),
    "list of parameters": (f"curl --json '{{\"build_parameters\": [1]}}' {API}", "parameters-not-a-map"),
    "percent-encoding that a variable ends": (f'curl {JOB} -d "build_parameters[A]=100%$A" {API}', "encoded-value"),
    "percent-encoding in the branch": (f'curl {JOB} "{API}/tree/rel%2$X"', "encoded-branch"),
    "values that are encoded in part": (f'for a in a%20b c; do curl -d "job=$a" {API}; done', "encoded-value"),
    "program in an array": (f'c=("$CURL" -s)\n"${{c[@]}}" {JOB} {API}', "command-in-variable"),
    "number with an exponent": (f'curl --json \'{{"build_parameters": {{"A": 1e30}}}}\' {API}', "odd-number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hidden_or_unclear_call_is_reported_once(name: str) -> None:
    text, code = REFUSED[name]
    call = only(text)
    assert codes(call, Severity.ERROR) == [code]
    (note,) = (note for note in call.notes if note.code == code)
    assert note.message.endswith(".")


WARNED = {
    "default of a base": (f'curl {JOB} "${{A:-https://circleci.com/api/v1.1}}/project/gh/acme/app"', "default-base"),
    "default that is assigned": (
        f': ${{A:=https://circleci.com/api/v1.1}}\ncurl {JOB} "$A/project/gh/acme/app"',
        "default-base",
    ),
    "default of its own": (
        f'A="${{A:-https://circleci.com/api/v1.1/project/github/acme/app}}"\ncurl {JOB} "$A/tree/main"',
        "default-base",
    ),
    "prefix that cannot be seen": (f"$WITH curl {JOB} {API}", "command-prefix"),
    "prefix in an array": (f'"${{RUN[@]}}" curl {JOB} {API}', "command-prefix"),
    "options that cannot be seen": (f"curl $OPTS {JOB} {API}", "unseen-options"),
    "JSON without its content type": (f'curl -d \'{{"job": "x"}}\' {API}', "json-without-type"),
    "JSON with another type": (
        f"curl --json '{{\"job\": \"x\"}}' -H 'Content-Type: text/plain' {API}",
        "json-without-type",
    ),
    "JSON with wget": (f'wget --post-data=\'{{"job": "x"}}\' {API}', "json-without-type"),
    "form that says it is JSON": (f"curl {JOB} -H 'Content-Type: application/json' {API}", "form-without-type"),
    "form without a type": (f"curl {JOB} -H 'content-type:' {API}", "form-without-type"),
    "multipart that says it is JSON": (f"curl -F job=x -H 'Content-Type: application/json' {API}", "form-without-type"),
    "form with wget that says it is JSON": (
        f"wget --post-data=job=x --header 'Content-Type: application/json' {API}",
        "form-without-type",
    ),
    "unquoted value": (f"curl --json '{{\"build_parameters\": {{\"A\": '$A'}}}}' {API}", "bare-value"),
    "options in a file": (f"curl -K rc -X POST {API}", "curl-config"),
    "rerun on a server": (f"curl -X POST {API.replace('circleci.com', 'ci.acme.test')}/12/retry", "rerun-on-server"),
    "field that v1.1 did not have": (f"curl -d foo=bar {API}", "unknown-field"),
}


def test_fields_of_a_rerun_are_ignored() -> None:
    assert codes(only(f"curl -d build_parameters[A]=b {API}/12/retry"), Severity.INFO)[0] == "ignored-fields"


@pytest.mark.parametrize("name", WARNED)
def test_doubt_is_a_warning(name: str) -> None:
    text, code = WARNED[name]
    assert codes(only(text), Severity.WARNING) == [code]


def test_place_of_a_call_in_a_here_document() -> None:
    call = only(f"cat > run.sh <<EOF\nset -e\n  {CALL}\nEOF\n")
    assert (call.line, call.column, call.end_line) == (3, 3, 3)


def test_every_call_of_a_generated_script_is_reported() -> None:
    text = f"cat > run.sh <<EOF\n{CALL}\n{CALL}\nEOF\n"
    assert [each.call.line for each in found(text)] == [2, 3]


def test_wrapper_function_is_reported_where_it_is_called() -> None:
    text = f"post() {{ curl -X POST {API}/$1; }}\npost tree/main\npost 12/cancel\npost tree/dev\n"
    assert [each.call.line for each in found(text)] == [2, 4]


def test_function_that_makes_the_whole_call_is_reported_where_it_stands() -> None:
    text = f"trigger() {{ curl -d build_parameters[CIRCLE_JOB]=$1 {API}; }}\ntrigger a\ntrigger b\n"
    assert [(each.call.line, codes(each.call)) for each in found(text)] == [(1, [])]


def test_rerun_keeps_the_number() -> None:
    trigger = only(f"curl -X POST {API}/$N/retry").trigger
    assert trigger.endpoint is Endpoint.RETRY
    assert trigger.build_num is not None


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "curl", "curl -d", "curl -X", "`", "$(", "curl api/v1 '", "<<EOF", "((", "curl api/v1 -d @- <<"],
)
def test_broken_text_is_no_trouble(text: str) -> None:
    assert found(text + " build_parameters") == () or found(text)


@pytest.mark.parametrize(
    "text",
    [
        "true && " * 5000 + f"curl -X POST {API}",
        "(" * 200 + f"curl -X POST {API}" + ")" * 200,
        '"$(' * 2000 + f"curl -X POST {API}" + ')"' * 2000,
        "curl --json '" + "[" * 5000 + f"' {API}",
        "A=" + "$A" * 5000 + f"\ncurl -X POST {API}/tree/$A",
    ],
)
def test_depth_and_length_are_no_trouble(text: str) -> None:
    assert len(found(text)) <= 1


def test_call_behind_an_unclosed_quote_is_reported() -> None:
    text = f'echo "unclosed\n# {CALL}\necho {CALL}\ncurl -u $T: \\\n  {JOB} \\\n  {API}\n'
    call = only(text)
    assert (call.line, call.end_line, codes(call)) == (4, 6, ["shell-syntax"])


def test_an_optional_tag_is_no_field_to_send_always() -> None:
    (note,) = [each for each in only(f'curl {JOB} ${{T:+-d "tag=$T"}} {API}').notes if each.severity is Severity.ERROR]
    assert "v2 takes either a branch or a tag" in note.message
