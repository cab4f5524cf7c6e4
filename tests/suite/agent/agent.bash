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
chmod 644 "$dir/apam.conf"

end_agent_too()
{
	[ -z "$AGENT_PID" ] || kill "$AGENT_PID" 2>/dev/null
	cleanup
}
trap end_agent_too EXIT

# wait_for COMMAND...: until it is true, for at most ten seconds.
wait_for()
{
	local i
	for ((i = 0; i < 1000; i++)); do
		"$@" 2>/dev/null && return
		sleep 0.01
	done
	return 1
}

# start_agent ARGS...: its log is $dir/agent.log.
start_agent()
{
	"$build/apamd" -c "$dir/apam.conf" --socket "$agent" "$@" \
	    2>>"$dir/agent.log" &
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
	"$timeout" 30 python3 tests/suite/agent/client.py "$agent" "$@" \
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
