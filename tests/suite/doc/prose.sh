#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tools/check-prose finds what it should and nothing else; the core names no
# scheme and no provider.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
top=$PWD
mkdir -p "$tmp/core/text" "$tmp/hosts" "$tmp/modules"
for scheme in modules/*/module.c; do
	mkdir "$tmp/${scheme%/module.c}"
	: >"$tmp/$scheme"
done
. tests/suite/result

# says FILE TEXT: what the check says of a file with this text.
says()
{
	printf '%b\n' "$2" >"$tmp/$1"
	(cd "$tmp" && "$top/tools/check-prose" "$1")
}

refused()
{
	local said

	said=$(says "$1" "$2") && result 1 "passes: $2"
	[[ $said = "FAIL  $1:"*": $3: "*"0 passed, 1 failed" ]]
	result $? "$2: $said"
}

passes()
{
	local said

	said=$(says "$1" "$2")
	[ "$said" = '1 passed, 0 failed' ]
	result $? "$2: $said"
}

refused core/text/a.c '/* That is no URL. */' 'say "is not a"'
refused core/text/a.c '\treturn "is no method";' 'say "is not a"'
refused core/text/a.c ' * They are no files.' 'say "is not a"'
passes core/text/a.c '/* There is no URL. */'
passes core/text/a.c ' * It says that there\n * is no URL.'
refused core/text/a.c ' * What is that\n * is no URL.' 'say "is not a"'
passes core/text/a.c ' * It says that there is\n * no URL.'
passes core/text/a.c ' * It says that there is no\n * URL.'
refused core/text/a.c ' * What is no\n * URL is that.' 'say "is not a"'
passes core/text/a.c ' * There is no URL.\n * Not.'
refused core/text/a.c ' * What is\n * no URL.' 'say "is not a"'
passes core/text/a.c '/* It is no more. */'
passes core/text/a.c 'START_TEST(whoever_is_late)\nwhoever_is_late'
passes core/text/a.c '/* It is no longer used, and is no more than 3. */'
passes core/text/a.c '/* This is not a URL. */'
long=$(printf '%0119d b' 1)
refused hosts/a.md "$long" 'break the line, at 120 characters at the latest'
passes hosts/a.md "${long#0}"
passes hosts/a.md "${long#00}é"
passes hosts/a.md "| $long |"
passes hosts/a.md "${long% b}bc"
passes hosts/a.md "\`\`\`\n$long\n\`\`\`"
refused hosts/a.md "\`\`\`\n\`\`\`\n$long" \
    'break the line, at 120 characters at the latest'
passes core/text/a.c "$long"
refused core/text/a.c '/* Whoever\n * whoever */' \
    'say "whoever" once in a file at most'
refused core/text/a.c '/* nobody who, nobody who */' \
    'say "nobody who" once in a file at most'
passes core/text/a.c '/* Whoever */'
refused core/text/a.c '/* TODO: more */' 'nothing is left to be done'
refused core/text/a.c '\t/* XXX */' 'nothing is left to be done'
passes core/text/a.c 'char dir[] = "/tmp/apam-XXXXXX"; // "XXX-2"'
for scheme in modules/*/module.c; do
	scheme=$(basename "${scheme%/module.c}")
	refused core/text/a.c "/* Near to $scheme. */" 'the core names no scheme'
	passes hosts/a.c "/* Near to $scheme. */"
done
for name in OAuth SigV4 Bearer 7SIGNAL 'XY Sense' xysense 'SEED Platform'; do
	refused core/text/a.c "/* As $name does. */" 'the core names no scheme'
done
passes core/text/a.c '/* A scheme has a bearers-like thing. */'
! (cd "$tmp" && "$top/tools/check-prose" </dev/null) >"$tmp/out"
result $? "nothing to check passes"

# The core as it is.
find core -type f >"$tmp/files"
xargs tools/check-prose <"$tmp/files" | grep ': the core names no scheme: ' \
    >"$tmp/said"
[ ! -s "$tmp/said" ]
result $? "$(cat "$tmp/said")"
[ "$(wc -l <"$tmp/files")" -gt 200 ]
result $? "few files of the core were found"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
