#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# doc/example/poll.c compiles, and signs for several profiles at once.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/suite/doc/rows

write_configuration()
{
	write_main_file
	(umask 077 && echo not-a-secret-7signal-one >"$tmp/secret" &&
	    echo not-a-secret-xy-read >"$tmp/xy")
	cat >"$tmp/apam.d/7signal.conf" <<-END
	origins = [ "https://127.0.0.1:$SEVENSIGNAL_PORT" ];
	ca_file = "$tmp/ca.pem";
	auth = ( { scheme = "oauth2-client-credentials";
	           token_url = "https://127.0.0.1:$SEVENSIGNAL_PORT/oauth2/token";
	           client_id = "SANDBOX.CLIENT.ONE";
	           client_secret = "file:$tmp/secret"; client_auth = "post"; } );
	END
	cat >"$tmp/apam.d/xysense.conf" <<-END
	origins = [ "https://127.0.0.1:$XYSENSE_PORT" ];
	auth = ( { scheme = "key-secret-archiveable"; key = "sandbox-read";
	           secret = "file:$tmp/xy"; mode = "headers"; } );
	END
}

# poll EXPECTED-STATUS TEXT URL...: what it ends with and says.
poll()
{
	example "$1" "$2" "$tmp/poll" "${@:3}"
}

rows_run()
{
	row "the sandbox starts" start_sandbox
	write_configuration
	a=https://127.0.0.1:$SEVENSIGNAL_PORT/eyes
	b=https://127.0.0.1:$XYSENSE_PORT/api/v1/occupancy
	if [ "$(id -u)" -eq 0 ]; then
		row "an exchange" poll 0 "$a: 1 headers of 7signal" "$a"
		row "three at once" poll 0 'headers of xysense' "$a" "$b" "$a"
		row "one is nobody's" poll 1 'headers of 7signal' \
		    "https://127.0.0.2:$XYSENSE_PORT/" "$a"
	else
		# A host program trusts files of root alone.
		row "files of others" poll 1 'poll: ' "$a"
	fi
}

row "the program compiles" ${CC:-cc} $flags -Wall -Wextra -Werror \
    -o "$tmp/poll" doc/example/poll.c -L"$build" -lapam
rows_run
finish
