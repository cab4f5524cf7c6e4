#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# README.md: its program is doc/example/host.c, compiles, and makes a signed
# call to the sandbox; what it names exists.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/suite/doc/rows

rows_text()
{
	awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' README.md \
	    >"$tmp/readme.c"
	row "the program is doc/example/host.c" \
	    cmp "$tmp/readme.c" doc/example/host.c
	row "the test command" grep -q '^make test ' README.md
	for path in $(grep -oE '\]\([^)]+\)' README.md | tr -d '](\)'); do
		row "the link $path" test -e "$path"
	done
	for path in $(grep -oE '^\| `[a-z/]+/`' README.md | tr -d '|` '); do
		row "the folder $path" test -d "$path"
	done
	for library in $(grep -oE -- '[ =]-l[a-z]+' Makefile | sort -u); do
		library=${library##*-l}
		case $library in
		dl | pthread | rt) continue ;; # of the C library
		crypto | ssl) library=OpenSSL ;;
		esac
		row "the library $library" grep -qi "^| .*$library.* |" README.md
	done
	for scheme in modules/*/module.c; do
		scheme=$(basename "${scheme%/module.c}")
		row "make matrix was run with $scheme" \
		    grep -q "^| client .*| $scheme |" doc/matrix.md
		row "names $scheme" grep -q "^| \`$scheme\`" \
		    README.md
	done
}

write_configuration()
{
	write_main_file
	echo not-a-secret-xy-read >"$tmp/secret"
	cat >"$tmp/apam.d/xysense.conf" <<-END
	origins = [ "https://127.0.0.1:$XYSENSE_PORT" ];
	ca_file = "$tmp/ca.pem";
	auth = ( { scheme = "key-secret-archiveable";
	           key = "sandbox-read";
	           secret = "file:$tmp/secret";
	           mode = "headers"; } );
	END
}

# host EXPECTED-STATUS TEXT URL: what it ends with and says.
host()
{
	example "$1" "$2" "$tmp/host" "$3"
}

rows_run()
{
	row "the sandbox starts" start_sandbox
	write_configuration
	url=https://127.0.0.1:$XYSENSE_PORT/api/v1/occupancy
	if [ "$(id -u)" -eq 0 ]; then
		row "a signed call" host 0 '"spaces"' "$url"
		row "another origin" host 1 'no profile' \
		    "https://127.0.0.2:$XYSENSE_PORT/"
		row "no URL" host 1 'host: ' ''
	else
		# A host program trusts files of root alone.
		row "files of others" host 1 'host: ' "$url"
	fi
}

rows_text
row "the program compiles" ${CC:-cc} $flags -o "$tmp/host" doc/example/host.c \
    -L"$build" -lapam-curl -lapam -lcurl
rows_run
finish
