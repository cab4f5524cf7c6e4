#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam status`: what it shows of each state, that it asks nobody, and that a
# broken profile hides no other.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

mkdir -m 700 -p "$dir/state"
seven seven '' 'share_credentials = true;'
seven alone ''
seed seed
profile broken <<END
origins = [ "https://api.example.com" ];
END
time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z'
t=$'\t'

# member NAME: its value in the JSON just printed, which is indented; the first.
member()
{
	sed -n "s/^ *\"$1\": \(.*[^,]\),\{0,1\}\$/\1/p" "$dir/out" | head -1
}

# ---- Nothing yet -------------------------------------------------------------

row "no such profile" 2 '' 'apam list' status nobody
row "a profile as an option" 2 '' 'there is no option --nobody' status --nobody
row "nothing acquired" 0 \
    "^seven${t}1${t}oauth2-client-credentials${t}.*${t}none${t}0${t}-${t}-${t}-${t}-${t}-${t}no program of this user has shared one yet\$" \
    '' status seven
row "broken: exit status 3" 3 '' 'broken.conf.*error:' status broken
row "broken: the others are shown" 3 "^seed${t}1${t}" 'broken.conf' status
row "broken: before a good one" 3 "^alone${t}1${t}" 'broken.conf' \
    status broken alone
row "broken: the order is that of the words" 3 "^alone" 'broken.conf' \
    status alone broken
row "broken, in JSON" 3 '"error"' 'broken.conf' --json status broken
holds "broken, in JSON: its file" \
    [ "$(member file)" = "\"$dir/apam.d/broken.conf\"" ]
holds "broken, in JSON: no entries" [ "$(member entries)" = '[]' ]
row "none, in JSON" 0 '"none"' '' --json status seven
holds "none: no age" [ "$(member age)" = null ]
holds "none: no expiry" [ "$(member expires_in)" = null ]
holds "none: no latch" [ "$(member latched)" = null ]
holds "none: why" [ "$(member why)" = '"no program of this user has shared one yet"' ]
holds "none: no problem" [ "$(member problem)" = null ]
holds "none: no error" [ "$(member last_error)" = null ]
holds "none: the key has not been checked" \
    grep -q '"state": "unknown"' "$dir/out"
holds "the provider was not asked" asked 7signal /oauth2/token 0

# ---- What another process shared -----------------------------------------------

signs "another process acquires" 0 '^Authorization: Bearer ' '' \
    headers seven "$seven/eyes"
signs "another process acquires for itself" 0 '^Authorization: Bearer ' '' \
    headers alone "$seven/eyes"
control /log/clear
row "shared: valid, with its times" 0 \
    "${t}valid${t}[1-9][0-9]*${t}$time${t}$time${t}$time${t}$time${t}good: .*${t}\$" \
    '' status seven
row "not shared: none, but what was noted of the key" 0 \
    "${t}none${t}0${t}-${t}-${t}-${t}$time${t}good: a fresh .* \(noted by apam of uid [0-9]+\)${t}its programs do not .*share_credentials\$" \
    '' status alone
row "shared, in JSON" 0 '"valid"' '' --json status seven alone
holds "shared: usable" [ "$(member usable)" = true ]
holds "shared: expires within a day" \
    [ "$(member expires_in)" -gt 80000 ]
holds "shared: and not after it" \
    [ "$(member expires_in)" -le 86400 ]
holds "shared: refreshed before it expires" \
    [ "$(member refresh_in)" -lt \
    "$(member expires_in)" ]
holds "shared: nothing is to be explained" [ "$(member why)" = null ]
holds "shared: just acquired" [ "$(member age)" -lt 60 ]
holds "shared: the second profile is the second" \
    grep -A 99 '"profile": "seven"' "$dir/out" | grep -q '"profile": "alone"'
holds "nobody was asked" asked 7signal / 0
token=$(run -c "$dir/apam.conf" headers seven "$seven/eyes" &&
	sed 's/.*Bearer //' "$dir/out")
printf '%s\n' "$token" >>"$dir/known"
# ---- Two secrets under one id ----------------------------------------------------

seed astray "${seed_entry/seed\"/wrong\"}"
row "the right secret is checked" 0 'good' '' check seed
row "a wrong one under its id is rejected" 1 'rejected' '*' check astray
row "the right one is not called rejected" 0 "^seed${t}1${t}" '' status seed
holds "nor by its note" sh -c '! grep -q rejected "$1"' - "$dir/out"
row "the wrong one is" 0 \
    "^astray${t}.*${t}rejected: .*\(noted by apam of uid" '' status astray
row "in the list of keys the id is not" 3 \
    "^demo@example.com${t}.*${t}unknown${t}" 'broken.conf' keys list
holds "no key is called rejected" \
    sh -c '! grep -q rejected "$1"' - "$dir/out"
row "the right one is checked anew" 0 'good' '' check seed
row "and is good" 0 "${t}good: .*\(noted by apam of uid" '' status seed
row "which says nothing of the wrong one" 0 "^astray${t}1${t}" '' status astray
holds "of which nothing is known" sh -c '! grep -q good: "$1"' - "$dir/out"
rm "$dir/apam.d/astray.conf"

row "no token is shown" 3 '!Bearer' 'broken' status
row "no token is shown in JSON" 3 '!Bearer' 'broken' --json status

finish
