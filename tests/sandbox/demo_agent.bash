# SPDX-License-Identifier: BSD-2-Clause
# The scene of the demo that shows the agent; demo.sh sources it, and has what it
# uses: $dir, $build, write, title, failed.  Two users take part, who are on every
# Debian system and do nothing there: the agent runs as one, the program as the
# other.  To be both takes root.

agent_user=daemon
program_user=games
AGENT_KEEPER=

# as_user COMMAND...; and what the agent's command begins with.
as_user()
{
	setpriv --reuid $program_user --regid "$(id -g $program_user)" \
	    --clear-groups "$@"
}
as_agent=(setpriv --reuid $agent_user --regid "$(id -g $agent_user)"
    --clear-groups)

# What keeps it from being shown; nothing: it can be.
agent_scene_lacks()
{
	[ "$(id -u)" -eq 0 ] || {
		echo "it takes root to be two users"
		return
	}
	as_user test -x "$build/peers/many" 2>/dev/null ||
		echo "other users cannot reach $build"
}

# The profiles once more, for the agent: their secrets are its own, and each has
# a rule.  Everybody may read all but the secrets.
agent_scene_set_up()
{
	local p give
	mkdir "$dir/agent.d" "$dir/agent.secrets" "$dir/agent.state" "$dir/run"
	for p in 7signal xysense seed; do
		give=headers
		[ $p != seed ] || give=secret
		cp "$dir/$p.secret" "$dir/agent.secrets/$p"
		sed -e "s|$dir/$p.secret|$dir/agent.secrets/$p|" \
		    -e "1i allow = ( { users = [ \"$program_user\" ]; give = \"$give\"; } );" \
		    "$dir/apam.d/$p.conf" >"$dir/agent.d/$p.conf"
	done
	write agent.conf <<-END
	module_dir   = "$dir/modules";
	profile_dir  = "$dir/agent.d";
	state_dir    = "$dir/agent.state";
	audit        = "file";
	agent        = "require";
	agent_socket = "$dir/run/agent";
	agent_user   = "$agent_user";
	END
	chmod 755 "$dir" "$dir/agent.d" "$dir/modules" "$dir/agent.state" \
	    "$dir/run"
	chmod 644 "$dir"/modules/*.so "$dir/agent.conf" "$dir"/agent.d/* \
	    "$dir/ca.pem"
	chown $agent_user "$dir/run"
	# As etc/tmpfiles.d makes them: root writes what the agent's group reads.
	chgrp -R "$(id -gn $agent_user)" "$dir/agent.secrets"
	chmod 750 "$dir/agent.secrets"
	chmod 640 "$dir"/agent.secrets/*
	"$build/apam" -c "$dir/agent.conf" users add $agent_user >/dev/null
}

# As systemd would: it is started anew whenever it ends.
keep_agent()
{
	local agent=
	trap '[ -z "$agent" ] || kill "$agent"; exit 0' TERM
	while :; do
		"${as_agent[@]}" "$build/apamd" -c "$dir/agent.conf" \
		    --socket "$dir/run/agent" >>"$dir/agent.log" 2>&1 &
		agent=$!
		echo "$agent" >"$dir/agent.pid.new"
		mv "$dir/agent.pid.new" "$dir/agent.pid"
		wait "$agent"
	done
}

agent_scene_end()
{
	[ -z "$AGENT_KEEPER" ] || kill "$AGENT_KEEPER" 2>/dev/null
	AGENT_KEEPER=
}

# until COMMAND...: ten seconds at most.
until_true()
{
	local i
	for ((i = 0; i < 1000; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.01
	done
	return 1
}

# user_calls PROVIDER TEXT URL: as the ordinary user, by the agent.
user_calls()
{
	echo "\$ apam request $1 $3"
	as_user timeout 60 "$build/apam" -c "$dir/agent.conf" request \
	    "$1" "$3" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	cat "$dir/err"
	cut -c 1-120 "$dir/out"
	cat "$dir/out" "$dir/err" >>"$dir/all"
	[ $status -eq 0 ] && grep -qF -- "$2" "$dir/out" ||
		failed "$1" "$1 through the agent: exit status $status"
}

# user_cannot PROVIDER COMMAND...: the ordinary user tries, and is refused.
user_cannot()
{
	local provider=$1
	shift
	echo "\$ $*"
	! as_user timeout 60 "$@" >"$dir/out" 2>"$dir/err" </dev/null ||
		failed "$provider" "$program_user can: $*"
	cat "$dir/err"
	grep -qiE 'denied|not permitted' "$dir/err" ||
		failed "$provider" "it is not because of rights: $*"
}

# A thousand calls of one program, and the agent is killed in their midst.
agent_scene_kill()
{
	local old loop
	old=$(cat "$dir/agent.pid")
	as_user "$build/peers/many" "$dir/agent.conf" xysense \
	    "$xy/api/v1/occupancy" 1000 >"$dir/many" 2>&1 </dev/null &
	loop=$!
	until_true grep -qx 300 "$dir/many" && kill -9 "$old" ||
		failed xysense "the calls do not begin"
	echo "\$ kill -9 $old     # the agent, after 300 of them"
	wait $loop
	status=$?
	tail -1 "$dir/many"
	[ $status -eq 0 ] || {
		grep HTTP "$dir/many" | head -3
		failed xysense "calls failed while the agent was away"
	}
	[ "$(cat "$dir/agent.pid")" != "$old" ] ||
		failed xysense "the agent was not started anew"
}

agent_scene()
{
	local p
	control "/restore?provider=xysense&key=sandbox-read"
	control "/rotate?provider=seed&key=demo@example.com&to=$seed_key"
	control "/set?provider=seed&name=old_server&value=off"
	agent_scene_set_up
	keep_agent >/dev/null 2>&1 &
	AGENT_KEEPER=$!
	until_true test -S "$dir/run/agent" || {
		cat "$dir/agent.log"
		failed xysense "the agent did not start"
	}

	title "The agent: $program_user calls all three; the secrets are $agent_user's, and stay there"
	user_calls 7signal '"incidents":[{' \
	    "$seven/incidents/agents?from=$((now - 86400))000&to=${now}000"
	user_calls xysense '"spaces":[{' "$xy/api/v1/occupancy"
	user_calls seed '"results":[{' "$seed/api/v3/properties/"

	title "The agent: $program_user tries to read the secrets"
	for p in 7signal xysense seed; do
		user_cannot $p cat "$dir/agent.secrets/$p"
	done
	user_cannot xysense cat "/proc/$(cat "$dir/agent.pid")/mem"
	user_cannot xysense cat "/proc/$(cat "$dir/agent.pid")/environ"

	title "The agent: what it gives $program_user, and what that means"
	for p in xysense seed; do
		local url=$xy/api/v1/occupancy
		[ $p = xysense ] || url=$seed/api/v3/properties/
		"$build/apam" -c "$dir/agent.conf" explain --as $program_user \
		    GET "$url" >"$dir/out" 2>"$dir/err"
		cat "$dir/out" "$dir/err"
		cat "$dir/out" "$dir/err" >>"$dir/all"
	done
	grep -q 'the secret itself' "$dir/out" ||
		failed seed "it is not said that the header is the secret"

	title "The agent is killed in the midst of 1,000 calls"
	agent_scene_kill

	title "The audit: who used which key, by the agent"
	"$build/apam" -c "$dir/agent.conf" log >"$dir/out" 2>"$dir/err"
	grep used "$dir/out"
	cat "$dir/out" "$dir/err" >>"$dir/all"
	for p in 7signal xysense seed; do
		grep used "$dir/out" | grep $p | grep -q $program_user ||
			failed $p "the audit does not say that $program_user used it"
	done
	agent_scene_end
}

# Called where it can be shown, and else says why not.
agent_lacks=$(agent_scene_lacks)
if [ -z "$agent_lacks" ]; then
	agent_scene
else
	title "The agent: not shown here, $agent_lacks"
fi
