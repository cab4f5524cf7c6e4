#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
set -eu
get() { curl -sS --fail-with-body ${TOKEN:+-H "Authorization: Bearer $TOKEN"} "$@"; }
get "$URL/echo?a=1" | grep -q '"method": "GET"'
head -c 2000 /dev/zero | tr '\0' x | get --data-binary @- "$URL/echo" | grep -q '"n": 2000'
