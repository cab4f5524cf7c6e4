#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The manual pages: clean mdoc, and true of the headers, the modules and the
# program. Their C is compiled, their profiles are linted.
#
# mandoc's messages of level "style" are conventions of one system or another
# (Debian's and OpenBSD's differ) and do not count; warnings and worse do.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/suite/doc/rows
man=doc/man

# literal PAGE: its literal displays into $tmp/block.1, .2, ...
literal()
{
	rm -f "$tmp"/block.*
	awk -v to="$tmp/block." '
	/^\.Bd -literal/ { on = 1; n++; next }
	/^\.Ed/ { on = 0 }
	on { gsub(/\\e/, "\\"); gsub(/\\\(dq/, "\""); print >(to n) }' "$1"
}

# holds FILE STRING: as a word of a macro such as .Cm, .It Fn or .Dv.
holds()
{
	grep -E '^\.' "$1" | grep -qE "(^|[^A-Za-z0-9_.-])$2([^A-Za-z0-9_.-]|\$)"
}

# ---- Pages ------------------------------------------------------------------

# Those of the schemes.
scheme_pages=$(ls "$man"/apam-*.7 | grep -v troubleshooting)

rows_lint()
{
	for page in "$man"/*.[1-8]; do
		row "$page is clean" mandoc -Tlint -W warning "$page"
		for section in NAME DESCRIPTION EXAMPLES "SEE ALSO" STANDARDS \
		    "SECURITY CONSIDERATIONS"; do
			row "$page: $section" grep -qx ".Sh $section" "$page"
		done
	done
	row "apam.1: exit status" grep -qx '.Sh EXIT STATUS' $man/apam.1
	for page in "$man"/*.3; do
		row "$page: return values" grep -qx '.Sh RETURN VALUES' "$page"
		row "$page: errors" grep -qx '.Sh ERRORS' "$page"
	done
	for scheme in modules/*/module.c; do
		scheme=$(basename "${scheme%/module.c}")
		row "a page for $scheme" test -s "$man/apam-$scheme.7"
	done
}

# ---- C ----------------------------------------------------------------------

compiles()
{
	${CC:-cc} $flags -fPIC -c -o "$tmp/block.o" -x c "$1"
}

rows_examples()
{
	for page in "$man"/*.3; do
		literal "$page"
		for block in "$tmp"/block.*; do
			grep -q '#include' "$block" || continue
			row "$page: example ${block##*.} compiles" \
			    compiles "$block"
		done
	done
	literal $man/apam_module.3
	row "apam_module.3: the module is that of the guide" \
	    cmp "$tmp/block.1" doc/example/acme-key/acme-key.c
	awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' \
	    doc/module-guide.md >"$tmp/guide.c"
	cat doc/example/acme-key/acme-key.c doc/example/acme-token/acme-token.c \
	    doc/example/acme-sign/acme-sign.c >"$tmp/all.c"
	row "module-guide.md: the modules are those of doc/example" \
	    cmp "$tmp/guide.c" "$tmp/all.c"
	awk '/^%% options$/ { on = 1 } /^```$/ { on = 0 } on' \
	    doc/module-guide.md >"$tmp/guide.drive"
	row "module-guide.md: the script is one" test -s "$tmp/guide.drive"
	head -c "$(stat -c %s "$tmp/guide.drive")" \
	    <(sed -n '/^%% options$/,$p' doc/example/acme-token/test/token.drive) \
	    >"$tmp/token.drive"
	row "module-guide.md: the script is that of doc/example" \
	    cmp "$tmp/guide.drive" "$tmp/token.drive"
}

# Words of scripts, and what checks are about, are described.
rows_kit()
{
	for word in $(sed -n '/^} words/,/^};/s/.*\] = { "\([a-z-]*\)".*/\1/p' \
	    hosts/drive/script.c); do
		row "apam_module.3 describes $word" \
		    grep -qE "^\.It Li ([a-z]+ , )*$word( |$)" \
		    $man/apam_module.3
	done
	[ -e hosts/kit/checks.c ] || return
	grep -oE '"[A-Z][a-z]+( [a-z]+)*", ?("|$|WORKS|SLOTS)' \
	    hosts/kit/checks.c | cut -d'"' -f2 | sort -u >"$tmp/sections"
	row "sections are found" test "$(wc -l <"$tmp/sections")" -ge 15
	while read -r section; do
		row "module-guide.md has the section $section" \
		    grep -qx "### $section" doc/module-guide.md
	done <"$tmp/sections"
}

# prototypes PAGE: its SYNOPSIS as C; a prototype that differs from the headers' is an error.
prototypes()
{
	printf '#include <apam/%s.h>\n' admin curl module
	awk '
	/^\.Sh / { on = $2 == "SYNOPSIS" }
	!on { next }
	/^\.Ft / { sub(/^\.Ft /, ""); type = $0 }
	/^\.Fo / { name = $2; args = "" }
	/^\.Fa / { gsub(/^\.Fa "|"$/, ""); args = args (args ? ", " : "") $0 }
	/^\.Fc/ { print type, name "(" args ");" }
	/^\.Fn / {
		name = $2
		sub(/^\.Fn [^ ]* "/, "")
		sub(/"$/, "")
		print type, name "(" $0 ");"
	}' "$man/$1"
}

# calls PAGE MAP HEADER ...: the page has what the headers and the map have.
calls()
{
	page=$1 map=$2
	shift 2
	prototypes "$page" >"$tmp/prototypes.c"
	row "$page: the synopsis is that of the headers" \
	    compiles "$tmp/prototypes.c"
	for name in $(grep -ohE '\bapam_[a-z_]+\(' "$@" | tr -d '(' | sort -u); do
		grep -qw "$name" "$map" || continue
		row "$page: NAME has $name" grep -qE "^\.Nm $name\b" \
		    "$man/$page"
		row "$page: the synopsis has $name" \
		    grep -qE " $name\(" "$tmp/prototypes.c"
	done
}

rows_api()
{
	calls apam.3 core/export.map include/apam/apam.h
	calls apam_admin.3 core/export.map include/apam/admin.h
	calls apam_curl.3 hosts/curl/export.map include/apam/curl.h
	sed -n '/^\.Sh ERRORS/,/^\.Sh SEE/p' $man/apam_admin.3 >"$tmp/errors"
	for name in $(tr '\n' ' ' <include/apam/admin.h |
	    grep -oE 'APAM_CHECKED enum apam_status\s+apam_[a-z_]+' |
	    grep -oE '[a-z_]+$'); do
		row "apam_admin.3: the errors of $name" \
		    grep -qE "^\.It (.* )?Fn $name\b" "$tmp/errors"
	done
	for name in $(grep -ohE '\bAPAM_(E|VERDICT|KEY|BODY|CLASS)_[A-Z0-9_]+' \
	    include/apam/types.h | sort -u); do
		row "apam.3 names $name" holds $man/apam.3 "$name"
	done
	for name in $(grep -ohE '\(\*[a-z0-9_]+\)\(' include/apam/module.h |
	    tr -d '(*)' | sort -u); do
		row "apam_module.3 describes $name" \
		    grep -qE "^\.It (Ft .* )?Fn $name " $man/apam_module.3
	done
	for name in $(grep -ohE '\bAPAM_(OPT|TRAIT|STEP|ENCODING)_[A-Z_]+' \
	    include/apam/module.h | sort -u); do
		row "apam_module.3 names $name" holds $man/apam_module.3 "$name"
	done
}

# ---- Configuration ----------------------------------------------------------

write_configuration()
{
	mkdir -p "$tmp/modules" "$tmp/apam.d" "$tmp/state/secrets/$(id -u)"
	cp "$build"/modules/*.so "$tmp/modules"
	echo not-a-secret >"$tmp/secret"
	cat >"$tmp/apam.conf" <<-END
	module_dir = "$tmp/modules";
	profile_dir = "$tmp/apam.d";
	state_dir = "$tmp/state";
	audit = "off";
	END
}

apam()
{
	"$build/apam" -c "$tmp/apam.conf" "$@"
}

# The options of a scheme, members as group.member, sorted.
declared()
{
	apam module list "$1" | awk -F '\t' '
	NF < 5 { next }
	/^ / { sub(/^ */, "", $1); print group "." $1; next }
	{ group = $1; print }' | cut -f1 | sort
}

described()
{
	awk '/^\.Ss / { on = $2 == "Options" } on && /^\.It Cm .* = / {
		print $3
	}' "$1" | sort
}

