#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam secret set`: from standard input and from a terminal, what becomes of
# the file, and that the secret is shown nowhere.
. "$(dirname "$0")/lib.bash"

key=FAKE-key-that-nobody-has
printf '%s\n' $key >>"$dir/known"
file=$dir/secrets/key

# set_row NAME STATUS OUT ERR TEXT ARGS...: TEXT is standard input.
set_row()
{
	local name=$1 want=$2 out=$3 err=$4
	printf '%b' "$5" >"$dir/input"
	shift 5
	input=$dir/input
	row "$name" "$want" "$out" "$err" secret set "$@"
	input=/dev/null
}

is()
{
	[ "$(cat "$1")" = "$2" ] && [ "$(wc -c <"$1")" -eq "${#2}" ]
}

# ---- Usage -------------------------------------------------------------------

row "no command" 2 '' 'secret: which command\?' secret
row "no file" 2 '' 'usage: apam secret set' secret set
row "two files" 2 '' 'usage: apam secret set' secret set a b
set_row "no such group" 2 '' 'there is no group no-such-group' x -g no-such-group \
    "$file"
set_row "no such user" 2 '' 'there is no user no-such-user' x \
    --owner no-such-user "$file"
for number in '' x 12x -1 4294967295; do
	set_row "no such user: $number" 2 '' 'there is no user' x --owner "$number" \
	    "$file"
	set_row "no such group: $number" 2 '' 'there is no group' x -g "$number" \
	    "$file"
done
row "nothing on standard input" 2 '' 'the secret is empty; nothing was stored' \
    secret set "$file"
holds "and nothing was made" [ ! -e "$file" ]

# ---- Standard input ----------------------------------------------------------

set_row "a secret" 0 "^$file has the secret, 24 bytes, mode 0600, group " '' \
    $key "$file"
holds "it is there" is "$file" $key
holds "for its owner alone" [ "$(stat -c %a "$file")" = 600 ]
for end in '\n' '\r\n'; do
	set_row "one newline is dropped" 0 '24 bytes' '' "$key$end" "$file"
	holds "and nothing else" is "$file" $key
done
set_row "two newlines" 2 '' 'more than one line' "$key\n\n" "$file"
set_row "two lines" 2 '' 'more than one line' "$key\nb\n" "$file"
set_row "too long" 2 '' 'larger than 65536 bytes' \
    "$(printf 'x%.0s' {1..65537})" "$file"
set_row "as long as can be" 0 '65536 bytes' '' \
    "$(printf 'x%.0s' {1..65536})\n" "$file"
set_row "with a group" 0 "mode 0640, group $(id -gn)$" '' $key -g "$(id -gn)" \
    "$file"
set_row "the next takes after it" 0 'mode 0640' '' $key "$file"
set_row "as JSON" 0 '"mode": "0640"' '' $key --json "$file"
holds "it is JSON" is_json "$dir/out"
set_row "directories are made" 0 '/a/b/key has' '' $key "$dir/secrets/a/b/key"
holds "as others may pass through" [ "$(stat -c %a "$dir/secrets/a")" = 755 ]
cd "$dir"
set_row "a relative path" 0 "^$dir/secrets/here has" '' $key secrets/here
set_row "a relative path in a new directory" 0 "^$dir/fresh/here has" '' $key \
    fresh/here
cd - >/dev/null
mkdir "$dir/open"
chmod 777 "$dir/open"
set_row "a directory that others can change" 3 '' \
    'open can be changed by others; chmod go-w' $key "$dir/open/key"
holds "and nothing is left there" [ -z "$(ls -A "$dir/open")" ]
ln -s key "$dir/secrets/link"
set_row "a link" 3 '' 'link is a symbolic link; name the file itself' $key \
    "$dir/secrets/link"
rm "$dir/secrets/link"
mv "$dir/apam.conf" "$dir/away"
set_row "without a main file" 0 'has the secret' '' $key "$file"
mv "$dir/away" "$dir/apam.conf"
profile user <<END
origins = [ "https://api.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "a"; key = "file:$file"; } );
END
signs "a profile signs with it" 0 \
    "^Authorization: Basic $(printf 'a:%s' $key | base64 -w0)\$" '' \
    headers user https://api.example.com/

# ---- Owners and groups ---------------------------------------------------------

if [ "$(id -u)" -eq 0 ]; then
	set_row "a group by its number" 0 'mode 0640, group 64123$' '' $key -g 64123 \
	    "$dir/secrets/group"
	set_row "an owner by name" 0 'has the secret' '' $key --owner nobody \
	    "$dir/secrets/owner"
	holds "it is that user's" [ "$(stat -c %U "$dir/secrets/owner")" = nobody ]
	set_row "an owner by number" 0 'has the secret' '' $key --owner 64123 \
	    "$dir/secrets/owner"
	holds "it is that number's" [ "$(stat -c %u "$dir/secrets/owner")" = 64123 ]
	chmod 755 "$dir"
	mkdir -m 755 "$dir/program"
	cp "$build/apam" "$build/libapam.so.0" "$dir/program/"
	chmod 755 "$dir/program/"*
	for path in "$dir/new" "$dir/a/b/new" /new; do
		printf '%s' $key | "$timeout" 120 setpriv --reuid nobody \
		    --clear-groups "$dir/program/apam" secret set "$path" \
		    >"$dir/out" 2>"$dir/err"
		status=$?
		expect "where this user cannot write: $path" 3 '' \
		    'cannot be (written|made)|run it as root' "$dir/out" "$dir/err"
	done
fi

# ---- A terminal --------------------------------------------------------------

# typed NAME TEXT: what is typed once it was asked for.
typed()
{
	local line= pid
	coproc TERMINAL {
		exec timeout 120 script -qefc "$(printf '%q ' "$build/apam" \
		    secret set "$file")" /dev/null 2>&1
	}
	pid=$TERMINAL_PID
	exec 5<&"${TERMINAL[0]}" 6>&"${TERMINAL[1]}"
	IFS= read -r -t 120 -d : line <&5
	printf '%s' "$2" >&6
	{
		printf '%s:' "$line"
		cat <&5
	} | tr -d '\r' >"$dir/out"
	exec 5<&- 6>&-
	wait "$pid"
	status=$?
	: >"$dir/err"
}
rm "$file"

# What is printed goes into no file of apam's own.
mkfifo "$dir/fifo"
"$build/apam" secret set "$file" <"$dir/fifo" 1>&- 2>&- &
pid=$!
exec 6>"$dir/fifo"
filled()
{
	[ "$(cd "/proc/$pid/fd" && readlink 1 2 | sort -u)" = /dev/null ]
}
for ((i = 0; i < 600; i++)); do
	filled 2>/dev/null && break
	sleep 0.05
done
holds "where its caller has closed them, no file of its own has the number of \
standard output or error" filled
printf %s $key >&6
exec 6>&-
wait $pid
holds "that nothing could be said is an error" [ $? -eq 5 ]
holds "what was asked for is done" is "$file" $key
rm "$file"
typed "typed" "$key"$'\n'
expect "it is asked for, and not shown" 0 'which is not shown: ?$' '' "$dir/out"
expect "what the profile is to say" 0 "^A profile names it as \"file:$file\"" '' \
    "$dir/out"
holds "it is stored" is "$file" $key
typed "an interrupt" $'\003'
expect "an interrupt" 130 '!has the secret' '' "$dir/out"
holds "the old one is there" is "$file" $key
typed "nothing" $'\n'
expect "nothing typed" 2 'nothing was stored' '' "$dir/out"
holds "the old one is still there" is "$file" $key
finish
