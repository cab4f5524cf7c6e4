#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The commands of doc/agents-and-jobs.md, typed one after the other: each says
# what the page says, where "..." is anything.  They are typed on a machine of
# their own, so to say: with a network, an /etc and a /run that end with this
# test.  That takes root.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/suite/doc/rows
page=doc/agents-and-jobs.md

# Without root, or where nothing may be mounted, the page's text is all.
if [ "${1:-}" != inside ]; then
	if [ "$(id -u)" -eq 0 ] && unshare -mn true 2>/dev/null; then
		rm -rf "$tmp"
		exec unshare -mn --propagation private "$0" inside
	fi
	echo "it takes root to type what root types: this shows nothing"
	row "the page is there" test -s "$page"
	finish
	exit
fi

. tests/suite/nginx/needs.bash
needs_nginx

# ---- The machine -------------------------------------------------------------

pids= agent=
: >"$tmp/leaks"
end()
{
	local p
	for p in $pids ${APIS_PID:-}; do
		kill "$p" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$tmp"
}
trap end EXIT

# What is mounted here goes with this process and its children.
mkdir "$tmp/etc" "$tmp/home" && chmod 755 "$tmp" || exit 1
cp -a /etc/. "$tmp/etc/" && mount --bind "$tmp/etc" /etc &&
	mount --bind "$tmp/home" /home &&
	mount -t tmpfs -o mode=755 run /run && ip link set lo up &&
	ip address add 192.0.2.1/32 dev lo &&
	ip address add 192.0.2.2/32 dev lo || exit 1
sed -i '/^\(ci\|apam\|apam-gateway\):/d' /etc/passwd /etc/group /etc/shadow \
    /etc/gshadow
cat >>/etc/hosts <<-END
192.0.2.1 api.llm.example
192.0.2.2 api.tickets.example
END
mkdir -p /run/apam "$tmp/state" "$tmp/bin" "$tmp/modules" /etc/apam.d
rm -f /etc/apam.d/*
cp "$build"/modules/*.so "$tmp/modules/"
chmod 755 "$tmp/bin" "$tmp/modules" "$tmp/modules/"*.so "$tmp/state" /etc/apam.d
ln -s "$build/apam" "$tmp/bin/apam"
export PATH=$tmp/bin:$PATH:/usr/sbin:/sbin
cat >/etc/apam.conf <<-END
module_dir = "$tmp/modules";
state_dir = "$tmp/state";
audit = "file";
END
chmod 644 /etc/apam.conf
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -subj /CN=tests -keyout "$tmp/key.pem" \
	    -out "$tmp/api.pem" \
	    -addext 'subjectAltName=DNS:api.llm.example,DNS:api.tickets.example'
} 2>/dev/null || exit 1
mkdir -p /etc/ssl/certs
cat "$tmp/api.pem" >>/etc/ssl/certs/ca-certificates.crt
chmod 644 /etc/ssl/certs/ca-certificates.crt
echo FAKE-llm-key >"$tmp/llm.key"
echo FAKE-tickets-key >"$tmp/tickets.key"

# Two APIs, which check what comes to them; they end with their input.
cat >"$tmp/apis.py" <<-'END'
import sys
sys.path.insert(0, "tests/matrix")
sys.dont_write_bytecode = True
import origin
tmp = sys.argv[1]
def chat(api, handler):
    origin.bearer(api, handler)
    if handler.path != "/v1/chat":
        raise origin.Refused("nothing is there")
llm, tickets = origin.Api("llm", "", chat), origin.Api("tickets", "",
    origin.bearer, {"/token": origin.client_grant})
llm.given.add("FAKE-llm-key")
tickets.secret = "FAKE-tickets-key"
for api, address in ((llm, "192.0.2.1"), (tickets, "192.0.2.2")):
    origin.serve(api, address, tmp, tmp + "/api.pem", tmp + "/key.pem", 443)
print("ready", flush=True)
sys.stdin.read()
END
coproc APIS { exec /usr/bin/python3 "$tmp/apis.py" "$tmp"; }
read -r ready <&"${APIS[0]}" && [ "$ready" = ready ] || exit 1

# The agent, as README has it started.
useradd --system apam >/dev/null 2>&1 || id apam >/dev/null || exit 1
chown apam /run/apam && chmod 755 /run/apam
apam users add apam >/dev/null
chgrp apam "$tmp/state"

# ---- Typing --------------------------------------------------------------------

# commands: "root" or "ci", TAB, the command; "says", TAB, a line of its output.
commands()
{
	awk '/^```/ { on = $0 == "```console"; next }
	!on { next }
	/^# / { print "root\t" substr($0, 3); next }
	/^ci\$ / { print "ci\t" substr($0, 5); next }
	{ print "says\t" $0 }' "$page"
}

# type WHO COMMAND: what it says goes to $tmp/said.
type_it()
{
	local as=()
	[ "$1" = root ] || as=(setpriv --reuid ci --regid ci --init-groups env
	    -i "PATH=$PATH" HOME=/home/ci)
	case $2 in
	*'&')
		(cd "$tmp" && exec bash -c "exec ${2% &}") >"$tmp/gateway.log" \
		    2>&1 </dev/null &
		pids="$pids $!"
		for ((i = 0; i < 1200; i++)); do
			[ ! -S /run/apam-gateway/socket ] || return 0
			sleep 0.05
		done
		return 1
		;;
	esac
	(cd "$tmp" && timeout 120 "${as[@]}" bash -c "$2") >"$tmp/said" 2>&1 \
	    </dev/null
	set -- $?
	grep FAKE "$tmp/said" >>"$tmp/leaks"
	return "$1"
}

# says PATTERN: some line of what was said is like it.
says()
{
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		# shellcheck disable=SC2053
		[[ $line == ${1//.../*} ]] && return 0
	done <"$tmp/said"
	return 1
}

# start_agent: once a profile needs it.
start_agent()
{
	[ -z "$agent" ] || return 0
	setpriv --reuid apam --regid apam --clear-groups "$build/apamd" \
	    >"$tmp/agent.log" 2>&1 </dev/null &
	agent=$!
	pids="$pids $agent"
	for ((i = 0; i < 1200; i++)); do
		[ ! -S /run/apam/agent ] || return 0
		sleep 0.05
	done
	cat "$tmp/agent.log"
	return 1
}

shown()
{
	cat "$tmp/said"
	return 1
}

while IFS=$'\t' read -r who what; do
	if [ "$who" != says ]; then
		command=$what
		case $command in
		*'apam run '*) [ "$who" = root ] || row "the agent" start_agent ;;
		esac
		type_it "$who" "$command"
		status=$?
		case $command in
		cat\ * | apam\ explain\ *) status=$((status != 1)) ;; # refused
		esac
		row "$command" test $status -eq 0 || shown
		continue
	fi
	row "$command says $what" says "$what" || shown
done < <(commands)
row "no secret was said" test ! -s "$tmp/leaks"
row "many were typed" test "$passed" -ge 25
finish
