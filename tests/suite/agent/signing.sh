#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apamd signs for others, by a client that owes nothing to libapam: who gets
# what, which socket it makes, how it begins and ends.
. "$(dirname "$0")/agent.bash"

key own </dev/null
key shared <<<'allow = ( { users = [ "61001" ]; give = "secret"; } );'
hmac signed <<-'END'
allow = ( { users = [ "root", "61001" ]; methods = [ "GET" ];
  paths = [ "/a/*" ]; give = "signature"; } );
END
key grouped <<<'allow = ( { groups = [ "61001" ]; give = "secret"; } );'
hmac body <<<'allow = ( { users = [ "root" ]; give = "signature"; } );'

# ---- Beginning ------------------------------------------------------------------

# agent_says NAME STATUS TEXT ARGS...: apamd ends with this.
agent_says()
{
	local name=$1 want=$2 text=$3
	shift 3
	"$timeout" 120 "$build/apamd" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$name" "$want" '*' "$text" "$dir/out" "$dir/err"
}
agent_says "an unknown argument" 2 'there is no argument --sock;' --sock x
agent_says "no value" 2 'a value is missing after --config;' --config
agent_says "a relative socket" 2 'needs an absolute path, not x;' --socket x
agent_says "no main file" 3 'none.conf' -c "$dir/none.conf" --socket "$agent"
agent_says "a socket's path that is too long" 3 'too long for a socket' \
    -c "$dir/apam.conf" --socket "/$(printf '%0103d' 0)"
agent_says "a socket in a file" 3 "$dir/apam.conf" \
    -c "$dir/apam.conf" --socket "$dir/apam.conf/agent"
(unset XDG_RUNTIME_DIR; agent_says "a user without a place for it" 3 \
    'XDG_RUNTIME_DIR is not set' --user -c "$dir/apam.conf"
    echo "$passed $failed" >"$dir/counted")
read -r passed failed <"$dir/counted"
"$build/apamd" --help >"$dir/out" 2>"$dir/err"
status=$?
expect "help" 0 'usage: apamd' '' "$dir/err"
"$build/apamd" --version >"$dir/out" 2>"$dir/err"
status=$?
expect "version" 0 '^apamd [0-9]+\.[0-9]+' '' "$dir/err"
touch "$dir/run/file"
agent_says "something else is in its place" 3 'something else than a socket' \
    -c "$dir/apam.conf" --socket "$dir/run/file"
mkdir -m 777 "$dir/open"
chmod 777 "$dir/open"
agent_says "a folder that others can write" 3 'open' \
    -c "$dir/apam.conf" --socket "$dir/open/agent"

start_agent
holds "everybody may connect" test "$(stat -c %a "$agent")" = 666
agent_says "a second agent on the same socket" 4 \
    'run/agent: another apamd serves there: have this one take over' \
    -c "$dir/apam.conf" --socket "$agent"
holds "the first one serves on" test -S "$agent"

# ---- Signatures -----------------------------------------------------------------

asks own GET https://own.example.com/x
expect "no rule, and root" 0 '^header X-Key: fake-key-of-own$' '' "$dir/err"
asks own GET https://elsewhere.example.com/x
expect "another origin" 0 'text the URL is not this profile' '' "$dir/out"
asks none GET https://own.example.com/x
expect "no such profile" 0 'text there is no profile none' '' "$dir/out"
asks shared GET https://shared.example.com/x
expect "rules hold for root, too" 0 'text allow has no rule for user 0' '' \
    "$dir/out"
asks signed GET 'https://signed.example.com/a/b?c=d'
expect "a signature" 0 '^header Authorization: HMAC-TEST keyid=signed,' '' \
    "$dir/out" "$dir/err"
holds "with its parameter" grep -q '^query hmac-date: [0-9]*$' "$dir/out"
asks signed POST https://signed.example.com/a/b
expect "another method" 0 'lets user 0 \(root\) send other methods or paths alone' '' \
    "$dir/out"
asks signed GET https://signed.example.com/b
expect "another path" 0 'lets user 0 \(root\) send other methods or paths alone' '' \
    "$dir/out"
if [ "$(id -u)" = 0 ]; then
	asks shared GET https://shared.example.com/x 61001
	expect "a rule by user" 0 '^header X-Key: fake-key-of-shared$' '' \
	    "$dir/err"
	asks signed GET https://signed.example.com/a/b 61001
	expect "the same for signatures" 0 '^header Authorization: HMAC-TEST' \
	    '' "$dir/out" "$dir/err"
	asks grouped GET https://grouped.example.com/x 61001
	expect "a rule by group" 0 '^header X-Key: fake-key-of-grouped$' '' \
	    "$dir/err"
	asks grouped GET https://grouped.example.com/x 61003
	expect "another group" 0 'allow has no rule for user 61003' '' \
	    "$dir/out"
	asks shared GET https://shared.example.com/x 61002
	expect "no rule for this user" 0 'allow has no rule for user 61002' '' \
	    "$dir/out"
	asks own GET https://own.example.com/x 61001
	expect "no rule at all" 0 'no rules \(allow\), so the agent signs for root and its own user alone: give it a rule for user 61001' \
	    '' "$dir/out"
fi

# ---- The audit log --------------------------------------------------------------

# tells NAME FILTER N: so many lines of the log fit.
tells()
{
	run -c "$dir/apam.conf" --json log
	holds "$1" test "$(jq "[.[] | select($2)] | length" "$dir/out")" = "$3"
}
me="(.for_uid == \"$(id -u)\" and .for_program == \"client.py\")"
for _ in 1 2 3; do
	asks own GET https://own.example.com/x
done
tells "who used which key, once" \
    ".event == \"used\" and .profile == \"own\" and $me and .entry == \"1\"" 1
tells "and the key's id" \
    '.event == "used" and .profile == "signed" and .key_id != null' \
    "$(if [ "$(id -u)" = 0 ]; then echo 2; else echo 1; fi)"
tells "who was refused, once for each reason" \
    ".event == \"refused\" and .profile == \"signed\" and $me" 1
if [ "$(id -u)" = 0 ]; then
	tells "another user has lines of its own" \
	    '.event == "refused" and .for_uid == "61002"' 1
	run -c "$dir/apam.conf" log --user 61001
	expect "the log of a user is of those signed for, too" 0 \
	    '61001 .*signed for|used.*shared.*client\.py' '' "$dir/out" "$dir/err"
fi

# ---- Digests, many at once, and other packets than messages ----------------------

# peer NAME: the part of peers.py.
peer()
{
	"$timeout" 300 python3 tests/suite/agent/peers.py "$1" "$agent" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$1" 0 '*' '' "$dir/out" "$dir/err"
}
for part in digest pipelined unknown_type no_hello hello_twice together \
    two_requests garbage not_ended_parts; do
	peer "$part"
done
holds "who broke the protocol is named" grep -qE \
    'apamd: warning: user [0-9]+( \(.*\))?, process [0-9]+ .*: dropped: ' "$dir/agent.log"
asks own GET https://own.example.com/x
expect "it serves on after all that" 0 '^header X-Key:' '' "$dir/err"

# ---- Its end --------------------------------------------------------------------

end_agent TERM
holds "SIGTERM ends it well" test "$ended" = 0
holds "its socket is gone" test ! -e "$agent"
start_agent
end_agent KILL
holds "a socket file is left behind" test -S "$agent"
start_agent
asks own GET https://own.example.com/x
expect "and replaced" 0 '^header X-Key:' '' "$dir/err"
end_agent TERM
if grep -qFf "$dir/known" "$dir/agent.log"; then
	verdict "its log" "a secret is shown"
fi
finish
