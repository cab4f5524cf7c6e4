#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# hosts/cli/completion.bash with the real program: each row is a command line, with
# the cursor at its end, and a word that must, or must not, be offered.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 2
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

# A second key, archived: what is offered depends on it.
cat >"$tmp/apam.d/gone.conf" <<END
origins = [ "https://127.0.0.1:10" ];
auth = ( { scheme = "basic-email-key"; email = "gone@example.com";
    key = "file:$tmp/key"; } );
END
apam -c "$tmp/apam.conf" keys archive --yes gone@example.com >/dev/null

. hosts/cli/completion.bash

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
for command in list module profile lint explain request headers curl check status \
    keys login logout revoke users log; do
	row yes $command apam ''
done
row yes request apam req
row no list apam req
row no --timeout apam --
row yes --json apam --
row yes --timeout apam "${conf[@]}" request --
row yes --no-browser apam login --
row yes a-profile apam "${conf[@]}" login ''
row no a-profile apam "${conf[@]}" login --port ''
row yes basic-email-key apam "${conf[@]}" logout --scheme ba
row no --timeout apam check --
row yes a-profile apam "${conf[@]}" check ''
row yes a-profile apam "${conf[@]}" request a
row no a-profile apam "${conf[@]}" request b
row yes basic-email-key apam "${conf[@]}" module list ba
row no a-profile apam "${conf[@]}" module list ''
for command in list add archive restore rotate; do
	row yes $command apam keys ''
done
for command in new test; do
	row yes $command apam profile ''
done
row yes a-profile apam "${conf[@]}" profile test ''
row no a-profile apam "${conf[@]}" profile new ''
row yes --openapi apam profile new --
row yes basic-email-key apam "${conf[@]}" profile new --scheme ''
row no request apam keys ''
row no rotate apam keys li
row yes archive apam "${conf[@]}" keys ar
row no archive apam "${conf[@]}" keys archive ''
row yes a@example.com apam "${conf[@]}" keys archive ''
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
row no gone@example.com apam "${conf[@]}" keys archive ''
row yes gone@example.com apam "${conf[@]}" keys restore ''
row no a@example.com apam "${conf[@]}" keys restore ''
row yes gone@example.com apam "${conf[@]}" keys describe g
row yes basic-email-key apam "${conf[@]}" keys add --scheme ''
row yes POST apam "${conf[@]}" request -X P
row yes root apam secret set -g roo
row yes root apam secret set --owner roo
row yes "$tmp/apam.conf" apam secret set "$tmp/apam.c"
row yes set apam secret ''
row yes list apam module ''
row yes check apam module ''
row yes "$tmp/apam.conf" apam module check "$tmp/apam.c"
row yes --seed apam module check --
row yes lint apam help l
row yes root apam users add roo
row no a-profile apam "${conf[@]}" version ''

# ---- zsh and fish --------------------------------------------------------------

# In zsh what is offered is what compadd is called with.
zsh_offers()
{
	zsh -f -c '
		compdef() { :; }
		compadd() { shift; print -l -- "$@"; }
		_files() { print -l -- ${words[CURRENT]}*(N); }
		source hosts/cli/completion.zsh
		words=("$@")
		CURRENT=$#
		_apam' zsh "$@" 2>/dev/null
}

fish_offers()
{
	fish --no-config -c "source hosts/cli/completion.fish
		complete -C '$*'" 2>/dev/null | cut -f 1
}

# shell_row zsh|fish yes|no OFFERED WORD ...
shell_row()
{
	local shell=$1 want=$2 offered=$3 got=no
	shift 3
	"${shell}_offers" "$@" >"$tmp/offers"
	grep -qxF -- "$offered" "$tmp/offers" && got=yes
	if [ $got = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  $shell: $*: $offered: $got ($(tr "\n" " " \
		    <"$tmp/offers"))"
	fi
}
for shell in zsh fish; do
	shell_row $shell yes check apam c
	shell_row $shell no rotate apam ''
	shell_row $shell yes rotate apam keys r
	shell_row $shell yes --timeout apam request --t
	shell_row $shell no --timeout apam check --
	shell_row $shell yes a-profile apam "${conf[@]}" check a
	shell_row $shell yes basic-email-key apam "${conf[@]}" module list b
	shell_row $shell no a-profile apam "${conf[@]}" module list ''
	shell_row $shell yes a@example.com apam "${conf[@]}" keys archive ''
	shell_row $shell no gone@example.com apam "${conf[@]}" keys archive ''
	shell_row $shell yes gone@example.com apam "${conf[@]}" keys restore ''
	shell_row $shell no a@example.com apam "${conf[@]}" keys restore ''
	shell_row $shell yes basic-email-key apam "${conf[@]}" keys add --scheme b
	shell_row $shell yes "$tmp/apam.conf" apam lint "$tmp/apam.c"
	shell_row $shell yes "$tmp/apam.conf" apam module check "$tmp/apam.c"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
