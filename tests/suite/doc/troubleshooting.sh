#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam-troubleshooting(7) against the sources: each text of an error, a warning
# or evidence is in the page or in plain-texts, where those are that explain
# themselves; and neither holds a text that the program no longer has.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
page=doc/man/apam-troubleshooting.7
plain=tests/suite/doc/plain-texts
passed=0 failed=0

# What hosts/kit says is for those who write modules, and names the section of
# the module guide beside it.
for f in core/*/*.c core/*/object/*.c include/apam/*.h modules/*/*.[ch] \
    $(printf '%s\n' hosts/*/*.c hosts/*/*/*.c | grep -v '^hosts/kit/'); do
	awk -f tests/suite/doc/texts "$f" | sed "s|^|$f	|"
done >"$tmp/where"
cut -f 2- "$tmp/where" | sort -u >"$tmp/sources"
sed -n 's/^\.Li "\(.*\)"$/\1/p' "$page" | sed 's/\\(dq/"/g; s/\\e/\\/g' |
    sort >"$tmp/page"
grep -v '^#' "$plain" | sort >"$tmp/plain"
sort -u "$tmp/page" "$tmp/plain" >"$tmp/told"

# rows WHAT FILE: a row that fails for each line of the file.
rows()
{
	while IFS= read -r text; do
		failed=$((failed + 1))
		echo "FAIL  $1: $text"
	done <"$2"
}
comm -23 "$tmp/sources" "$tmp/told" >"$tmp/untold"
comm -13 "$tmp/sources" "$tmp/told" >"$tmp/gone"
comm -12 "$tmp/page" "$tmp/plain" >"$tmp/both"
uniq -d "$tmp/page" >"$tmp/twice"
rows "neither in $page nor in $plain" "$tmp/untold"
rows "in no source" "$tmp/gone"
rows "in the page and in $plain" "$tmp/both"
rows "twice in the page" "$tmp/twice"
passed=$(comm -12 "$tmp/sources" "$tmp/told" | wc -l)
# What finds the texts has not gone blind.
if [ "$passed" -lt 400 ] || ! grep -qx 'the API answered 401: the .*accepted' \
    "$tmp/sources"; then
	failed=$((failed + 1))
	echo "FAIL  few texts were found in the sources: $passed"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
