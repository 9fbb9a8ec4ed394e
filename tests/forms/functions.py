"""Ways to send triggers through a shell function of the script, to be rewritten and run like `tests.forms.forms`."""

ROOT = "https://circleci.com/api/v1.1"
API = f"{ROOT}/project/github/acme/app"
CURL = 'curl -fsS -u "$TOKEN:"'
JSON = "-H 'Content-Type: application/json'"

FUNCTIONS = {
    "function-with-job-and-branch": (
        f'trigger() {{\n  {CURL} -d "build_parameters[CIRCLE_JOB]=$1" {API}/tree/$2\n}}\n'
        "trigger deploy main\ntrigger test main"
    ),
    "function-with-defaults": (
        "trigger() {\n  local job=${1:-deploy} branch=${2:-main}\n"
        f'  {CURL} -d "build_parameters[CIRCLE_JOB]=$job" "{API}/tree/$branch"\n}}\n'
        'trigger\ntrigger test\ntrigger "" main'
    ),
    "function-with-value": (
        "trigger() {\n  local job=$1\n  shift\n"
        f'  {CURL} -F "build_parameters[CIRCLE_JOB]=$job" -F "build_parameters[VERSION]=$1" {API}/tree/main\n}}\n'
        'trigger deploy "$NASTY"\ntrigger test "$PLAIN"'
    ),
    "function-with-path-and-data": (
        f'API={API}\npost() {{\n  local path="$1" data="$2"\n  {CURL} -d "$data" "$API/$path"\n}}\n'
        "post tree/main build_parameters[CIRCLE_JOB]=deploy\n"
        'post "tree/main" "build_parameters[CIRCLE_JOB]=test&build_parameters[VERSION]=$PLAIN"'
    ),
    "function-without-quotes": (
        f"post() {{\n  {CURL} -XPOST -d $2 {ROOT}/$1\n}}\n"
        "post project/github/acme/app/tree/main build_parameters[CIRCLE_JOB]=deploy"
    ),
    "function-that-tests-its-data": (
        f'post() {{\n  if [ -z "$2" ]; then return 1; fi\n  echo "posting $2"\n  {CURL} -d "$2" {API}/tree/$1\n}}\n'
        "post main build_parameters[CIRCLE_JOB]=deploy"
    ),
    "function-with-json-argument": (
        f'call() {{ {CURL} {JSON} --data "$2" "{ROOT}/$1"; }}\n'
        'call project/github/acme/app/tree/main \'{"build_parameters": {"CIRCLE_JOB": "deploy"}}\'\n'
        'call project/github/acme/app "{\\"build_parameters\\": {\\"CIRCLE_JOB\\": \\"test\\", '
        '\\"VERSION\\": \\"$PLAIN\\"}}"'
    ),
    "function-with-url-argument": (
        f'trigger() {{\n  {CURL} -d "build_parameters[CIRCLE_JOB]=$2" "$1"\n}}\n'
        f"trigger {API}/tree/main deploy\ntrigger {API}/tree/main test"
    ),
    "function-with-all-arguments": (
        f'post() {{ {CURL} "$@"; }}\n'
        f"post -d build_parameters[CIRCLE_JOB]=deploy {API}/tree/main\n"
        f"post {API}/tree/main -d build_parameters[CIRCLE_JOB]=test "
        '--data-urlencode "build_parameters[VERSION]=$NASTY"\n'
        f"post -X POST {API}/tree/main"
    ),
    "function-with-the-rest": (
        f'api() {{\n  local method="$1" path="$2"; shift 2\n  {CURL} -X "$method" "$@" "{ROOT}/$path"\n}}\n'
        "api POST project/github/acme/app/tree/main -d build_parameters[CIRCLE_JOB]=deploy \\\n"
        "  -d 'build_parameters[VERSION]=a b'"
    ),
    "function-in-a-function": (
        f'post() {{ {CURL} -d "$2" {API}/$1; }}\n'
        'deploy() {\n  local version=$1\n  post tree/main "build_parameters[CIRCLE_JOB]=deploy&'
        'build_parameters[VERSION]=$version"\n}\ndeploy 1\ndeploy "$PLAIN"'
    ),
    "function-with-its-reply": (
        f'post() {{ {CURL} -d "$1" {API}/tree/main; }}\n'
        'reply=$(post "build_parameters[CIRCLE_JOB]=deploy")\necho "$reply"\n'
        "post build_parameters[CIRCLE_JOB]=test | cat"
    ),
    "function-with-token-in-query": (
        f'post() {{ curl -fsS -d "$2" "{API}/$1?circle-token=$TOKEN"; }}\n'
        "post tree/main build_parameters[CIRCLE_JOB]=deploy\npost tree/feature%2Fx build_parameters[CIRCLE_JOB]=test"
    ),
    "function-with-keyword": (
        f'function post {{\n  local URL=$1\n  local DATA=$2\n  {CURL} -d "$DATA" {API}/${{URL}}\n}}\n'
        "post tree/main build_parameters[CIRCLE_JOB]=deploy"
    ),
    "function-that-is-defined-later": (
        f'main() {{ post build_parameters[CIRCLE_JOB]=deploy; }}\npost() {{ {CURL} -d "$1" {API}/tree/main; }}\nmain'
    ),
}
