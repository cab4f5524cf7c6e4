#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs in namespaces of their own, as containers have them, at the agent: who
# they are to it, and when it refuses them; why the directory of its socket is
# mounted and not the socket. Needs root.
. "$(dirname "$0")/agent.bash"

[ "$(id -u)" -eq 0 ] || skip "only root can be several users"
unshare --user --map-root-user true 2>/dev/null ||
    skip "no user namespace can be made here"
user=61001
url=https://p.example.com/x
own_user
own_secret p fake-key-of-containers
profile p <<END
origins = [ "https://p.example.com" ];
auth = ( { scheme = "hmac-test"; key_id = "p";
  secret = "file:$dir/secrets/p"; } );
allow = ( { users = [ "$user" ]; give = "signature"; } );
END
chmod 644 "$dir/apam.d/p.conf"

# signs COMMAND...: a program of the user's, run by COMMAND, asks for a signature.
signs()
{
	(as $user "$timeout" 120 "$@" "$dir/bin/apam" -c "$dir/apam.conf" \
	    headers p $url) >"$dir/out" 2>"$dir/err"
	status=$?
}

# is_served_in COMMAND...: the same, by a client that believes any file.
is_served_in()
{
	(as $user "$timeout" 120 "$@" python3 tests/suite/agent/client.py \
	    "$agent" p GET $url) >"$dir/out" 2>"$dir/err"
	status=$?
}
given='^Authorization: HMAC-TEST'

start_agent
signs
expect "a program of the machine" 0 "$given" 'adds to the URL' "$dir/err"
is_served_in unshare --user --map-root-user
expect "root of a user namespace is the user who made it" 0 '^signed' '' \
    "$dir/err"
is_served_in unshare --user
expect "so is one without any number there" 0 '^signed' '' "$dir/err"
is_served_in unshare --user --map-root-user --pid --fork --mount-proc --net
expect "other namespaces change nothing" 0 '^signed' '' "$dir/err"
user=61002
is_served_in unshare --user --map-root-user
expect "root of another user's is not root" 0 \
    'allow has no rule for user 61002' '' "$dir/err"
user=65534
is_served_in env
holds "nobody is not a user" grep -q \
    "a client was refused: the program's user has no number here" \
    "$dir/agent.log"
user=61001
signs unshare --user --map-root-user
expect "libapam believes nobody there that it sees as nobody" 3 '' \
    'does not belong to root' "$dir/out"

# mounted SOURCE AT: a program has that there; the agent is another one by then.
mounted()
{
	rm -f "$dir/go" "$dir/there"
	(unshare --mount -- bash -c '
		mount --bind "$1" "$2" && touch "$3/there"
		until [ -e "$3/go" ] || [ $SECONDS -ge 120 ]; do
			sleep 0.01
		done
		exec setpriv --reuid=$4 --regid=$4 --clear-groups \
		    "$3/bin/apam" -c "$3/seen.conf" headers p "$5"' - \
	    "$1" "$2" "$dir" $user $url) >"$dir/out" 2>"$dir/err" &
	local pid=$!
	wait_for test -e "$dir/there"
	end_agent TERM
	start_agent
	touch "$dir/go"
	wait $pid
	status=$?
}
mkdir "$dir/seen"
chmod 755 "$dir/seen"
touch "$dir/seen/agent"
sed "s|^agent_socket.*|agent_socket = \"$dir/seen/agent\";|" "$dir/apam.conf" \
    >"$dir/seen.conf"
chmod 644 "$dir/seen.conf"
mounted "$agent" "$dir/seen/agent"
expect "a socket that is mounted is that of an agent that has gone" 4 '' \
    'nobody listens there' "$dir/out"
mounted "$dir/run" "$dir/seen"
expect "a directory that is mounted has the agent of now" 0 "$given" \
    'adds to the URL' "$dir/err"
end_agent TERM

# in_own NAME TEXT OPTION...: an agent in namespaces of its own, which the
# program is not in.
in_own()
{
	local name=$1 text=$2 as_agent=(unshare "${@:3}")
	start_agent
	signs
	expect "$name" 1 '' "$text" "$dir/out"
	kill "$(pgrep -P $AGENT_PID)"
	wait $AGENT_PID
	AGENT_PID=
}
chown 0 "$dir/run"
rm -f "$dir/run/"*
in_own "an agent that cannot tell users apart" 'user has no number here' \
    --user --map-root-user --fork --kill-child
in_own "an agent that does not see the program" 'no process number here' \
    --pid --fork --kill-child --mount-proc
finish
