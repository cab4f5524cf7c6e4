#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs and agents of different ages: this one's, one that knows and says more,
# one that knows less (tests/skew/protocol.c). Each program signs and asks through
# each agent; and each agent takes over from each other, while programs sign.
. "$(dirname "$0")/agent.bash"

me=$(id -u)
key paged <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "secret"; } );'
hmac signed <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "signature"; } );'
{
	cat "$dir/apam.conf"
	echo "agent = \"require\"; agent_socket = \"$agent\";"
	echo "agent_user = \"$(id -un)\";"
} >"$dir/client.conf"
paged=https://paged.example.com/x
signed=https://signed.example.com/x

ages="older present newer"
for age in $ages; do
	mkdir "$dir/$age"
	cp "$build/apam" "$build/tests/apamd/use" "$build/apamd" \
	    "$build/libapam.so.0" "$dir/$age"
	[ $age = present ] || cp "$build/tests/skew/$age/"{apamd,libapam.so.0} \
	    "$dir/$age"
done

# says NAME AGE PATTERN ARGS...: the program apam of that age does.
says()
{
	"$timeout" 120 "$dir/$2/apam" -c "$dir/client.conf" "${@:4}" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	[ $status = 0 ] && grep -qE -- "$3" "$dir/out"
	verdict "$1, apam ${*:4}" "$([ $? = 0 ] || echo "status $status, not $3")"
}

for served in $ages; do
	apamd=$dir/$served/apamd start_agent
	for age in $ages; do
		pair="$age program, $served agent"
		if [ "$age$served" = newernewer ]; then
			continue # they speak a version that nobody has
		fi
		says "$pair" $age '^X-Key: fake-key-of-paged' headers paged $paged
		says "$pair" $age '^Authorization: ' headers signed $signed
		says "$pair" $age 'paged' status paged
		says "$pair" $age '^signed' keys list
		says "$pair" $age 'secret' explain --as "$me" GET $paged
		says "$pair" $age 'apam_signatures_total' metrics
		"$timeout" 120 "$dir/$age/use" "$dir/client.conf" 0 \
		    paged=$paged signed=$signed >"$dir/out" 2>"$dir/err"
		status=$?
		expect "$pair, a program" 0 'times' '' "$dir/out" "$dir/err"
	done
	end_agent TERM
	holds "$served agent has nothing to say of them" \
	    bash -c "! grep -E 'warning|error' '$dir/agent.log'"
done

# ---- Upgrades --------------------------------------------------------------------

# upgraded PROGRAMS AGENTS: these agents take over one from the other, the first
# from this one's, while these programs sign.
upgraded()
{
	local age next old pid pids=() ends=0
	for age in $1; do
		"$dir/$age/use" "$dir/client.conf" 900 paged=$paged signed=$signed \
		    >"$dir/out" 2>"$dir/use.$age" &
		pids+=($!)
	done
	for next in $2; do
		old=$AGENT_PID
		"$dir/$next/apamd" -c "$dir/apam.conf" --socket "$agent" --replace \
		    >>"$dir/agent.log" 2>&1 &
		AGENT_PID=$!
		wait "$old"
		holds "an agent ($next) takes over" test $? = 0
		"$dir/older/use" "$dir/client.conf" 0 paged=$paged >/dev/null 2>&1
		holds "and serves" test $? = 0
	done
	for pid in "${pids[@]}"; do
		kill "$pid"
		wait "$pid" || ends=$?
	done
	holds "programs ($1) sign while agents ($2) take over: $(cat \
	    "$dir"/use.*)" test $ends = 0
}

apamd=$dir/present/apamd start_agent
upgraded "older present" "newer present older newer present"
# Two that are newer speak a version that nobody has.
upgraded newer "older present"
end_agent TERM
finish
