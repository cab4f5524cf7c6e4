#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Modules play the scripts of their vectors: tests/vectors/SCHEME/*.drive.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:-build}" && pwd -P) || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
. tests/suite/result

for script in tests/vectors/*/*.drive; do
	scheme=$(basename "$(dirname "$script")")
	timeout 60 "$build/apam" module drive "$build/modules/$scheme.so" \
	    "$script" >"$tmp/out" 2>&1
	result $? "$script: $(cat "$tmp/out")"
	grep -qE '^[1-9][0-9]* passed, 0 failed$' "$tmp/out"
	result $? "$script expects something"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
