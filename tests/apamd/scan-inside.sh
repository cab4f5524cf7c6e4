#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/suite/secret-scan.sh that runs in a PID namespace of its own:
# the agent, the programs, and the search, which has to find what is planted
# before it may say that there is nothing. It never reads a secret itself.
#
# $give: "headers": the users have them, and no secret may be found. "nothing":
# no token of the gateway's may be found either.
set -u
. tests/suite/result
scan=$dir/bin/scan
secrets=$dir/private/secrets

# as USER COMMAND...: in place of this shell's child.
as()
{
	exec setpriv --reuid="$1" --regid="$(id -g "$1" 2>/dev/null || echo "$1")" --clear-groups "${@:2}"
}

as "$agent_user" "$dir/bin/apamd" -c "$dir/apam.conf" --socket "$agent" \
    >>"$dir/agent.log" 2>&1 &
agent_pid=$!
until [ -S "$agent" ] || [ $SECONDS -ge 120 ]; do
	sleep 0.02
done

# search SECRETS [PID ...]: every process but the agent, this search and PIDs.
search()
{
	"$scan" "$1" processes "$agent_pid" "${@:2}" >"$dir/found" 2>&1
}

# ---- The search finds what is planted -------------------------------------------

for way in memory environment argument file; do
	"$scan" "$secrets" plant $way &
	plant=$!
	end=$((SECONDS + 120))
	while [ $SECONDS -lt $end ]; do
		search "$secrets"
		found=$?
		case $way in
		memory) where="memory of process $plant " ;;
		environment) where="environ of process $plant (sleep)" ;;
		argument) where="cmdline of process $plant (sh)" ;;
		file) where="file that process $plant (sleep) has open" ;;
		esac
		! grep -qF "$where" "$dir/found" || break
		sleep 0.05
	done
	[ $found -eq 1 ] && grep -qF "$where" "$dir/found"
	result $? "what is planted in $way is found: $(cat "$dir/found")"
	kill $plant 2>/dev/null
	wait $plant 2>/dev/null
done
search "$secrets"
result $? "nothing is found before: $(cat "$dir/found")"

# ---- Programs --------------------------------------------------------------------

read -ra all <<<"$users"
read -ra names <<<"$urls"
refused=()
[ $give = headers ] || refused=(--refused)
pids=()
for ((i = 0; i < programs; i++)); do
	as "${all[i % ${#all[@]}]}" "$dir/bin/use" "${refused[@]}" \
	    "$dir/apam.conf" 3600 "${names[@]}" \
	    >"$dir/said.$i" 2>&1 &
	pids+=($!)
done
if [ $give = nothing ]; then
	as "$gateway" "$dir/bin/use" "$dir/apam.conf" 3600 "${names[@]}" \
	    >"$dir/said.gateway" 2>&1 &
	gateway_pid=$!
fi
# The tokens of that time; who asks for them ends before the search.
for name in "${names[@]}"; do
	case $name in hmac*) continue ;; esac
	(as "$gateway" "$dir/bin/apam" -c "$dir/apam.conf" headers \
	    "${name%%=*}" "${name#*=}") | sed 's/.*[ :]//'
done >"$dir/private/tokens"
[ "$(wc -l <"$dir/private/tokens")" -eq 7 ]
result $? "there are tokens"
if [ $give = headers ]; then
	search "$dir/private/tokens"
	[ $? -eq 1 ]
	result $? "tokens are found where they are given: $(cat "$dir/found")"
fi

# seen: all of them were.
seen()
{
	[ "$(sed -n 's/ processes,.*//p' "$dir/found")" -ge "$programs" ]
}

# use_pages PID ...: all of them have a page of the agent's, which the search then
# reads, too; waited for two minutes at most.
use_pages()
{
	local pid end=$((SECONDS + 120))
	for pid; do
		until grep -q memfd:apam-page "/proc/$pid/maps"; do
			[ $SECONDS -lt $end ] || return
			sleep 0.05
		done
	done
}
if [ $give = headers ]; then
	use_pages "${pids[@]}"
	result $? "all programs read pages"
else
	use_pages "$gateway_pid"
	result $? "the gateway reads pages"
fi

for at in $((seconds / 2)) $((seconds - seconds / 2)); do
	sleep $at
	search "$secrets"
	result $? "no secret after $at s more: $(cat "$dir/found")"
	seen
	result $? "all programs are searched: $(cat "$dir/found")"
	[ $give = headers ] || {
		search "$dir/private/tokens" "$gateway_pid"
		result $? "no token either: $(cat "$dir/found")"
	}
done
tail -1 "$dir/found" | sed "s/^/$give: /"

# What the system would write when one of them crashes.
if command -v gcore >/dev/null; then
	mkdir "$dir/cores"
	for pid in "${pids[@]:0:3}"; do
		gcore -o "$dir/cores/core" $pid >/dev/null 2>&1
	done
	[ "$(ls "$dir/cores" | wc -l)" -eq 3 ]
	result $? "there are core dumps"
	"$scan" "$secrets" files 0 "$dir/cores" >"$dir/found"
	result $? "no secret in a core dump: $(cat "$dir/found")"
	rm -rf "$dir/cores"
fi

kill "${pids[@]}" ${gateway_pid:-}
for ((i = 0; i < programs; i++)); do
	wait "${pids[i]}"
	result $? "program $i: $(cat "$dir/said.$i")"
done
if [ $give = nothing ]; then
	wait "$gateway_pid"
	result $? "the gateway: $(cat "$dir/said.gateway")"
fi

# ---- Files -------------------------------------------------------------------------

# Below the configuration, and where programs write.
for user in $users; do
	"$scan" "$secrets" files "$user" "$dir" /tmp /var/tmp /run /dev/shm \
	    /var/lib/apam >"$dir/found" 2>&1
	result $? "no file that $user can read: $(grep FOUND "$dir/found")"
done
tail -1 "$dir/found" | sed "s/^/files: /"
kill $agent_pid
wait $agent_pid
result $? "the agent ends in peace: $(tail -3 "$dir/agent.log")"
echo "$passed passed, $failed failed"
