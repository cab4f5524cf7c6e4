#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Bodies that a scheme signs in chunks, through the agent, to a server that
# computes each signature itself: what is counted and noted of them, and a
# program that ends in the midst of one.
. "$(dirname "$0")/agent.bash"

server= halted=
stop()
{
	local pid
	for pid in $server $halted; do
		kill "$pid" 2>/dev/null
	done
	end_agent_too
}
trap stop EXIT

secret key FAKE-secret-access-key-of-chunks
python3 tests/suite/chunked/server.py "$(cat "$dir/secrets/key")" "$dir/port" &
server=$!
wait_for [ -s "$dir/port" ]
url=http://127.0.0.1:$(cat "$dir/port")
cp "$build/tests/modules/chunked-test.so" "$dir/modules/"
cat >"$dir/apam.d/chunks.conf" <<END
origins = [ "$url" ];
allow_http = true;
allow = ( { users = [ "$(id -un)" ]; give = "signature"; } );
auth = ( { scheme = "chunked-test"; key_id = "one"; date = "20130524T000000Z";
	secret = "file:$dir/secrets/key"; } );
END
cat >>"$dir/apam.conf" <<END
agent = "require";
agent_socket = "$agent";
agent_user = "$(id -un)";
END
start_agent

# sends NAME: a body of many chunks arrives whole.
head -c 3000001 /dev/urandom | base64 -w0 | head -c 3000001 >"$dir/body"
right="=right $(sha256sum <"$dir/body" | cut -d' ' -f1)"
sends()
{
	row "$1" 0 "$right" '' request -X PUT -d "@$dir/body" chunks "$url/thing"
}
sends "many chunks"
input=$dir/body
row "from standard input" 0 "$right" '' request -X PUT -d @- chunks "$url/thing"
input=/dev/null

# counted N: so many signatures with chunks.
counted()
{
	run -c "$dir/apam.conf" metrics
	grep -qx "apam_signatures_total{profile=\"chunks\",result=\"ok\"} $1" \
	    "$dir/out"
}
holds "each body is counted once" counted 2

# ---- A program that ends in the midst -----------------------------------------

mkfifo "$dir/slow"
"$build/apam" -c "$dir/apam.conf" request -X PUT -d @- chunks "$url/thing" \
    <"$dir/slow" >"$dir/out" 2>"$dir/err" &
halted=$!
exec 7>"$dir/slow"
cat "$dir/body" >&7
kill -9 $halted
{ wait $halted; } 2>/dev/null
halted=
exec 7>&-
sends "another one after it"
holds "what did not end is not counted" counted 3

# ---- Who used the key ---------------------------------------------------------

run -c "$dir/apam.conf" --json log
# A key's id is whole in the log once a provider took the key.
me=".key_id == \"one\" and .for_uid == \"$(id -u)\" and .for_program == \"apam\""
holds "the log has it once, with the program" test "$(jq "[.[] |
    select(.event == \"used\" and .profile == \"chunks\" and $me)] | length" \
    "$dir/out")" = 1
run -c "$dir/apam.conf" --json keys list
expect "the list of keys shows no secret" 0 '*' '' "$dir/out" "$dir/err"
holds "and has its use" test "$(jq '[.. | objects |
    select(.program? == "apam")] | length' "$dir/out")" -ge 1
finish
