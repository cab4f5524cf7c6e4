#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Keys that stay in a TPM, by OpenSSL's provider for it (tpm2-openssl) and a
# software TPM (swtpm): `openssl-store:` of apam.conf(5). A module signs with
# them and knows nothing of that; the TPM's public key verifies; a child opens
# its own; lint names what is wrong; a PIN is shown nowhere.
. "$(dirname "$0")/cli/lib.bash"

tpm= share=
stop()
{
	[ -z "$share" ] || kill "$share" 2>/dev/null
	[ -z "$tpm" ] || kill "$tpm" 2>/dev/null
	cleanup
}
trap stop EXIT

# wait_for FILE: a server's socket.
wait_for()
{
	local i
	for i in $(seq 200); do
		[ ! -S "$1" ] || return 0
		sleep 0.05
	done
	echo "tpm: $1 is not there" >&2
	exit 1
}

mkdir "$dir/tpm"
swtpm socket --tpm2 --tpmstate dir="$dir/tpm" --flags not-need-init,startup-clear \
    --server type=unixio,path="$dir/tpm.sock" >"$dir/swtpm.log" 2>&1 &
tpm=$!
wait_for "$dir/tpm.sock"
python3 tests/suite/tpm/wire.py share "$dir/tpm.sock" "$dir/shared.sock" &
share=$!
wait_for "$dir/shared.sock"
export TPM2TOOLS_TCTI="cmd:python3 $PWD/tests/suite/tpm/wire.py join $dir/shared.sock"
export TPM2OPENSSL_TCTI=$TPM2TOOLS_TCTI TSS2_LOG=all+none

secret pin 1234-FAKE-of-the-tpm
pin=$(cat "$dir/secrets/pin")
printf 4321-FAKE >"$dir/secrets/wrong"

# ---- Keys ------------------------------------------------------------------

# in_tpm NAME ALGORITHM HANDLE: a key that stays there, and its NAME.pub.
in_tpm()
(
	cd "$dir" || exit 1
	tpm2_createprimary -Q -C o -G ecc -c primary &&
	    tpm2_create -Q -C primary -G "$2" -p "$pin" -u u -r r &&
	    tpm2_flushcontext -t &&
	    tpm2_load -Q -C primary -u u -r r -c loaded &&
	    tpm2_evictcontrol -Q -C o -c loaded "$3" &&
	    tpm2_flushcontext -t &&
	    tpm2_readpublic -Q -c "$3" -f pem -o "$1.pub"
)
in_tpm p256 ecc256:ecdsa 0x81000001 >"$dir/made" 2>&1 &&
    in_tpm rsa rsa2048 0x81000002 >>"$dir/made" 2>&1 ||
    { cat "$dir/made"; exit 1; }
# And one in a file that this TPM alone can read.
openssl genpkey -provider tpm2 -provider default -propquery '?provider=tpm2' \
    -algorithm EC -pkeyopt group:P-256 -pkeyopt "user-auth:$pin" \
    -out "$dir/secrets/wrapped.pem" >"$dir/made" 2>&1 &&
    openssl pkey -provider tpm2 -provider default -passin "pass:$pin" -pubout \
	-in "$dir/secrets/wrapped.pem" -out "$dir/wrapped.pub" \
	>>"$dir/made" 2>&1 || { cat "$dir/made"; exit 1; }
chmod 600 "$dir/secrets/wrapped.pem"

cat >"$dir/openssl.cnf" <<END
openssl_conf = openssl_init
[openssl_init]
providers = providers
alg_section = algorithms
[providers]
default = default_provider
tpm2 = tpm2_provider
[default_provider]
activate = 1
[tpm2_provider]
activate = 1
[algorithms]
default_properties = ?provider!=tpm2
END
export OPENSSL_CONF=$dir/openssl.cnf

cp "$build/tests/modules/key-test.so" "$dir/modules/"
# uses NAME REFERENCE: a profile that signs with it.
uses()
{
	cat >"$dir/apam.d/$1.conf" <<END
origins = [ "https://api.example" ];
auth = ( { scheme = "key-test"; key_id = "k1";
	sign = { key = "$2"; }; } );
END
}

