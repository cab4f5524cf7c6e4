#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam log`: the audit log from each of the places that it may be in. The
# journal is a real one, which journalctl reads: systemd-journal-remote makes it
# of what apam would send.
. "$(dirname "$0")/lib.bash"
t=$'\t'
basic demo https://demo.example demo@example.com fake-key-of-demo
chmod 755 "$dir/state"
remote=/lib/systemd/systemd-journal-remote

# cells N: column N of all rows, in one line.
cells()
{
	cut -f "$1" "$dir/out" | xargs
}

# ---- Nothing -------------------------------------------------------------------

row "nothing anywhere" 0 '' "no audit log to read: .*$dir/state/users" \
    log --since 2040-01-01
holds "what to do" grep -q '`audit` in the main file' "$dir/err"
row "nothing in JSON" 0 '^\[\]' '*' --json log --since 2040-01-01
row "a time that is none" 2 '' 'write 2026-01-31' log --since tomorrow
row "another one" 2 '' 'write 2026-01-31' log --until 2026-02-30
row "no such user" 2 '' 'no such user' log --user nobody-of-that-name
row "a word" 2 '' 'usage: apam log' log demo
row "no such file" 3 '' "$dir/none does not exist" log --file "$dir/none"

# ---- The audit file ------------------------------------------------------------

run -c "$dir/apam.conf" keys add demo@example.com
run -c "$dir/apam.conf" keys archive --yes --why 'a test' demo@example.com
row "a refusal" 1 '' archived headers demo https://demo.example/
row "the log" 0 "^20.*Z${t}registry$t${t}demo@example.com${t}archived${t}apam" \
    '' log
holds "in the order of time" [ "$(cells 5)" = \
    'registered archived APAM_E_ARCHIVED' ]
holds "whose programs they were" [ "$(cells 7)" = \
    "$(id -un) $(id -un) $(id -un)" ]
row "in JSON" 0 '"evidence": "a test"' '' --json log
holds "it is JSON" is_json "$dir/out"
row "of a key" 0 "demo@example.com" '' log --key demo@example.com
row "of another key" 0 '' '*' log --key other
row "of a profile" 0 "refused${t}demo$t" '' log --profile demo
holds "that alone" [ "$(cells 2)" = refused ]
row "of a program" 0 . '' log --program apam
row "of another" 0 '' '*' log --program sshd
row "of a user" 0 . '' log --user "$(id -un)"
row "of a number" 0 . '' log --user "$(id -u)"
row "of another user" 0 '' '*' log --user 4123
row "lately" 0 . '' log --since 1h
row "of today" 0 . '' log --since yesterday --until "@$(($(date +%s) + 9))"
row "long ago" 0 '' '*' log --until 2020-01-01
file=$dir/state/users/$(id -u)/audit.log
cp "$file" "$dir/json"
row "a copy of it" 0 "${t}archived$t" '' log --file "$dir/json"

# What a user writes there is that user's word alone.
{
	echo 'no line'
	echo '{ "TIME": 1769860800, "APAM_EVENT": "state", "APAM_UID": "4123",
' | tr -d '\n'
	printf '"APAM_KEY": "a\\u001b[2Jb\\u202ec", "APAM_STATE": "revoked" }\n'
	printf '{ "TIME": "x", "APAM_EVENT": "state" }\n'
	head -c 20000 /dev/zero | tr '\0' x
	echo
	printf '{ "TIME": 1769860801, "APAM_EVENT": "state" }\n{ "TIME": 17'
} >"$file"
row "lines that others wrote" 0 "^2026-01-31T12:00:00Z${t}state" '' log
holds "two of them are lines" [ "$(wc -l <"$dir/out")" = 2 ]
holds "whose they are is whose file it is" [ "$(cells 7)" = \
    "$(id -un) $(id -un)" ]
holds "no escape comes through" \
    sh -c '! grep -q "$(printf "\033")" "$1"' - "$dir/out"

# ---- Syslog --------------------------------------------------------------------

cat >"$dir/auth.log" <<'END'
Jan 31 12:00:00 host sshd[1]: Accepted publickey for root
Jan 31 12:00:01 host apam[77]: profile x: key k: revoked: it "said so" APAM_EVENT="state" APAM_PROFILE="x" APAM_KEY="k" APAM_STATE="revoked" APAM_EVIDENCE="it \"said\" so \\" APAM_UID="1000" APAM_PROGRAM="host"
2026-01-31T13:00:02.123456+01:00 host apam[78]: key j: archived APAM_EVENT="registry" APAM_KEY="j" APAM_STATE="archived" APAM_UID="0"
2026-01-31T12:00:03Z host apam[79]: key i APAM_EVENT="state" APAM_KEY="i" APAM_STATE="good
2026-01-31T12:00:03Z host other[80]: apam says APAM_EVENT="state"
END
TZ=UTC row "syslog's file" 0 "^2026-01-31T12:00:02Z${t}registry$t${t}j$t" '' \
    log --file "$dir/auth.log"
