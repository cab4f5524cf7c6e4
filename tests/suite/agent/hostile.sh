#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Clients of the agent that mean harm: a crowd of CROWD connections at once
# (2000; `make trial-agent` has 10000) costs it little memory; who floods it,
# reads nothing, never ends a message, passes descriptors or sends noise is
# dropped, and the log names it. Meanwhile programs of other users are served,
# each signature within WITHIN ms (two minutes, for the machine may be busy;
# `make trial-agent` has 1000). Needs root.
#
# Prints each failing row; ends with "N passed, N failed".
. "$(dirname "$0")/agent.bash"

[ "$(id -u)" -eq 0 ] || skip "only root can be several users"
crowd=${CROWD:-2000}
crowds=5 # users, among whom it is divided: no user may have half of all
url=https://api.example/v1

own_user
ulimit -n "$(ulimit -Hn)"
cp "$build/tests/apamd/hostile" "$dir/bin/"
own_secret key fake-key-of-the-crowd
profile p <<END
origins = [ "https://api.example" ];
auth = ( { scheme = "hmac-test"; key_id = "k";
  secret = "file:$dir/secrets/key"; } );
allow = ( { users = [ "61001", "61002" ]; give = "signature"; } );
END
chmod 644 "$dir/apam.d/p.conf"
chmod 755 "$dir/bin/"*
. tests/suite/result
start_agent

# memory: KiB that the agent has, itself and for its sockets' descriptors.
memory()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$AGENT_PID/status"
}

# served WHAT SECONDS: another program is, each time soon.
served()
{
	(as 61001 timeout 300 "$dir/bin/hostile" "$agent" good "$2" \
	    "${WITHIN:-120000}" p $url) \
	    >"$dir/out" 2>&1
	result $? "$1: another program is served: $(cat "$dir/out")"
	echo "$1: $(cat "$dir/out")"
}

# act USER ACT WORD ...: what it says goes to $dir/hostile.USER.
act()
{
	(as "$1" "$dir/bin/hostile" "$agent" "${@:2}") >"$dir/hostile.$1" 2>&1
}

served "at first" 1
before=$(memory)

# ---- A crowd ------------------------------------------------------------------

all_ready()
{
	[ "$(cat "$dir"/hostile.6110* | grep -c ready)" -eq $crowds ]
}

for way in crowd mute; do
	pids=() ends=()
	mkfifo "$dir/hold"
	exec 7<>"$dir/hold"
	for ((i = 0; i < crowds; i++)); do
		(as $((61100 + i)) "$dir/bin/hostile" "$agent" $way \
		    $((crowd / crowds))) <"$dir/hold" \
		    >"$dir/hostile.$((61100 + i))" 2>&1 &
		pids+=($!)
	done
	wait_for all_ready
	result $? "$crowd at once ($way): $(cat "$dir"/hostile.6110*)"
	after=$(memory)
	each=$(((after - before) * 1024 / crowd))
	echo "$way: $crowd connections, $((after - before)) KiB more, $each bytes each"
	[ -n "${SANITIZE:-}" ] || [ $each -le 2048 ]
	result $? "each of $crowd costs $each bytes"
	served "$way" 2
	printf 'xxxxx' >&7
	kill "${pids[@]}" 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
	exec 7>&-
	rm "$dir/hold" "$dir"/hostile.6110*
done

served "after the crowd" 1
# Another agent: this one has named as many for now as it does at once.
end_agent TERM
result $ended "the agent ends in peace: $(tail -3 "$dir/agent.log")"
start_agent

# ---- Those who are dropped -------------------------------------------------------

# drops NAME USER TEXT ACT ...: it is dropped, and the log says who and why.
drops()
{
	local name=$1 user=$2 text=$3
	shift 3
	: >"$dir/agent.log"
	(as "$user" "$dir/bin/hostile" "$agent" "$@") >"$dir/hostile.$user" 2>&1 &
	local pid=$!
	served "$name" 2
	wait $pid
	result $? "$name: $(cat "$dir/hostile.$user")"
	! grep -q "too slow" "$dir/hostile.$user" || {
		echo "not tried: this machine is too slow for $name"
		return
	}
	grep -qE "user $user, process $pid \\(\"hostile \\?\\[2J\"\\).*$text" \
	    "$dir/agent.log"
	result $? "$name is named: $(tail -3 "$dir/agent.log")"
}
drops "a flood" 61201 'floods' flood
drops "one that does not read" 61002 'does not read' greedy p $url
drops "a message without an end" 61203 'more parts' endless
drops "a message that never ends" 61204 'did not end a message' unfinished
drops "one that passes descriptors" 61205 'a descriptor came' passing
fds=$(ls "/proc/$AGENT_PID/fd" | wc -l)
act 61206 noise 7
result $? "noise: $(cat "$dir/hostile.61206")"
act 61002 churn 2 p $url
result $? "one that comes and goes: $(cat "$dir/hostile.61002")"
served "after all" 1
none_left()
{
	[ "$(ls "/proc/$AGENT_PID/fd" | wc -l)" -le "$fds" ]
}
wait_for none_left
result $? "the agent has no descriptor of theirs: $fds before"
# ---- More than a user may have ---------------------------------------------------

end_agent TERM
result $ended "the agent ends in peace: $(tail -3 "$dir/agent.log")"
as_agent+=(prlimit --nofile=600:600)
start_agent
mkfifo "$dir/hold"
exec 7<>"$dir/hold"
(as 61208 "$dir/bin/hostile" "$agent" mute 1000) <"$dir/hold" \
    >"$dir/hostile.61208" 2>&1 &
pid=$!
wait_for grep -q ready "$dir/hostile.61208"
result $? "all of them: $(cat "$dir/hostile.61208")"
wait_for grep -q 'user 61208, .*refused: its user has too many connections' \
    "$dir/agent.log"
result $? "who has too many is named: $(tail -3 "$dir/agent.log")"
served "beside one who wants all connections" 2
echo >&7
wait $pid
exec 7>&-
end_agent TERM
result $ended "the agent ends in peace: $(tail -3 "$dir/agent.log")"
finish
