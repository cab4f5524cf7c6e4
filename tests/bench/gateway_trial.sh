#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make trial-gateway: bodies of GIB GiB (10) up and down by a gateway whose memory
# does not grow; and the failures of tests/suite/failures.sh, REQUESTS requests
# (20,000) long at least, with KILLS killed workers (100) and RELOADS reloads (30).
# A plain nginx has its workers killed as often, beside it.
. "$(dirname "$0")/../suite/cli/lib.bash"
SANDBOX_LIFE=7200
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash
. tests/suite/nginx/failures.bash

export PATH=$PATH:/usr/sbin
start_failing
size=$((${GIB:-10} << 30))

# peak: of the workers' memory, in KiB.
peak()
{
	local p most=0 kb
	for p in $(workers); do
		kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status")
		[ "${kb:-0}" -le $most ] || most=$kb
	done
	echo $most
}

# moved NAME OUT ARGS...: a body of that size, and what it took.
moved()
{
	local name=$1 out=$2 before seconds=$SECONDS
	shift 2
	before=$(peak)
	curl -sS --unix-socket "$sock" -w '%{http_code}' -o "$out" "$@" \
	    >"$dir/code" 2>"$dir/err"
	echo "$name: $((SECONDS - seconds)) s; a worker's memory" \
	    "$before KiB before, $(peak) KiB at most" >>"$dir/figures"
	holds "$name: it is answered" [ "$(cat "$dir/code")" = 200 ]
	holds "$name: a worker grows by less than 8 MiB" \
	    [ $(($(peak) - before)) -lt 8192 ]
}

tally 100 8 /own/echo
moved "${GIB:-10} GiB up" "$dir/out" -X POST -T - http://localhost/own/echo \
    < <(head -c $size /dev/zero)
holds "all of it arrived" [ "$(arrived .n)" = $size ]
mkfifo "$dir/sink"
wc -c <"$dir/sink" >"$dir/size" &
counting=$!
moved "${GIB:-10} GiB down" "$dir/sink" "http://localhost/own/big?n=$size"
wait $counting
holds "all of it came" [ "$(cat "$dir/size")" = $size ]

requests=${REQUESTS:-20000}
slow 100
storm 1000
crashes_beside "$requests" "${KILLS:-100}"
replaced
reloads "$requests" "${RELOADS:-30}"
origin_gone
cat "$dir/figures"
finish
