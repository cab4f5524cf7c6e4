#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The page of `apam gateway` in a real browser: page_rows.mjs, with the gateway,
# the providers and the hostile words of tests/suite/page.sh.
#
#	PEER_DIR	where node_modules lies
#	PICTURES	where the pictures go (default BUILD/peers/pages)
. "$(dirname "$0")/../suite/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash
. tests/suite/nginx/page.bash

export PATH=$PATH:/usr/sbin BUILD=$build
page_profiles
page_words
port=$(free_port)
url=http://127.0.0.1:$port
listens=(eval ": </dev/tcp/127.0.0.1/$port")
start --listen "$port"
token=$(cat "$dir/gateway/token")
bearer="Authorization: Bearer $token"
for i in 1 2 3 4 5; do
	fetch "a call" 200 '*' -H "$bearer" "$url/own/echo"
	fetch "another" 200 '*' -H "$bearer" "$url/seven/eyes"
done
row "a key is archived" 0 '*' '*' keys archive sandbox-read --yes \
    --why "lost; $hostile"
fetch "it is refused" 403 '*' -H "$bearer" "$url/xy/api/v1/occupancy"
fetch "a caller without a token" 401 '*' "$url/own/echo"
export APAM_PAGE_FILE=$dir/gateway/page.html APAM_PAGE_URL=$url/-/apam/ \
    APAM_PAGE_TOKEN=$(cat "$dir/gateway/page-token")
if [ $failed -ne 0 ]; then
	finish
fi
node tests/peers/page_rows.mjs
