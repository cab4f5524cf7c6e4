# SPDX-License-Identifier: BSD-2-Clause
# What a gateway of two workers does while something fails, for tests/suite/
# failures.sh and the trial, which does more of it.  Source cli/lib.bash,
# cli/providers.bash and nginx/lib.bash first.

# tally N CLIENTS PATH...: fills $dir/tally with lines of outcome and count.
tally()
{
	python3 tests/suite/nginx/client.py tally "$sock" "$@" >"$dir/tally" \
	    2>"$dir/err"
	cp "$dir/tally" "$dir/out"
}

# count OUTCOME: how many of the last tally ended so.
count()
{
	awk -v o="$1" '$1 == o { n = $2 } END { print n + 0 }' "$dir/tally"
}

# requests PATH: how many of 7SIGNAL's were for it.
requests()
{
	seen 7signal | grep -o "\"path\": *\"$1\"" | wc -l
}

# workers: their process ids.
workers()
{
	local master
	master=$(cat "$dir/gateway/nginx.pid") && pgrep -P "$master"
}

# two_workers: both are there, and take requests.
two_workers()
{
	[ "$(workers | wc -l)" -eq 2 ] &&
		[ "$(curl -s --max-time 20 --unix-socket "$sock" -o /dev/null \
		    -w '%{http_code}' http://localhost/own/echo)" = 200 ]
}

# start_failing: a gateway of two workers, for `seven` and `own`.
start_failing()
{
	start_origin
	entry seven "$named_seven" oauth2-client-credentials "$seven_entry"
	secret plain not-a-secret-key
	entry own "$origin" api-key \
	    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/own.conf"
	"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
	    --workers 2 --listen "unix:$sock" seven own >"$dir/said" \
	    2>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true two_workers || {
		cat "$dir/gateway.log"
		exit 2
	}
}

# all_signed: whatever came to the origin had the key, once, and was for it.
all_signed()
{
	jq -e -s --arg host "localhost:$ORIGIN_PORT" 'all(.[];
	    [.headers[] | select(.[0] | ascii_downcase == "x-api-key")[1]] ==
	    ["not-a-secret-key"] and
	    [.headers[] | select(.[0] | ascii_downcase == "host")[1]] ==
	    [$host])' "$dir/origin.log" >/dev/null
}

# storm N: the provider takes no token, however new it is.  Some requests are
# answered with its 401; then apam leaves it alone for a while, and says so.
storm()
{
	control "/fault?provider=7signal&path=/eyes&kind=401"
	control /log/clear
	tally "$1" 8 /seven/eyes
	holds "401 for all: each of $1 requests is answered" \
	    [ $(($(count 401) + $(count 502))) -eq "$1" ]
	holds "401 for all: none was sent more than twice" \
	    [ "$(requests /eyes)" -le $((2 * $1)) ]
	holds "401 for all: few exchanges, not one for each" \
	    [ "$(requests /oauth2/token)" -le $(($1 / 2)) ]
	echo "401 for all: $1 requests, of which $(count 401) were answered 401;" \
	    "$(requests /eyes) sendings, $(requests /oauth2/token) exchanges" \
	    >>"$dir/figures"
	control /clear
	holds "401 for all: once it takes tokens again, it gets some" \
	    until_true eval 'call http://localhost/seven/eyes && [ $code = 200 ]'
}

# slow N: a token takes its time; those who wait share it.
slow()
{
	control "/expire?provider=7signal"
	control "/fault?provider=7signal&path=/oauth2/token&kind=delay&arg=700"
	control /log/clear
	tally "$1" "$1" /seven/eyes
	holds "a slow exchange: all $1 are answered" [ "$(count 200)" -eq "$1" ]
	holds "a slow exchange: one for each worker" \
	    [ "$(requests /oauth2/token)" -le 2 ]
	control /clear
}

# crashes N KILLS: workers are killed under load, by SIGKILL.  Without an answer
# are those that the killed worker had; nothing else.
crashes()
{
	local i victim
	: >"$dir/origin.log"
	python3 tests/suite/nginx/client.py tally "$sock" "$1" 4 /own/echo \
	    >"$dir/tally" 2>"$dir/err" &
	LOAD=$!
	for ((i = 0; i < $2; i++)); do
		until_true two_workers
		victim=$(workers | head -n 1)
		kill -KILL "$victim"
	done
	wait $LOAD
	cp "$dir/tally" "$dir/out"
	echo "killed workers: $2 in $1 requests, of which $(count closed) had no" \
	    "answer" >>"$dir/figures"
	holds "a killed worker: nothing but what it had is lost" \
	    [ $(($(count 200) + $(count closed))) -eq "$1" ]
	holds "a killed worker: four for each at most" \
	    [ "$(count closed)" -le $((4 * $2)) ]
	holds "a killed worker: nothing is signed otherwise" all_signed
	until_true two_workers
	tally 40 4 /own/echo /seven/eyes
	holds "a killed worker: another one takes its place" \
	    [ "$(count 200)" -eq 40 ]
}

# reloads N TIMES: nginx is told to read its files anew, under load.
reloads()
{
	local i before
	: >"$dir/origin.log"
	python3 tests/suite/nginx/client.py tally "$sock" "$1" 4 /own/echo \
	    >"$dir/tally" 2>"$dir/err" &
	LOAD=$!
	for ((i = 0; i < $2; i++)); do
		before=$(workers)
		kill -HUP "$NGINX_PID"
		until_true eval '[ "$(workers)" != "$before" ]'
		until_true two_workers
	done
	wait $LOAD
	cp "$dir/tally" "$dir/out"
	holds "a reload: none of $1 is lost" [ "$(count 200)" -eq "$1" ]
	holds "a reload: nothing is signed otherwise" all_signed
}

# origin_gone: the origin is away, and the answer says so.
origin_gone()
{
	kill "$ORIGIN_PID"
	wait "$ORIGIN_PID" 2>/dev/null
	ORIGIN_PID=
	tally 20 4 /own/echo
	holds "the provider is away: all are told so" [ "$(count 502)" -eq 20 ]
	problem "the provider is away: what they are told" 502 'cannot be reached' \
	    http://localhost/own/echo
	gets "another one is not affected" 200 '"eyes"' \
	    http://localhost/seven/eyes
}
