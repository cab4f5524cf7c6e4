#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Bad main files, profiles and secrets, hostile ones too: each a clear error
# with file and line, status 3, soon, and no other profile the worse for it.
. "$(dirname "$0")/lib.bash"

origin=https://bad.example.com
basic good https://api.example.com user fake-key-of-good
printf fake-key-of-bad >"$dir/secrets/bad"
echo literal-not-a-reference >>"$dir/known"
bad=$dir/apam.d/bad.conf
main=$dir/apam.conf
cp "$main" "$dir/saved"
good='^Authorization: Basic '
head="origins = [ \"$origin\" ];"
auth="auth = ( { scheme = \"basic-email-key\"; email = \"a\";
  key = \"file:$dir/secrets/bad\"; } );"

# soon COMMAND...: true where it takes less than a minute.
soon()
{
	local begun=$SECONDS
	"$@"
	[ $((SECONDS - begun)) -lt 60 ] || verdict "$2" "took too long"
}

# profile_row NAME WHERE REGEX: bad.conf is in place. WHERE is ":LINE" or "".
profile_row()
{
	soon row "$1: headers" 3 '' "^$bad$2: error: .*$3" headers bad "$origin/"
	holds "$1: one line, and where to look" \
	    [ "$(wc -l <"$dir/err")" -le 2 ]
	row "$1: lint" 3 '' "^$bad$2: error: .*$3" lint "$bad"
	row "$1: check" 3 '*' "^$bad$2: error: .*$3" check bad
	row "$1: list goes on" 0 $'^good\t' '*' list
	signs "$1: the other profile signs" 0 "$good" '' headers good \
	    https://api.example.com/
	rm -f "$bad"
}

# main_row NAME WHERE REGEX: for the main file.
main_row()
{
	soon row "main: $1: headers" 3 '' "^$main$2: error: .*$3" headers good \
	    https://api.example.com/
	row "main: $1: lint" 3 '' "^$main$2: error: .*$3" lint
	rm -f "$main"
	cp "$dir/saved" "$main"
}

# both NAME LINE REGEX TEXT: the same trouble in a profile and in the main
# file, above what is good; TEXT makes it in line LINE.
both()
{
	printf '%s\n' "$4" "$head" "$auth" >"$bad"
	profile_row "$1" "${2:+:$2}" "$3"
	printf '%s\n' "$4" "$(<"$dir/saved")" >"$main"
	main_row "$1" "${2:+:$2}" "$3"
}

# ---- Both kinds of file ------------------------------------------------------

both "@include of a directory" 1 '@include is not allowed' '@include "."'
both "@include of a file" 2 '@include' $'\n  @include "/etc/passwd"'
both "20 digits" 1 '.' 'deadline = 12345678901234567890;'
both "20 digits more" 2 '.' $'\nlimits = { body = 99999999999999999999; };'
both "a wrong type" 1 'deadline' 'deadline = [ 1, 2 ];'
both "an unknown name, nearly right" 1 'deadline' 'deadlin = "5s";'
both "an unknown name" 1 'zzz' 'zzz = "5s";'
both "a name twice" '[12]' '.' $'deadline = "5s";\ndeadline = "6s";'
both "a syntax error" 2 '.' $'\ndeadline == "5s";'
both "an open string" '[12]' '.' $'\ndeadline = "5s;'
both "an open brace" '[0-9]' '.' 'limits = { body = 4096;'
both "a duration out of range" 1 'deadline' 'deadline = "100000h";'
both "a duration that is none" 1 'deadline' 'deadline = "soon";'
both "nesting 1,000 deep" 1 'nest' "x = $(printf '(%.0s' {1..1000});"
both "nesting 1,000 deep, groups" '[0-9]+' 'nest' \
    "$(printf 'a : {%.0s\n' {1..1000})"
: >"$bad"
profile_row "an empty file" '(:[0-9]+)?' '.'
: >"$main"
main_row "an empty file" '(:[0-9]+)?' '.'
head -c 4096 "$build/apam" >"$bad"
profile_row "a binary file" '(:[0-9]+)?' '.'
head -c 4096 "$build/apam" >"$main"
main_row "a binary file" '(:[0-9]+)?' '.'
truncate -s 100M "$bad"
profile_row "100 MB" '' 'large|bytes'
truncate -s 100M "$main"
main_row "100 MB" '' 'large|bytes'
printf '%s\n%s\0\n' "$head" "$auth" >"$bad"
profile_row "a NUL" '(:[0-9]+)?' '.'
mkdir "$bad"
row "a directory" 3 '' "^$bad: error: .*regular" headers bad "$origin/"
rmdir "$bad"
mkfifo -m 600 "$bad"
soon row "a pipe" 3 '' "^$bad: error: .*regular" headers bad "$origin/"
rm "$bad"
ln -s "$dir/apam.d/good.conf" "$bad"
row "a symbolic link" 3 '' "^$bad: error: .*symbolic link" headers bad \
    "$origin/"