row "its old times, too" 0 '"evidence": "it \\"said\\" so \\\\"' '' \
    --json log --file "$dir/auth.log" --key k
holds "with the message" grep -q '"message": "profile x: key k: rev' "$dir/out"
{
	echo 'Feb 29 12:00:00 host apam[1]: m APAM_EVENT="leap" APAM_KEY="no day of most years"'
	echo 'Foo 31 12:00:00 host apam[1]: m APAM_EVENT="state" APAM_KEY="no month"'
	echo 'ebM 31 12:00:00 host apam[1]: m APAM_EVENT="state" APAM_KEY="no month"'
	echo 'Jan 31 host apam[1]: m APAM_EVENT="state" APAM_KEY="no time"'
	echo 'Jan 99 12:00:00 host apam[1]: m APAM_EVENT="state" APAM_KEY="no day"'
	echo '2026-99-31T12:00:00Z host apam[1]: m APAM_EVENT="state" APAM_KEY="no"'
	echo '2026-01-31T07:00:00.5-05:30 host apam[1]: m APAM_EVENT="state" APAM_KEY="west"'
	echo '2026-01-31T12:00:00Z host apam[1] m APAM_EVENT="state" APAM_KEY="no colon"'
	echo '2026-01-31T12:00:00Z host apam[1]: m APAM_KEY="no event"'
	echo '2026-01-31T12:00:01Z host apam[1]: m APAM_EVENT="state" APAM_KEY="cut..." APAM_UID="me" APAM_STATE="x'
	echo '2026-01-31T12:00:01Z host apam[1]: m APAM_EVENT="state" APAM_KEY="cut..." APAM_UID="me"'
	printf '2026-01-31T12:00:02Z host apam[1]: m APAM_EVENT="state" APAM_KEY="%s"\n' \
	    "$(printf 'k%.0s' {1..3000})"
	printf '%s\n' "2026-01-31T12:00:01Z $(printf 'x%.0s' {1..40000})" \
	    '2026-01-31T12:00:01Z host apam[1]: m APAM_EVENT="later" APAM_KEY="..."'
	printf '2026-01-31T12:00:09Z host apam[1]: m APAM_EVENT="no end" APAM_KEY="x"'
} >"$dir/odd.log"
TZ=UTC row "odd lines of syslog's" 0 "^2026-01-31T12:30:00Z${t}state$t${t}west$t" '' \
    log --file "$dir/odd.log"
holds "no more of them than are lines" \
    sh -c '! grep -Eq "no (month|time|day|colon|event|end)|${1}no$1" "$2"' - \
    "$t" "$dir/out"
row "what was cut is of a longer id" 0 "${t}cut\\.\\.\\.$t" '' log --file \
    "$dir/odd.log" --key cut-off
holds "who is not a number is shown as it is" grep -q "${t}me$t" "$dir/out"
for key in cu cat-off; do
	row "not of $key" 0 '' '*' log --file "$dir/odd.log" --key "$key" --until \
	    2026-01-31T12:00:01Z
done
for user in no-such-user '' 12x; do
	row "no such user: $user" 2 '' 'there is no such user' log --user "$user"
done
input=$dir/auth.log
row "from standard input" 0 "${t}j$t" '' log --file - --key j
input=/dev/null

# ---- The journal ---------------------------------------------------------------

# sent SECONDS KEY UID: one entry, as journald would have kept it.
sent()
{
	printf '__REALTIME_TIMESTAMP=%d000000\n__MONOTONIC_TIMESTAMP=%d\n' \
	    "$1" "$1"
	printf '_BOOT_ID=%032d\n_UID=%d\nSYSLOG_IDENTIFIER=%s\n' 1 "$3" \
	    "${4:-apam}"
	printf 'MESSAGE=x\nPRIORITY=5\nAPAM_EVENT=state\nAPAM_PROFILE=p\n'
	printf 'APAM_KEY=%s\nAPAM_STATE=good\nAPAM_UID=0\n\n' "$2"
}
{
	sent 1769860800 one 1000
	sent 1769860900 two 0
	sent 1769861000 three 0 other
} | $remote -o "$dir/a.journal" - >"$dir/out" 2>"$dir/err"
holds "there is a journal" [ -s "$dir/a.journal" ]
row "the journal" 0 "^2026-01-31T12:00:00Z${t}state${t}p${t}one${t}good$t" '' \
    log --file "$dir/a.journal"
holds "apam's alone" [ "$(cells 4)" = 'one two' ]
row "who wrote it is the journal's word" 0 '"uid": "1000"' '' \
    --json log --file "$dir/a.journal" --key one
row "since" 0 "${t}two$t" '' \
    log --file "$dir/a.journal" --since 2026-01-31T12:01:00Z
holds "that alone" [ "$(cells 4)" = two ]
row "no such journal" 3 '' '*' log --file "$dir/b.journal"
finish
