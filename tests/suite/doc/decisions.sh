#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each file of doc/decisions/ has the same short form, and
# README.md of the folder lists all of them.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
dir=doc/decisions
index=$dir/README.md
. tests/suite/result

# form FILE: what stands where, as one line.
form()
{
	awk '
	/^# [0-9]+: / && NR == 1 { print "title" }
	/^Date: / && NR == 3 { print "date" }
	/^## / { print }
	/./ { last = $0 }
	END { if (last ~ /^## /) print "nothing" }' "$1" | paste -sd' '
}

# row FILE: as the index has to list it.
row()
{
	awk -v file="$(basename "$1")" '
	NR == 1 { number = substr($2, 1, 3); sub(/^# [0-9]+: /, ""); title = $0 }
	/^Date: / { print "| [" number "](" file ") | " $2 " | " title " |" }' "$1"
}

expected=0
for file in "$dir"/[0-9]*.md; do
	expected=$((expected + 1))
	name=$(basename "$file")
	[ "${name%%-*}" = "$(printf '%03d' $expected)" ]
	result $? "$file: the number after the one before is $expected"
	[ "$(sed -n '1s/^# \([0-9]*\): .*/\1/p' "$file")" = "${name%%-*}" ]
	result $? "$file: its title has another number"
	[ "$(form "$file")" = "title date ## What was wrong ## What was\
 decided ## Alternatives ## What remains" ]
	result $? "$file: its parts are: $(form "$file")"
	day=$(sed -n '3s/^Date: //p' "$file")
	[ "$(date -u -d "$day" +%F 2>/dev/null)" = "$day" ]
	result $? "$file: its date is not YYYY-MM-DD: $day"
	grep -qxF "$(row "$file")" $index
	result $? "$index lacks: $(row "$file")"
done
[ $expected -ge 20 ]
result $? "$dir: only $expected decisions were found"
[ "$(grep -c '^| \[' $index)" = $expected ]
result $? "$index lists what is not there"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
