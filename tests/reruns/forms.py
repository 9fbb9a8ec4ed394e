"""Ways to rerun a build in a shell script, one script each; and those that stay as they are, with the reason.

They run with $TOKEN and $N, the number of a build, in the environment.
"""

API = "https://circleci.com/api/v1.1/project/github/acme/app"
CALL = f'curl -sS -u "$TOKEN:" -X POST {API}/$N/retry'

FORMS = {
    "plain": CALL,
    "ssh": f'curl -sS -u "$TOKEN:" -X POST {API}/$N/ssh',
    "quoted-url": f'curl -sS -X POST -H "Circle-Token: $TOKEN" "{API}/${{N}}/retry"',
    "single-quotes": f"curl -sS -X POST -H 'Accept: application/json' -u \"$TOKEN:\" '{API}/'$N'/retry'",
    "empty-body": f'curl -sS -u "$TOKEN:" -d "" {API}/$N/retry',
    "json-body": f"""curl -sS -u "$TOKEN:" -H 'Content-Type: application/json' -d '{{}}' {API}/$N/ssh""",
    "form-body": f"""curl -sS -u "$TOKEN:" --data-urlencode 'parallel=1' -d b=c {API}/$N/retry""",
    "several-lines": f'curl \\\n  -sS \\\n  --request POST \\\n  --user "$TOKEN:" \\\n  {API}/$N/retry',
    "url-first": f'curl "{API}/$N/retry" -sSXPOST -u"$TOKEN:"',
    "clustered": f'curl -sSLu "$TOKEN:" -XPOST {API}/$N/retry',
    "query-token": f'curl -sS -X POST "{API}/$N/retry?circle-token=$TOKEN"',
    "query-token-unquoted": f"curl -sS -X POST {API}/$N/retry?circle-token=$TOKEN",
    "userinfo": 'curl -sS -X POST "https://$TOKEN:@circleci.com/api/v1.1/project/github/acme/app/$N/ssh"',
    "bearer": f'curl -sS -X POST --oauth2-bearer "$TOKEN" {API}/$N/retry',
    "v1": 'curl -sS -u "$TOKEN:" -X POST https://circleci.com/api/v1/project/acme/app/$N/retry',
    "server": f'curl -sS -u "$TOKEN:" -X POST {API.replace("circleci.com", "circleci.example.com")}/$N/retry',
    "url-variable": f'url={API}/$N/retry\ncurl -sS -u "$TOKEN:" -X POST "$url"',
    "base-variable": f'api={API}\ncurl -sS -u "$TOKEN:" -X POST "$api/$N/retry"\necho $api',
    "pieces": (
        "host=https://circleci.com\nproject=acme/app\nbuild=$N\njob=x\n"
        'curl -sS -u "$TOKEN:" -X POST "$host/api/v1.1/project/gh/$project/$build/ssh"'
    ),
    "options-variable": f'auth="-sS --user personal-token:"\ncurl $auth -X POST {API}/$N/retry',
    "options-array": f'auth=(-sS -u "$TOKEN:")\ncurl "${{auth[@]}}" -X POST {API}/$N/retry',
    "options-array-of-all-kinds": f'with=(-sS -X POST -u "$TOKEN:")\ncurl "${{with[@]}}" {API}/$N/retry',
    "token-from-file": f'printf %s "$TOKEN" > token\ncurl -sS -u "$(cat token):" -X POST {API}/$N/retry',
    "number-from-command": f'curl -sS -u "$TOKEN:" -X POST {API}/$(printf "%d" $N)/retry',
    "pipe": f"{CALL} | grep -q .",
    "into-jq": f"{CALL} -H 'Accept: application/json' | jq -e . > /dev/null",
    "and": f"true && {CALL} && echo done",
    "or": f"{CALL} || exit 7",
    "if": f"if ! {CALL}; then\n    exit 3\nfi",
    "while": f"while ! {CALL} > /dev/null; do sleep 1; done",
    "substitution": f'reply=$({CALL})\necho "$reply"',
    "substitution-in-quotes": f'echo "reply: $({CALL})"',
    "subshell": f"({CALL})",
    "group": f"{{ {CALL}; }} 2>&1",
    "function": f"again() {{\n\tlocal page=1\n\t{CALL}\n\techo $page\n}}\nagain",
    "function-argument": f'again() {{\n  curl -sS -u "$TOKEN:" -X POST "{API}/$1/retry"\n}}\nagain "$N"',
    "loop": f'for build in "$N"; do\n  curl -sS -u "$TOKEN:" -X POST {API}/$build/retry\ndone',
    "read-loop": f'echo "$N" | while read -r job; do curl -sS -u "$TOKEN:" -X POST {API}/$job/retry; done',
    "case": f"case $N in\n  [0-9]*) {CALL} ;;\n  *) exit 1 ;;\nesac",
    "background": f"{CALL} &\nwait $!",
    "redirect": f"{CALL} > reply 2>&1 < /dev/null\ngrep -q . reply",
    "redirect-in-front": f'curl -sS 2> errors -u "$TOKEN:" -X POST {API}/$N/retry > reply',
    "output": f'curl -sS -o reply -w "%{{http_code}}" -u "$TOKEN:" -X POST {API}/$N/retry',
    "strict": f"set -eu\n{CALL}",
    "traced": f'set -x\ntrap "echo bye" EXIT\n{CALL}',
    "assignment": f"LANG=C {CALL}",
    "prefix": f"env LANG=C timeout 20 {CALL}",
    "names-taken": f'build=1 workflow=2 number=3 job=4 page=5\n{CALL}\necho "$build$workflow$number$job$page"',
    "comment": f"{CALL} # again",
    "second-call": f"{CALL}\n{CALL}",
    "beside-another": (
        f'api={API}\ncurl -sS -u "$TOKEN:" -X POST "$api/$N/retry"\ncurl -sS -u "$TOKEN:" -X POST "$api/build"'
    ),
    "wget": f'wget -q -O - --header "Circle-Token: $TOKEN" --post-data "" {API}/$N/retry',
    "wget-method": f'wget -qO- --method=POST --header="Circle-Token: $TOKEN" {API}/$N/ssh',
}
BASH_ONLY = {"function", "options-array", "options-array-of-all-kinds"}

