#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tools/deps on a machine that is not Debian's, and with DEPS=no: PATH has all
# programs of this machine but those that know packages.  Nothing is installed.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

mkdir "$tmp/bin"
ln -s /usr/bin/* "$tmp/bin"
for f in apt-get sudo dpkg-query gcc ld objcopy; do
	rm -f "$tmp/bin/$f"
done
# What would install notes that it was called, and fails.
printf '#!/bin/sh\necho "$0" >>"%s/called"\nexit 1\n' "$tmp" >"$tmp/trap"
chmod +x "$tmp/trap"

# row WHAT STATUS SAID COMMAND ...: SAID is a regex, or empty for silence.
row()
{
	what=$1 want=$2 said=$3
	shift 3
	"$@" >"$tmp/output" 2>&1 </dev/null
	status=$?
	if [ $status -eq "$want" ] && if [ -z "$said" ]; then
		[ ! -s "$tmp/output" ]
	else
		grep -qE -- "$said" "$tmp/output"
	fi; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL  $what: status $status"
	sed 's/^/      /' "$tmp/output"
}
elsewhere()
{
	env -u DEPS -u MAKEFLAGS -u MAKELEVEL PATH="$tmp/bin" "$@"
}

row "no compiler, and no apt-get" 1 'install --no-install-recommends .*gcc' \
    elsewhere tools/deps build
row "DEPS=no is offered" 1 '^make DEPS=no ' elsewhere tools/deps build
row "DEPS=no looks for nothing" 0 '' elsewhere DEPS=no tools/deps build test
row "make stops" 2 'see above' elsewhere make -n all
row "make DEPS=no does not" 0 'libapam' elsewhere make -n all DEPS=no \
    BUILD="$tmp/build"
for f in gcc ld objcopy; do
	ln -s "$(command -v $f)" "$tmp/bin/$f"
done
row "with a compiler: libraries are left to it" 0 '' elsewhere tools/deps build
ln -s "$tmp/trap" "$tmp/bin/apt-get"
ln -s "$tmp/trap" "$tmp/bin/sudo"
rm "$tmp/bin/ld"
row "what is missing is to be installed" 1 'apt-get update failed' \
    elsewhere tools/deps build
row "by apt-get" 0 '/(apt-get|sudo)$' cat "$tmp/called"
rm -f "$tmp/called"
row "DEPS=no installs nothing" 0 '' elsewhere DEPS=no tools/deps build
row "and calls nobody" 1 '' test -e "$tmp/called"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
