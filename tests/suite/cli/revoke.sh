#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam revoke`: what the provider is told and says, and that everybody drops
# the token whatever that was.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
t=$'\t'
revocable="$seven_entry
  revocation_url = \"$seven/revoke\";"
seven seven "$revocable" 'share_credentials = true;'
seven alone "$revocable"
seven nowhere '' 'share_credentials = true;'
seed seed
control "/set?provider=7signal&name=revocation&value=on"

# shared PROFILE: true where root's processes share a token of it.
shared()
{
	[ -e "$dir/state/users/$(id -u)/$1.0" ]
}
# token PROFILE: acquire one, and share it where the profile does.
token()
{
	signs "$1: a token" 0 '^Authorization: Bearer ' '' \
	    headers "$1" "$seven/eyes"
}

# ---- Mistakes ----------------------------------------------------------------

row "no profile" 2 '' 'usage: apam revoke PROFILE' revoke
row "two profiles" 2 '' 'usage: apam revoke PROFILE' revoke seven seed
row "no such profile" 2 '' 'apam list' revoke nobody
profile broken <<<'origins = ['
row "a broken profile" 3 '' 'broken.conf:[12]: error' revoke broken
rm "$dir/apam.d/broken.conf"

# ---- What the provider says --------------------------------------------------

row "nothing to revoke" 0 \
    "${t}nothing${t}everywhere${t}this user's programs share no token" '' \
    revoke seven
holds "the provider was not asked" asked 7signal /revoke 0
token seven
holds "it is shared" shared seven
row "revoked" 0 "^1${t}oauth2-client-credentials${t}SANDBOX.CLIENT.ONE${t}revoked${t}everywhere" \
    '' revoke seven
holds "the provider was asked once" asked 7signal /revoke 1
holds "it is shared no more" sh -c '! [ -e "$1" ]' - \
    "$dir/state/users/$(id -u)/seven.0"
row "status knows of none" 0 "${t}none${t}" '' status seven
token seven
row "--debug" 0 "${t}revoked${t}" \
    "debug: seven: entry 1: > POST $seven/revoke, [0-9]+ bytes" \
    --debug revoke seven
token seven
row "in JSON" 0 '"result": "revoked"' '' --json revoke seven
holds "it is JSON" is_json "$dir/out"
holds "dropped everywhere" grep -q '"dropped_everywhere": true' "$dir/out"

token seven
control "/fault?provider=7signal&path=/revoke&kind=503&count=9"
row "the provider is busy" 4 "${t}not revoked${t}everywhere${t}" \
    'still honours the token; it was dropped' revoke seven
control /clear
holds "dropped anyway" sh -c '! [ -e "$1" ]' - \
    "$dir/state/users/$(id -u)/seven.0"
token seven
control "/fault?provider=7signal&path=/revoke&kind=reset&count=9"
row "the provider is not there" 4 "${t}not revoked${t}" 'dropped' revoke seven
control /clear

for answer in 401 403 "oauth_error&arg=unsupported_token_type" \
    "status&arg=600"; do
	token seven
	control "/fault?provider=7signal&path=/revoke&kind=$answer&count=9"
	row "not confirmed: $answer" 4 "${t}(not revoked|refused)${t}everywhere" \
	    'still honours the token' revoke seven
	control /clear
done

row "not shared: nothing to revoke" 0 "${t}nothing${t}" '' revoke alone
row "no way to revoke" 1 "${t}impossible${t}everywhere${t}.*no way to revoke" \
    '' revoke seed
token nowhere
row "no endpoint" 1 "${t}impossible${t}" '' revoke nowhere
holds "dropped without an endpoint, too" sh -c '! [ -e "$1" ]' - \
    "$dir/state/users/$(id -u)/nowhere.0"

# ---- What the audit log says ---------------------------------------------------

# logged KEY: what was told last of the key: STATE, PROVIDER, EVIDENCE.
logged()
{
	jq -rs --arg key "$1" '[ .[] | select(.APAM_KEY == $key and
	    .APAM_EVENT == "registry") ] | last |
	    "\(.APAM_STATE)|\(.APAM_PROVIDER)|\(.APAM_EVIDENCE // "")"' \
	    "$dir/state/users/$(id -u)/audit.log"
}
holds "the log: impossible" [ "$(logged demo@example.com)" = \
    "dropped|impossible|scheme basic-email-key has no way to revoke; archive \
the key at the provider" ]
row "nothing, for the log" 0 "${t}nothing${t}" '' revoke seven
holds "the log: nothing" [ "$(logged SANDBOX.CLIENT.ONE)" = 'dropped|nothing|' ]
token seven
row "revoked, for the log" 0 "${t}revoked${t}" '' revoke seven
holds "the log: revoked" [ "$(logged SANDBOX.CLIENT.ONE)" = 'dropped|revoked|' ]
token seven
control "/fault?provider=7signal&path=/revoke&kind=503&count=9"
row "not revoked, for the log" 4 "${t}not revoked${t}" '*' revoke seven
control /clear
holds "the log: not revoked, and why" \
    eval '[[ "$(logged SANDBOX.CLIENT.ONE)" == "dropped|not revoked|"*503* ]]'

# ---- What is dropped ---------------------------------------------------------

holds "drops are counted" grep -q '"drops": [1-9]' "$dir/state/registry/keys"
row "the key is registered, and good" 0 \
    "^SANDBOX.CLIENT.ONE${t}[0-9a-f]{4}${t}.*${t}good${t}" '' keys list
token seven

# Where the registry may not be changed.
chmod 777 "$dir/state/registry"
row "a registry that cannot be changed" 0 "${t}revoked${t}here${t}" \
    'other processes keep their tokens until these expire' revoke seven
holds "the log: revoked, and not dropped" \
    eval '[[ "$(logged SANDBOX.CLIENT.ONE)" == "not dropped|revoked|"?* ]]'
chmod 755 "$dir/state/registry"
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p -m 700 "$dir/state/users/65533"
	echo sealed >"$dir/state/users/65533/seven.0"
	chown -R 65533 "$dir/state/users/65533"
	row "what another user shares" 0 "${t}everywhere${t}" '' revoke seven
	holds "root removes it" [ ! -e "$dir/state/users/65533/seven.0" ]
fi
finish
