#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install below an empty directory, build a host program against what is there
# with the flags of apam.pc, run it and the installed apam, then uninstall: not
# a file may be left but what an administrator wrote.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root
prefix=/usr/local
lib=$root$prefix/lib
passed=0 failed=0

# result STATUS WHAT: count a row; show the last output where it failed.
result()
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL  $2"
	sed 's/^/      /' "$tmp/output"
}

# row NAME COMMAND ...
row()
{
	name=$1
	shift
	"$@" >"$tmp/output" 2>&1 </dev/null
	result $? "$name"
}

# As a user types it: nothing of the make that runs the tests is inherited.
# Nothing is built anew (-o), whatever PREFIX the tests were built with: others
# run what is there.
run_make()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make BUILD="$BUILD" \
	    -o "$BUILD/directories" \
	    DESTDIR="$root" PREFIX=$prefix SYSCONFDIR=/etc \
	    STATEDIR=/var/lib/apam "$@"
}

# nothing FIND-ARGUMENT ...: print what is found, and fail on it.
nothing()
{
	! find "$root" "$@" | grep .
}

rows_files()
{
	for f in bin/apam lib/libapam.so.0 lib/pkgconfig/apam.pc; do
		row "$f is there" test -s "$root$prefix/$f"
	done
	for f in include/apam/*.h; do
		row "$f is there" cmp "$f" "$root$prefix/$f"
	done
	for f in "$BUILD"/modules/*.so; do
		row "$f is there" cmp "$f" "$lib/apam/${f##*/}"
	done
	for f in "$BUILD"/modules/internal/*.so; do
		row "$f is there" cmp "$f" "$lib/apam/internal/${f##*/}"
	done
	for f in doc/man/*.[1-8]; do
		row "$f is there" cmp "$f" \
		    "$root$prefix/share/man/man${f##*.}/${f##*/}"
	done
	row "the library's link" test "$(readlink "$lib/libapam.so")" = \
	    libapam.so.0
	row "apam.conf is there" cmp etc/apam.conf "$root/etc/apam.conf"
	row "a directory for profiles" test -d "$root/etc/apam.d"
	row "a directory for the registry" test -d "$root/var/lib/apam"
	row "and one for users, which root alone can change" test \
	    "$(stat -c %a "$root/var/lib/apam/users")" = 755
	row "others can write nothing" nothing ! -type l -perm /022
	row "no file but apam can be run" nothing -type f -perm /111 \
	    ! -name apam
}

write_host()
{
	cat >"$tmp/host.c" <<-'END'
	#include <apam/apam.h>
	#include <apam/curl.h>
	#include <apam/module.h>
	#include <stdio.h>

	/* No such file: a configuration error that names it. */
	int
	main(void)
	{
		struct apam_open_options options = { .size = sizeof(options),
			.config = "/nonexistent/apam.conf" };
		struct apam_error err;
		struct apam *ctx;
		enum apam_status status = apam_open(&options, &ctx, &err);

		printf("%s: %s\n", apam_status_name(status), err.text);
		apam_close(&ctx);
		return APAM_CLASS(status) == APAM_CLASS_CONFIG ? 0 : 1;
	}
	END
}

rows_host()
{
	export PKG_CONFIG_PATH="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
	flags=$(pkg-config --cflags --libs apam 2>"$tmp/output")
	result $? "pkg-config knows apam"
	row "moduledir" test "$(pkg-config --variable=moduledir apam)" = \
	    "$root$prefix/lib/apam"
	write_host
	row "a host program compiles" cc -std=c11 -Wall -Wextra -Wpedantic \
	    -Werror -o "$tmp/host" "$tmp/host.c" $flags
	export LD_LIBRARY_PATH="$lib"
	row "the host program runs" "$tmp/host"
}

