#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What exchanges can carry, by modules that see module.h alone, against servers
# of other people: SPIFFE's Workload API (HTTP/2 over a Unix socket, gRPC), on
# python3-h2 and on gRPC's own server; the metadata services of instances, at a
# loopback and at a link-local address; impersonation with nested JSON.
. tests/suite/cli/lib.bash
servers=$PWD/tests/suite/exchanges
cp "$build"/tests/modules/{spiffe,imds,gcp}-test.so "$dir/modules/" || exit 2
secret unused fake-unused
for text in fake-imds-session fake-imds-token fake-imds-secret fake-own-token; do
	echo "$text" >>"$dir/known"
done

# ---- Servers ---------------------------------------------------------------

pids=
exec 8>&- 9>&-
mkfifo "$dir/hold"
sleep 600 >"$dir/hold" &
hold=$!
stop()
{
	kill "$hold" $pids 2>/dev/null
	wait "$hold" $pids 2>/dev/null
	cleanup
}
trap stop EXIT

# serve NAME COMMAND...: start a server, and wait until it says that it is ready;
# sets $ready to what it said.
serve()
{
	local name=$1
	shift
	mkfifo "$dir/$name.says"
	"$@" >"$dir/$name.says" 2>"$dir/$name.log" <"$dir/hold" &
	pids="$pids $!"
	ready=$("$timeout" 60 head -n 1 "$dir/$name.says")
	case $ready in
	ready*) return ;;
	esac
	echo "FAIL: $name does not start"
	cat "$dir/$name.log"
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}

# python MODULE: the interpreter that has it.
python()
{
	local p
	for p in python3 /usr/bin/python3; do
		"$p" -c "import $1" 2>/dev/null && break
	done
	echo "$p"
}

# ---- SPIFFE ----------------------------------------------------------------

# spiffe NAME AUDIENCE [SOCKET]: a profile that gets its token there.
spiffe()
{
	profile "$1" <<-END
	origins = [ "https://$1.example" ];
	auth = ( { scheme = "spiffe-test"; audience = "$2";
	  socket = "${3:-$dir/$1.sock}"; } );
	END
}

# spiffe_row NAME STATUS OUT ERR
spiffe_row()
{
	signs "spiffe: $1" "$2" "$3" "$4" headers "$1" "https://$1.example/"
}

ways="good slow other-fields denied no-trailers late-error short compressed
    empty nonsense cut reset huge"
chmod 755 "$dir"
serve h2 "$(python h2)" "$servers/spiffe_h2.py" "$dir" $ways
serve grpc "$(python grpc)" "$servers/spiffe_grpc.py" "$dir/grpc.sock"
for way in $ways grpc; do
	spiffe "$way" "for-$way"
done

for way in good slow other-fields grpc; do
	spiffe_row $way 0 "=Authorization: Bearer svid-for-for-$way" ''
done
spiffe_row denied 1 '' 'the agent has no identity for this process'
for way in no-trailers cut reset; do
	spiffe_row $way 4 '' \
	    'not one of gRPC to its end|broke|ended|breaks|too early|no answer'
done
spiffe_row late-error 4 '' 'its gRPC status is 14'
for way in short compressed nonsense; do
	spiffe_row $way 4 '' 'the answer is malformed'
done
spiffe_row empty 4 '' 'the answer has no JWT-SVID'
spiffe_row huge 4 '' 'the answer is malformed|no JWT-SVID'

spiffe grpc-denied denied "$dir/grpc.sock"
spiffe_row grpc-denied 1 '' 'the agent has no identity for this process'
row 'spiffe: a check asks for a token' 0 'the agent gave a JWT-SVID' '' \
    check grpc

spiffe absent a
spiffe_row absent 3 '' "absent.sock does not exist"
ln -s "$dir/good.sock" "$dir/linked.sock"
spiffe linked a
spiffe_row linked 3 '' 'is a symbolic link; write the real path'
mkdir "$dir/open"
chmod 777 "$dir/open"
ln "$dir/good.sock" "$dir/open/s.sock"
spiffe open a "$dir/open/s.sock"
spiffe_row open 3 '' '/open can be changed by others'
: >"$dir/file.sock"
spiffe file a
spiffe_row file 3 '' 'is not a socket'
spiffe relative a run/agent.sock
row 'spiffe: a relative path' 3 '' \
    'relative.conf:3: error: socket: the path is not absolute' lint
rm "$dir/apam.d/relative.conf"

# ---- Metadata services ------------------------------------------------------

# imds NAME ENDPOINT MORE: a profile that gets its credentials there.
imds()
{
	profile "$1" <<-END
	origins = [ "https://$1.example" ];
	http_addresses = [ $3 ];
	auth = ( { scheme = "imds-test"; $2 } );
	END
}

# imds_row NAME STATUS OUT ERR
imds_row()
{
	signs "metadata: $1" "$2" "$3" "$4" headers "$1" "https://$1.example/"
}

