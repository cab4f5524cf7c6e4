# SPDX-License-Identifier: BSD-2-Clause
# What every suite of the agent shares, beside tests/suite/cli/lib.bash, which it
# sources: starting and ending apamd, and a client that is not libapam's.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.bash"

agent=$dir/run/agent
AGENT_PID=
mkdir "$dir/run"
cp "$build/tests/modules/hmac-test.so" "$dir/modules/"
# Other users are to reach all that is not a secret.
chmod 755 "$dir" "$dir/apam.d" "$dir/run" "$dir/modules" "$dir/modules/"*
# Many programs at once take long on a busy machine.
echo 'deadline = "2m";' >>"$dir/apam.conf"
chmod 644 "$dir/apam.conf"

end_agent_too()
{
	[ -z "$AGENT_PID" ] || kill "$AGENT_PID" 2>/dev/null
	cleanup
}
trap end_agent_too EXIT

# wait_for COMMAND...: until it is true, for at most two minutes.
wait_for()
{
	local end=$((SECONDS + 120))
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return
		sleep 0.01
	done
}

# skip WHY: end a suite that cannot be run here.
skip()
{
	echo "not tried: $1"
	passed=$((passed + 1))
	finish
}

# as USER COMMAND...: in place of this shell's child, as that user, without any
# other group.
as()
{
	exec setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"
}

# A user that every system has; the agent of a suite may be its.
agent_user=games

# own_user: programs of all users have the agent sign, which runs as a user of
# its own; secrets are its alone. Only root can do that.
own_user()
{
	mkdir "$dir/bin"
	cp "$build/apam" "$build/apamd" "$build/libapam.so.0" "$dir/bin/"
	chown $agent_user "$dir/run"
	chmod 755 "$dir/secrets"
	cat >>"$dir/apam.conf" <<-END
	agent = "require";
	agent_socket = "$agent";
	agent_user = "$agent_user";
	END
	"$build/apam" -c "$dir/apam.conf" users add $agent_user >/dev/null
	chmod 755 "$dir/bin" "$dir/bin/"* "$dir/state" "$dir/state/users"
	as_agent=(setpriv --reuid=$agent_user --regid=$(id -g $agent_user) --clear-groups)
}

# own_secret NAME VALUE: one that the agent alone can read beside root.
own_secret()
{
	secret "$1" "$2"
	chgrp "$(id -g $agent_user)" "$dir/secrets/$1"
	chmod 640 "$dir/secrets/$1"
}

as_agent=()
# The agent of a machine believes root's files alone, and these are this user's.
of_user=()
[ "$(id -u)" = 0 ] || of_user=(--user)

# start_agent ARGS...: its log is $dir/agent.log.
start_agent()
{
	"${as_agent[@]}" "${apamd:-$build/apamd}" -c "$dir/apam.conf" "${of_user[@]}" \
	    --socket "$agent" "$@" >>"$dir/agent.log" 2>&1 &
	AGENT_PID=$!
	wait_for test -S "$agent" || {
		echo "apamd did not start"
		cat "$dir/agent.log"
		exit 2
	}
}

# end_agent SIGNAL: ends it; its exit status is $ended.
end_agent()
{
	kill "-$1" "$AGENT_PID"
	wait "$AGENT_PID" 2>/dev/null
	ended=$?
	AGENT_PID=
}

# asks PROFILE METHOD URL [USER]: the client's answer in $dir/out; USER is a
# number, for root to be.
asks()
{
	"$timeout" 120 python3 tests/suite/agent/client.py "$agent" "$@" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
}

# key NAME: a secret, and a profile NAME of api-key; standard input is more of
# its file, such as its rules.
key()
{
	secret "$1" "fake-key-of-$1"
	profile "$1" <<-END
	origins = [ "https://$1.example.com" ];
	$(cat)
	auth = ( { scheme = "api-key"; header = "X-Key";
	  key = "file:$dir/secrets/$1"; } );
	END
	chmod 644 "$dir/apam.d/$1.conf"
}

# hmac NAME: the same of hmac-test, which signs each request.
hmac()
{
	secret "$1" "fake-key-of-$1"
	profile "$1" <<-END
	origins = [ "https://$1.example.com" ];
	$(cat)
	auth = ( { scheme = "hmac-test"; key_id = "$1";
	  secret = "file:$dir/secrets/$1"; } );
	END
	chmod 644 "$dir/apam.d/$1.conf"
}