rows_options()
{
	for page in $scheme_pages; do
		scheme=${page#*/apam-} scheme=${scheme%.7}
		declared "$scheme" >"$tmp/declared"
		described "$page" >"$tmp/described"
		row "$page: there are options" test -s "$tmp/declared"
		row "$page: the options of $scheme" \
		    diff "$tmp/declared" "$tmp/described"
	done
	for name in $(grep -ohE '\.name = "[a-z0-9_]+"' core/config/main_conf.c \
	    core/config/profile_conf.c core/config/entry_conf.c \
	    core/config/shared.[ch] | cut -d'"' -f2 | sort -u); do
		row "apam.conf.5 describes $name" holds $man/apam.conf.5 "$name"
	done
	members=$(grep -oE '^.\{ "[a-z_]+", KEY_MEMBER_' \
	    core/keys/record_members.c | cut -d'"' -f2)
	row "members of a record are found" test "$(echo "$members" | wc -w)" -ge 12
	for name in $members; do
		row "apam-registry.5 describes $name" \
		    grep -qE "^\.It .*Cm $name No" $man/apam-registry.5
	done
	for name in sufficient required optional; do
		row "apam.conf.5 describes $name" \
		    grep -qx ".It Cm $name" $man/apam.conf.5
	done
	kinds=$(grep -A5 '^#define KINDS(' core/file/secret.c |
	    grep -oE '(first|others)\([a-z_]+, "[a-z-]+:"' |
	    sed 's/.*, "//; s/"//')
	row "kinds of references to secrets are found" \
	    test "$(echo "$kinds" | wc -w)" -ge 6
	for kind in $kinds; do
		row "apam.conf.5 describes $kind" \
		    grep -qF ".It Li $kind" $man/apam.conf.5
	done
}

# clean PROFILE: with the secrets it refers to, and nothing to say but that nobody
# has logged in.
clean()
{
	sed -E "s#\"(file|world-readable|env|credential|keyring):[^\"]*\"#\"file:$tmp/secret\"#" \
	    "$1" >"$tmp/example.conf"
	apam lint "$tmp/example.conf" >"$tmp/all" 2>&1
	status=$?
	grep -v 'has no secret yet; somebody has to log in$' "$tmp/all" >"$tmp/said"
	cat "$tmp/said"
	[ $status -eq 0 ] && [ ! -s "$tmp/said" ]
}

rows_profiles()
{
	for page in "$man"/apam.conf.5 $scheme_pages; do
		literal "$page"
		found=0
		for block in "$tmp"/block.*; do
			grep -q '^origins' "$block" || continue
			found=$((found + 1))
			row "$page: profile ${block##*.}" clean "$block"
		done
		row "$page has profiles" test $found -gt 0
	done
	literal $man/apam.conf.5
	mkdir "$tmp/main"
	cp "$tmp/block.1" "$tmp/main/apam.conf"
	row "apam.conf.5: the main file" apam lint "$tmp/main/apam.conf"
	sed -n '/^   origins/,/^   );/s/^   //p' README.md >"$tmp/readme.conf"
	row "README.md has a profile" test -s "$tmp/readme.conf"
	row "README.md: the profile" clean "$tmp/readme.conf"
	printf '%s\n' 'origins = [ "https://a.example" ];' \
	    'auth = ( { scheme = "basic-email-key";' 'emial = "x";' \
	    "email = \"x\"; key = \"file:$tmp/secret\"; } );" >"$tmp/bad.conf"
	row "apam.conf.5: the diagnostic" diagnostic
}

diagnostic()
{
	apam lint "$tmp/bad.conf" 2>&1 | sed 's/.*error: //' >"$tmp/said"
	cat "$tmp/said"
	grep -qF "error: $(cat "$tmp/said")" $man/apam.conf.5
}

# ---- The module -------------------------------------------------------------

rows_module()
{
	for kind in key token sign; do
		row "acme-$kind builds" ${CC:-cc} $flags -fPIC -shared \
		    -o "$tmp/modules/acme-$kind.so" \
		    doc/example/acme-$kind/acme-$kind.c
		row "acme-$kind loads" apam module list acme-$kind
		row "acme-$kind: its scripts" "$build/apam-module-drive" \
		    "$tmp/modules/acme-$kind.so" \
		    doc/example/acme-$kind/test/*.drive
		row "acme-$kind: its page" mandoc -Tlint -W warning \
		    doc/example/acme-$kind/acme-$kind.7
		declared acme-$kind >"$tmp/declared"
		described doc/example/acme-$kind/acme-$kind.7 \
		    >"$tmp/described"
		row "acme-$kind: its options" \
		    diff "$tmp/declared" "$tmp/described"
	done
	cat >"$tmp/apam.d/example.conf" <<-END
	origins = [ "https://api.example" ];
	auth = ( { scheme = "acme-key"; key = "file:$tmp/secret"; } );
	END
	apam headers example https://api.example/ >"$tmp/headers" 2>&1
	row "acme-key signs" grep -qx 'X-Acme-Key: not-a-secret' "$tmp/headers"
}

# ---- The program ------------------------------------------------------------

# "-x" and "--name" of every option in a help text.
options_of()
{
	sed -n '/^options:/,/^$/p' | grep -oE '(^| )--?[A-Za-z-]+' | tr -d ' ' |
	    sort -u
}

# A command as it is typed, or each of its own where it is a group.
commands_of()
{
	local words
	words=$(apam "$1" --help |
		sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	if [ -z "$words" ]; then
		echo "$1"
	else
		printf "$1 %s\n" $words
	fi
}

rows_help()
{
	commands=$(apam --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	row "apam --help lists commands" test -n "$commands"
	for command in $commands; do
		commands_of $command
	done >"$tmp/commands"
	row "keys has commands" grep -qx 'keys list' "$tmp/commands"
	while read -r command; do
		row "apam.1 describes $command" \
		    grep -qE "^\.(It )?Cm $command( |\$)" $man/apam.1
		for option in $(apam $command --help | options_of); do
			row "apam.1: $option of $command" \
			    grep -qE "Fl (. , Fl )?${option#-}\b" $man/apam.1
		done
	done <"$tmp/commands"
	for option in $(apam --help | options_of); do
		row "apam.1: $option" \
		    grep -qE "(Fl|\|) (. , Fl )?${option#-}\b" $man/apam.1
	done
	for code in 0 1 2 3 4 5; do
		row "apam.1: exit status $code" grep -qx ".It $code" $man/apam.1
	done
}

write_configuration
rows_lint
rows_examples
rows_api
rows_kit
rows_options
rows_profiles
rows_module
rows_help
finish
