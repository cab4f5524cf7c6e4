# SPDX-License-Identifier: BSD-2-Clause
# A gateway for the suites of its page: profiles, keys and programs whose names and
# words mean harm to who shows them as HTML.  Source cli/lib.bash,
# cli/providers.bash and nginx/lib.bash first.

hostile='<img src=x onerror="document.title=\"taken\"">'
hostile=${PAGE_WORDS:-$hostile}
hostile_conf=${hostile//\\/}
hostile_conf=${hostile_conf//\"/\\\"}
listens=()

# free_port: one that nobody listens at.
free_port()
{
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# start ARGS...: a gateway; its output goes to $dir/said.
start()
{
	[ -z "$NGINX_PID" ] || stop
	: >"$dir/said"
	"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" "$@" \
	    >"$dir/said" 2>>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true eval 'grep -q "call it:" "$dir/said" && "${listens[@]}"'
}
stop()
{
	kill "$NGINX_PID"
	wait "$NGINX_PID"
	NGINX_PID=
}

# fetch NAME CODE OUT ARGS...: by TCP; as gets.
fetch()
{
	local name=$1 want=$2 out=$3
	shift 3
	: >"$dir/out" >"$dir/head"
	code=$(curl -sS --max-time 60 -D "$dir/head" -o "$dir/out" \
	    -w '%{http_code}' "$@" 2>"$dir/err")
	holds "$name" eval '[[ $code == $want ]] && matches "$out" "$dir/out"'
	if grep -qFf "$dir/known" "$dir/out" "$dir/head"; then
		verdict "$name: no secret" "one is shown"
	fi
}

page_profiles()
{
	start_origin
	entry seven "$named_seven" oauth2-client-credentials "$seven_entry" \
	    'description = "The building, floor by floor";'
	entry xy "$named_xy" key-secret-archiveable "$xy_entry" \
	    "description = \"$hostile_conf\";"
	secret plain not-a-secret-key
	entry own "$origin" api-key \
	    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";
	    key_id = \"own-key\";" \
	    'description = "Reports";
allow = ( { users = [ "64001" ]; methods = [ "POST" ]; give = "nothing"; },
  { users = [ "root" ]; give = "secret"; } );'
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/own.conf"
	echo "origins = [ \"https://broken.example\" ]; auth = ( { } );" \
	    >"$dir/apam.d/broken.conf"
}

# A program that calls itself something, and a key that is described so.
page_words()
{
	local program=${PAGE_WORDS:+occupancyd}

	program=$dir/${program:-<img src=x onerror=alert(1)>}
	cp "$build/apam" "$program"
	LD_LIBRARY_PATH=$build "$program" \
	    -c "$dir/apam.conf" headers xy "$named_xy/api/v1/occupancy" \
	    >"$dir/headers" 2>&1
	"$build/apam" -c "$dir/apam.conf" keys add sandbox-read --description \
	    "${PAGE_WORDS:-read <script>document.title=1</script>}" \
	    >/dev/null 2>&1
}
