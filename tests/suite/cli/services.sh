#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What root learns of the keys that a service's programs use, and what a user
# who means ill can say of them. Needs root, to be several users; without it
# there is one user alone, and only the first part is run.
. "$(dirname "$0")/lib.bash"

service=65533 villain=65532
t=$'\t'
mkdir "$dir/bin"
cp "$build/apam" "$build/libapam.so.0" "$dir/bin/"
chmod 755 "$dir" "$dir/bin" "$dir/bin/"* "$dir/modules" "$dir/modules/"* \
    "$dir/state" "$dir/apam.d" "$dir/secrets"
basic used https://used.example used@example.com fake-key-of-the-service
basic mine https://mine.example mine@example.com fake-key-of-root
chmod 644 "$dir/apam.conf" "$dir/apam.d/"*
users=$dir/state/users

# ---- One user ------------------------------------------------------------------

row "users: which command" 2 '' 'users: which command' users
row "users add: whom" 2 '' 'usage: apam users add' users add
row "users add: no such user" 2 '' 'no user nobody-of-that-name' \
    users add nobody-of-that-name
row "users add: no such number" 2 '' 'no user 4294967295' users add 4294967295
row "oneself" 0 'can note which keys' '' users add "$(id -un)"
row "is listed" 0 "^$(id -un)$t$(id -u)\$" '' users list
row "in JSON" 0 '"uid": ' '' --json users list
holds "it is JSON" is_json "$dir/out"
row "twice is fine" 0 '"done": true' '' --json users add "$(id -u)"
[ "$(id -u)" -eq 0 ] || finish

# ---- A service -----------------------------------------------------------------

chgrp $service "$dir/secrets/used"
chmod 640 "$dir/secrets/used"

# as UID NAME STATUS OUT ERR ARGS...: apam as that user.
as()
{
	local uid=$1 name=$2 want=$3 out=$4 err=$5
	shift 5
	"$timeout" 120 setpriv --reuid="$uid" --regid="$uid" --clear-groups \
	    "$dir/bin/apam" -c "$dir/apam.conf" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/err"
}

# cell KEY N: column N of the list just printed, in the row of the key.
cell()
{
	awk -F '\t' -v key="$1" -v n="$2" '$1 == key { print $n }' "$dir/out"
}

APAM_LOG=warning as $service "the service signs without a directory" 0 \
    Authorization "warning: uses .* not noted: $users/$service does not exist; \
as root, .apam users add" headers used https://used.example/
as $service "it cannot make one" 3 '' 'run it as root' users add $service
row "root makes it" 0 'can note' '' users add $service
holds "for the service alone" \
    [ "$(stat -c '%u %a' "$users/$service")" = "$service 700" ]
holds "where nobody else can" [ "$(stat -c '%u %a' "$users")" = '0 755' ]
APAM_LOG=warning as $service "the service signs" 0 Authorization '' \
    headers used https://used.example/
row "root sees who used it" 0 '*' '' keys list
holds "the program and the user" \
    [ "$(cell used@example.com 7)" = "apam ($service)" ]
row "archive asks" 1 '' "was used .* ago, by apam of user $service" \
    keys archive used@example.com

# on_terminal ANSWER ARGS...: root, with somebody to ask.
on_terminal()
{
	local answer=$1
	shift
	printf '%s\n' "$answer" | "$timeout" 120 script -qec \
	    "$(printf '%q ' "$build/apam" -c "$dir/apam.conf" "$@")" \
	    /dev/null >"$dir/out" 2>"$dir/err"
	status=$?
}

# forge NAME WHEN REST: what a user with a directory can say of any key.
forge()
{
	printf '{ "at": %s, "program": "sshd"%s }\n' "$2" "$3" |
	    setpriv --reuid=$villain --regid=$villain --clear-groups \
	    sh -c "umask 077; cat >'$users/$villain/$1'"
}

# ---- Another user's word -------------------------------------------------------

