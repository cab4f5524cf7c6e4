#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The variables that have TLS keys written out or change which certificates are
# believed: followed by no command, unless the main file says so.
. "$(dirname "$0")/lib.bash"
start_sandbox

key=0123456789abcdef0123456789abcdef01234567
version=$seed/api/version/
probe='probe = "GET /api/version/";'
basic trusted "$seed" demo@example.com $key "ca_file = \"$dir/ca.pem\";"
basic stranger "$seed" demo@example.com $key
sed -i "s|key = .*|&\n  $probe|" "$dir/apam.d/trusted.conf" \
    "$dir/apam.d/stranger.conf"
mkdir "$dir/certs"
cp "$dir/ca.pem" "$dir/certs/$(openssl x509 -hash -noout -in "$dir/ca.pem").0"

# with ROW...: with all of them set.
with()
{
	SSLKEYLOGFILE=$dir/keys CURL_CA_BUNDLE=$dir/ca.pem \
	    SSL_CERT_FILE=$dir/ca.pem SSL_CERT_DIR=$dir/certs "$@"
}

# each STATUS OF-A-STRANGER: every command that uses TLS.
each()
{
	with row "request" 0 '3\.2\.4' '' request trusted "$version"
	with row "check" 0 good '' check trusted
	with row "curl" 0 '3\.2\.4' '' curl trusted -- -sS "$version"
	with row "request of a stranger" 4 '' 'not trusted here' \
	    request stranger "$version"
	with row "check of a stranger" 4 'not trusted here' '' check stranger
	with row "curl of a stranger" "$1" '*' '*' curl stranger -- -sS \
	    "$version"
}

each 4
holds "no key was written" [ ! -e "$dir/keys" ]

echo 'tls_environment = true;' >>"$dir/apam.conf"
with row "request, allowed" 0 '3\.2\.4' '' request trusted "$version"
holds "request writes keys" grep -q CLIENT "$dir/keys"
rm -f "$dir/keys"
with row "check, allowed" 0 good '' check trusted
holds "check writes keys" grep -q CLIENT "$dir/keys"
rm -f "$dir/keys"
with row "curl, allowed" 0 '3\.2\.4' '' curl trusted -- -sS "$version"
holds "curl writes keys" grep -q CLIENT "$dir/keys"
with row "curl of a stranger, allowed" 0 '3\.2\.4' '' curl stranger -- -sS \
    "$version"
finish
