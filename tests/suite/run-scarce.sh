#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam run` while the system fails it, one call at a time (run/run_calls.c): it says
# so and runs nothing, or the program has all that it needs; what reaches the
# provider is signed; and nothing is left.  run/run_sweep.py has what is asked.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_OPTIONS \
    RUBYOPT PHP_INI_SCAN_DIR NODE_EXTRA_CA_CERTS http_proxy
run=$build/apam-run-scarce
start_origin
secret plain not-a-secret-key
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"Authorization\";
     prefix = \"Bearer \";" \
    'run = { environment = { OWN_API_KEY = "placeholder"; }; };'
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
echo a-real-fake-key >>"$dir/known"

python3 tests/suite/run/run_sweep.py "$dir" "$origin" \
    "https://localhost:$SEED_PORT/api/version/" "$run" >"$dir/out" 2>"$dir/err"
status=$?
expect "each call fails, and is interrupted" 0 '^failed: .* 0 bad$' '' \
    "$dir/out" "$dir/err"

# all_signed: each request to the API had the key, and nothing else of ours.
all_signed()
{
	jq -e -s 'length > 50 and all(.[]; [.headers[] | select(.[0] ==
	    "Authorization") | .[1]] == ["Bearer not-a-secret-key"])' \
	    "$dir/origin.log" >/dev/null && ! grep -qE 'placeholder|fake' \
	    "$dir/origin.log"
}
holds "what the API got was signed, and had no other key" all_signed
finish
