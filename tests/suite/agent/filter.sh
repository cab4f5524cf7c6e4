#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Behind its filter of system calls the agent does all that it is there for: it
# asks three providers by TLS and by name, logs in, reads secrets anew that a
# program prints, follows changed files. What is not for it ends it.
. "$(dirname "$0")/agent.bash"
. "$(dirname "$0")/../cli/providers.bash"
chmod 644 "$dir/ca.pem"
rule='allow = ( { users = [ "root" ]; give = "headers"; } );'
kept='allow = ( { users = [ "root" ]; give = "secret"; } );'

# of_agent FIELD VALUE: what the kernel says of it.
of_agent()
{
	grep -q "^$1:	$2\$" "/proc/$AGENT_PID/status"
}

# signs NAME PROFILE URL HEADER: and the agent is the one that was started.
signs()
{
	asks "$2" GET "$3"
	expect "$1" 0 "^header $4" '' "$dir/err"
	holds "$1: it lives" of_agent Seccomp 2
}

by_name=https://localhost:$SEVENSIGNAL_PORT
entry named "$by_name" oauth2-client-credentials \
    "${seven_entry//$seven/$by_name}" "$rule"
xy xysense "$xy_entry" "$rule"
seed seed "$seed_entry" "$kept"
entry session "https://$host:$SESSION_PORT" login-token "user = \"robot\";
  secret = \"file:$dir/secrets/robot\";
  login = { url = \"https://$host:$SESSION_PORT/json/login\";
    user_field = \"/user/name\"; secret_field = \"/user/password\"; };
  token = ( { from_pointer = \"/session/token\"; header = \"X-Session\"; } );" \
    "$rule"
secret robot not-a-secret-robot
cat >"$dir/printer" <<-END
	#!/bin/sh
	echo "x\$(wc -c <"$dir/ran")"
	printf x >>"$dir/ran"
END
: >"$dir/ran"
chmod 755 "$dir/printer"
profile printed <<-END
origins = [ "https://printed.example.com" ];
$kept
auth = ( { scheme = "api-key"; header = "X-Key"; key = "exec:$dir/printer"; } );
END
start_agent

holds "the filter is on" wait_for of_agent Seccomp 2
holds "it has no way to more rights" of_agent NoNewPrivs 1
holds "one helper was started before it" test \
    "$(pgrep -c -P "$AGENT_PID")" -eq 1
helper=$(pgrep -P "$AGENT_PID")
holds "which has no filter" grep -q '^Seccomp:	0$' "/proc/$helper/status"

signs "7SIGNAL, by name" named "$by_name/eyes" 'Authorization: Bearer eyJ'
signs "XY Sense" xysense "$xy/api/v1/occupancy" 'Authorization: Bearer eyJ'
signs "SEED" seed "$seed/api/v3/properties/" 'Authorization: Basic '
signs "a login" session "https://$host:$SESSION_PORT/json/me" 'X-Session: opaque-'
signs "a program's secret" printed https://printed.example.com/x 'X-Key: x0'

# A change is taken, and the program runs once more.
sleep 1.1
touch "$dir/apam.d/printed.conf"
kill -HUP "$AGENT_PID"
asks printed GET https://printed.example.com/x
expect "files are followed" 0 '^header X-Key: x[0-9]+$' '' "$dir/err"
key late <<<"$kept"
sleep 1.1
signs "a new profile" late https://late.example.com/x 'X-Key: fake-key-of-late'

# ---- What ends it ---------------------------------------------------------------

# A debugger makes the call in its place: nothing in the agent does.
forbidden()
{
	gdb -p "$AGENT_PID" -batch -nx -ex 'call (int)execve("/bin/true", 0, 0)' \
	    >"$dir/gdb" 2>&1
	wait "$AGENT_PID" 2>/dev/null
	ended=$?
}
forbidden
AGENT_PID=
holds "execve ends it by SIGSYS" test "$ended" -eq $((128 + 31))
gone()
{
	! kill -0 "$helper"
}
holds "the helper ends with it" wait_for gone
finish
