# SPDX-License-Identifier: BSD-2-Clause
# The scene of the demo with programs that know nothing of apam: curl and a script
# in Python, neither with a key, by `apam gateway`; and curl, unchanged, by `apam
# run`.  demo.sh sources it, and has what it uses: $dir, $build, write, title,
# control, failed.

GATEWAY_PID=

# What keeps it from being shown; nothing: it can be.
gateway_scene_lacks()
{
	PATH=$PATH:/usr/sbin command -v nginx >/dev/null || {
		echo "there is no nginx: apt-get install nginx nginx-dev"
		return
	}
	[ -r "$build/nginx/ngx_http_apam_module.so" ] ||
		echo "apam's module for nginx is not built: apt-get install" \
		    "nginx-dev, then make nginx"
}

# The profiles once more: nginx holds no certificate against an address, so that
# the providers are called by their name.
gateway_scene_set_up()
{
	local p
	mkdir "$dir/gateway.d" "$dir/gateway.state"
	for p in 7signal xysense seed; do
		sed 's|https://127\.0\.0\.1:|https://localhost:|g' \
		    "$dir/apam.d/$p.conf" >"$dir/gateway.d/$p.conf"
	done
	sed "s|apam\.d|gateway.d|; s|$dir/state|$dir/gateway.state|" \
	    "$dir/apam.conf" >"$dir/gateway.conf"
	write call.py <<-'END'
	import http.client, socket, sys

	class Gateway(http.client.HTTPConnection):
	    def connect(self):
	        self.sock = socket.socket(socket.AF_UNIX)
	        self.sock.connect(sys.argv[1])

	call = Gateway("localhost")
	call.request("GET", sys.argv[2])
	print(call.getresponse().read().decode())
	END
}

gateway_scene_start()
{
	local i
	echo "\$ apam gateway --listen unix:$dir/api.sock &"
	"$build/apam" -c "$dir/gateway.conf" gateway --dir "$dir/gateway" \
	    --listen "unix:$dir/api.sock" >"$dir/gateway.said" 2>&1 </dev/null &
	GATEWAY_PID=$!
	for ((i = 0; i < 6000; i++)); do
		[ ! -S "$dir/api.sock" ] || return 0
		kill -0 $GATEWAY_PID 2>/dev/null || break
		sleep 0.01
	done
	cat "$dir/gateway.said"
	return 1
}

gateway_scene_end()
{
	[ -z "$GATEWAY_PID" ] || kill "$GATEWAY_PID" 2>/dev/null
	GATEWAY_PID=
}

# keyless PROVIDER TEXT COMMAND...: it is typed, and says TEXT.
keyless()
{
	local provider=$1 text=$2
	shift 2
	echo "\$ $*"
	APAM_CONFIG=$dir/gateway.conf PATH=$build:$PATH timeout 60 "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	cut -c 1-250 "$dir/out" | grep .
	cat "$dir/out" "$dir/err" >>"$dir/all"
	grep -qF -- "$text" "$dir/out" || {
		cat "$dir/err"
		failed "$provider" "$provider: it does not say: $text"
	}
}

# three_ways PROVIDER TEXT PORT PATH: by curl, by the script, by apam run.
three_ways()
{
	keyless "$1" "$2" curl -sS --unix-socket "$dir/api.sock" \
	    "http://localhost/$1$4"
	keyless "$1" "$2" python3 "$dir/call.py" "$dir/api.sock" "/$1$4"
	keyless "$1" "$2" apam run -- curl -sS "https://localhost:$3$4"
}

archive()
{
	"$build/apam" -c "$dir/gateway.conf" keys archive --yes \
	    --why "$2" "$1" >"$dir/out" 2>&1 || failed "$3" "$1: not archived"
	echo "\$ apam keys archive --yes --why '$2' $1"
	grep 'is archived' "$dir/out"
}

gateway_scene()
{
	control "/restore?provider=xysense&key=sandbox-read"
	control "/rotate?provider=seed&key=demo@example.com&to=$seed_key"
	control "/set?provider=seed&name=old_server&value=off"
	gateway_scene_set_up
	title "The gateway: curl and a Python script, without a key, call all three; so does curl by apam run, unchanged"
	gateway_scene_start || {
		failed xysense "the gateway did not start"
		return
	}
	three_ways 7signal '"incidents":[{' $SEVENSIGNAL_PORT /incidents/agents
	three_ways xysense '"spaces":[{' $XYSENSE_PORT /api/v1/occupancy
	three_ways seed '"results":[{' $SEED_PORT /api/v3/properties/

	title "The keys are archived; the next request of each is refused, with the reason"
	archive SANDBOX.CLIENT.ONE "end of the demo" 7signal
	archive sandbox-read "end of the demo" xysense
	archive demo@example.com "end of the demo" seed
	three_ways 7signal ': end of the demo' $SEVENSIGNAL_PORT /incidents/agents
	three_ways xysense ': end of the demo' $XYSENSE_PORT /api/v1/occupancy
	three_ways seed ': end of the demo' $SEED_PORT /api/v3/properties/
	gateway_scene_end
}

# Called where it can be shown, and else says why not.
gateway_lacks=$(gateway_scene_lacks)
if [ -z "$gateway_lacks" ]; then
	gateway_scene
else
	title "The gateway: not shown here, $gateway_lacks"
fi
