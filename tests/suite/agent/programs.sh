#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Secrets of programs that take their time: the agent answers others meanwhile.
# programs.py has what is tried.
. "$(dirname "$0")/agent.bash"

cat >"$dir/helper" <<END
#!/bin/sh
echo run >>"$dir/runs.\$1"
cat "$dir/fifo.\$1"
test "\$1" != failing
END
chmod 755 "$dir/helper"
for name in slow first second failing late; do
	mkfifo "$dir/fifo.$name"
done

# entry NAME: one whose key a program prints.
entry()
{
	echo "{ scheme = \"api-key\"; control = \"required\"; header = \"X-$1\";
	  key = \"exec:$dir/helper $1\"; }"
}

# slow NAME ENTRIES
slow()
{
	profile "$1" <<-END
	origins = [ "https://$1.example.com" ];
	deadline = "60s";
	allow = ( { users = [ "root", "$(id -u)" ]; give = "secret"; } );
	auth = ( $2 );
	END
	chmod 644 "$dir/apam.d/$1.conf"
}
for name in slow failing late; do
	slow $name "$(entry $name)"
done
slow two "$(entry first), $(entry second)"
key quick <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "secret"; } );'

start_agent
"$timeout" 300 python3 tests/suite/agent/programs.py "$agent" "$dir" \
    >"$dir/out" 2>"$dir/err"
status=$?
expect "programs of secrets are not waited for" 0 '' '' "$dir/out" "$dir/err"
end_agent TERM
holds "the agent ends well" test "$ended" = 0
holds "and has nothing to say of it" \
    bash -c "! grep -E 'warning|error' '$dir/agent.log'"

# A signal to all processes of a group, as a terminal sends it and as systemd does.
as_agent=(setsid "${as_agent[@]}")
well=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	start_agent
	kill -HUP -- "-$AGENT_PID"
	asks quick GET https://quick.example.com/x
	grep -q '^header X-Key: ' "$dir/out" && well=$((well + 1))
	kill -TERM -- "-$AGENT_PID"
	wait "$AGENT_PID" && well=$((well + 1))
	AGENT_PID=
done
holds "signals to its group end no helper: $well" test $well = 20

start_agent
kill -KILL "$(pgrep -P "$AGENT_PID")"
wait "$AGENT_PID"
ended=$?
AGENT_PID=
holds "without its helper the agent ends" test "$ended" = 5
holds "and says why" grep -q 'error: the process that runs the programs of exec: secrets has ended' \
    "$dir/agent.log"
finish
