#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The pictures of doc/ say what they were drawn from: each label of
# doc/layers.dot, each peer of the table of doc/bench.md.
set -u
cd "$(dirname "$0")/../../.."
passed=0 failed=0

row()
{
	local name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  $name"
	fi
}

# texts FILE: what it shows, a line each.
texts()
{
	sed -n 's/.*<text[^>]*>\(<tspan[^>]*>\)\{0,1\}\([^<]*\)<.*/\2/p' "$1" |
	    sed 's/&#45;/-/g; s/&#39;/'\''/g; s/&gt;/>/g; s/&amp;/\&/g; s/ *$//'
}

# Labels with \n are drawn as several lines.
while read -r label; do
	row "doc/layers.svg shows: $label; make doc/layers.svg draws it anew" \
	    grep -qxF -- "$label" <(texts doc/layers.svg)
done < <(grep -o 'label = "[^"]*"' doc/layers.dot | cut -d '"' -f 2 |
    sed 's/\\n/\n/g')
row "doc/layers.svg shows several things" [ $passed -gt 10 ]
while read -r peer; do
	row "doc/bench.svg shows: $peer; make bench-plot draws it anew" \
	    grep -qF -- "$peer / " <(texts doc/bench.svg)
done < <(awk -F ' *[|] *' 'NF == 7 && $4 ~ /^[0-9.]+ [num]s$/ {
    gsub(/`/, ""); print $2 }' doc/bench.md)
row "doc/bench.svg shows several things" [ $passed -gt 18 ]
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
