#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Allocations that fail while the program reads and writes JSON: it says all of
# it, or that memory ran out, and never a part of it as if it were all.
. "$(dirname "$0")/lib.bash"
fault=$(realpath "$build/tests/faults/fault.so")
memory=1	# of enum fault_kind
enomem=12

cat >"$dir/log" <<'END'
{ "TIME": 1769860800, "APAM_EVENT": "state", "APAM_KEY": "a key with a long name", "APAM_STATE": "revoked" }
{ "__REALTIME_TIMESTAMP": "1769860801000000", "APAM_EVENT": "registry", "APAM_KEY": "another" }
END

# failing AT LAST: the log, read with those allocations failing.
failing()
{
	"$timeout" 120 env APAM_FAULT=$memory:$1:$enomem:$2 \
	    APAM_FAULT_COUNT="$dir/count" LD_PRELOAD="$fault" \
	    "$build/apam" -c "$dir/apam.conf" --json log --file "$dir/log" >"$dir/out" 2>"$dir/err"
	status=$?
}

# Each in turn, alone and with all that come after it.
fail_each()
{
	for ((at = 1; at <= calls; at++)); do
		for last in $at 999999; do
			failing "$at" "$last"
			if [ $status -eq 0 ] && cmp -s "$dir/out" "$dir/whole"
			then
				continue
			fi
			[ $status -ge 1 ] && [ $status -le 5 ] &&
			    grep -q 'memory' "$dir/err" && continue
			echo "allocation $at: status $status: $(cat "$dir/err")"
			bad=$((bad + 1))
		done
	done
}

failing 0 0
cp "$dir/out" "$dir/whole"
holds "all is read" grep -q '"another"' "$dir/whole"
calls=$(cat "$dir/count")
holds "there are allocations to fail" [ "$calls" -gt 50 ]
bad=0
fail_each >"$dir/bad"
sed 5q "$dir/bad"
holds "each of them may fail" [ "$bad" -eq 0 ]
finish
