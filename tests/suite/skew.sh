#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs, library and modules of different ages: tests/skew/host.c uses each
# public struct.  It is built against the frozen copy of the headers in
# tests/skew/frozen, and against headers of which each struct has one member
# more, and runs with this library; and both run with a library that has these
# members, too.  The same with tests/skew/skew.c, a module, and module.h.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
CC=${CC:-cc}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
. tests/suite/result

# A member more in each struct of apam.h and admin.h, and in apam_body.
grow()
{
	mkdir -p "$1/apam"
	cp include/apam/*.h "$1/apam"
	for h in apam admin types; do
		awk '
		/^struct apam_[a-z_]+ \{/ && $2 !~ /^apam_(str|header|digest)$/ { on = 1 }
		/^};/ && on { print "\tuint64_t grown;"; on = 0 }
		{ print }' "include/apam/$h.h" >"$1/apam/$h.h"
	done
	# Of module.h those that say their size, or that arrays say it of; and a
	# service and a slot.
	awk '
	/^struct apam_[a-z_]+ \{/ { name = $2; on = name ~ /^apam_(option|value)$/ }
	/^\tsize_t size;/ { on = 1 }
	/^};/ && name ~ /^apam_(services|module)$/ { print "\tvoid (*grown)(void);" }
	/^};/ && on && name != "apam_services" { print "\tuint64_t grown;" }
	/^};/ { name = ""; on = 0 }
	{ print }' include/apam/module.h >"$1/apam/module.h"
	[ "$(grep -c grown "$1/apam/module.h")" -ge 13 ]
	result $? "structs of module.h grow"
}

# The core as it is once these members have been added to it.
grow_core()
{
	mkdir -p "$1"
	cp -r core "$1/core"
	sed -i -E 's/^GROWN\((\w+), (\w+), \w+\);/GROWN(\1, \2, grown);/
	    s/^KIND\((\w+), (\w+)\);/GROWN(\1, \2, grown);/
	    s/^SHOWN\((\w+), \w+\);/SHOWN(\1, grown);/' \
	    "$1/core/base/sized.c"
}

# build NAME HEADERS FLAGS ...
build()
{
	name=$1 headers=$2
	shift 2
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L "$@" -I"$headers" \
	    -o "$tmp/$name" tests/skew/host.c "$BUILD/libapam.so.0"
	result $? "$name is built"
}

# module NAME HEADERS FLAGS ...
module()
{
	name=$1 headers=$2
	shift 2
	$CC -std=c11 -fPIC -shared "$@" -I"$headers" -o "$tmp/$name.so" \
	    tests/skew/skew.c
	result $? "the module $name is built"
}

# A fresh configuration, as a run changes its files.
configure()
{
	rm -rf "$tmp/run"
	mkdir -p "$tmp/run/apam.d" "$tmp/run/state" "$tmp/run/modules"
	cp "$BUILD/modules/basic-email-key.so" "$tmp/run/modules"
	(umask 077 && echo not-a-secret >"$tmp/run/secret")
	cat >"$tmp/run/apam.conf" <<-END
	module_dir = "$tmp/run/modules";
	profile_dir = "$tmp/run/apam.d";
	state_dir = "$tmp/run/state";
	audit = "file";
	END
	cat >"$tmp/run/apam.d/p.conf" <<-END
	origins = [ "https://api.example" ];
	auth = (
	  { scheme = "basic-email-key"; email = "a@example.com";
	    key = "file:$tmp/run/secret"; },
	  { scheme = "basic-email-key"; email = "b@example.com";
	    key = "file:$tmp/run/secret"; }
	);
	END
	"$BUILD/apam" -c "$tmp/run/apam.conf" users add "$(id -un)" \
	    >/dev/null 2>&1
}

# run NAME LIBRARY [knows]
run()
{
	configure
	LD_LIBRARY_PATH=$2 "$tmp/$1" "$tmp/run/apam.conf" "$tmp/run" ${3:-} \
	    >"$tmp/out" 2>&1
	result $? "$1 with the library in $2"
	grep FAIL "$tmp/out"
	tail -1 "$tmp/out" | grep -q ' passed, 0 failed'
	result $? "$1 with the library in $2: $(tail -1 "$tmp/out")"
}

# sign MODULE LIBRARY
sign()
{
	configure
	cp "$tmp/$1.so" "$tmp/run/modules/skew.so"
	cat >"$tmp/run/apam.d/q.conf" <<-END
	origins = [ "https://api.example" ];
	auth = ( { scheme = "skew"; key_id = "k";
	    secret = "file:$tmp/run/secret"; list = [ "x", "y" ];
	    one = { a = 1; b = "z"; };
	    many = ( { a = 2; b = "w"; }, { a = 3; b = "v"; } ); } );
	END
	LD_LIBRARY_PATH=$2 "$tmp/sign" "$tmp/run/apam.conf" >"$tmp/out" 2>&1
	result $? "the module $1 with the library in $2: $(cat "$tmp/out")"
}

grow "$tmp/grown"
module module-frozen tests/modules/frozen
module module-newer "$tmp/grown" -DGROWN
$CC -std=c11 -Iinclude -o "$tmp/sign" tests/skew/sign.c \
    "$BUILD/libapam.so.0"
result $? "the program that signs is built"
sign module-frozen "$BUILD"
sign module-newer "$BUILD"
build same include
build frozen tests/skew/frozen
build newer "$tmp/grown" -DGROWN
run same "$BUILD"
run frozen "$BUILD"
run newer "$BUILD"

# The library that knows the members, in a tree of its own.
grow_core "$tmp/tree"
cp -r modules hosts Makefile tools "$tmp/tree"
mkdir "$tmp/tree/include"
cp -r "$tmp/grown/apam" "$tmp/tree/include"
make -s -C "$tmp/tree" -j2 BUILD=build CC="$CC" CFLAGS=-O0 \
    build/libapam.so.0 >"$tmp/make" 2>&1
result $? "the library is built with a member more in each struct"
grep ' error: ' "$tmp/make" | head -5
run same "$tmp/tree/build"
run frozen "$tmp/tree/build"
run newer "$tmp/tree/build" knows
sign module-frozen "$tmp/tree/build"
export SKEW_KNOWS=yes
sign module-newer "$tmp/tree/build"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