REFUSED = {
    "backticks": (f"x=`{CALL}`", "backticks"),
    "exec": (f"exec {CALL}", "rerun"),
    "time": (f"time -p {CALL}", "rerun"),
    "retry function": (f'again() {{ "$@" || "$@"; }}\nagain {CALL}', "rerun"),
    "here-document": (f'curl -u "$TOKEN:" -d @- {API}/$N/retry <<EOF\n{{}}\nEOF', "rerun"),
    "options in a file": (f"curl -K rc -X POST {API}/$N/retry", "rerun"),
    "headers from standard input": (f'echo "$H" | curl -H @- -X POST {API}/$N/retry', "rerun"),
    "one of several": (f"for how in retry cancel; do curl -X POST {API}/$N/$how; done", "several-urls"),
    "unknown command": (f'curl -u "$(fetch-token):" -X POST {API}/$N/retry', "rerun"),
    "unknown command in the query": (f'curl -X POST "{API}/$N/retry?circle-token=$(fetch-token)"', "rerun"),
    "unknown command as host": ('curl -X POST "$(host)circleci.com/api/v1.1/project/gh/acme/app/$N/retry"', "rerun"),
    "counting": (f'curl -u "$TOKEN:" -X POST {API}/$((N++))/retry', "rerun"),
    "assigning": (f'curl -u "$TOKEN:" -X POST "{API}/${{N:=12}}/retry"', "rerun"),
    "status": (f'curl -u "$TOKEN:" -H "X-Status: $?" -X POST {API}/$N/retry', "rerun"),
    "options with the method": (f'o="-u x: -XPOST"\ncurl $o {API}/$N/retry', "options-in-variable"),
    "URL in an array": (f'with=(-u "$TOKEN:" {API}/12/retry)\ncurl -X POST "${{with[@]}}"', "options-in-variable"),
    "program in a variable": (f'c="curl -u x:"\n$c -X POST {API}/12/retry', "rerun"),
    "redirection first": (f"> reply {CALL}", "rerun"),
    "xargs": (f'echo 12 | xargs -I% curl -u "$TOKEN:" -X POST {API}/%/retry', "xargs"),
    "ssh host": (f"ssh host '{CALL}'", "remote-shell"),
}
