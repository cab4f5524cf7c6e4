#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install below an empty directory, build a host program against what is there
# with the flags of apam.pc, and one with those of apam-curl.pc, run them and the
# installed apam, then uninstall: not a file may be left but what an administrator
# wrote.
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

# One at a time in a build tree: vendor.sh installs from it, too.
alone()
{
	flock "$BUILD/install.lock" "$@"
}

# As a user types it: nothing of the make that runs the tests is inherited.
# Nothing is built anew (-o), whatever PREFIX the tests were built with: others
# run what is there.
run_make()
{
	alone env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make BUILD="$BUILD" \
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
	for f in bin/apam lib/libapam.so.0 lib/libapam-curl.so.0 \
	    lib/apam/internal/apam-request.so lib/pkgconfig/apam.pc \
	    lib/pkgconfig/apam-curl.pc; do
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
	for name in libapam libapam-curl; do
		row "the link of $name" \
		    test "$(readlink "$lib/$name.so")" = "$name.so.0"
	done
	row "apam.conf is there" cmp etc/apam.conf "$root/etc/apam.conf"
	row "a directory for profiles" test -d "$root/etc/apam.d"
	row "a directory for the registry" test -d "$root/var/lib/apam"
	row "and one for users, which root alone can change" test \
	    "$(stat -c %a "$root/var/lib/apam/users")" = 755
	row "others can write nothing" nothing ! -type l -perm /022
	row "no file but apam and its parts can be run" nothing -type f \
	    -perm /111 ! -name apam ! -name 'apam-module-*' ! -name apamd \
	    ! -name apam-run ! -name '*-credential-apam'
	for f in $(find doc/example/acme-* -type f); do
		row "$f is there" cmp "$f" \
		    "$root$prefix/share/apam/module/${f#doc/example/}"
	done
	row "the module guide is there" cmp doc/module-guide.md \
	    "$root$prefix/share/doc/apam/module-guide.md"
}

write_host()
{
	cat >"$tmp/host.c" <<-'END'
	#include <apam/admin.h>
	#include <apam/apam.h>
	#include <apam/module.h>
	#include <stdio.h>

	/* No such file: a configuration error that names it. */
	int
	main(void)
	{
		struct apam_open_options options = { .size = sizeof(options),
			.config = "/nonexistent/apam.conf" };
		struct apam_error err = APAM_ERROR_INIT;
		struct apam *ctx;
		enum apam_status status = apam_open(&options, &ctx, &err);

		printf("%s: %s\n", apam_status_name(status), err.text);
		apam_close(&ctx);
		return APAM_CLASS(status) == APAM_CLASS_CONFIG ? 0 : 1;
	}
	END
}

# pkg OPTION ...: of what is installed, and of nothing else on this machine.
pkg()
{
	PKG_CONFIG_LIBDIR="$lib/pkgconfig" PKG_CONFIG_PATH='' \
	    PKG_CONFIG_SYSROOT_DIR="$root" pkg-config "$@"
}
knows_no_libcurl()
{
	! pkg --print-requires --print-requires-private apam | grep . &&
	    ! pkg --cflags --libs apam | grep -i curl
}
lacks_libcurl()
{
	! pkg --cflags apam-curl >"$tmp/said" 2>&1 && grep libcurl "$tmp/said"
}

# compile PROGRAM SOURCE FLAG ...
compile()
{
	program=$1 source=$2
	shift 2
	cc -std=c11 -Wall -Wextra -Wpedantic -Werror -MD -MF "$program.d" \
	    -o "$program" "$source" "$@"
}
includes_no_libcurl()
{
	! grep 'curl/' "$tmp/host.d"
}

# Where libcurl's development files are not installed.
rows_host()
{
	row "pkg-config knows apam without libcurl" pkg --cflags --libs apam
	row "apam.pc does not mention libcurl" knows_no_libcurl
	row "apam-curl.pc does" lacks_libcurl
	row "moduledir" test "$(pkg --variable=moduledir apam)" = \
	    "$root$prefix/lib/apam"
	write_host
	row "a host program compiles" compile "$tmp/host" "$tmp/host.c" \
	    $(pkg --cflags --libs apam)
	row "it includes nothing of libcurl's" includes_no_libcurl
	row "the host program runs" env LD_LIBRARY_PATH="$lib" "$tmp/host"
}

says_where()
{
	env LD_LIBRARY_PATH="$lib" APAM_CONFIG=/nonexistent/apam.conf \
	    "$tmp/curl-host" http://127.0.0.1/ >"$tmp/said" 2>&1
	[ $? -eq 1 ] && grep '^host: ' "$tmp/said"
}

rows_curl_host()
{
	export PKG_CONFIG_PATH="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
	row "pkg-config knows apam-curl" pkg-config --cflags --libs apam-curl
	row "of the same version" test "$(pkg-config --modversion apam-curl)" = \
	    "$(pkg-config --modversion apam)"
	row "a host program with libcurl compiles" compile "$tmp/curl-host" \
	    doc/example/host.c $(pkg-config --cflags --libs apam-curl)
	row "it runs" says_where
}