rows_program()
{
	cat >"$tmp/apam.conf" <<-END
	module_dir = "$lib/apam";
	profile_dir = "$root/etc/apam.d";
	state_dir = "$root/var/lib/apam";
	END
	"$root$prefix/bin/apam" -c "$tmp/apam.conf" modules \
	    >"$tmp/modules" 2>"$tmp/output"
	result $? "the installed apam runs"
	for f in "$lib"/apam/*.so; do
		scheme=$(basename "$f" .so)
		row "apam modules names $scheme" \
		    grep -q "^$scheme" "$tmp/modules"
	done
}

rows_uninstall()
{
	row "make uninstall" run_make uninstall
	row "uninstall leaves nothing" nothing ! -type d
	row "nor a directory of ours" nothing -name 'apam*'
	row "make install again" run_make install
	echo 'ttl = "1h"; # mine' >"$root/etc/apam.conf"
	echo '# mine' >"$root/etc/apam.d/mine.conf"
	row "make install over it" run_make install
	row "install keeps a changed apam.conf" \
	    grep -q mine "$root/etc/apam.conf"
	row "make uninstall again" run_make uninstall
	row "uninstall keeps the administrator's files" \
	    grep -q mine "$root/etc/apam.conf" "$root/etc/apam.d/mine.conf"
	row "and nothing else" nothing ! -type d \
	    ! -path "$root/etc/apam.conf" ! -path "$root/etc/apam.d/mine.conf"
}

# elsewhere install|uninstall: by the tool, for make would compile anew.
elsewhere()
{
	env BUILD="$BUILD" DESTDIR="$tmp/other" PREFIX=/opt/apam \
	    LIBDIR=/opt/apam/lib MODULEDIR=/opt/apam/lib/apam \
	    SYSCONFDIR=/opt/etc STATEDIR=/opt/state SONAME=libapam.so.0 \
	    tools/install "$1" basic-email-key
}

# What it is installed with stands in the main file, and is removed with it.
rows_elsewhere()
{
	main=$tmp/other/opt/etc/apam.conf
	row "install elsewhere" elsewhere install
	row "profile_dir" grep -qx 'profile_dir = "/opt/etc/apam.d";' "$main"
	row "module_dir" grep -qx '# module_dir = "/opt/apam/lib/apam";' "$main"
	row "state_dir" grep -qx '# state_dir = "/opt/state";' "$main"
	row "an example's secret" grep -q '"file:/opt/etc/apam.d/secrets/seed"' \
	    "$tmp/other/opt/apam/share/doc/apam/examples/seed.conf"
	row "uninstall elsewhere" elsewhere uninstall
	row "uninstall removes what nobody changed" test ! -e "$main"
}

# What a packager's tool finds out that the package needs.
shlibdeps()
{
	mkdir -p "$tmp/package/debian" &&
	    printf 'Source: apam\n\nPackage: apam\nArchitecture: any\n' \
		>"$tmp/package/debian/control" &&
	    (cd "$tmp/package" && dpkg-shlibdeps -O --ignore-missing-info \
		$(find "$lib" -name '*.so*' -type f -printf '-e%p '))
}

# What is loaded late lies where the installed library looks for it, and is to
# be seen.
rows_late()
{
	row "the installed library knows its place" \
	    grep -qF "$prefix/lib/apam/internal" "$lib/libapam.so.0"
	row "and none in the build tree" \
	    eval '! grep -qF "modules/internal" "$lib/libapam.so.0"'
	command -v dpkg-shlibdeps >/dev/null || return
	for library in libcurl4 libc6; do
		row "dpkg-shlibdeps sees $library" \
		    eval "shlibdeps | grep -qw $library"
	done
}

# Directories are compiled in: those of an earlier make are not taken over.
remade()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make BUILD="$BUILD" -n \
	    PREFIX="$tmp/elsewhere" install | grep -E -- "(-o |>)$BUILD/$1\\b"
}

# All programs of this machine but a compiler and what could install one.
bare()
{
	mkdir -p "$tmp/bin" &&
	    find /usr/bin /bin ! -name '*gcc*' ! -name cc ! -name sudo \
		! -name apt-get -exec ln -sf -t "$tmp/bin" {} + &&
	    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL PATH="$tmp/bin" make \
		BUILD="$tmp/bare" install
}
says_what_is_missing()
{
	! bare >"$tmp/bare.log" 2>&1 &&
	    grep -q 'not installed:.* gcc' "$tmp/bare.log" &&
	    grep -q 'apt-get install .* gcc' "$tmp/bare.log" &&
	    ! grep -q 'not found' "$tmp/bare.log"
}
row "make install without a compiler says what to do" says_what_is_missing
for f in core/config/main_conf.o install/apam apam.pc; do
	row "another PREFIX makes $f anew" remade $f
done
row "make install" run_make install
rows_files
rows_host
rows_program
rows_late
rows_uninstall
rows_elsewhere
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
