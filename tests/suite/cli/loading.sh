#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# libcurl and OpenSSL are loaded by who needs them, and from where they belong;
# and what an openssl.cnf says holds. glibc says which files it loads
# (LD_DEBUG); what is there at all is asked of a command that loads it.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
origin=https://api.example.com
basic plain $origin user fake-key-of-plain
seven shared '' 'share_credentials = true;'
seed seed

# loads NAME LIBRARIES ARGS...: apam loads these of curl, crypto, ssl, in this
# order of the alphabet, and succeeds.
loads()
{
	local name=$1 want=$2
	shift 2
	LD_DEBUG=files run -c "$dir/apam.conf" "$@"
	# A line begins with the number of the process.
	found=$(grep -oE 'calling init: .*/lib(curl|crypto|ssl)\.so' "$dir/err" |
	    sed 's/.*lib//; s/\.so//' | sort -u | tr '\n' ' ')
	grep -v '^ *[0-9]*:' "$dir/err" >"$dir/said"
	mv "$dir/said" "$dir/err"
	[ "$found" = "$want" ]
	holds "$name: ${found:-nothing} is loaded" [ "$found" = "$want" ]
	holds "$name: it succeeds" [ $status = 0 ]
}

# ---- Who loads what ----------------------------------------------------------

loads "a static scheme" "" headers plain $origin/
loads "lint" "" lint
loads "list" "" list
loads "explain" "" explain $origin/
loads "keys list" "" keys list
row "a key is registered" 0 "is registered" '' keys add k-other \
    --scheme basic-email-key
loads "a static scheme, another key registered" "" headers plain $origin/

# Its record has a mark of its secret, which is to be compared.
row "its own is" 0 "is registered" '' keys add user
loads "a static scheme, its key registered" "crypto " headers plain $origin/

# Modules of tests are linked to OpenSSL; from here on this one is there.
cp "$build/tests/modules/hmac-test.so" "$dir/modules/"
secret hmac FAKE-signing-key
profile hmac <<END
origins = [ "https://hmac.example.com" ];
auth = ( { scheme = "hmac-test"; key_id = "k1";
  secret = "file:$dir/secrets/hmac"; } );
END
loads "a scheme that signs" "crypto " headers hmac https://hmac.example.com/
loads "the first to share" "crypto curl ssl " headers shared "$seven/eyes"
loads "the second, who finds it" "crypto " headers shared "$seven/eyes"

# ---- From where --------------------------------------------------------------

# Whoever has a say in LD_LIBRARY_PATH puts another file there.
mkdir "$dir/lib"
for name in crypto curl; do
	cp "$build/tests/internal/nothing.so" "$dir/lib/$name.so"
done
LD_LIBRARY_PATH=$dir/lib LD_DEBUG=files run -c "$dir/apam.conf" \
    headers hmac https://hmac.example.com/
holds "what LD_LIBRARY_PATH leads to is not loaded" \
    eval '! grep -q "$dir/lib/" "$dir/err"'
holds "what is built is" grep -q "$build/modules/internal/crypto.so" "$dir/err"

# A sanitizer's library must be the first that is loaded: nothing goes before it,
# and a program that has none loads nothing that has.
sanitized()
{
	ldd "$build/apam" | grep -qE 'lib[at]san'
}

# A host with another libcurl keeps it, and apam has its own beside.
other=$(ldconfig -p | sed -n 's/.*libcurl-gnutls\.so\.4 .*=> //p' | head -1)
if [ -n "$other" ] && ! sanitized; then
	LD_PRELOAD=$other row "beside libcurl-gnutls" 0 good '' check shared
fi

# One with an OpenSSL of its own that is older: some of what apam calls would be
# that one's, and the rest not.
if ! sanitized; then
	printf '%s\n' \
	    'unsigned long OpenSSL_version_num(void) { return 0x1010117fL; }' \
	    'const char *OpenSSL_version(int t) { (void)t; return "OpenSSL 1"; }' |
	    ${CC:-cc} -shared -fPIC -o "$dir/older.so" -x c -
	LD_PRELOAD=$dir/older.so row "beside an older OpenSSL" 5 '' \
	    'brings an OpenSSL along that is not version 3: OpenSSL 1' \
	    headers hmac https://hmac.example.com/
fi

# ---- What openssl.cnf says ---------------------------------------------------

# FIPS 140 alone, and no provider of it.
cat >"$dir/fips.cnf" <<'END'
config_diagnostics = 1
openssl_conf = all
[all]
alg_section = algorithms
[algorithms]
default_properties = fips=yes
END
no_hash='OpenSSL has no SHA-256 for apam \(see default_properties and providers'
export OPENSSL_CONF=$dir/fips.cnf
signs "fips=yes: a static scheme signs" 0 '^Authorization: Basic ' '' \
    headers plain $origin/
row "fips=yes: lint" 0 '*' '' lint
row "fips=yes: a scheme that signs says why it does not" 1 '' "$no_hash" \
    headers hmac https://hmac.example.com/
row "fips=yes: keys list says what it cannot tell" 5 '*' "$no_hash" keys list

# With what FIPS 140 approves, all of it works, and nothing else is there.
cat >"$dir/approved.cnf" <<END
config_diagnostics = 1
openssl_conf = all
[all]
providers = providers
alg_section = algorithms
[providers]
approved = approved
[approved]
module = $build/tests/openssl/approved.so
activate = 1
[algorithms]
default_properties = fips=yes
END
export OPENSSL_CONF=$dir/approved.cnf
sanitized || holds "what is not approved is excluded" \
    eval '! openssl dgst -md5 /dev/null >/dev/null 2>&1'
sanitized || holds "what is approved is there" \
    eval 'openssl dgst -sha256 /dev/null >/dev/null 2>&1'
signs "approved: a scheme that signs" 0 '^Authorization: HMAC-TEST ' '*' \
    headers hmac https://hmac.example.com/
signs "approved: a shared credential is opened" 0 '^Authorization: Bearer ' \
    '' headers shared "$seven/eyes"
row "approved: keys list" 0 '^user.[0-9a-f]{4}.' '' keys list
row "approved: a key is archived" 0 '*' '*' keys archive --yes user
row "approved: which does not sign any more" 1 '' 'the key was archived' \
    headers plain $origin/
export OPENSSL_CONF=$dir/fips.cnf
row "fips=yes: nor where that cannot be told" 4 '' "$no_hash" \
    headers plain $origin/
unset OPENSSL_CONF
finish
