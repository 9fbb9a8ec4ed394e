"""Every way to write a trigger call in a shell script that the tool must be able to rewrite, one script each.

The scripts run with $TOKEN, $PLAIN (text that JSON need not escape) and $NASTY (text that it must) in the environment,
and with `main` and `feature/x` as branches, `v1.0` as tag and `$SHA` as a commit.
"""

from tests.forms.functions import FUNCTIONS

API = "https://circleci.com/api/v1.1/project/github/acme/app"
JOB = "-d 'build_parameters[CIRCLE_JOB]=deploy'"
TREE = f"{API}/tree/main"
JSON = '-H "Content-Type: application/json"'

FORMS = {
    "unquoted-brackets": f'curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=deploy {TREE}',
    "single-quoted": f'curl -fsS -u "$TOKEN:" {JOB} {TREE}',
    "double-quoted": f'curl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=deploy" {TREE}',
    "escaped-brackets": f'curl -fsS -u "$TOKEN:" -d build_parameters\\[CIRCLE_JOB\\]=deploy {TREE}',
    "percent-encoded-brackets": f'curl -fsS -u "$TOKEN:" -d build_parameters%5BCIRCLE_JOB%5D=deploy {TREE}',
    "glued-short-option": f'curl -fsS -u "$TOKEN:" -dbuild_parameters[CIRCLE_JOB]=deploy {TREE}',
    "data-with-equals": f'curl -fsS -u "$TOKEN:" --data=build_parameters[CIRCLE_JOB]=deploy {TREE}',
    "data-raw": f'curl -fsS -u "$TOKEN:" --data-raw build_parameters[CIRCLE_JOB]=deploy {TREE}',
    "data-binary": f'curl -fsS -u "$TOKEN:" --data-binary build_parameters[CIRCLE_JOB]=deploy {TREE}',
    "data-urlencode": (f'curl -fsS -u "$TOKEN:" {JOB} --data-urlencode "build_parameters[VERSION]=$NASTY" {TREE}'),
    "multipart": (
        f'curl -fsS -u "$TOKEN:" -F "build_parameters[CIRCLE_JOB]=deploy" -F "build_parameters[VERSION]=$NASTY" {TREE}'
    ),
    "multipart-long-option": (
        f'curl -fsS -u "$TOKEN:" --form build_parameters[CIRCLE_JOB]=deploy '
        f'--form-string "build_parameters[VERSION]=$NASTY" {TREE}'
    ),
    "several-per-call": (
        f'curl -fsS -u "$TOKEN:" \\\n  {JOB} \\\n  -d "build_parameters[VERSION]=$PLAIN" \\\n'
        f"  -d build_parameters[CHANNEL]=beta \\\n  {TREE}"
    ),
    "one-option-many-fields": (
        f'curl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=deploy&build_parameters[VERSION]=a%20b+c%2Bd" {TREE}'
    ),
    "dry-run-by-a-variable": f'DRY=\n$DRY curl -fsS -u "$TOKEN:" {JOB} {TREE}',
    "dry-run-if-set": f'${{DRY_RUN:+echo}} curl -fsS -u "$TOKEN:" {JOB} -d "build_parameters[VERSION]=$PLAIN" {TREE}',
    "prefix-in-an-array": f'prefix=()\n"${{prefix[@]}}" curl -fsS -u "$TOKEN:" {JOB} {TREE}',
    "two-prefixes": f'env=env\nno=\n$env $no curl -fsS -u "$TOKEN:" {JOB} {TREE}',
    "clustered-options": f'curl -fsSXPOST -u "$TOKEN:" {JOB} {TREE}',
    "clustered-data": f'curl -u "$TOKEN:" -fsSd build_parameters[CIRCLE_JOB]=deploy {TREE}',
    "url-option": f'curl -fsS -u "$TOKEN:" {JOB} --url {TREE}',
    "json-single-quotes": (
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" '
        f"""-d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "1.0"}}}}' {TREE}"""
    ),
    "json-spliced": (
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" '
        f"""-d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "'"$PLAIN"'"}}}}' {TREE}"""
    ),
    "json-escaped-double-quotes": (
        f"curl -fsS -u \"$TOKEN:\" -H 'Content-Type: application/json' "
        f'-d "{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"deploy\\", \\"VERSION\\": \\"$PLAIN\\"}}}}" {TREE}'
    ),
    "json-types": (
        f'curl -fsS -u "$TOKEN:" --header "Content-Type: application/json" '
        f"""-d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": 12, "CHANNEL": true}}}}' {TREE}"""
    ),
    "json-job-at-top-level": (
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" '
        f"""-d '{{"job": "deploy", "build_parameters": {{"VERSION": "1"}}}}' {API}"""
    ),
    "json-heredoc-on-stdin": (
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" -d @- {TREE} <<DATA\n'
        '{\n  "build_parameters": {\n    "CIRCLE_JOB": "deploy",\n    "VERSION": "$PLAIN"\n  }\n}\nDATA'
    ),
    "json-heredoc-in-variable": (
        'body=$(cat <<EOF\n{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "$PLAIN"}}\nEOF\n)\n'
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" -d "$body" {TREE}'
    ),
    "json-string-variable": (
        """body='{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "2"}}'\n"""
        f'curl -fsS -u "$TOKEN:" -H "Content-Type: application/json" -d "$body" {TREE}'
    ),
    "token-in-query": f'curl -fsS {JOB} "{TREE}?circle-token=$TOKEN"',
    "token-in-userinfo": f'curl -fsS {JOB} "https://$TOKEN:@circleci.com/api/v1.1/project/github/acme/app/tree/main"',
    "token-in-header": f'curl -fsS -H "Circle-Token: $TOKEN" {JOB} {TREE}',
    "url-in-variable": f'url={TREE}\ncurl -fsS -u "$TOKEN:" {JOB} "$url"',
    "url-in-pieces": (
        "API=https://circleci.com/api/v1.1\nPROJECT=acme/app\n"
        f'curl -fsS -u "$TOKEN:" {JOB} "$API/project/github/$PROJECT/tree/main"'
    ),
    "url-shared-with-a-get": (
        f'url={API}\ncurl -fsS -u "$TOKEN:" "$url?limit=1" > /dev/null\ncurl -fsS -u "$TOKEN:" {JOB} "$url/tree/main"'
    ),
    "v1-without-vcs": f'curl -fsS -u "$TOKEN:" {JOB} https://circleci.com/api/v1/project/acme/app/tree/main',
    "short-vcs": f'curl -fsS -u "$TOKEN:" {JOB} https://circleci.com/api/v1.1/project/gh/acme/app/tree/main',
    "server-host": f'curl -fsS -u "$TOKEN:" {JOB} https://circleci.example.com/api/v1.1/project/github/acme/app/tree/main',
    "trailing-slash": f'curl -fsS -u "$TOKEN:" {JOB} {API}/',
    "encoded-branch": f'curl -fsS -u "$TOKEN:" {JOB} {API}/tree/feature%2Fx',
    "branch-encoded-in-the-url": f'b=feature/x\ncurl -fsS -u "$TOKEN:" {JOB} "{API}/tree/${{b//\\//%2F}}"',
    "branch-encoded-before": (
        f'b=$(printf feature/x)\nencoded=${{b//\\//%2F}}\ncurl -fsS -u "$TOKEN:" {JOB} "{API}/tree/$encoded"'
    ),
    "branch-encoded-by-sed": (
        f'b=$(printf feature/x)\nencoded=$(echo "$b" | sed "s,/,%2F,g")\n'
        f'curl -fsS -u "$TOKEN:" {JOB} "{API}/tree/$encoded"'
    ),
    "tag": f'curl -fsS -u "$TOKEN:" {JOB} -d tag=v1.0 {API}',
    "revision": f'curl -fsS -u "$TOKEN:" {JOB} -d revision=$SHA {TREE}',
    "parallel-is-ignored": f'curl -fsS -u "$TOKEN:" {JOB} -d parallel=4 {TREE}',
    "implicit-build": f'curl -fsS -u "$TOKEN:" -X POST {TREE}',
    "empty-body": f'curl -fsS -u "$TOKEN:" -d "" {TREE}',
    "whole-pipeline": f'curl -fsS -u "$TOKEN:" -X POST {API}/build',
    "loop-over-words": (
        f'for job in deploy "test"; do\n  curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}\ndone'
    ),
    "job-at-run-time": f'job=$(printf deploy)\ncurl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=$job" {TREE}',
    "job-with-known-prefix": f'set -- ploy\ncurl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=de$1" {TREE}',
    "inside-if": f'if [ -n "$TOKEN" ]; then\n    curl -fsS -u "$TOKEN:" {JOB} {TREE}  # go\nfi',
    "inside-condition": f'if ! curl -fsS -u "$TOKEN:" {JOB} {TREE}; then\n  exit 1\nfi',
    "inside-substitution": f'reply=$(curl -fsS -u "$TOKEN:" {JOB} {TREE})\necho "$reply"',
    "inside-function": f'start() {{\n\tcurl -fsS -u "$TOKEN:" {JOB} {TREE}\n}}\nstart',
    "inside-subshell": f'(cd / && curl -fsS -u "$TOKEN:" {JOB} {TREE})',
    "and-list": f'true && curl -fsS -u "$TOKEN:" {JOB} {TREE} && echo started',
    "into-a-pipe": f'curl -fsS -u "$TOKEN:" {JOB} {TREE} | cat',
    "redirected": f'curl -fsS -u "$TOKEN:" {JOB} {TREE} > /dev/null 2>&1',
    "prefixed": f'env LANG=C timeout 20 curl -fsS -u "$TOKEN:" {JOB} {TREE}',
    "comment-between-calls": (
        f'# first\ncurl -fsS -u "$TOKEN:" {JOB} {TREE}\n  # \'second\n' + f'curl -fsS -u "$TOKEN:" {JOB} {TREE}'
    ),
    "wget": f'wget -q -O - --header "Circle-Token: $TOKEN" --post-data "build_parameters[CIRCLE_JOB]=deploy" {TREE}',
    "options-in-an-array": (
        f'args=(-fsS -u "$TOKEN:" -X POST)\nargs+=({JOB})\n'
        f'args+=(-d "build_parameters[VERSION]=$PLAIN")\ncurl "${{args[@]}}" {TREE}'
    ),
    "options-in-an-array-on-lines": (
        f'args=(\n  -fsS  # quiet\n  -u "$TOKEN:"\n  {JOB}  # which job\n'
        f'  -d "build_parameters[VERSION]=$PLAIN"\n)\ncurl "${{args[@]}}" {TREE}'
    ),
    "token-in-an-array-that-two-calls-share": (
        f'auth=(-fsS -u "$TOKEN:")\ncurl "${{auth[@]}}" {JOB} {TREE}\n'
        'curl "${auth[@]}" https://circleci.com/api/v2/me || true'
    ),
    "array-that-may-be-empty": f'set -u\nmore=()\ncurl -fsS -u "$TOKEN:" ${{more[@]+"${{more[@]}}"}} {JOB} {TREE}',
    "arrays-of-two-functions": (
        f'one() {{\n  args=(-fsS -u "$TOKEN:" {JOB})\n  curl "${{args[@]}}" {TREE}\n}}\n'
        f'two() {{\n  args=(-fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=test)\n  curl "${{args[@]}}" {TREE}\n}}\n'
        "one\ntwo"
    ),
    "whole-command-in-an-array": f'cmd=(curl -fsS -u "$TOKEN:" {JOB} {TREE})\n"${{cmd[@]}}"',
    "optional-parameter-that-is-sent": (
        f'curl -fsS -u "$TOKEN:" {JOB} ${{PLAIN:+-d "build_parameters[VERSION]=$PLAIN"}} {TREE}'
    ),
    "optional-parameter-that-is-not-sent": (
        f'set -u\ncurl -fsS -u "$TOKEN:" {JOB} ${{NONE:+-d "build_parameters[VERSION]=v-$NONE"}} {TREE}'
    ),
    "optional-parameter-percent-encoded": (
        f'curl -fsS -u "$TOKEN:" {JOB} ${{NASTY:+--data-urlencode "build_parameters[VERSION]=$NASTY"}} {TREE}'
    ),
    "optional-revision": f'curl -fsS -u "$TOKEN:" {JOB} ${{SHA:+-d revision=$SHA}} {TREE}',
    "optional-revision-that-is-not-sent": f'set -u\ncurl -fsS -u "$TOKEN:" {JOB} ${{NONE:+-d revision=$NONE}} {TREE}',
    "optional-parameter-that-is-set-and-empty": (
        f'EMPTY=\ncurl -fsS -u "$TOKEN:" {JOB} ${{EMPTY+-d "build_parameters[VERSION]=x$EMPTY"}} {TREE}'
    ),
    "optional-element-of-an-array": (
        f'args=({JOB})\n[ -n "$PLAIN" ] && args+=(-d "build_parameters[VERSION]=$PLAIN")\n'
        f'curl -fsS -u "$TOKEN:" "${{args[@]}}" {TREE}'
    ),
    "optional-element-that-is-not-there": (
        f'set -u\nargs=(-fsS -u "$TOKEN:" -X POST)\n'
        'if [[ -n "${NONE:-}" ]]; then\n  args+=(-d "build_parameters[VERSION]=v-$NONE" -d revision=$NONE)\nfi\n'
        f'test -z "${{NASTY:-}}" || args+=(--data-urlencode "build_parameters[CHANNEL]=$NASTY")\n'
        f'curl "${{args[@]}}" {TREE}'
    ),
    "optional-element-in-a-function": (
        f'send() {{\n  local args=(-d "build_parameters[CIRCLE_JOB]=$1")\n  # what it is\n'
        '  if [ "$2" ]; then args+=(-d "build_parameters[VERSION]=$2"); fi; '
        f'curl -fsS -u "$TOKEN:" "${{args[@]}}" {TREE}\n'
        '}\nsend deploy "$PLAIN"\nsend deploy ""'
    ),
    "optional-field-in-a-variable": (
        'data="build_parameters[CIRCLE_JOB]=deploy"\n'
        '[ -n "$PLAIN" ] && data="$data&build_parameters[VERSION]=v$PLAIN"\n'
        'if [ "$NONE" ]; then\n  data+="&build_parameters[CHANNEL]=$NONE&revision=$NONE"\nfi\n'
        f'curl -fsS -u "$TOKEN:" -d "$data" {TREE}'
    ),
    "job-that-is-given-by-name": (
        f'set_to() {{ eval "$1=\\$2"; }}\njob=deploy\nset_to job test\n'
        f'curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}'
    ),
    "job-in-a-local-variable-of-the-caller": (
        f'job=deploy\nsend() {{ curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}; }}\n'
        "run() { local job=test; send; }\nrun\nsend"
    ),
    "behind-a-long-pipe": f"printf '' | cat | cat\ncurl -fsS -u \"$TOKEN:\" {JOB} {TREE} || exit 3",
    "replies-in-an-array": (
        f'replies=()\nreplies+=("$(curl -fsS -u "$TOKEN:" {JOB} {TREE})")\nprintf "%s\\n" "${{replies[@]}}"'
    ),
    "optional-job": f'curl -fsS -u "$TOKEN:" ${{NONE:+-d "build_parameters[CIRCLE_JOB]=$NONE"}} -X POST {TREE}',
    "data-in-a-variable": (
        f'job=$(printf deploy)\nDATA="-d build_parameters[CIRCLE_JOB]=$job"\ncurl -fsS -u "$TOKEN:" $DATA {TREE}'
    ),
    "token-in-a-variable": f'AUTH="-u $TOKEN:"\ncurl -fsS $AUTH {JOB} {TREE}',
    "program-in-a-variable": f'CURL="curl -fsS -u $TOKEN:"\n$CURL -X POST {JOB} {TREE}',
    "program-with-a-default": f'CURL=${{CURL:-curl}}\n"$CURL" -fsS -u "$TOKEN:" {JOB} {TREE}',
    "payload-of-a-function": (
        'generate_payload()\n{\n  cat <<EOF\n{\n  "build_parameters": {\n    "CIRCLE_JOB": "deploy",\n'
        '    "VERSION": "$version"\n  }\n}\nEOF\n}\nversion=$(printf %s "$PLAIN")\nbranch=main\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$(generate_payload)" {API}/tree/$branch'
    ),
    "payload-of-a-function-with-arguments": (
        'payload() { echo "{\\"build_parameters\\": {\\"CIRCLE_JOB\\": \\"$1\\", \\"VERSION\\": \\"$2\\"}}"; }\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$(payload deploy "$PLAIN")" {TREE}\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$(payload test x)" {TREE}'
    ),
    "payload-of-a-function-for-an-argument": (
        'payload() {\n  cat <<EOF\n{"build_parameters": {"CIRCLE_JOB": "deploy"}}\nEOF\n}\nset -- main\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$(payload)" "{API}/tree/$1"'
    ),
    "here-document-with-a-command-in-it": (
        'body=$(cat <<EOF\n{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "$(printf %s 1.2)"}}\nEOF\n)\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$body" {TREE}'
    ),
    "payload-that-is-read": (
        "read -r -d '' BODY <<EOF || true\n"
        '{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "$PLAIN"}}\nEOF\n'
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$BODY" {TREE}'
    ),
    "payload-in-a-file": (
        'cat > body.json <<EOF\n{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "$PLAIN"}}\nEOF\n'
        f'cat body.json\ncurl -fsS -u "$TOKEN:" {JSON} -d @body.json {TREE}\nrm body.json'
    ),
    "payload-in-a-temporary-file": (
        'file=$(mktemp)\necho \'{"build_parameters": {"CIRCLE_JOB": "deploy"}}\' > "$file"\n'
        f'curl -fsS -u "$TOKEN:" {JSON} --data-binary "@$file" {TREE}\nrm -f "$file"'
    ),
    "payload-echoed-in-pieces-into-a-file": (
        'echo {\\"build_parameters\\": {\\"CIRCLE_JOB\\": \\"deploy\\"}} > post\n'
        f'curl -fsS -u "$TOKEN:" -d @post {JSON} {TREE}'
    ),
    "payload-by-jq-in-a-file": (
        """jq -n --arg v "$NASTY" '{build_parameters: {CIRCLE_JOB: "deploy", VERSION: $v}}' > body.json\n"""
        f'curl -fsS -u "$TOKEN:" {JSON} -d @body.json {TREE}'
    ),
    "payload-by-jq-in-a-pipe": (
        """jq -n --arg v "$NASTY" '{build_parameters: {CIRCLE_JOB: "deploy", VERSION: $v}}' | """
        f'curl -fsS -u "$TOKEN:" {JSON} -d @- {TREE}'
    ),
    "options-in-a-shown-array": f'args=(-fsS -u "$TOKEN:" {JOB})\necho "${{args[*]}}"\ncurl "${{args[@]}}" {TREE}',
    "program-that-is-looked-up": f'CURL=$(command -v curl)\n"$CURL" -fsS -u "$TOKEN:" {JOB} {TREE}',
    "data-in-a-variable-and-in-the-call": (
        'DATA="-d build_parameters[CIRCLE_JOB]=deploy"\nversion=$(printf %s 1.2)\n'
        f'curl -fsS -u "$TOKEN:" $DATA -d build_parameters[VERSION]=$version {TREE}'
    ),
    "two-optional-parameters": (
        f'curl -fsS -u "$TOKEN:" \\\n  ${{PLAIN:+-d "build_parameters[VERSION]=$PLAIN"}} \\\n  {JOB} \\\n'
        f"  ${{NONE:+-d build_parameters[CHANNEL]=beta}} \\\n  {TREE}"
    ),
    "payload-of-a-function-in-a-pipe": (
        """payload() { echo '{"build_parameters": {"CIRCLE_JOB": "deploy"}}'; }\n"""
        f'payload | curl -fsS -u "$TOKEN:" {JSON} -d @- {TREE}'
    ),
    "payload-of-a-function-that-is-shown": (
        """payload() { echo '{"build_parameters": {"CIRCLE_JOB": "deploy"}}'; }\necho "sending $(payload)"\n"""
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$(payload)" {TREE}'
    ),
    "job-of-a-branch": (
        f'if [ -n "$TOKEN" ]; then\n  job=deploy\nelse\n  job=test\nfi\n'
        f'curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}'
    ),
    "form-that-grows": (
        'DATA="build_parameters[CIRCLE_JOB]=deploy"\nDATA+="&build_parameters[VERSION]=$PLAIN"\n'
        f'curl -fsS -u "$TOKEN:" -d "$DATA" {TREE}'
    ),
    "json-that-grows": (
        """BODY='{"build_parameters": {"CIRCLE_JOB": "deploy"'\nBODY+=", \\"VERSION\\": \\"$PLAIN\\""\nBODY+='}}'\n"""
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$BODY" {API}/tree/main'
    ),
    "url-that-grows": (
        f'branch=$(printf main)\nURL={API}\nURL+="/tree/$branch"\nURL+="?circle-token=$TOKEN"\ncurl -fsS {JOB} "$URL"'
    ),
    "form-that-grows-from-what-was-there": (
        f'JOB=dep\nJOB+=loy\nDATA=\nDATA+="build_parameters[CIRCLE_JOB]=$JOB"\ncurl -fsS -u "$TOKEN:" -d "$DATA" {TREE}'
    ),
    "json-that-printf-puts-into-a-variable": (
        """printf -v BODY '{"build_parameters": {"CIRCLE_JOB": "%s", "VERSION": "%s"}}' deploy "$PLAIN"\n"""
        f'curl -fsS -u "$TOKEN:" {JSON} -d "$BODY" {TREE}'
    ),
    "job-of-a-case": (
        'set -- prod\ncase $1 in\n  staging) job=test ;;\n  prod) job=deploy ;;\n  *) echo "what?"; exit 1 ;;\nesac\n'
        f'curl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=$job" {TREE}'
    ),
    "job-given-before": (
        f'job=deploy\nif [ -z "$TOKEN" ]; then job=test; fi\n'
        f'curl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=$job" {TREE}'
    ),
    "loop-over-a-variable": (
        'jobs="deploy test"\nfor job in $jobs; do\n'
        f'  curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}\ndone'
    ),
    "loop-over-an-array": (
        'jobs=(deploy test)\nfor job in "${jobs[@]}"; do\n'
        f'  curl -fsS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=$job {TREE}\ndone'
    ),
    "truth-of-a-branch": (
        'if [ -n "$TOKEN" ]; then flag=true; else flag=false; fi\n'
        f'curl -fsS -u "$TOKEN:" {JSON} '
        f"""-d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": '$flag'}}}}' {TREE}"""
    ),
    "url-that-is-shown": (
        f'url={TREE}\necho "calling $url" > /dev/null\necho "$url"\ncurl -fsS -u "$TOKEN:" {JOB} "$url"'
    ),
}
FORMS |= FUNCTIONS
