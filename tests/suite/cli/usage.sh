#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Wrong command lines, and help: no configuration is needed for either.
. "$(dirname "$0")/lib.bash"
rm "$dir/apam.conf"

# usage NAME ARGS...: exit status 2, nothing on standard output, a way to help.
usage()
{
	local name=$1
	shift
	row "$name" 2 '' '^apam: try `apam.* --help`$' "$@"
}

commands='list lint explain request headers curl check status'
url=https://api.example.com/

usage "no command"
usage "no such command" lst
usage "an abbreviated command" li
usage "an unknown option before the command" --quiet list
usage "an unknown letter before the command" -q list
usage "-c without a file" -c
usage "an empty command" ''

for command in $commands; do
	usage "$command: an unknown option" "$command" --quiet
	usage "$command: an unknown letter" "$command" -q
	usage "$command: --json with a value" "$command" --json=yes
	usage "$command: --config twice" "$command" -c a --config=b
	usage "$command: -c without a file" "$command" -c
	row "$command --help" 0 "^usage: apam $command" '' "$command" --help
	row "$command x y -h" 0 "^usage: apam $command" '' "$command" x y -h
done

usage "list with a word" list x
row "list takes no word" 2 '' 'usage: apam list$' list x
row "module list takes one" 2 '' 'usage: apam module list \[SCHEME\]$' \
    module list a b
usage "module list with two words" module list a b
usage "module without a command" module
usage "module list: an unknown option" module list --quiet
usage "explain without a URL" explain
usage "explain with two" explain $url $url
usage "headers without words" headers
usage "headers without a URL" headers p
usage "headers with too many words" headers p $url x
usage "headers -X without a method" headers p $url -X
usage "headers -X twice" headers -X GET -X PUT p $url
usage "headers with an option of request" headers -i p $url
usage "request without words" request
usage "request without a URL" request p
usage "request with too many words" request p $url x
usage "request -H without a colon" request p $url -H Name
usage "request -H without a name" request p $url -H ': value'
usage "request -H with a space in the name" request p $url -H 'A b: c'
usage "request -H without a value" request p $url -H 'A:'
usage "request -H with a newline" request p $url -H $'A: b\nC: d'
usage "request -H with a return" request p $url -H $'A: b\rC: d'
usage "request -H with a Host" request p $url -H 'Host: other.example.com'
usage "request --timeout 0" request p $url --timeout 0
usage "request --timeout -1" request p $url --timeout -1
usage "request --timeout with a unit" request p $url --timeout 5s
usage "request --timeout too long" request p $url --timeout 86401
usage "request --timeout overflowing" request p $url \
    --timeout 99999999999999999999
usage "request --timeout without a number" request p $url --timeout=
usage "request -d twice" request p $url -d a -d b
row "request -d of a missing file" 2 '' '/missing: No such file' \
    request p $url -d "@$dir/missing"
usage "curl without words" curl
usage "curl without a URL" curl p
usage "curl without a URL after --" curl p --
usage "curl with two URLs" curl p -- $url $url
for option in -L --location --location-trusted -v --trace-ascii -k \
    --insecure -u --user -K --config --next -x --proxy --resolve --connect-to \
    --netrc -n --netrc-file -G --libcurl --unix-socket --doh-url; do
	usage "curl $option" curl p -- "$option" x $url
done
usage "curl with -L in a bundle" curl p -- -sSL $url
usage "curl with a Host" curl p -- -H 'Host: other.example.com' $url
usage "curl with headers from a file" curl p -- -H @file $url
row "a value is not repeated" 2 '' '!hunter2' request --pasword=hunter2 p $url
row "neither is one for curl" 2 '' '!hunter2' curl p -- -u me:hunter2 $url

row "--help" 0 '^usage: apam ' '' --help
row "-h" 0 '^usage: apam ' '' -h
row "--version" 0 '^apam [0-9]+\.[0-9]+\.[0-9]+$' '' --version
for command in $commands; do
	row "--help names $command" 0 "^  $command +[A-Z]" '' --help
done

# ---- Help, and what is misspelt ---------------------------------------------

row "help" 0 '^usage: apam \[-c' '' help
row "help of a command" 0 '^usage: apam lint ' '' help lint
row "help of a group" 0 '^usage: apam keys ' '' help keys
row "help of a group's command" 0 '^usage: apam keys rotate ' '' help keys rotate
row "help of none" 2 '' 'there is no such command; did you mean list\?' help lits
row "help of none in a group" 2 '' 'keys: there .* did you mean rotate\?' \
    help keys rotat
row "help of a command's command" 2 '' 'list: it has no commands' help list x
row "version" 0 '^apam [0-9]+\.[0-9]+\.[0-9]+$' '' version
row "a command misspelt" 2 '' 'there is no such command; did you mean list\?' \
    lits
row "a command of a group misspelt" 2 '' 'did you mean archive\?' keys archve x
row "a command far from any" 2 '' 'there is no such command$' frobnicate
row "a word that is none is not repeated" 2 '' '!hunter2' hunter2

# ---- JSON ----------------------------------------------------------------------

for command in 'request p' 'headers p' 'curl p --' help version; do
	row "$command: --json" 2 '' \
	    'it writes no JSON of its own: leave out --json' --json $command
done
row "help: --json where it has a meaning" 0 '^ +--json ' '' list --help
row "help: and not where it has none" 0 '!--json' '' request --help
row "an error in JSON" 2 '' \
    '^\{"error":"there is no such command","status":"APAM_E_USAGE","hint":"try ' \
    --json frobnicate
holds "it is JSON" is_json "$dir/err"
row "an error of a command in JSON" 2 '' '^\{"error":"lint: there is no option' \
    lint --json --x
holds "that is JSON" is_json "$dir/err"
row "an error of a file in JSON" 3 '' "\"file\":\"$dir/apam.conf\"" \
    list --json
holds "each line of it" [ "$(jq -s length "$dir/err")" -ge 1 ]

row "without a configuration" 3 '' '^'"$dir"'/apam.conf: error: ' list
APAM_LOG=loud row "an odd APAM_LOG" 2 '' APAM_LOG list
finish
