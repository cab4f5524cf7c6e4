#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What `apam lint` says of an agent: to root, whom nothing is kept from, whether
# the agent's user can do its work; to other users, that they did not see all.
# Needs root.
. "$(dirname "$0")/agent.bash"

[ "$(id -u)" -eq 0 ] || skip "only root can be several users"
own_user
own_secret crm fake-key-of-crm
rules='allow = ( { users = [ "61001" ]; give = "secret"; } );'

# crm RULES
crm()
{
	profile crm <<-END
	origins = [ "https://crm.example.com" ];
	$1
	auth = ( { scheme = "api-key"; header = "X-Key";
	  key = "file:$dir/secrets/crm"; } );
	END
	chmod 644 "$dir/apam.d/crm.conf"
}

# lint USER: as that user.
lint()
{
	(as "$1" "$dir/bin/apam" -c "$dir/apam.conf" lint) >"$dir/out" 2>"$dir/err"
	status=$?
}

# main OPTION VALUE: the main file has another value.
main()
{
	sed -i "s|^$1 = .*|$1 = \"$2\";|" "$dir/apam.conf"
}

crm "$rules"
lint 0
expect "no agent, and a profile that needs it" 0 '*' \
    "apam.conf: .*there is no agent at $agent \\(No such file" "$dir/out" "$dir/err"
(as 0 "$dir/bin/apam" -c "$dir/apam.conf" lint "$dir/apam.d/crm.conf") \
    >"$dir/out" 2>"$dir/err"
status=$?
expect "of a file that is named nothing is said of that" 0 '*' '' "$dir/out" \
    "$dir/err"
crm "agent = \"prefer\"; $rules"
lint 0
expect "one that does without" 0 '*' '' "$dir/out" "$dir/err"
crm "$rules"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \
    "$agent"
lint 0
expect "root, all is well" 0 '*' '' "$dir/out" "$dir/err"
lint $agent_user
expect "the agent's user" 0 '*' '' "$dir/out" "$dir/err"
lint 61001
expect "another user is told what it did not see" 0 '*' \
    "the agent signs for were not looked at: lint as root, or as user $agent_user" \
    "$dir/out" "$dir/err"
holds "and nothing of groups" bash -c "! grep -q 'join group' '$dir/err'"

chmod 600 "$dir/secrets/crm"
lint 0
expect "root is told that the agent cannot read a secret" 3 '*' \
    "crm.conf:.*key: user $agent_user, as whom the agent runs, may not read $dir/secrets/crm" \
    "$dir/out" "$dir/err"
chmod 640 "$dir/secrets/crm"
chmod 700 "$dir/secrets"
lint 0
expect "or not get there" 3 '*' \
    "key: user $agent_user, as whom the agent runs, may not pass the folder $dir/secrets:" \
    "$dir/out" "$dir/err"
chmod 755 "$dir/secrets"

crm ''
lint 0
expect "a profile without rules" 0 '*' \
    'crm.conf: .*the profile has no rules: give it `allow`' "$dir/out" "$dir/err"
crm 'agent = "off";'
lint 0
expect "is as before where the agent does not sign" 0 '*' '' \
    "$dir/out" "$dir/err"
crm "$rules"

main agent_user no-such-user
lint 0
expect "an agent's user who is not there" 0 '*' \
    'apam.conf: .*agent_user: no-such-user is not a user here: programs believe' \
    "$dir/out" "$dir/err"
main agent_user $agent_user

main agent_socket "$dir/run"
lint 0
expect "a socket that is a folder" 3 '*' \
    "agent_socket: $dir/run is not a socket: write the path" "$dir/out" "$dir/err"
main agent_socket "$dir/apam.conf"
lint 0
expect "or a file" 3 '*' "agent_socket: .* is not a socket: write" \
    "$dir/out" "$dir/err"
finish