# Which keys notes are of is in the names of root's own.
signs "root's key signs" 0 Authorization '' headers mine https://mine.example/
mine=$(basename "$users"/0/used-*) used=$(basename "$users/$service"/used-*)
rm "$users/0/$mine"
run -c "$dir/apam.conf" users add $villain
forge "$mine" "$(date +%s)" ''
forge "checked-${mine#used-}" "$(date +%s)" \
    ', "state": "revoked", "evidence": "a lie"'
forge "$mine-0f" "$(date +%s)" ', "for_user": 0'
forge "$used" 253402300799 ''
row "a forged use and a forged finding" 0 '*' '' keys list
holds "who cannot read the secret has not used it" \
    [ "$(cell mine@example.com 6)" = never ]
holds "and signed for nobody" sh -c '! grep -q " for " "$1"' - "$dir/out"
holds "and does not say what it is" [ "$(cell mine@example.com 4)" = unknown ]
holds "a use of a time to come is none" \
    [ "$(cell used@example.com 7)" = "apam ($service)" ]
row "the word of others is theirs" 0 \
    '"evidence": "revoked, says sshd of uid 65532: a lie"' '' --json keys list
row "status does not believe it either" 0 \
    "${t}unknown: revoked, says sshd of uid 65532: a lie" '' status mine
row "without a terminal root archives all the same" 0 archived '*' \
    keys archive mine@example.com
row "restored after that" 0 restored '' keys restore mine@example.com

# ---- Not known -----------------------------------------------------------------

row "registered" 0 registered '' keys add used@example.com
chgrp 65531 "$dir/secrets/used"
rm "$users/$service/"used-*
row "who may read it left no trace" 0 '*' '' keys list
holds "not known is not never" \
    [ "$(cell used@example.com 6)" = 'not known' ]
row "why not" 0 '"group 65531 may read its secret and has no directory' '' \
    --json keys list
on_terminal n keys archive used@example.com
expect "archive asks" 1 'it is not known whether used@example.com was used lately' \
    '*' "$dir/out"
as $villain "another user sees each key once" 3 \
    "^used@example.com$t.*${t}not known$t" \
    "run it as root, or join group 65531" keys list
holds "once" [ "$(grep -c '^used@example.com' "$dir/out")" = 1 ]
holds "of unknown profiles" [ "$(cell used@example.com 8)" = 'not known' ]
holds "nothing is to be stored" \
    sh -c '! grep -q "store the secret" "$1"' - "$dir/err"
as $villain "another user's lint says what it cannot look at" 0 '' \
    'used.conf:[0-9]*: warning: .*may not be read by this user' lint
holds "and finds no error" sh -c '! grep -q "error:" "$1"' - "$dir/err"
as $villain "as strict as it is asked to be" 3 '' 'warning: ' lint --strict
as $villain "the log is not for another user" 3 '' \
    'this user may not read the audit log: ' log --since 2040-01-01
row "a script goes on" 0 archived \
    'it is not known whether used@example.com was used lately: group 65531' \
    keys archive used@example.com
chgrp $service "$dir/secrets/used"
row "restored in the end" 0 restored '' keys restore used@example.com

# ---- A users that all may write to --------------------------------------------

rm -rf "$users"
mkdir -m 1777 "$users"
chmod 1777 "$users"
setpriv --reuid=$villain --regid=$villain --clear-groups \
    mkdir -m 700 "$users/0"
row "root finds it" 0 '*' "users could be changed by others; .* mode 0755 now" \
    keys list
holds "and names what is another's" grep -q \
    'users/0 was another user.s.*it is 0.aside-1 now' "$dir/err"
row "once" 0 '*' '' keys list
signs "root signs" 0 Authorization '' headers mine https://mine.example/
holds "root's notes are root's" sh -c "ls $users/0/used-* >$dir/out"
row "root archives" 0 archived '*' keys archive --yes mine@example.com
holds "root's audit log is written" \
    grep -q '"APAM_STATE":"archived"' "$users/0/audit.log"
row "restored" 0 restored '' keys restore mine@example.com
chmod 1777 "$users"
as $service "others do not use it" 0 Authorization \
    'error: uses .* not noted: .*/users can be changed by others; chmod 0755' \
    headers used https://used.example/
finish
