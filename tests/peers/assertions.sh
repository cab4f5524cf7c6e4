#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Clients that prove who they are by a JWT or a certificate, and the grants
# jwt-bearer and token-exchange: against npm oidc-provider and Debian's Authlib.
# Each with the right key and with a wrong one.  The grant token-exchange was
# added to the provider (assertions.mjs), so those rows are not independent.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
keys=$tmp/keys
passed=0 failed=0 provider_pid= authlib_pid=

finish()
{
	for pid in $provider_pid $authlib_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

die()
{
	echo "tests/peers: $*" >&2
	[ ! -s "$tmp/log" ] || cat "$tmp/log" >&2
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}

# ---- Keys ------------------------------------------------------------------

# key NAME ALGORITHM [OPTION]: a private key and its public part.
key()
{
	openssl genpkey -algorithm "$2" ${3:+-pkeyopt "$3"} \
	    -out "$keys/$1.key" 2>>"$tmp/log" &&
		openssl pkey -in "$keys/$1.key" -pubout -out "$keys/$1.pub" ||
		die "no key $1"
	chmod 600 "$keys/$1.key"
}

# certificate NAME SAN [OPTION ...]: one for a key that there is.
certificate()
{
	name=$1 san=$2
	shift 2
	openssl req -x509 -key "$keys/$name.key" -out "$keys/$name.pem" \
	    -days 2 -subj "/CN=$name" -addext "subjectAltName=$san" "$@" \
	    2>>"$tmp/log" || die "no certificate $name"
}

make_keys()
{
	mkdir -m 700 "$keys"
	for name in server ca es256 es256-wrong tls other self self-wrong; do
		key $name EC ec_paramgen_curve:P-256
	done
	for name in es512 es512-wrong; do
		key $name EC ec_paramgen_curve:P-521
	done
	for name in ps256 ps256-wrong account account-wrong cluster; do
		key $name RSA rsa_keygen_bits:2048
	done
	key eddsa ED25519
	key eddsa-wrong ED25519
	certificate server IP:127.0.0.1
	certificate ca DNS:ca.example
	certificate tls DNS:client.example -CA "$keys/ca.pem" \
	    -CAkey "$keys/ca.key"
	certificate other DNS:other.example -CA "$keys/ca.pem" \
	    -CAkey "$keys/ca.key"
	certificate self DNS:self.example
	certificate self-wrong DNS:self.example
}

# ---- Servers ---------------------------------------------------------------

# started FIFO: what it says once it is ready, without the word.
started()
{
	line=$(timeout 120 head -n 1 "$1")
	case $line in
	"ready "*) echo "${line#ready }" ;;
	*) return 1 ;;
	esac
}

start_servers()
{
	mkfifo "$tmp/provider" "$tmp/authlib"
	PEER_DIR=$PWD/build/peers PEER_KEYS=$keys node \
	    tests/peers/assertions.mjs >"$tmp/provider" 2>>"$tmp/log" &
	provider_pid=$!
	/usr/bin/python3 tests/peers/bearer.py "$keys/server.pem" \
	    "$keys/server.key" "$keys/account.pub" >"$tmp/authlib" \
	    2>>"$tmp/log" &
	authlib_pid=$!
	ports=$(started "$tmp/provider") || die "oidc-provider does not start"
	issuer=https://127.0.0.1:${ports% *}
	mutual=https://127.0.0.1:${ports#* }
	port=$(started "$tmp/authlib") || die "Authlib does not start"
	authlib=https://127.0.0.1:$port/token
}

# ---- Configuration ----------------------------------------------------------

# profile NAME: the entry's options on standard input.
profile()
{
	{
		echo "origins = [ \"https://127.0.0.1\" ];"
		echo "ca_file = \"$keys/server.pem\";"
		echo "auth = ( { scheme = \"oauth2-client-credentials\";"
		cat
		echo "} );"
	} >"$tmp/apam.d/$1.conf"
}

# signed NAME CLIENT KEY WHERE ASSERTION: private_key_jwt.
signed()
{
	profile "$1" <<-END
	$4; client_id = "$2"; client_auth = "private_key_jwt";
	client_key = "file:$keys/$3.key"; assertion = { $5 };
	END
}

# tls NAME CLIENT KEY WHERE METHOD
tls()
{
	profile "$1" <<-END
	$4; client_id = "$2"; client_auth = "$5";
	client_key = "file:$keys/$3.key";
	client_certificate = "$keys/$3.pem";
	END
}

# bearer NAME KEY [MEMBER]
bearer()
{
	profile "$1" <<-END
	token_url = "$authlib"; grant = "jwt-bearer";
	client_key = "file:$keys/$2.key";
	assertion = { issuer = "robot@project.example"; lifetime = "1h";
	    claims = { scope = "read write"; }; $3 };
	END
}

