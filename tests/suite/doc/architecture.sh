#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# doc/architecture.md names the files that there are: each of core/ is in its
# table of floors, and each file, folder and decision that it names is there.
# Its picture shows the floors and libraries of core/FLOORS.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
doc=doc/architecture.md
tmp=$(mktemp) || exit 1
trap 'rm -f "$tmp"' EXIT
. tests/suite/result

# The floors as the table has them, one a line: the name, then its files.
floors()
{
	awk -F'|' '$2 ~ /^ `[a-z]+\/` $/ && NF == 6 { print $2 $4 }' $doc |
	    tr -d '`/'
}

# The rows of the picture: "floor what it uses", the highest floor first.
picture()
{
	awk -F'|' '
	/^```/ { inside = !inside }
	inside && $2 ~ /^ [a-z]+ / && !/what it uses/ {
		split($2, word, " ")
		print word[1], $3
	}' $doc
}

# "floor library" for each library that core/FLOORS gives to a floor, and for
# those that hold handles of libcurl.
libraries()
{
	awk '
	BEGIN {
		word["libconfig.h"] = "libconfig"
		word["jansson.h"] = "jansson"
		word["curl/"] = "libcurl"
		word["openssl/"] = "OpenSSL"
		word["dlfcn.h"] = "dlopen"
	}
	$1 == "only" {
		for (i = 3; i <= NF; i++) {
			split($i, part, "/")
			if (part[1] == "core")
				print part[2], ($2 in word) ? word[$2] : $2
		}
	}' core/FLOORS
	grep -lwE 'CURL|CURLM' core/*/*.[ch] |
	    sed 's|core/||; s|/.*| libcurl|'
}

# All files and folders, a line each: looking for each name anew would take long.
all=$'\n'$(find core hosts modules include tests etc)$'\n'

# is_there FILE: as it is named in the text, wherever it lies.
is_there()
{
	[ -e "$1" ] || [ -e "doc/$1" ] || [[ $all = *"/$1"$'\n'* ]]
}

floors=$(floors)
[ "$(echo "$floors" | awk '{ print $1 }')" = \
    "$(awk '/^#/ || !NF { next } $1 ~ /^(host|only|except)$/ { next }
	{ print $1 }' core/FLOORS | tac)" ]
result $? "$doc: its floors are not those of core/FLOORS, the highest first"
[ "$(picture | awk '{ print $1 }')" = "$(echo "$floors" | awk '{ print $1 }')" ]
result $? "$doc: the floors of its picture are not those of core/FLOORS"
shown=$(picture | tr -c 'A-Za-z\n' ' ' |
    awk '{ for (i = 2; i <= NF; i++)
	if ($i ~ /^(libconfig|jansson|libcurl|OpenSSL|dlopen)$/)
		print $1, $i }' | sort -u)
[ "$shown" = "$(libraries | sort -u)" ]
result $? "$doc: its picture has other libraries than core/FLOORS:
$(diff <(echo "$shown") <(libraries | sort -u))"
while read -r floor names; do
	for name in $names; do
		files=$(echo core/"$floor/$name".[ch])
		[ -e "${files##* }" ]
		result $? "$doc: $floor/ has $name, which is not there"
	done
	for file in core/"$floor"/*.[ch]; do
		name=${file##*/}
		name=${name%.[ch]}
		[[ " $names " = *" $name "* ]]
		result $? "$doc: $floor/ lacks $file"
	done
done <<<"$floors"
# Each lock has a row of the table of locks, which names the file.
locks=$(sed -n '/^## Locks/,/^## R/p' $doc | awk -F'|' '{ print $2 }')
for file in $(grep -lE '^[[:space:]]*(static )?pthread_mutex_t [a-z_]+( =|;)' \
    core/*/*.[ch]); do
	[[ $locks = *"in \`${file#core/}\`"* ]]
	result $? "$doc: the table of locks lacks the one in $file"
done
for name in $(grep -oE '`[a-z0-9_/-]+\.(c|h|md|sh|syms)`' $doc | tr -d '`' |
    sort -u) $(grep -oE '\]\([a-z0-9/.-]+\)' $doc | tr -d ']()' | sort -u); do
	is_there "$name"
	result $? "$doc names $name, which is not there"
done
# Functions, structs, members, options and macros: words with a `_` or in capitals.
grep -rohwE '[A-Za-z0-9]*_[A-Za-z0-9_]+|[A-Z0-9]{4,}' \
    core hosts include modules tools | sort -u >"$tmp"
for name in $(grep -oE '`[A-Za-z0-9_]+`' $doc | tr -d '`' | grep -E '_|^[A-Z]' |
    sort -u); do
	grep -qx "$name" "$tmp" || is_there "$name.c" || is_there "$name.h"
	result $? "$doc names $name, which is in no source"
done
[ "$(wc -l <"$tmp")" -gt 3000 ]
result $? "few words were found in the sources"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
