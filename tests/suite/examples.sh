#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each profile of etc/examples, as it is, against a provider of its shape: what
# apam sends must be what the provider's documents say, and nothing else; a good
# answer must be called good, and a bad credential bad.
#
# No request leaves this machine: tests/examples/provider.py is the proxy for all
# of them, and answers itself, with the names of all hosts in its certificate.
. "$(dirname "$0")/cli/lib.bash"

# ---- The provider ----------------------------------------------------------

hosts=$(sed -n 's|^[>?] [A-Z]* https://\([^/:]*\).*|DNS:\1|p' tests/examples/* |
    sort -u | paste -sd ,)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 2 -subj '/CN=examples' -addext "subjectAltName=$hosts" \
    -keyout "$dir/tls.key" -out "$dir/tls.pem" 2>"$dir/err" || exit 2
# Two keys that sign, and certificates of theirs, for what needs one.
for key in key other; do
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$key" \
	    -keyout "$dir/$key.pem" -out "$dir/$key.crt" 2>"$dir/err" || exit 2
done
cat "$dir/key.crt" "$dir/other.crt" >"$dir/clients.pem"
coproc PROVIDER {
	exec python3 -B tests/examples/provider.py "$dir/tls.pem" \
	    "$dir/tls.key" "$dir/clients.pem"
}
SANDBOX_PID=$PROVIDER_PID
read -r -t 120 ready port <&"${PROVIDER[0]}" && [ "$ready" = ready ] || {
	echo "the provider did not start"
	exit 2
}
cat >>"$dir/apam.conf" <<END2
ca_file = "$dir/tls.pem";
proxy   = "http://127.0.0.1:$port";
END2

# tell COMMAND: sets $said, what the provider answers.
tell()
{
	echo "$1" >&"${PROVIDER[1]}"
	read -r -t 120 said <&"${PROVIDER[0]}" || said="no answer"
}

# ---- One example -----------------------------------------------------------

# of WORD: what the description says of it, a line each.
of()
{
	sed -n "s/^$1 //p" "tests/examples/$name"
}

# play: the provider is that of the example, and nothing was seen yet.
play()
{
	tell "play tests/examples/$name $dir/key.crt"
	[ "$said" = ok ] || why="$why cannot be played: $said;"
}

# must STATUS OUT WHAT ARGS...: run apam; what is not so is added to $why.
must()
{
	local want=$1 out=$2 what=$3
	shift 3
	run -c "$dir/apam.conf" "$@"
	[ "$status" = "$want" ] || why="$why $what: status $status, not $want;"
	matches "$out" "$dir/out" || why="$why $what: output is not: $out;"
	! grep -qFf "$dir/known" "$dir/out" "$dir/err" ||
	    why="$why $what: a secret is shown;"
}

# ask STATUS WHAT: a program's call.  It is the last request of the description,
# or, where apam adds something to that, what the description says of it.
ask()
{
	local call data
	call=$(of call)
	[ -n "$call" ] || call=$(sed -n 's|^> \([A-Z]* https:.*\)|\1|p' \
	    "tests/examples/$name" | tail -n 1)
	data=$(of data)
	must "$1" '*' "$2" request "$name" -X "${call% *}" \
	    ${data:+-d "$data"} "${call#* }"
}

# is_listed: README.md has a row of it, with its scheme and its source.
is_listed()
{
	local file=etc/examples/$name.conf row scheme source
	row=$(grep -F "[\`$name\`]($name.conf)" etc/examples/README.md)
	scheme=$(sed -n 's/.*scheme *= "\(.*\)";/\1/p' "$file" | head -n 1)
	source=$(sed -n 's|^# \(https://[^ ]*\)$|\1|p' "$file" | head -n 1)
	[[ $row == *"| \`$scheme\` | ${source:-of the provider}"* ]] ||
	    why="$why its row of README.md is not right;"
}

# is_linted: nothing is wrong with it, nor with what its comments suggest.
is_linted()
{
	local plain=$dir/apam.d/$name.conf
	must 0 '' lint lint --strict "$plain"
	[ ! -s "$dir/err" ] || why="$why it has warnings;"
	sed -E 's/^( *)# ([a-z_]+ += .*;)/\1\2/
	    s/^  # (, \{|  [a-z])/  \1/' "$plain" >"$dir/all.conf"
	must 0 '' "lint with what is commented out" lint "$dir/all.conf"
}

# sends: what comes is what the description has, all of that, and nothing else;
# and each part of it was looked at.
sends()
{
	play
	ask 0 request
	tell seen
	[ "$said" = ok ] || why="$why $said;"
	tell flips
	[[ $said == "ok "[1-9]* ]] || why="$why $said;"
}

# sends_no_other: an API that wants another header is not content.
sends_no_other()
{
	local want=1
	play
	tell flip
	[ "${said#ok 2}" = "$said" ] || want=0
	ask $want "another header"
	tell seen
	[ "$said" != ok ] || why="$why another header was not noticed;"
}

# put_keys NAME: the example's key, and its certificate, are those of NAME.
put_keys()
{
	local file
	for file in $(of key); do
		cp "$dir/$1.pem" "$dir/secrets/$file"
	done
	for file in $(of certificate); do
		cp "$dir/$1.crt" "$dir/secrets/$file"
	done
}

# is_refused SECRET: while it is another, a check says that it is bad.
is_refused()
{
	local verdict want=1
	verdict=$(of verdict)
	[ "$verdict" != unknown ] || want=4
	play
	must $want $'\t'"(${verdict:-revoked|rejected})"$'\t' "bad $1" \
	    check "$name"
}

# checks: a good credential is called good, and each that is another, bad.
checks()
{
	local secret value
	play
	must 0 $'\tgood\t' check check "$name"
	while read -r secret value; do
		printf 'another-%s' "$value" >"$dir/secrets/$secret"
		is_refused "$secret"
		printf '%s' "$value" >"$dir/secrets/$secret"
	done < <(of secret)
	[ -z "$(of key)" ] || {
		put_keys other
		is_refused "$(of key)"
	}
}

# logs_in: a person logs in as the description says, and then apam needs nobody.
logs_in()
{
	local how
	how=$(of login)
	[ -n "$how" ] || return
	sed "s|/etc/apam\.d/|$dir/|" "etc/examples/$name.conf" | profile "$name"
	play
	rm -f "$dir/wrong"
	LOGIN=$PWD/tests/examples/$name WRONG=$dir/wrong \
	    DISPLAY=:none BROWSER=$PWD/tests/examples/browser.py \
	    must 0 'logged in' login login "$name" "--$how"
	[ ! -e "$dir/wrong" ] || why="$why $(cat "$dir/wrong");"
	ask 0 "request after the login"
	tell seen
	[ "$said" = ok ] || why="$why login: $said;"
}

example()
{
	local secret value why=
	: >"$dir/known"
	while read -r secret value; do
		secret "$secret" "$value"
	done < <(of secret && of spare)
	of token >>"$dir/known"
	put_keys key
	sed -e "s|/etc/apam\.d/|$dir/|" -e "s|\"store:|\"file:$dir/secrets/|" \
	    "etc/examples/$name.conf" | profile "$name"
	is_listed
	is_linted
	sends
	sends_no_other
	checks
	logs_in
	verdict "$name" "$why"
	rm "$dir/apam.d/$name.conf"
}

count=$(ls etc/examples/*.conf | wc -l)
holds "README.md counts the examples" \
    grep -q "^Of these $count providers" etc/examples/README.md
for name in ${*:-$(cd etc/examples && ls ./*.conf | sed 's|./\(.*\).conf|\1|')}; do
	if [ -e "tests/examples/$name" ]; then
		example
	else
		verdict "$name" "tests/examples/$name is not there"
	fi
done
finish
