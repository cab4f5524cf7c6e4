#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A limit on the size of files (ulimit -f) is an error that says so, wherever
# the program writes; it never ends it.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
export APAM_CONFIG=$dir/apam.conf
seed seed
basic one https://one.example one@example.com not-a-secret-one

# limited BYTES STATUS ERR ARGS...: apam under a limit, what it prints going to
# a pipe.
limited()
{
	local bytes=$1 wanted=$2 err=$3
	shift 3
	"$timeout" 120 prlimit --fsize="$bytes" "$build/apam" "$@" 2>&1 \
	    </dev/null | cat >"$dir/err"
	status=${PIPESTATUS[0]}
	: >"$dir/out"
	local why=
	[ $status -eq "$wanted" ] || why="$why status $status, not $wanted"
	matches "$err" "$dir/err" || why="$why error"
	verdict "$bytes bytes: apam $*" "$why"
}

# A registry that does not fit, and one that is there and may not grow.
for bytes in 0 1 8 64; do
	limited $bytes 5 'cannot be written|File too large' \
	    keys archive one@example.com
	holds "nothing of it is left" \
	    [ -z "$(find "$dir/state" -type f -size +0)" ]
done
signs "nothing was archived" 0 'Authorization' '' headers one https://one.example/
row "archive without a limit" 0 '*' '*' keys archive --yes one@example.com
limited 0 5 'File too large|cannot be written' keys restore one@example.com
row "it is archived all the same" 1 '' 'archived' \
    headers one https://one.example/

# Notes and the audit log are not a reason to fail.
limited 0 0 '*' headers seed "$seed/api/version/"
limited 0 0 '*' check seed

# What was to be written to a file: none, rather than a part of it.
limited 4 5 'File too large' request -o "$dir/answer" seed "$seed/api/version/"
holds "no part of an answer is left" [ ! -e "$dir/answer" ]
holds "nor a temporary file" [ -z "$(find "$dir" -name 'answer*')" ]
"$timeout" 120 prlimit --fsize=4 "$build/apam" list >"$dir/out" 2>"$dir/list"
holds "standard output is a file" [ $? -eq 5 ]

# A program that apam starts has the limit's usual effect, as without apam: the
# signal, 25 on most systems, is not ignored in it.
signals=$(kill -l XFSZ)
cat >"$dir/curl" <<'END'
#!/bin/sh
grep SigIgn /proc/$$/status >"$0.out"
END
chmod 755 "$dir/curl"
PATH=$dir:$PATH run curl seed "$seed/api/version/"
ignored=$(sed -n 's/^SigIgn:[[:space:]]*/0x/p' "$dir/curl.out")
holds "curl was started" [ -n "$ignored" ]
holds "and does not ignore the signal" \
    [ $((${ignored:-0} >> (signals - 1) & 1)) -eq 0 ]
finish
