#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The rules of a profile (`allow`), as people meet them: real users and groups
# sign or are refused, in words that say what to do, and the refusal is logged;
# `apam explain --as` and `apam lint` say the same. Without root there is only
# one user to be: then only what is said of others is tried.
. "$(dirname "$0")/lib.bash"

ann=61001 bob=61002 ops=61101
printf fake-key-of-rules >"$dir/secrets/key"
echo fake-key-of-rules >>"$dir/known"
chmod 755 "$dir" "$dir/apam.d" "$dir/secrets" "$dir/modules" "$dir/modules/"*
chmod 644 "$dir/secrets/key" "$dir/apam.conf"

# rules TEXT: the profile's rules.
rules()
{
	profile ruled <<-END
	origins = [ "https://api.example.com" ];
	auth = ( { scheme = "api-key"; header = "X-Key";
	  key = "world-readable:$dir/secrets/key"; } );
	$1
	END
	chmod 644 "$dir/apam.d/ruled.conf"
}
url=https://api.example.com/v1/eyes
conf=(-c "$dir/apam.conf")

# says FILTER FILE: jq's answer is true.
says()
{
	json_holds "$2" "$1"
}

# ---- What is said of others ------------------------------------------------------

rules 'allow = (
  { users = [ "61001" ]; give = "secret"; },
  { groups = [ "61101" ]; units = [ "backup.service" ]; give = "secret"; },
  { users = [ "61003" ]; methods = [ "GET" ]; paths = [ "/v1/*" ];
    give = "nothing"; } );'
run "${conf[@]}" lint
expect "lint has nothing to say" 0 '*' '' "$dir/err"
run "${conf[@]}" explain --as $ann $url
expect "a rule by user" 0 'user 61001, GET: rule 1 \(line 5\) gives "secret"' \
    '' "$dir/out"
run "${conf[@]}" explain --as $ann $url
expect "what that protects" 0 'The headers are the secret itself' '' "$dir/out"
expect "what rules do" 0 'holds against mistakes alone' '' "$dir/out"
run "${conf[@]}" explain --as $bob $url
expect "no rule" 1 'user 61002, GET: no rule fits' \
    'ruled: allow has no rule for user 61002, .*add one' "$dir/out"
run "${conf[@]}" explain --as $bob --unit backup.service POST $url
expect "a rule by unit" 0 'user 61002, POST: rule 2 \(line 6\)' '' "$dir/out"
run "${conf[@]}" explain --as $bob --unit other.service $url
expect "another unit" 1 'no rule fits' 'no rule for user 61002' "$dir/out"
run "${conf[@]}" explain --as $bob --unit backup POST $url
expect "a unit without its suffix" 2 '*' \
    "the caller's unit is not a service: write its whole name, as in" "$dir/err"
run "${conf[@]}" explain --as 61003 $url
expect "a rule that gives nothing" 1 'rule 3 \(line 7\) gives "nothing"' \
    'nothing to send itself \(rule 3 \(line 7\)\)' "$dir/out"
run "${conf[@]}" explain --as 61003 POST $url
expect "another method" 1 'no rule fits' \
    'other methods or paths alone \(rule 3' "$dir/out"
run "${conf[@]}" explain --as 61003 https://api.example.com/v1/%2e%2e/x
expect "a path with two spellings" 1 'no rule fits' \
    'the path has a dot segment' "$dir/out"
run "${conf[@]}" explain --as root $url
expect "root by name has no rule either" 1 'user root \(0\), GET: no rule' \
    'no rule for user 0' "$dir/out"
run "${conf[@]}" explain --as no-such-user-of-apam $url
expect "an unknown user" 2 '' 'no user of this name' "$dir/err"
run "${conf[@]}" explain --as 4294967295 $url
expect "a number that no user has" 2 '' 'no user has this number' "$dir/err"
run "${conf[@]}" explain GET $url
expect "a method alone" 2 '' 'are for --as' "$dir/err"
run "${conf[@]}" explain --unit backup.service $url
expect "a unit alone" 2 '' 'are for --as' "$dir/err"
run "${conf[@]}" explain $url
expect "without a user nothing is said of rules" 0 '!user|allow' '' "$dir/err"
run "${conf[@]}" --json explain --as $ann $url
holds "JSON of a gift" says '.signs and .chosen.grant == { uid: 61001,
    unit: null, served: false, ruled: true, rule: 1, give: "secret", why_not: null }' \
    "$dir/out"