serve metadata "$(python http.server)" "$servers/metadata.py" 127.0.0.1 \
    "$dir/requests"
at=http://127.0.0.1:${ready#ready }
given='=X-Access-Key: FAKEACCESSKEY
X-Amz-Security-Token: fake-imds-token/with"quotes\'

imds plain "endpoint = \"$at/aws\";" '"127.0.0.1"'
imds_row plain 0 "$given" ''
holds 'metadata: three requests, with a length where there is a body' \
    [ "$(cat "$dir/requests")" = "PUT /aws/latest/api/token 0
GET /aws/latest/meta-data/iam/security-credentials/ None
GET /aws/latest/meta-data/iam/security-credentials/worker%20role None" ]
imds nested "endpoint = \"$at/nested/aws\"; at = \"/a/1/b~1c\";" '"127.0.0.1"'
imds_row nested 0 "$given" ''
imds no-role "endpoint = \"$at/no-role/aws\";" '"127.0.0.1"'
imds_row no-role 3 '' 'this instance has no role'
imds closed "endpoint = \"$at/closed/aws\";" '"127.0.0.1"'
imds_row closed 1 '' 'is closed to this process'
imds cut "endpoint = \"$at/cut/aws\";" '"127.0.0.1"'
imds_row cut 4 '' 'ended its response too early'
imds redirect "endpoint = \"$at/redirect/aws\";" '"127.0.0.1"'
imds_row redirect 4 '' 'the metadata service answered 302'
row 'metadata: a check asks for credentials' 0 'the instance gave' '' \
    check plain

row 'metadata: explain shows the address' 0 '^  http to 127\.0\.0\.1$' '' \
    explain https://plain.example/
row 'metadata: --json, too' 0 '"http_addresses": \[' '' --json explain \
    https://plain.example/
holds 'metadata: as a list' \
    python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))["chosen"]["http_addresses"]
sys.exit(found != ["127.0.0.1"])' "$dir/out"
row 'metadata: list --json has it' 0 '"127\.0\.0\.1"' '' --json list

# Both must say so: the profile, by the address itself, and the option.
imds unlisted "endpoint = \"$at/aws\";" '"127.0.0.2"'
imds_row unlisted 3 '' 'http to a loopback address needs allow_http'
imds default '' '"127.0.0.1"'
imds_row default 3 '' \
    'endpoint: http to an address of the local network needs that address'
imds public 'endpoint = "http://203.0.113.1";' '"203.0.113.1"'
imds_row public 3 '' 'http_addresses: must be an IP address of this machine'
imds name 'endpoint = "http://localhost";' '"127.0.0.1"'
imds_row name 3 '' 'endpoint: http sends credentials in the clear'
rm "$dir"/apam.d/{unlisted,default,public,name}.conf

# ---- Impersonation ----------------------------------------------------------

# gcp NAME IAM
gcp()
{
	profile "$1" <<-END
	origins = [ "https://$1.example" ];
	allow_http = true;
	auth = ( { scheme = "gcp-test"; metadata = "$at/gcp"; iam = "$2";
	  account = "w@example.iam";
	  scopes = [ "https://example.org/a", "b\"c" ]; } );
	END
}

gcp gcp "$at/iam"
signs 'impersonation: the token of the account' 0 \
    '=Authorization: Bearer fake-account-token' '' \
    headers gcp https://gcp.example/
gcp gcp-closed "$at/closed/iam"
signs 'impersonation: it is refused' 1 '' \
    'the account cannot be impersonated: 403, with a reason' \
    headers gcp-closed https://gcp-closed.example/
row 'impersonation: a check asks for a token' 0 'a token of the account' '' \
    check gcp

# ---- A link-local address ---------------------------------------------------

# In a network of its own that has the address; where that is not permitted the
# loopback rows above are all there is.
link_local()
{
	ip link set lo up && ip address add 169.254.169.254/32 dev lo || return
	mkfifo "$dir/own.says"
	"$(python http.server)" "$servers/metadata.py" 169.254.169.254 \
	    "$dir/own-requests" >"$dir/own.says" 2>"$dir/own.log" \
	    <"$dir/hold" &
	port=$("$timeout" 60 head -n 1 "$dir/own.says")
	imds link "endpoint = \"http://169.254.169.254:${port#ready }/aws\";" \
	    '"169.254.169.254"'
	HTTP_PROXY=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 \
	    run -c "$dir/apam.conf" headers link https://link.example/
	kill $!
	return 0
}

if unshare -n true 2>/dev/null && command -v ip >/dev/null; then
	export -f link_local python imds profile run
	export dir servers build timeout input
	unshare -n bash -c 'link_local && echo "$status" >"$dir/status"'
	status=$(cat "$dir/status")
	expect 'metadata: a link-local address' 0 "$given" '' "$dir/err"
fi

finish
