#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
set -eu
get() { wget -nv -O - --tries=1 ${TOKEN:+--header="Authorization: Bearer $TOKEN"} "$@"; }
get "$URL/echo?a=1" | grep -q '"method": "GET"'
get --post-data="$(head -c 2000 /dev/zero | tr '\0' x)" "$URL/echo" | grep -q '"n": 2000'
