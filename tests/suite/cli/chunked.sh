#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Bodies that a module signs in chunks, by `apam request`, to a server that
# computes each signature itself; and the commands that cannot send them.
. "$(dirname "$0")/lib.bash"

server=
stop()
{
	[ -z "$server" ] || kill "$server" 2>/dev/null
	cleanup
}
trap stop EXIT

secret key FAKE-secret-access-key-of-chunks
python3 tests/suite/chunked/server.py "$(cat "$dir/secrets/key")" "$dir/port" &
server=$!
for i in $(seq 200); do
	[ ! -s "$dir/port" ] || break
	sleep 0.05
done
url=http://127.0.0.1:$(cat "$dir/port")
cp "$build/tests/modules/chunked-test.so" "$dir/modules/"
# uses MORE
uses()
{
	cat >"$dir/apam.d/chunks.conf" <<END
origins = [ "$url" ];
allow_http = true;
auth = ( { scheme = "chunked-test"; key_id = "one"; date = "20130524T000000Z";
	secret = "file:$dir/secrets/key"; ${1:-} } );
END
}
uses

# sends NAME SIZE: from a file, and from standard input.
sends()
{
	local sum
	head -c "$2" /dev/urandom | base64 -w0 | head -c "$2" >"$dir/body"
	sum=$(sha256sum <"$dir/body")
	row "$1" 0 "=right ${sum%% *}" '' request -X PUT -d "@$dir/body" chunks \
	    "$url/thing"
	input=$dir/body
	row "$1, from standard input" 0 "=right ${sum%% *}" '' request -X PUT \
	    -d @- chunks "$url/thing"
	input=/dev/null
}
sends "one byte" 1
sends "a chunk but for a byte" 65535
sends "a chunk" 65536
sends "a chunk and a byte" 65537
sends "many chunks" 3000001

uses 'wrong_by = 1;'
row "a module that says another length" 5 '*' \
    'the module rewrites the body to another length than it said' \
    request -X PUT -d abc chunks "$url/thing"
uses

# ---- Who cannot --------------------------------------------------------------

row "headers" 1 '' 'rewrites the body that is sent, which headers do not carry' \
    headers -X PUT -d abc chunks "$url/thing"
row "curl" 1 '' 'rewrites the body that is sent, which headers do not carry' \
    curl chunks -- -X PUT -d abc "$url/thing"
finish