run "${conf[@]}" --json explain --as $bob $url
holds "JSON of a refusal" says '(.signs | not) and
    (.chosen.grant | .ruled and .rule == null and .give == null and
    (.why_not | test("no rule for user 61002")))' "$dir/out"

rules ''
run "${conf[@]}" explain --as $bob $url
expect "no rules" 0 'user 61002: the profile has no rules: any program' '' \
    "$dir/out"
sed -i '$a agent = "require";' "$dir/apam.d/ruled.conf"
run "${conf[@]}" explain --as $bob $url
expect "no rules, and the agent signs" 1 'user 61002: .* no rules: the agent' \
    'no rules .allow., so the agent .* give it a rule for user 61002' "$dir/out"
run "${conf[@]}" explain --as root $url
expect "which it does for root" 0 'user root \(0\): .* the agent signs for root' \
    '' "$dir/out"
rules 'agent = "require"; allow = ( { users = [ "61001" ]; give = "secret"; } );'
run "${conf[@]}" explain --as $ann $url
expect "rules, and the agent decides by them" 0 'The agent decides by this rule' \
    '' "$dir/out"
holds "which are more than help against mistakes" \
    bash -c "! grep -q mistakes '$dir/out'"
rules 'allow = ( { users = [ "61001" ]; give = "headers"; } );'
run "${conf[@]}" lint
expect "a rule that gives too little" 3 '*' \
    'ruled.conf:4: error: allow\[1\]\.give: "headers" is too little' "$dir/err"
run "${conf[@]}" headers ruled $url
expect "it does not sign" 3 '' 'is too little' "$dir/err"
rules 'allow = ( { users = [ "no-such-user-of-apam" ]; give = "secret"; } );'
run "${conf[@]}" headers ruled $url
expect "an unknown user does not open the profile to all" 3 '' \
    'allow\[1\]\.users\[1\]: "no-such-user-of-apam" is not a user here' "$dir/err"
rules 'allow = ( { users = [ "61001", "61002" ]; give = "secret"; },
  { users = [ "61002" ]; give = "nothing"; } );'
run "${conf[@]}" lint --strict
expect "a rule that never decides" 3 '*' \
    'ruled.conf:5: warning: allow\[2\]: it never decides' "$dir/err"
[ "$(id -u)" -eq 0 ] || finish

# ---- Real users -----------------------------------------------------------------

mkdir "$dir/bin"
cp "$build/apam" "$build/libapam.so.0" "$dir/bin/"
chmod 755 "$dir/bin" "$dir/bin/"* "$dir/state"
for user in $ann $bob; do
	run "${conf[@]}" users add $user
	expect "users add $user" 0 '*' '' "$dir/err"
done
chmod 755 "$dir/state" "$dir/state/users"

# by NAME STATUS OUT ERR SETPRIV-ARGS... -- ARGS...: apam as somebody.
by()
{
	local name=$1 want=$2 out=$3 err=$4 as=()
	shift 4
	while [ "$1" != -- ]; do as+=("$1"); shift; done
	shift
	"$timeout" 120 setpriv "${as[@]}" "$dir/bin/apam" "${conf[@]}" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/err"
}
plain="--clear-groups"
rules 'allow = (
  { users = [ "61001" ]; give = "secret"; },
  { groups = [ "61101" ]; give = "secret"; } );'
header='X-Key: fake-key-of-rules'
by "the user of a rule" 0 "=$header" '' --reuid=$ann --regid=$ann $plain -- \
    headers ruled $url
by "another user" 1 '' 'allow has no rule for user 61002' \
    --reuid=$bob --regid=$bob $plain -- headers ruled $url
by "a group, as the first" 0 "=$header" '' --reuid=$bob --regid=$ops $plain -- \
    headers ruled $url
by "a group among others" 0 "=$header" '' --reuid=$bob --regid=$bob \
    --groups=5,$ops -- headers ruled $url
by "another group" 1 '' 'no rule for user 61002' --reuid=$bob --regid=$bob \
    --groups=5,61102 -- headers ruled $url
by "root without a rule" 1 '' 'no rule for user 0' --reuid=0 --regid=0 $plain \
    -- headers ruled $url
holds "the refusal is in the user's log" grep -rqsE \
    'refused.*no rule for user 61002' "$dir/state/users/$bob"
finish
