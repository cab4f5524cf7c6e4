#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the agent counts, as a scraper and `apam metrics` get it: the text is what
# Prometheus's own parser takes, it says what was done, holds no secret, and each
# metric that the dashboard names is there.
. "$(dirname "$0")/agent.bash"
. "$(dirname "$0")/../cli/providers.bash"
chmod 644 "$dir/ca.pem"
echo "agent_socket = \"$agent\";" >>"$dir/apam.conf"
rule='allow = ( { users = [ "root", "61001" ]; give = "headers"; } );'
xy xysense "$xy_entry" "$rule"
hmac signed <<<'allow = ( { users = [ "root" ]; give = "signature"; } );'
chmod 644 "$dir"/apam.d/*

run -c "$dir/apam.conf" metrics
expect "no agent" 4 '' 'there is no agent'
start_agent --metrics "$dir/run/metrics"

# scrape ARGS...: curl, through the socket for metrics.
scrape()
{
	curl -sS --max-time 120 --noproxy '*' --unix-socket "$dir/run/metrics" \
	    "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# parsed NAME: $dir/out is right; its samples, one a line, in $dir/samples.
parsed()
{
	holds "$1: the parser takes it" eval '/usr/bin/python3 \
	    tests/apamd/openmetrics.py <"$dir/out" >"$dir/samples" 2>"$dir/err"'
	cat "$dir/samples" >"$dir/out"
}

asks xysense GET "$xy/api/v1/occupancy"
asks xysense GET "$xy/api/v1/occupancy"
asks signed GET https://signed.example.com/x
asks signed GET https://elsewhere.example.com/x
asks none GET https://signed.example.com/x

run -c "$dir/apam.conf" metrics
expect "apam metrics" 0 '^# EOF$' ''
parsed "apam metrics"
for sample in 'apam_signatures_total profile=xysense result=ok = 2' \
    'apam_signatures_total profile=signed result=ok = 1' \
    'apam_signatures_total profile=signed result=origin = 1' \
    'apam_signatures_total profile= result=no_profile = 1' \
    'apam_exchanges_total entry=1 profile=xysense result=sent = 1' \
    'apam_refreshes_total entry=1 profile=xysense result=ok = 1' \
    'apam_credential_usable entry=1 profile=xysense = 1' \
    'apam_key_state apam_key_state=good entry=1 profile=xysense = 1' \
    'apam_agent_connections = 1'; do
	holds "$sample" grep -qxF "$sample" "$dir/samples"
done

scrape http://localhost/metrics
expect "a scraper" 0 '^# EOF$' '' "$dir/out" "$dir/err"
parsed "a scraper"
holds "what ends is told" grep -q '^apam_credential_end_timestamp_seconds .*profile=xysense' "$dir/samples"
scrape -o /dev/null -w '%{http_code} %{content_type}' http://localhost/metrics
expect "its type" 0 '^200 application/openmetrics-text; version=1.0.0' ''
scrape -o /dev/null -w '%{http_code}' http://localhost/else
expect "another path" 0 '^404$' ''
scrape -o /dev/null -w '%{http_code}' -d x http://localhost/metrics
expect "another method" 0 '^40[05]$' ''
scrape -o /dev/null -w '%{http_code}' http://attacker.example/metrics
expect "a name that was made to lead here" 0 '^400$' ''

# Ten that say nothing do not keep a scraper away.
for i in 1 2 3 4 5 6 7 8 9 10; do
	python3 - "$dir/run/metrics" <<-'END' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	print('connected', flush=True)
	s.settimeout(120)
	s.recv(1)
	END
	silent="${silent:-} $!"
done >"$dir/silent"
all_connected()
{
	test "$(grep -c connected "$dir/silent")" -eq 10
}
holds "ten say nothing" wait_for all_connected
scrape http://localhost/metrics
expect "beside silent ones" 0 '^# EOF$' '' "$dir/out" "$dir/err"
ended=0
for pid in $silent; do
	wait "$pid" || ended=1
done
holds "which are ended" test $ended = 0

# Without a descriptor for it a scraper waits, and the agent does not spin.  The
# agent ends clients that say nothing after ten seconds, and their descriptors are
# free then: where all of it took that long, it is done again.
crowd()
{
	"$timeout" 300 python3 - "$agent" "$dir/run/metrics" "$AGENT_PID" <<-'END'
	import os, select, socket, sys, time
	def connected(path, kind):
	    s = socket.socket(socket.AF_UNIX, kind)
	    s.connect(path)
	    return s
	def is_full():
	    return len(os.listdir(f'/proc/{sys.argv[3]}/fd')) >= 48
	def spent():
	    with open(f'/proc/{sys.argv[3]}/stat') as f:
	        return sum(map(int, f.read().rpartition(')')[2].split()[11:13]))
	def try_once():
	    since = time.monotonic()
	    clients = [connected(sys.argv[1], socket.SOCK_SEQPACKET)
	               for i in range(64)]
	    while not is_full() and time.monotonic() - since < 8:
	        time.sleep(0.01)
	    scraper = connected(sys.argv[2], socket.SOCK_STREAM)
	    scraper.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n')
	    before = spent()
	    early, _, _ = select.select([scraper], [], [], 1.5)
	    share = (spent() - before) / os.sysconf('SC_CLK_TCK') / 1.5
	    in_time = time.monotonic() - since < 9
	    for client in clients:
	        client.close()
	    scraper.settimeout(100)
	    answer = scraper.recv(12).decode()
	    if in_time:
	        print('early', bool(early), 'share', share, answer)
	    return in_time
	for i in range(10):
	    if try_once():
	        break
	END
}
limits=$(prlimit --pid "$AGENT_PID" --nofile --output SOFT,HARD --raw --noheadings)
prlimit --pid "$AGENT_PID" --nofile=48:
crowd >"$dir/out" 2>"$dir/err"
status=$?
prlimit --pid "$AGENT_PID" --nofile="${limits% *}":
expect "a scraper waits" 0 '^early False ' '' "$dir/out" "$dir/err"
expect "the agent does not spin" 0 ' share 0\.[0-4]' '' "$dir/out" "$dir/err"
expect "the scraper is answered then" 0 ' HTTP/1.0 200$' '' "$dir/out" "$dir/err"

# Others than root are told by the scraper's socket alone.
chmod 755 "$dir/state"
"$timeout" 120 setpriv --reuid 61001 --regid 61001 --clear-groups \
    "$build/apam" -c "$dir/apam.conf" metrics >"$dir/out" 2>"$dir/err"
status=$?
expect "another user" 1 '' 'metrics are for root'

# ---- The dashboard ------------------------------------------------------------

names()
{
	jq -r '.. | .expr? // empty' doc/grafana-dashboard.json |
		grep -oE '\b(apam|process)_[a-z0-9_]+' | sort -u
}
holds "the dashboard is JSON" jq -e .panels doc/grafana-dashboard.json >/dev/null
scrape http://localhost/metrics
cp "$dir/out" "$dir/text"
for name in $(names); do
	holds "$name is there" grep -qE "^# TYPE ${name%_total} |^$name[{ ]" \
	    "$dir/text"
done
holds "it names some" test "$(names | wc -l)" -ge 10
end_agent TERM
holds "the socket file is gone" test ! -e "$dir/run/metrics"

# ---- Where else it listens ------------------------------------------------------

# free_port ADDRESS: a port that nothing listens at.
free_port()
{
	python3 - "$1" <<-'END'
	import socket, sys
	family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
	with socket.socket(family) as s:
	    s.bind((sys.argv[1], 0))
	    print(s.getsockname()[1])
	END
}
for address in 127.0.0.1 ::1; do
	# A machine may have no IPv6.
	port=$(free_port $address 2>/dev/null) || continue
	at=$address:$port
	[ $address = 127.0.0.1 ] || at="[$address]:$port"
	start_agent --metrics "$at"
	: >"$dir/err"
	status=0
	wait_for curl -sS --max-time 120 --noproxy '*' -g \
	    "http://$at/metrics" -o "$dir/out" || status=1
	expect "at $address" 0 '^# EOF$' '' "$dir/out"
	"$timeout" 120 "$build/apamd" -c "$dir/apam.conf" --metrics "$at" \
	    --socket "$dir/run/other" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "another one there" 3 '' 'the socket for metrics cannot be opened'
	end_agent TERM
	holds "it ends well" test "$ended" = 0
done

# refuses NAME STATUS TEXT WHERE: an agent that is to listen there ends.
refuses()
{
	"$timeout" 120 "$build/apamd" -c "$dir/apam.conf" --socket "$agent" \
	    --metrics "$4" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$1" "$2" '' "$3"
}
forms='--metrics needs an absolute path, 127.0.0.1:PORT or'
refuses "an address that others reach" 2 "$forms" 0.0.0.0:9000
refuses "no port" 2 "$forms" 127.0.0.1:
refuses "something behind the port" 2 "$forms" 127.0.0.1:9000x
refuses "a port that is too large" 2 "$forms" '[::1]:65536'
refuses "a path that is too long" 3 'cannot be opened: File name too long' \
    "/$(printf '%0120d' 0)"
refuses "a directory that there is not" 3 'cannot be opened: No such file' \
    "$dir/none/metrics"
finish