# verifies NAME PUBLIC FILE: the header there is right by that key.
verifies()
{
	local line ok=1
	line=$(grep -o 'Key-Test alg=.*' "$3")
	printf 'GET\nhttps://api.example/a\n' >"$dir/signed"
	python3 - "$line" >"$dir/signature" <<'END'
import base64, re, sys
alg, sig = re.search(r"alg=(\w+),.*,sig=([\w-]+)", sys.argv[1]).groups()
raw = base64.urlsafe_b64decode(sig + "=" * (-len(sig) % 4))
if alg == "ES256":
    def number(b):
        b = b.lstrip(b"\0") or b"\0"
        b = (b"\0" if b[0] > 127 else b"") + b
        return b"\x02" + bytes([len(b)]) + b
    inner = number(raw[:32]) + number(raw[32:])
    raw = b"\x30" + bytes([len(inner)]) + inner
sys.stdout.buffer.write(raw)
END
	set -- "$1" "$2" "$line"
	case $3 in
	*alg=PS256*)
		set -- "$@" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest
		;;
	esac
	OPENSSL_CONF= openssl dgst -sha256 -verify "$2" "${@:4}" \
	    -signature "$dir/signature" "$dir/signed" >"$dir/verified" 2>&1 ||
	    ok=0
	report "$1" $ok
}
# report NAME OK: count it.
report()
{
	if [ "$2" = 1 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $1"
		cat "$dir/out" "$dir/err" 2>/dev/null
	fi
}

# ---- Signing ---------------------------------------------------------------

for name in p256:handle:0x81000001?pass rsa:handle:0x81000002?pass \
    wrapped:file:"$dir/secrets/wrapped.pem"; do
	uses tpm "openssl-store:${name#*:} pin=file:$dir/secrets/pin"
	signs "${name%%:*}: signs" 0 '^Authorization: Key-Test alg=' '' \
	    headers tpm https://api.example/a
	run -c "$dir/apam.conf" headers tpm https://api.example/a
	verifies "${name%%:*}: the TPM's public key verifies" \
	    "$dir/${name%%:*}.pub" "$dir/out"
done
row "lint has nothing to say" 0 '' '' lint

# ---- What is wrong ---------------------------------------------------------

# refuses NAME REFERENCE REGEX
refuses()
{
	uses tpm "$2"
	row "$1" 3 '' "^$dir/apam.d/tpm.conf:[0-9]+: error: .*$3" \
	    headers tpm https://api.example/a
	row "$1: lint" 3 '' "^$dir/apam.d/tpm.conf:[0-9]+: error: .*$3" lint
}
refuses "a handle that is not used" "openssl-store:handle:0x81000009" \
    'key: openssl-store:handle:0x81000009: OpenSSL finds no private key'
refuses "a PIN in a file that is not there" \
    "openssl-store:handle:0x81000001?pass pin=file:$dir/secrets/none" \
    'none does not exist'
refuses "a PIN in the URI" "openssl-store:pkcs11:object=a?pin-value=1" \
    'a pkcs11: URI without a query'
refuses "a PIN in the reference" "openssl-store:handle:1 pin=1234" \
    'write pin= with the reference of a secret'
refuses "a module in the URI" \
    "openssl-store:pkcs11:object=a;module-path=/tmp/evil.so" \
    'the attributes that name a key'
refuses "a store that no provider has" "openssl-store:pkcs11:object=a" \
    'openssl-store:pkcs11:object=a: OpenSSL finds no private key'

# openssl.cnf decides: a provider that it does not allow has no key.
sed 's/^default_properties = .*/default_properties = fips=yes/' \
    "$dir/openssl.cnf" >"$dir/strict.cnf"
OPENSSL_CONF=$dir/strict.cnf
refuses "a provider that default_properties do not allow" \
    "openssl-store:handle:0x81000001" 'OpenSSL finds no private key'
OPENSSL_CONF=$dir/openssl.cnf

# A TPM says whether a PIN is right when it signs.
uses tpm "openssl-store:handle:0x81000001?pass pin=file:$dir/secrets/wrong"
row "a wrong PIN does not sign" 1 '' 'the key does not sign' \
    headers tpm https://api.example/a

# ---- Forks -----------------------------------------------------------------

uses tpm "openssl-store:handle:0x81000001?pass pin=file:$dir/secrets/pin"
${CC:-cc} -D_GNU_SOURCE -Iinclude -o "$dir/forks" tests/suite/tpm/forks.c \
    -L"$build" -lapam || exit 1
APAM_CONFIG=$dir/apam.conf LD_LIBRARY_PATH=$build \
    "$timeout" 60 "$dir/forks" tpm >"$dir/all" 2>"$dir/err"
report "parent and child sign" $(($? == 0))
for who in before child parent child-again; do
	grep "^$who Key-Test" "$dir/all" >"$dir/out"
	verifies "the signature of: $who" "$dir/p256.pub" "$dir/out"
done

finish
