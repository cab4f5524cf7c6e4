#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tools/gdb/apam.py prints the main structs of a process that has signed, and no
# secret unless it is asked to.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
export BUILD=${BUILD:-build} CK_FORK=no
program=$BUILD/tests/gdb/shown
secret=FAKE-not-to-be-shown
# As Basic authentication has it, with either of its neighbours.
encoded='RkFLRS1ub3QtdG8tYmUtc2hvd2|ZBS0Utbm90LXRvLWJlLXNob3du|GQUtFLW5vdC10by1iZS1zaG93b'
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
. tests/suite/result

# What is printed as what: an expression of gdb's, and a pattern of the line.
rows='
seen.text		"a\\x09b"
seen.secret		<20 bytes, not shown>
seen.buf		<20 bytes, not shown>, 20 of at most 4096 bytes
seen.plain		"no secret", 9 of at most 4096 bytes
seen.full		failed: more than 4 bytes
seen.url		"https://api.example/eyes\?page=2", host api.example, port 443
*seen.entry		entry 1 of p, scheme basic-email-key, generation 1, .*, key unknown
*seen.credential		generation 1, [0-9]+ bytes, static, expires never
*seen.key		unknown
*seen.stack		stack of p, open, 1 user, 2 entries = \{1 = entry 1 of p, .*, 2 = entry 2 of p, .*, no credential, key unknown\}
*seen.slot		slot, 1 header of [0-9]+ bytes, 1 origin, generation 1
*seen.latched		entry 1 of denied, scheme return-test, no credential, latched: denied: .*, key unknown.*
*seen.failing		entry 1 of down, scheme return-test, no credential, 1 failure, next try (in [0-9]+ s|[0-9]+ s ago), key unknown.*
seen.entry->flight	no flight, 1 landed
seen.failing->flight	no flight, 1 landed, the last one: network: .*
seen.project.err	network: .*
'

# in_gdb LINE ...: what gdb prints for these lines where the program has signed.
# It goes on to its end afterwards, so that it leaves nothing behind.
in_gdb()
{
	{
		printf '%s\n' 'set debuginfod enabled off' 'set pagination off' \
		    'source tools/gdb/apam.py' 'break shown' 'run'
		printf 'echo \\n----\\n\n'
		printf '%s\n' "$@"
		printf 'echo \\n----\\n\n'
		echo continue
	} >"$tmp/lines"
	timeout 60 gdb -nx -q -batch -x "$tmp/lines" "$program" \
	    </dev/null >"$tmp/out" 2>&1
	awk '/^----$/ { inside = !inside; next } inside && /./' "$tmp/out"
}

mapfile -t lines < <(awk 'NF { print "output " $1 "\necho \\n" }' <<<"$rows")
in_gdb "${lines[@]}" >"$tmp/printed"
while read -r what pattern; do
	[ -n "$what" ] || continue
	said=
	read -r said <&3
	[[ $said =~ ^$pattern$ ]]
	result $? "$what is printed as: $said"
done <<<"$rows" 3<"$tmp/printed"

in_gdb 'print seen' 'print *seen.entry' 'print *seen.stack' \
    'print *seen.profile' 'print seen.signature.headers[0]' 'backtrace full' \
    >"$tmp/all"
[ "$(wc -l <"$tmp/all")" -gt 10 ]
result $? "nothing was printed: $(tail -3 "$tmp/out")"
! grep -Eq "$secret|$encoded" "$tmp/all"
result $? "a secret is printed: $(grep -En "$secret|$encoded" "$tmp/all")"
said=$(in_gdb 'set apam-secrets on' 'output seen.buf')
[ "$said" = "\"$secret\", 20 of at most 4096 bytes" ]
result $? "with apam-secrets on, a buffer is printed as: $said"
in_gdb 'set apam-secrets on' 'print seen.signature.headers[0]' |
    grep -Eq "$encoded"
result $? "with apam-secrets on, a header is not printed"
grep -q '100%: Checks: 1, Failures: 0, Errors: 0' "$tmp/out"
result $? "the program did not come to its end: $(tail -3 "$tmp/out")"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