rm "$bad"
rm "$main"
row "no main file" 3 '' "^$main: error: .*does not exist" list
cp "$dir/saved" "$main"

# ---- Who may have written it --------------------------------------------------

# others NAME MODE FILE REGEX ROW: FILE with MODE.
for mode in 602 620 666; do
	printf '%s\n%s\n' "$head" "$auth" >"$bad"
	chmod $mode "$bad"
	profile_row "a profile of mode $mode" '' 'changed by others; chmod go-w'
	chmod $mode "$main"
	main_row "mode $mode" '' 'changed by others; chmod go-w'
done
chmod 777 "$dir/apam.d"
row "a directory that others write" 3 '' "^$dir/apam.d.*: error: .*changed by others" \
    headers good https://api.example.com/
chmod 700 "$dir/apam.d"
chmod 777 "$dir/modules"
row "modules that others write" 3 '' "$dir/modules.*changed by others" headers good \
    https://api.example.com/
chmod 700 "$dir/modules"

# ---- Profiles ------------------------------------------------------------------

# says NAME LINE REGEX TEXT
says()
{
	printf '%s\n' "$4" >"$bad"
	profile_row "$1" "${2:+:$2}" "$3"
}

# entry_says NAME REGEX OPTIONS: of an entry; OPTIONS stand in line 3.
entry_says()
{
	says "$1" 3 "$2" "$head
auth = ( { scheme = \"basic-email-key\";
$3 } );"
}
key="key = \"file:$dir/secrets/bad\";"

entry_says "a literal secret" 'file:' \
    'email = "a"; key = "literal-not-a-reference";'
entry_says "a secret as a number" 'key' 'email = "a"; key = 12345678;'
entry_says "a reference of no kind" 'file:' \
    'email = "a"; key = "vault:literal-not-a-reference";'
entry_says "an unknown option" 'emial.*did you mean email' "emial = \"a\"; $key"
entry_says "a wrong type of an option" 'lowercase' \
    "email = \"a\"; lowercase = \"yes\"; $key"
entry_says "a colon in the user id" 'colon' "email = \"a:b\"; $key"
entry_says "a control word" 'sufficient, required or optional|control' \
    "email = \"a\"; control = \"requisite\"; $key"
entry_says "a probe of no shape" 'GET /' "email = \"a\"; probe = \"eyes\"; $key"
says "an option that lacks" 2 'email' "$head
auth = ( { scheme = \"basic-email-key\"; $key } );"
says "no scheme" 2 'scheme' "$head
auth = ( { email = \"a\"; } );"
says "no such scheme" 2 'no-such-scheme' "$head
auth = ( { scheme = \"no-such-scheme\"; } );"
says "a scheme that is nearly one" 2 'basic-emial-key' "$head
auth = ( { scheme = \"basic-emial-key\"; } );"
says "a path for a scheme" 2 'scheme' "$head
auth = ( { scheme = \"../modules/basic-email-key\"; } );"
says "no origins" "" 'origins is missing' "$auth"
says "http" 1 'https' "origins = [ \"http://bad.example.com\" ];
$auth"
says "an origin of user info" 1 'user info' \
    "origins = [ \"https://a:literal-not-a-reference@bad.example.com\" ];
$auth"
says "no auth" "" 'auth is missing' "$head"
says "an empty auth" 2 'auth' "$head
auth = ();"

says "a ca_file that is not there" 1 "ca_file: $dir/none does not exist" \
    "ca_file = \"$dir/none\";
$head
$auth"
: >"$dir/ca.pem"
chmod 666 "$dir/ca.pem"
says "a ca_file that others can write" 1 'ca_file: .*changed by others' \
    "ca_file = \"$dir/ca.pem\";
$head
$auth"

# ---- Secrets -------------------------------------------------------------------

# secret_row NAME REGEX
secret_row()
{
	printf '%s\n%s\n' "$head" "$auth" >"$bad"
	profile_row "secret: $1" ':[23]' "$2"
}

file=$dir/secrets/bad
for mode in 604 644 640 620 602; do
	[ $mode != 640 ] || continue # the group may read it
	chmod $mode "$file"
	secret_row "mode $mode" "$file.*chmod|$file"
done
chmod 600 "$file"
rm "$file"
secret_row "not there" "$file does not exist"
mkdir "$file"
secret_row "a directory" "$file"
rmdir "$file"
mkfifo -m 600 "$file"
secret_row "a pipe" "$file"
rm "$file"
: >"$file"
secret_row "empty" 'empty'
truncate -s 100M "$file"
secret_row "100 MB" '.'
printf 'two\nlines\n' >"$file"
secret_row "two lines" '.'
printf 'nul\0here' >"$file"
secret_row "a NUL" '.'
printf fake-key-of-bad >"$file"
printf '%s\n%s\n' "$head" "$auth" >"$bad"
signs "and all is well again" 0 "$good" '' headers bad "$origin/"
finish
