#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The commands of doc/contributing.md: a block that begins with ```sh is run, and
# each line has to work; of others, each target of make and each file is there.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
BUILD=${BUILD:-build}
export BUILD
unset MAKEFLAGS MAKELEVEL MFLAGS APAM_LOG APAM_CONFIG
doc=doc/contributing.md
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
. tests/suite/result

# blocks FENCE: the lines of the blocks that begin with it.
blocks()
{
	awk -v fence="$1" '
	/^```/ { inside = !inside && $0 == fence; open = !open; next }
	inside' $doc
}

# works LINE: it ends with status 0, in this build.
works()
{
	local line=${1//build\//$BUILD/}

	timeout 120 bash -c "${line/#make /make BUILD='$BUILD' }" \
	    </dev/null >"$tmp/out" 2>&1
}

blocks '```sh' >"$tmp/run"
while IFS= read -r line; do
	works "$line"
	result $? "$line: $(tail -3 "$tmp/out")"
done <"$tmp/run"
[ "$(wc -l <"$tmp/run")" -ge 8 ]
result $? "only $(wc -l <"$tmp/run") lines were run"

make -pn help >"$tmp/make" 2>&1
for target in $(blocks '```' | grep -oE '^make [^#]*' |
    sed 's/^make//; s/ -j[0-9]*//; s/[A-Z_]*=[^ ]*//g'); do
	grep -q "^$target:" "$tmp/make"
	result $? "make $target: there is no such target"
done

# Files as the text names them, from the top, from core/, or from doc/.
for name in $(grep -oE '`[a-z_]+/[a-zA-Z0-9_./-]+`' $doc | tr -d '`' | sort -u); do
	case $name in
	build/* | /*)
		continue
		;;
	esac
	[ -e "$name" ] || [ -e "core/$name" ] || [ -e "doc/$name" ]
	result $? "$doc names $name, which is not there"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
