#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent while the system fails it, one call at a time: while it is asked, and
# while it starts.  agent_sweep.py and start_sweep.py have what is to come of it.
. "$(dirname "$0")/agent.bash"

me=$(id -u)
key paged <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "secret"; } );'
hmac signed <<<'allow = ( { users = [ "root", "'"$me"'" ]; give = "signature"; } );'
key refused <<<'allow = ( { users = [ "61009" ]; give = "secret"; } );'
key service <<<'allow = ( { units = [ "backup.service" ]; give = "secret"; } );'
secret query fake-key-of-query
profile query <<END
origins = [ "https://query.example.com" ];
allow = ( { users = [ "root", "$me" ]; give = "signature"; } );
auth = ( { scheme = "api-key"; query = "key"; key = "file:$dir/secrets/query"; } );
END
chmod 644 "$dir/apam.d/query.conf"
echo "agent_user = \"$(id -un)\";" >>"$dir/apam.conf"

# sweep FILE
sweep()
{
	python3 "tests/suite/agent/$1" "$dir" "$build/tests/apamd/apamd-scarce" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
}

sweep agent_sweep.py
expect "each call fails, and is interrupted" 0 ' calls, 0 bad$' '' "$dir/out" \
    "$dir/err"
sweep start_sweep.py
expect "each call of a start fails" 0 ' calls, 0 bad$' '' "$dir/out" "$dir/err"
finish
