#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# References to secrets, from the profile to the provider: env:, credential:,
# exec: and file:, right and wrong. What the reference yields is what arrives;
# what a helper prints to its standard error is shown to nobody. A helper that
# hangs is in token-faults.sh.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

echo words-of-the-helper >>"$dir/known"

# refers NAME REFERENCE: a profile whose secret it is.
refers()
{
	seven "$1" "token_url = \"$seven/oauth2/token\";
		client_id = \"SANDBOX.CLIENT.ONE\"; client_secret = \"$2\";"
}
# works NAME, fails NAME REGEX: the profile ref.
works()
{
	row "$1" 0 '^\{' '' request ref "$seven/eyes"
}
fails()
{
	row "$1" 3 '' "^$dir/apam.d/ref.conf:[0-9]+: error: .*$2" request ref \
	    "$seven/eyes"
	row "$1: lint says it too" 3 '' \
	    "^$dir/apam.d/ref.conf:[0-9]+: error: .*$2" lint
}
# helper LINES: an exec: program.
helper()
{
	printf '#!/bin/sh\n%s\n' "$1" >"$dir/helper"
	chmod 700 "$dir/helper"
}

refers ref "file:$dir/secrets/one"
works "file:"
printf 'not-a-secret-7signal-one\n' >"$dir/secrets/line"
refers ref "file:$dir/secrets/line"
works "file: with a newline at its end"
refers ref "file:secrets/one"
fails "file: and no absolute path" 'absolute'
refers ref "file:$dir/apam.d/../secrets/one"
fails "file: with dots" 'absolute path of a file'
ln -s one "$dir/secrets/link"
refers ref "file:$dir/secrets/link"
works "file: and a symbolic link"
mkdir -m 777 "$dir/open"
ln -s "$dir/secrets/one" "$dir/open/link"
refers ref "file:$dir/open/link"
fails "file: and a link that others may replace" 'open can be changed by others'
ln -s circle "$dir/secrets/circle"
refers ref "file:$dir/secrets/circle"
fails "file: and links in a circle" 'circle'
ln -s nothing "$dir/secrets/dangling"
refers ref "file:$dir/secrets/dangling"
fails "file: and a link to nothing" 'nothing does not exist; symbolic links'

cp "$dir/secrets/one" "$dir/secrets/readable"
chmod 644 "$dir/secrets/readable"
refers ref "file:$dir/secrets/readable"
fails "file: that others may read" 'chmod o='
refers ref "world-readable:$dir/secrets/readable"
works "world-readable:"
chmod 666 "$dir/secrets/readable"
fails "world-readable: that others may write" 'chmod go-w'

refers ref env:APAM_TEST_SECRET
fails "env: not set" 'APAM_TEST_SECRET.*no such variable'
APAM_TEST_SECRET=not-a-secret-7signal-one works "env:"
APAM_TEST_SECRET='' fails "env: empty" 'empty'
APAM_TEST_SECRET=$'not-a-secret\n7signal-one' \
    fails "env: two lines" 'APAM_TEST_SECRET'
APAM_TEST_SECRET=not-a-secret-but-wrong-all-the-same \
    row "env: and a wrong one" 1 '' 'wrong' request ref "$seven/eyes"
refers ref 'env:1 BAD'
fails "env: and no name" 'env:'

refers ref credential:one
fails "credential: without a directory" 'CREDENTIALS_DIRECTORY'
CREDENTIALS_DIRECTORY=$dir/secrets works "credential:"
CREDENTIALS_DIRECTORY=$dir/apam.d fails "credential: not there" 'not exist'
CREDENTIALS_DIRECTORY=secrets fails "credential: relative" '.'
refers ref credential:../secrets/one
CREDENTIALS_DIRECTORY=$dir/secrets fails "credential: no path" 'credential:'

refers ref "exec:$dir/helper one two"
helper 'printf not-a-secret-7signal-%s "$1"'
works "exec: with arguments"
helper 'echo words-of-the-helper >&2; echo not-a-secret-7signal-one'
works "exec: that talks"
helper 'printf "%s" "not-a-secret-7signal-$2" | sed s/two/one/'
works "exec: by a pipe of its own"
helper 'echo words-of-the-helper >&2; echo words-of-the-helper; exit 3'
fails "exec: that fails" 'exit status 3'
helper 'kill -KILL $$'
fails "exec: that is killed" 'exec:.*signal'
helper 'exit 0'
fails "exec: that says nothing" 'empty'
helper 'echo words-of-the-helper; echo words-of-the-helper'
fails "exec: of two lines" 'exec:.*line'
helper 'head -c 200000 /dev/zero | tr "\0" x'
fails "exec: of 200 kB" 'exec:.*bytes'
helper 'echo not-a-secret-7signal-one; sleep 60 >/dev/null & echo $! >'"$dir/c"
works "exec: that leaves a child behind"
kill "$(<"$dir/c")" 2>/dev/null
for mode in 777 722 702; do
	chmod $mode "$dir/helper"
	fails "exec: of mode $mode" 'changed by others'
done
chmod 600 "$dir/helper"
fails "exec: that may not be run" 'helper'
rm "$dir/helper"
fails "exec: not there" 'does not exist'
mkdir "$dir/open"
chmod 777 "$dir/open"
printf '#!/bin/sh\necho not-a-secret-7signal-one\n' >"$dir/open/helper"
chmod 700 "$dir/open/helper"
refers ref "exec:$dir/open/helper"
fails "exec: in a directory of all" 'changed by others'
refers ref "exec:echo not-a-path"
fails "exec: and no path" 'absolute'
helper 'printf not-a-secret-7signal-one'
refers ref "exec:$dir/helper ; touch $dir/made-by-a-shell"
works "exec: is not a shell"
holds "exec: really none" [ ! -e "$dir/made-by-a-shell" ]
finish
