#!/usr/bin/env bash
# Shells: in `${V%"${V:?missing}"}` bash looks at the pattern only where V holds text, dash and busybox where V is set, mksh always.
# So a check that stands in a pattern ends the script for an empty V in three of the four shells, for an unset V in one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q bash=5.2.15-2+b13 dash=0.5.12-2 busybox=1:1.35.0-4+deb12u1+b1 mksh=59c-28+deb12u1 >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" tree; done
script='printf "[%s] " "${V%"${V:?missing}"}"; echo went on'
seen=$(
  echo "bash 5.2.15 dash 0.5.12 busybox 1.35.0 mksh 59c"
  for shell in "tree/bin/bash" "tree/bin/dash" "tree/bin/busybox sh" "tree/bin/mksh"; do
    for form in "-u V" V= V=x; do
      echo "${shell#tree/bin/} $form: $(env $form $shell -c "$script" 2>/dev/null || echo ended)"
    done
  done
)
echo "$seen"
expected='bash 5.2.15 dash 0.5.12 busybox 1.35.0 mksh 59c
bash -u V: [] went on
bash V=: [] went on
bash V=x: [] went on
dash -u V: [] went on
dash V=: ended
dash V=x: [] went on
busybox sh -u V: [] went on
busybox sh V=: ended
busybox sh V=x: [] went on
mksh -u V: ended
mksh V=: ended
mksh V=x: [] went on'
[[ "$seen" == "$expected" ]]
