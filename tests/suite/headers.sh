#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The public headers compile without a warning, as C and as C++, each alone and
# all in either order, and so does what uses their macros; and cffi reads them
# and calls the library.  The version has one source.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
. tests/suite/result

headers=$(cd include/apam && ls ./*.h | sed 's,./,,')

# includes HEADER ...: lines that include them.
includes()
{
	printf '#include <apam/%s>\n' "$@"
}

for h in $headers; do
	includes "$h" >"$tmp/alone-$h.c"
done
includes $headers >"$tmp/all.c"
includes $(printf '%s\n' $headers | tac) >"$tmp/reverse.c"
{
	includes admin.h curl.h module.h
	cat <<-'END'
	int use(const struct apam_profile_info *info);
	int
	use(const struct apam_profile_info *info)
	{
		struct apam_error err = APAM_ERROR_INIT;
		struct apam_request request = APAM_REQUEST("GET", "https://a");
		struct apam_signature signature = APAM_SIGNATURE_INIT;
		struct apam_transport transport = APAM_TRANSPORT_INIT;
		struct apam_result result = APAM_RESULT_INIT;
		struct apam_str text = APAM_STR("text");

		return APAM_HAS(info, why) && err.entry == -1 &&
		    err.size == sizeof(err) && request.body == NULL &&
		    signature.used == 0 && transport.owned == NULL &&
		    result.detail == NULL && text.n == apam_str("text").n &&
		    APAM_CLASS(err.status) != APAM_CLASS_USAGE &&
		    APAM_VERSION_NUMBER >= 1000 && sizeof(APAM_VERSION) > 5;
	}
	END
} >"$tmp/use.c"

# ABI 1.0 is whole: nothing in it came later.
! grep -niw since include/apam/module.h
result $? "module.h says that something came later"

# compile COMPILER LANGUAGE STANDARD
compile()
{
	for source in "$tmp"/*.c; do
		$1 -x "$2" -std="$3" -Wall -Wextra -Wpedantic -Werror -Iinclude \
		    -D_POSIX_C_SOURCE=200809L -fsyntax-only "$source" \
		    >"$tmp/out" 2>&1
		result $? "$1, $3: $(basename "$source" .c): $(head -5 "$tmp/out")"
	done
}

for compiler in gcc clang; do
	command -v $compiler >/dev/null || continue
	compile $compiler c c11
	compile $compiler c c17
done
for compiler in g++ clang++; do
	command -v $compiler >/dev/null || continue
	for standard in c++11 c++14 c++17 c++20; do
		compile $compiler c++ $standard
	done
done

# ---- For bindings -----------------------------------------------------------

gcc -E -P -DAPAM_CDEF -Iinclude include/apam/admin.h >"$tmp/cdef" 2>"$tmp/out"
result $? "the declarations alone: $(cat "$tmp/out")"
! grep -nE '#|__|inline|\{ *return' "$tmp/cdef"
result $? "the declarations have what is none"
for python in python3 /usr/bin/python3; do
	$python -c 'import cffi' 2>/dev/null && break
done
LD_LIBRARY_PATH=$BUILD $python - "$tmp/cdef" "$BUILD/libapam.so.0" \
    >"$tmp/out" 2>&1 <<-'END'
	import sys, cffi
	ffi = cffi.FFI()
	ffi.cdef(open(sys.argv[1]).read())
	apam = ffi.dlopen(sys.argv[2])
	err = ffi.new("struct apam_error *")
	err.size = ffi.sizeof("struct apam_error")
	ctx = ffi.new("struct apam **")
	options = ffi.new("struct apam_open_options *")
	options.size = ffi.sizeof("struct apam_open_options")
	config = ffi.new("char[]", b"/nonexistent/apam.conf")
	options.config = config
	assert apam.apam_open(options, ctx, err) == apam.APAM_E_CONFIG
	assert b"nonexistent" in ffi.string(err.file) + ffi.string(err.text)
	assert apam.APAM_ENTRIES_MAX == 32 and apam.APAM_OPEN_NO_THREAD == 2
	print(ffi.string(apam.apam_version()).decode())
END
result $? "cffi: $(tail -3 "$tmp/out")"

# ---- The version --------------------------------------------------------------

version=$(cat "$tmp/out")
[ "$("$BUILD/apam" version)" = "apam $version" ]
result $? "apam version is not that of the library: $version"
grep -qx "Version: $version" "$BUILD/apam.pc"
result $? "apam.pc has another version than $version"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