rows_program()
{
	cat >"$tmp/apam.conf" <<-END
	module_dir = "$lib/apam";
	profile_dir = "$root/etc/apam.d";
	state_dir = "$root/var/lib/apam";
	END
	env LD_LIBRARY_PATH="$lib" "$root$prefix/bin/apam" \
	    -c "$tmp/apam.conf" module list >"$tmp/modules" 2>"$tmp/output"
	result $? "the installed apam runs"
	for f in "$lib"/apam/*.so; do
		scheme=$(basename "$f" .so)
		row "apam module list names $scheme" \
		    grep -q "^$scheme" "$tmp/modules"
	done
	row "the installed apam sends" sends
}

# Nothing listens on port 1.  A program is installed where it was linked to look;
# below DESTDIR the loader has to be told.
sends()
{
	mkdir "$tmp/apam.d" && printf FAKEkey >"$tmp/secret" &&
	    chmod 600 "$tmp/secret" || return 1
	cat >"$tmp/sends.conf" <<-END
	module_dir = "$lib/apam";
	profile_dir = "$tmp/apam.d";
	state_dir = "$tmp/state";
	END
	cat >"$tmp/apam.d/closed.conf" <<-END
	origins = [ "http://127.0.0.1:1" ];
	allow_http = true;
	auth = ( { scheme = "basic-email-key"; email = "a@b";
	           key = "file:$tmp/secret"; } );
	END
	env LD_LIBRARY_PATH="$lib:$lib/apam/internal" "$root$prefix/bin/apam" \
	    -c "$tmp/sends.conf" request http://127.0.0.1:1/ >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	[ $status -eq 4 ] && grep 'refuses connections' "$tmp/said"
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
	alone env BUILD="$BUILD" DESTDIR="$tmp/other" PREFIX=/opt/apam \
	    LIBDIR=/opt/apam/lib MODULEDIR=/opt/apam/lib/apam \
	    SYSCONFDIR=/opt/etc STATEDIR=/opt/state SONAME=libapam.so.0 \
	    CURL_SONAME=libapam-curl.so.0 \
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
	touch "$tmp/other/opt/state/registry"
	row "uninstall elsewhere" elsewhere uninstall
	grep -q 'opt/state is kept' "$tmp/output"
	result $? "uninstall says that the key registry stays"
	row "and it does" rm "$tmp/other/opt/state/registry"
	row "uninstall removes what nobody changed" test ! -e "$main"
	row "uninstall without a registry" elsewhere uninstall
	[ ! -s "$tmp/output" ] && [ ! -e "$tmp/other/opt/state" ]
	result $? "uninstall then removes the directory, and says nothing"
}

# shlibdeps NAME: what a packager's tool finds out that files of this name need.
shlibdeps()
{
	mkdir -p "$tmp/package/debian" &&
	    printf 'Source: apam\n\nPackage: apam\nArchitecture: any\n' \
		>"$tmp/package/debian/control" &&
	    (cd "$tmp/package" && dpkg-shlibdeps -O -l"$lib" --ignore-missing-info \
		$(find "$lib" -name "$1" -type f -printf '-e%p '))
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
	for library in libcurl4 libssl3 libc6; do
		row "dpkg-shlibdeps sees $library" \
		    eval "shlibdeps '*.so*' | grep -qw $library"
		[ $library = libssl3 ] || row "and that apam request needs $library" \
		    eval "shlibdeps apam-request.so | grep -qw $library"
	done
}

# in_place COMMAND ...: as if it were installed where it is to be.
in_place()
{
	unshare -m sh -c 'mount --bind "$0" /usr/local && exec "$@"' \
	    "$root/usr/local" "$@"
}

# says TEXT COMMAND ...
says()
{
	text=$1
	shift
	"$@" >"$tmp/said" 2>&1
	cat "$tmp/said"
	grep -qF "$text" "$tmp/said"
}

# A pinned module is hashed, and so an object is loaded from where it was
# installed: if nobody could change it there.
rows_in_place()
{
	in_place true 2>/dev/null || return
	object=$root/usr/local/lib/apam/internal/crypto.so
	pin=$(sha256sum "$lib/apam/basic-email-key.so" | cut -d' ' -f1)
	echo "pins = ( { scheme = \"basic-email-key\"; sha256 = \"$pin\"; } );" \
	    >"$root/usr/local/pinned.conf"
	cp "$root/usr/local/bin/apam" "$root/usr/local/bin/apam-setid"
	chown 65534 "$root/usr/local/bin/apam-setid"
	chmod u+s "$root/usr/local/bin/apam-setid"
	set -- -c /usr/local/pinned.conf module list basic-email-key
	row "the installed object is loaded" in_place apam "$@"
	row "and by a set-id program" in_place apam-setid "$@"
	chown 65534 "$object"
	row "another user's is refused" says "does not belong to root" \
	    in_place apam-setid "$@"
	row "though it is the program's own" in_place \
	    setpriv --reuid 65534 --clear-groups apam "$@"
	chown 0 "$object"
	chmod g+w "$object"
	row "one that others can change is refused" \
	    says "can be changed by others" in_place apam "$@"
	rm "$object"
	row "one that is missing is named" says \
	    "/usr/local/lib/apam/internal/crypto.so does not exist" \
	    in_place apam "$@"
	rm "$root/usr/local/pinned.conf" "$root/usr/local/bin/apam-setid"
	install -m 644 "$BUILD/modules/internal/crypto.so" "$object"
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
for f in core/config/main_conf.o install/apam install/apam-request.so apam.pc \
    apam-curl.pc; do
	row "another PREFIX makes $f anew" remade $f
done
row "make install" run_make install
rows_files
rows_host
rows_curl_host
rows_program
rows_late
rows_in_place
rows_uninstall
rows_elsewhere
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
