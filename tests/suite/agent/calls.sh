#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check, status, revoke, keys and explain through the agent: who may ask what,
# one check for all, who used a key last, also after a restart.
. "$(dirname "$0")/agent.bash"

start_sandbox
secret seven not-a-secret-7signal-one
mkdir -p "$dir/state"
chmod 755 "$dir/state"
export LIVE_URL=$seven/eyes/x

# live RULES: the profile with an exchange.
live()
{
	profile live <<-END
	origins = [ "$seven" ];
	ca_file = "$dir/ca.pem";
	$1
	auth = ( { scheme = "oauth2-client-credentials";
	  token_url = "$seven/oauth2/token"; client_id = "SANDBOX.CLIENT.ONE";
	  client_secret = "file:$dir/secrets/seven"; client_auth = "post"; } );
	END
	chmod 644 "$dir/apam.d/live.conf"
}

# part NAME ARGUMENTS: a part of calls.py.
part()
{
	local name=$1
	shift
	"$timeout" 300 python3 tests/suite/agent/calls.py "$name" "$agent" "$@" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$name $*" 0 '*' '' "$dir/out" "$dir/err"
}

# one_question NAME BEGUN: the check that began then was one question to the
# provider; where this machine took longer, one in ten seconds (JOBS_KEEP_MS).
one_question()
{
	local asked
	asked=$(mints)
	holds "$1" test $asked -ge 1 -a \
	    $asked -le $((1 + (SECONDS + 1 - $2) / 10))
}

# told USER TEXT: what the audit log has of that user's refusals is this, once.
told()
{
	run -c "$dir/apam.conf" --json log
	jq -r ".[] | select(.event == \"refused\" and .for_uid == \"$1\") | .message" \
	    "$dir/out" >"$dir/told"
	holds "the audit log has that user $1 may not revoke, once" \
	    test "$(wc -l <"$dir/told")" = 1 -a "$(grep -c "$2" "$dir/told")" = 1
}

# mints: how many tokens the sandbox has given since it was reset.
mints()
{
	seen 7signal | grep -o '"/oauth2/token"' | wc -l
}

users='allow = ( { users = [ "61001", "61002", "61003", "61004" ];
  give = "headers"; } );'
live "$users"
start_agent
part wrong
control "/fault?provider=7signal&path=/oauth2/token&kind=delay&arg=300"
begun=$SECONDS
part cancelled
part check
one_question "a check is one question" $begun

if [ "$(id -u)" = 0 ]; then
	control /reset
	end_agent TERM
	live "deadline = 1; $users"
	start_agent
	control "/fault?provider=7signal&path=/oauth2/token&kind=hang"
	part patient 61001
	end_agent TERM
	live "$users"
	start_agent
	[ -n "${SANITIZE:-}" ] || part fills 61009
	part floods 61001
	control /reset
	end_agent TERM
	start_agent
	control "/fault?provider=7signal&path=/oauth2/token&kind=hang"
	begun=$SECONDS
	part hasty 61001 "$CONTROL_PORT"
	part shared_check 61001,61002,61003,61004 16
	one_question "64 programs of 4 users ask once" $begun
	part explain 61001
	part stranger 61009
	told 61009 'not revoked: no rule of the profile names user 61009'
	part not_for_all 61002
	told 61002 'not revoked: the credential is that of all users'
	part sign_as 61001 backup
	part sign_as 61001 backup
	part sign_as 61001 report
	part sign_as 61003 backup
	part uses "61001 backup" "61001 report" "61003 backup"
	end_agent TERM
	start_agent
	part uses "61001 backup" "61001 report" "61003 backup"
	part sign_as 61004 late
	part uses "61001 backup" "61001 report" "61003 backup" "61004 late"
	part revoke
	part crowded 61001 61003
	holds "the log names who revoked, once" test "$(grep -cE \
	    'user 0 \(root\), process [0-9]+ .*: revokes the credentials of profile live' \
	    "$dir/agent.log")" = 1
fi
end_agent TERM
holds "SIGTERM ends it well" test "$ended" = 0
if grep -qFf "$dir/known" "$dir/agent.log"; then
	verdict "its log" "a secret is shown"
fi
finish