# exchange NAME TOKEN
exchange()
{
	profile "$1" <<-END
	token_url = "$issuer/token"; grant = "token-exchange";
	client_id = "workload"; client_secret = "file:$keys/workload";
	subject_token = "file:$keys/$2";
	END
}

# jwt KEY NAME CLAIMS: one of a cluster, signed with RS256 by openssl.
jwt()
{
	text=$(printf '{"alg":"RS256"}' | base64url).$(printf %s "$3" | base64url)
	signature=$(printf %s "$text" |
	    openssl dgst -sha256 -sign "$keys/$1.key" | base64url)
	(umask 077 && echo "$text.$signature" >"$keys/$2")
}

base64url()
{
	basenc --base64url -w 0 | tr -d =
}

write_config()
{
	mkdir -m 755 "$tmp/apam.d" "$tmp/state"
	cat >"$tmp/apam.conf" <<-END
	module_dir = "$(cd "$BUILD" && pwd)/modules";
	profile_dir = "$tmp/apam.d";
	state_dir = "$tmp/state";
	audit = "file";
	END
	at="token_url = \"$issuer/token\"" by="issuer = \"$issuer\""
	(
		umask 077
		echo 'fake-secret-of-thirty-two-bytes!!' >"$keys/secret"
		echo 'fake-secret-of-another-kind-here!' >"$keys/secret-wrong"
		echo fake-workload-secret >"$keys/workload"
	)
	for wrong in '' -wrong; do
		signed es256$wrong es256 es256$wrong "$at" ''
		signed es256-issuer$wrong es256 es256$wrong "$by" \
		    'key_id = "es256";'
		signed ps256$wrong ps256 ps256$wrong "$at" \
		    'algorithm = "PS256"; key_id = "ps256";'
		signed es512$wrong es512 es512$wrong "$at" ''
		signed eddsa$wrong eddsa eddsa$wrong "$at" ''
		profile secret$wrong <<-END
		$at; client_id = "secret"; client_auth = "client_secret_jwt";
		client_secret = "file:$keys/secret$wrong";
		END
		tls self$wrong self self$wrong "$by" self_signed_tls_client_auth
		bearer bearer$wrong account$wrong ''
	done
	signed algorithm-wrong ps256 ps256 "$at" 'algorithm = "RS256";'
	signed audience-wrong es256 es256 "$at" 'audience = "https://x.example";'
	tls tls tls tls "$by" tls_client_auth
	tls tls-wrong tls other "$by" tls_client_auth
	tls tls-stranger tls self "$by" tls_client_auth
	tls tls-not-asked tls tls "$at" tls_client_auth
	bearer bearer-audience account 'audience = "https://x.example";'
	write_given
}

# What others have signed.
write_given()
{
	now=$(date +%s)
	claims="\"exp\":$((now + 300)),\"iat\":$now}"
	jwt cluster token "{\"iss\":\"https://cluster.example\",\"aud\":\"$issuer\",$claims"
	jwt account token-wrong \
	    "{\"iss\":\"https://cluster.example\",\"aud\":\"$issuer\",$claims"
	jwt account given "{\"iss\":\"robot@project.example\",\"sub\":\"robot@project.example\",\"aud\":\"$authlib\",$claims"
	exchange exchange token
	exchange exchange-wrong token-wrong
	profile given <<-END
	token_url = "$authlib"; grant = "jwt-bearer";
	bearer_assertion = "file:$keys/given";
	END
}

# ---- Rows -------------------------------------------------------------------

# row PROFILE STATUS PATTERN: what `apam check` says; never a secret.
row()
{
	why=
	timeout 120 "$BUILD/apam" -c "$tmp/apam.conf" check "$1" \
	    >"$tmp/output" 2>&1 </dev/null
	got=$?
	[ $got -eq "$2" ] || why="exit status $got, not $2"
	grep -q -- "$3" "$tmp/output" || why="$why; no '$3'"
	! grep -qE 'eyJ|PRIVATE|fake-' "$tmp/output" ||
		why="$why; shows a secret"
	if [ -z "$why" ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL  $1: ${why#; }"
	sed 's/^/      /' "$tmp/output"
}

[ -x "$BUILD/apam" ] || die "no $BUILD/apam: make all"
make_keys
start_servers
write_config
for name in es256 es256-issuer es512 ps256 eddsa secret self tls bearer given \
    exchange; do
	row $name 0 'good.*a fresh token was issued'
done
# Of a key that was good before, a refusal means that it is revoked.
for name in es256-wrong es256-issuer-wrong es512-wrong ps256-wrong eddsa-wrong \
    secret-wrong self-wrong tls-wrong tls-stranger tls-not-asked \
    algorithm-wrong audience-wrong; do
	row $name 1 '\(rejected\|revoked\).*invalid_client'
done
row bearer-wrong 1 'rejected.*invalid_grant: the assertion is not accepted'
row bearer-audience 1 'rejected.*invalid_grant: the assertion is not accepted'
row exchange-wrong 4 'invalid_request: subject_token or actor_token'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
