#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# doc/architecture.md names the files that there are: each of core/ is in its
# table of layers, and each file, folder and decision that it names is there.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
doc=doc/architecture.md
passed=0 failed=0

# result STATUS WHAT: count a row, and show it where it failed.
result()
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  $2"
	fi
}

# The names in the table of layers, one a line; some end in an asterisk.
layers()
{
	sed -n '/^| layer/,/^$/p' $doc | awk -F'|' 'NR > 2 { print $3 }' |
	    grep -oE '`[a-z0-9_*]+`' | tr -d '`'
}

# in_layers NAME
in_layers()
{
	local pattern

	for pattern in $layers; do
		case $1 in
		$pattern) return 0 ;;
		esac
	done
	return 1
}

# is_there FILE: as it is named in the text, wherever it lies.
is_there()
{
	[ -e "$1" ] || [ -e "doc/$1" ] ||
	    [ -n "$(find core cli modules include tests etc \
		-path "*/$1" -print -quit)" ]
}

layers=$(layers)
set -f
for file in $(set +f; echo core/*.c); do
	name=$(basename "$file" .c)
	in_layers "$name"
	result $? "core/$name.c is in no layer of $doc"
done
for name in $layers; do
	set +f
	files=$(echo core/$name.[ch])
	set -f
	[ -e "${files%% *}" ] || [ -e "core/$name.h" ]
	result $? "$doc: a layer has $name, which is no file of core/"
done
for name in $(grep -oE '`[a-z0-9_/-]+\.(c|h|md|sh|syms)`' $doc | tr -d '`' |
    sort -u) $(grep -oE '\]\([a-z0-9/.-]+\)' $doc | tr -d ']()' | sort -u); do
	is_there "$name"
	result $? "$doc names $name, which is not there"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
