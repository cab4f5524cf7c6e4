#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# cli/completion.bash with the real program: each row is a command line, with
# the cursor at its end, and a word that must, or must not, be offered.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$(cd "${BUILD:-build}" && pwd) || exit 2
[ -x "$build/apam" ] || { echo "no $build/apam: make all"; exit 1; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
PATH=$build:$PATH
passed=0 failed=0

mkdir "$tmp/apam.d" "$tmp/state"
cat >"$tmp/apam.conf" <<END
module_dir = "$build/modules";
profile_dir = "$tmp/apam.d";
state_dir = "$tmp/state";
END
cat >"$tmp/apam.d/a-profile.conf" <<END
origins = [ "https://127.0.0.1:9" ];
auth = ( { scheme = "basic-email-key"; email = "a@example.com";
    key = "file:$tmp/key"; } );
END
(umask 077 && echo fake-key >"$tmp/key")

. cli/completion.bash

# row yes|no OFFERED WORD ...: the last word is the one being typed.
row()
{
	local want=$1 offered=$2 got=no
	shift 2
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_apam
	[[ " ${COMPREPLY[*]} " = *" $offered "* ]] && got=yes
	if [ $got = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  $*: $offered: $got (${COMPREPLY[*]})"
	fi
}

conf=(-c "$tmp/apam.conf")
row no nothing apam ''
for command in list modules lint explain request headers curl check status \
    keys revoke users log; do
	row yes $command apam ''
done
row yes request apam req
row no list apam req
row no --timeout apam --
row yes --json apam --
row yes --timeout apam "${conf[@]}" request --
row no --timeout apam check --
row yes a-profile apam "${conf[@]}" check ''
row yes a-profile apam "${conf[@]}" request a
row no a-profile apam "${conf[@]}" request b
row yes basic-email-key apam "${conf[@]}" modules ba
row no a-profile apam "${conf[@]}" modules ''
for command in list add archive restore rotate; do
	row yes $command apam keys ''
done
row no request apam keys ''
row no rotate apam keys li
row yes archive apam "${conf[@]}" keys ar
row no archive apam "${conf[@]}" keys archive ''
row yes a@example.com apam "${conf[@]}" keys archive ''
row yes a@example.com apam "${conf[@]}" keys restore a@
row no a-profile apam "${conf[@]}" keys archive ''
row yes a-profile apam "${conf[@]}" keys rotate ''
row no a-profile apam "${conf[@]}" keys list ''
row yes --why apam keys archive --
row no --why apam keys restore --
row yes --help apam keys --
row yes a-profile apam "${conf[@]}" revoke ''
row yes add apam users ''
row yes --since apam log --
row yes a@example.com apam "${conf[@]}" log --key ''
row yes a-profile apam "${conf[@]}" log --profile ''
row yes root apam log --user ro
row no a-profile apam "${conf[@]}" log ''
row yes root apam users add ro
row no a-profile apam "${conf[@]}" users list ''
row yes "$tmp/apam.conf" apam lint "$tmp/apam.c"
row yes "$tmp/apam.conf" apam -c "$tmp/apam.c"
row no a-profile apam -c /nonexistent check ''
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
