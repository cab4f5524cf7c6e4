#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apamd --replace`: 4 programs sign while the agent is replaced 20 times, and none
# of them notices; who may replace it; what becomes of it where the new one fails.
. "$(dirname "$0")/agent.bash"

me=$(id -u)
key paged <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "secret"; } );'
hmac signed <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "signature"; } );'
{
	cat "$dir/apam.conf"
	echo "agent = \"require\"; agent_socket = \"$agent\";"
	echo "agent_user = \"$(id -un)\";"
} >"$dir/client.conf"
chmod 644 "$dir/client.conf"
echo 'module_dir =' >"$dir/wrong.conf"

# log_has N TEXT: the agents have said so N times.
log_has()
{
	[ "$(grep -c "$2" "$dir/agent.log")" = "$1" ]
}

# replace: the agent by another one, which then serves.
replaced=0
replace()
{
	local old=$AGENT_PID
	"$build/apamd" -c "$dir/apam.conf" --socket "$agent" --replace "$@" \
	    >>"$dir/agent.log" 2>&1 &
	AGENT_PID=$!
	wait "$old" || ends=$?
	replaced=$((replaced + 1))
}

# other WHAT ARGS...: replace.py, as in its head.
other()
{
	"$timeout" 90 python3 tests/suite/agent/replace.py "$1" "$agent" "${@:2}" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
}

# signs WHAT: the agent does.
signs()
{
	asks paged GET https://paged.example.com/x
	holds "$1" grep -q '^signed' "$dir/out"
}

# apamd that is not to begin.
begin()
{
	"$timeout" 90 "$build/apamd" --socket "$agent" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

coproc flock "$agent.lock" sh -c 'echo locked; read -r line'
read -r line <&"${COPROC[0]}"
"$build/apamd" -c "$dir/apam.conf" --socket "$agent" --replace \
    >>"$dir/agent.log" 2>&1 &
AGENT_PID=$!
tries() { readlink "/proc/$AGENT_PID/fd/"* | grep -qx "$agent.lock"; }
holds "where another has the lock, and does not serve" wait_for tries
eval "exec ${COPROC[1]}>&-"
holds "it is waited for" wait_for log_has 1 "serves at $agent "
end_agent TERM
: >"$dir/agent.log"

start_agent --replace
holds "with nothing to replace it begins" wait_for log_has 1 'profiles in .*apam.d: 2'
holds "and says where it listens" log_has 1 "serves at $agent "
signs "it signs"

begin -c "$dir/apam.conf"
expect "without --replace another does not begin" 4 '' \
    'another apamd serves there: have this one take over with --replace' \
    "$dir/out" "$dir/err"

# ---- 20 times --------------------------------------------------------------------

ends=0
programs=()
for i in 1 2 3 4; do
	"$build/tests/apamd/use" "$dir/client.conf" 900 \
	    paged=https://paged.example.com/x signed=https://signed.example.com/x \
	    >"$dir/use.$i" 2>&1 &
	programs+=($!)
done
inode=$(stat -c %i "$agent")
while [ $replaced -lt 20 ]; do
	replace
done
holds "each of 20 agents has ended well" test "$ends" = 0
holds "each has said which process serves now" \
    log_has 20 'serves in place of this one, which ends'
failures=0
for i in "${!programs[@]}"; do
	kill "${programs[i]}"
	wait "${programs[i]}" || {
		failures=$((failures + 1))
		cat "$dir/use.$((i + 1))"
	}
done
holds "no program failed" test $failures = 0
holds "the socket is the same file" test "$(stat -c %i "$agent")" = "$inode"
holds "and so is the lock" bash -c "! flock -n '$agent.lock' true"

"$timeout" 60 python3 tests/suite/agent/pages.py given "$agent" \
    "$dir/apam.d/paged.conf" >"$dir/out" 2>"$dir/err"
status=$?
expect "the last one gives pages" 0 '' '' "$dir/out" "$dir/err"

# ---- Who may, and what may be asked for --------------------------------------------

if [ "$me" = 0 ]; then
	other refused 61001
	expect "another user may not" 0 \
	    'root and the agent.s own user alone may replace' '' "$dir/out" "$dir/err"
	holds "which the log says" log_has 1 'user 61001, .*may not replace this agent'
fi
if unshare --user --map-root-user --pid --fork true 2>/dev/null; then
	"$timeout" 90 unshare --user --map-root-user --pid --fork \
	    python3 tests/suite/agent/replace.py refused "$agent" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "nor its own user in a container" 0 'runs in a container' '' \
	    "$dir/out" "$dir/err"
	holds "which the log says, too" log_has 1 'replace this agent: .*container'
fi
other early
expect "that it is taken is not heard out of turn" 0 \
    'does not know messages of this type' '' "$dir/out" "$dir/err"

# ---- Where it fails -----------------------------------------------------------------

other dropped
expect "one that ends before it serves" 0 '' '' "$dir/out" "$dir/err"
signs "leaves the agent where it was"
other odd
expect "so does one that says something else" 0 '' '' "$dir/out" "$dir/err"
other torn
expect "and one that ends while it writes a page" 0 '' '' "$dir/out" "$dir/err"
other unread
signs "and one that reads nothing"
holds "and says so" wait_for log_has 4 \
    'was to serve in place of this one and does not'
begin -c "$dir/wrong.conf" --replace
expect "one with wrong files does not ask" 3 '' 'wrong.conf' "$dir/out" "$dir/err"
begin -c "$dir/apam.conf" --replace --metrics 127.0.0.1:x
expect "nor does one with wrong arguments take it" 2 '' 'metrics needs' \
    "$dir/out" "$dir/err"
signs "and it goes on"

coproc python3 tests/suite/agent/replace.py slow "$agent"
read -r line <&"${COPROC[0]}"
holds "one has taken all, and does not say that it serves" test "$line" = taken
end_agent TERM
holds "the agent waits for it until it is told to end" test "$ended" = 0
holds "and leaves it what it has" test -S "$agent"
echo >&"${COPROC[1]}"
wait "$COPROC_PID"
start_agent

# ---- Metrics ----------------------------------------------------------------------

replace --metrics "$dir/run/metrics"
wait_for test -S "$dir/run/metrics"
inode=$(stat -c %i "$dir/run/metrics")
replace --metrics "$dir/run/metrics"
holds "a socket for metrics is handed over" \
    curl -sf -o /dev/null --unix-socket "$dir/run/metrics" http://localhost/metrics
holds "as it is" test "$(stat -c %i "$dir/run/metrics")" = "$inode"

end_agent TERM
holds "the last one ends well" test "$ended" = 0
holds "and its sockets are gone" test ! -e "$agent" -a ! -e "$dir/run/metrics"

# ---- Another user's ------------------------------------------------------------------

if [ "$me" = 0 ]; then
	own_user
	rm "$agent.lock"
	apamd=$dir/bin/apamd start_agent
	begin -c "$dir/apam.conf" --replace
	expect "root does not replace an agent that runs as another user" 4 '' \
	    'start this one as the same user' "$dir/out" "$dir/err"
	end_agent TERM
fi
finish
