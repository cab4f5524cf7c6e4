#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same work beside what Debian ships.  Each row is a program of the peer's
# own that prints the nanoseconds of one operation, and a row of `make bench`,
# run in turn; the medians over rounds are set beside each other.  A peer that
# cannot be installed or run is named as such.
set -u
cd "$(dirname "$0")/../../.." || exit 1
BUILD=${BUILD:-build}
CC=${CC:-cc}
export BUILD
ROUNDS=${ROUNDS:-5}
here=tests/bench/peers
out=$BUILD/bench/peers
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd) # Go wants an absolute one
tmp=$(mktemp -d) || exit 1
finish()
{
	[ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID"
	rm -rf "$tmp"
}
unset SSH_AGENT_PID
trap finish EXIT
trap 'exit 1' HUP INT TERM

# ---- Peers -----------------------------------------------------------------
# make_X builds what run_X runs; either fails where the peer is not there.

# compile NAME [LIBRARY...]
compile()
{
	name=$1
	shift
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -o "$out/$name" \
	    "$here/$name.c" "$@"
}

# Debian's Go, without modules or a network.
make_go()
{
	GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' GOTOOLCHAIN=local \
	    GOCACHE=$out/gocache go build -o "$out/oauth2" "$here/oauth2.go"
}
run_go() { "$out/oauth2"; }

make_authlib() { /usr/bin/python3 -c 'import authlib, requests'; }
run_authlib() { /usr/bin/python3 "$here/peer.py" authlib; }

make_oauthlib() { /usr/bin/python3 -c 'import requests_oauthlib'; }
run_oauthlib() { /usr/bin/python3 "$here/peer.py" requests-oauthlib; }

make_sasl() { compile sasl -lsasl2; }
run_sasl() { "$out/sasl"; }

make_pam()
{
	mkdir "$tmp/pam.d" &&
		echo 'auth required pam_permit.so' >"$tmp/pam.d/bench" &&
		compile pam -lpam
}
run_pam() { "$out/pam" "$tmp/pam.d"; }

make_curl() { compile curl -lcurl; }
run_curl() { "$out/curl"; }

make_oidc_start() { oidc-token --version && compile spawn; }
run_oidc_start() { "$out/spawn" 0 oidc-token --version; }

# Without an agent: as far as finding that there is none.
make_oidc_none() { make_oidc_start; }
run_oidc_none()
{
	(unset OIDC_SOCK; "$out/spawn" 1 oidc-token no-such-account)
}

# An agent of its own, with a key that it makes.
make_ssh_agent()
{
	compile ssh_agent && ssh-keygen -q -t ed25519 -N '' -f "$tmp/key" &&
		eval "$(ssh-agent -a "$tmp/ssh" -s)" >/dev/null &&
		ssh-add -q "$tmp/key"
}
run_ssh_agent() { "$out/ssh_agent" "$tmp/ssh"; }

# ---- Rows ------------------------------------------------------------------
# peer | row of make bench | the package | what the peer does

rows()
{
	cat <<-END
	go|sign-bearer|golang-golang-x-oauth2-dev|oauth2.ReuseTokenSource around clientcredentials: Token() and SetAuthHeader of a cached token of 900 bytes
	authlib|sign-bearer|python3-authlib|OAuth2Session.token_auth on a prepared request, cached token of 900 bytes
	oauthlib|sign-bearer|python3-requests-oauthlib|OAuth2 on a prepared request, cached token of 900 bytes
	curl|sign-bearer|libcurl4-openssl-dev|three curl_easy_setopt (URL, HTTPAUTH, XOAUTH2_BEARER) and curl_easy_reset on a kept handle; not the making of the header
	sasl|sign-release|libsasl2-dev|sasl_client_new, sasl_client_start of PLAIN with a password of 900 bytes, sasl_dispose
	pam|sign-release|libpam0g-dev|pam_start_confdir, pam_authenticate with pam_permit alone, pam_end
	ssh_agent|agent-sign|openssh-client|ssh-agent: a signature by Ed25519 on a connection that is kept; ours is HMAC-SHA256, and of a whole request, by rules
	oidc_start|agent-process|oidc-agent-cli|the process oidc-token --version: the least that asking an agent can cost
	oidc_none|agent-process|oidc-agent-cli|the process oidc-token for an account while no agent runs: up to that failure; a token needs an account and an agent
	END
}

# Sets $ns to a duration that people can read.
readable()
{
	awk -v ns="$1" 'BEGIN {
		split("ns us ms s", unit)
		for (u = 1; ns >= 1000 && u < 4; u++)
			ns /= 1000
		printf "%.*f %s", ns < 10 ? 2 : ns < 100, ns, unit[u]
	}'
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# Lines "ns of ours" and "ns of the peer's" to two files; fails as the peer does.
measure()
{
	: >"$tmp/ours"
	: >"$tmp/theirs"
	i=0
	while [ $i -lt "$ROUNDS" ]; do
		"$BUILD/bench/bench" --median "$2" >>"$tmp/ours" || exit 1
		"run_$1" >>"$tmp/theirs" 2>>"$tmp/log" || return 1
		i=$((i + 1))
	done
}

printf '%-12s %-14s %10s %10s %10s\n' peer 'beside row' ours peer peer/ours
missing=0
rows >"$tmp/rows"
while IFS='|' read -r peer row package what; do
	: >"$tmp/log"
	if "make_$peer" >"$tmp/log" 2>&1 && measure "$peer" "$row"; then
		ours=$(median "$tmp/ours") theirs=$(median "$tmp/theirs")
		printf '%-12s %-14s %10s %10s %10s\n' "$peer" "$row" \
		    "$(readable "$ours")" "$(readable "$theirs")" \
		    "$(awk -v a="$theirs" -v b="$ours" \
		    'BEGIN { printf "%.2f", a / b }')"
	else
		missing=$((missing + 1))
		printf '%-12s %-14s not measured: %s\n' "$peer" "$row" \
		    "$(tail -n 1 "$tmp/log")"
	fi
	version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)
	printf '    %s (%s %s)\n' "$what" "$package" "${version:-not installed}"
done <"$tmp/rows"
[ $missing -eq 0 ] || echo "$missing of the peers could not be measured"
