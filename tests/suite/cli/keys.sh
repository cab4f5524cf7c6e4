#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam keys`: what it shows and changes, what an archived key means for the
# other commands, and the mistakes that an administrator makes.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
t=$'\t'
seed seed
xy xy
profile standby <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
# The read key of the fifth floor.
auth = (
  { scheme = "key-secret-archiveable"; # in use
    key = "sandbox-read"; secret = "file:$dir/secrets/xy";
    exchange = { url = "$xy/api/v1/auth"; };
    probe = "GET /api/v1/occupancy"; },
  /* next */ { scheme = "key-secret-archiveable";
    key = "sandbox-read-2"; secret = "file:$dir/secrets/xy2";
    exchange = { url = "$xy/api/v1/auth"; };
    probe = "GET /api/v1/occupancy"; } // end
);
END
profile two <<END
origins = [ "https://two.example" ];
auth = ( { scheme = "basic-email-key"; email = "two@example.com";
    key = "file:$dir/secrets/one"; },
  { scheme = "basic-email-key"; email = "two@example.com";
    key = "file:$dir/secrets/two"; } );
END

# cell KEY N: column N of the list just printed, in the row of the key.
cell()
{
	awk -F '\t' -v key="$1" -v n="$2" '$1 == key { print $n }' "$dir/out"
}

# ---- Usage -------------------------------------------------------------------

row "no command" 2 '' 'keys: which command\?' keys
row "no such command" 2 '' 'apam keys --help' keys remove x
row "help of all" 0 '^  rotate ' '' keys --help
row "help of one" 0 '^usage: apam keys archive ' '' keys archive --help
row "flags before the command" 0 '^\[\]?' '' keys --json list
row "no id" 2 '' 'usage: apam keys archive' keys archive
row "two ids" 2 '' 'usage: apam keys restore' keys restore a b
row "no profile" 2 '' 'usage: apam keys rotate' keys rotate
row "a flag of another" 2 '' 'no option --why' keys restore --why x a
row "no such profile" 2 '' 'apam list' keys rotate nobody

# ---- Before anything is registered -------------------------------------------

row "a list without a registry" 0 \
    "^demo@example.com${t}-${t}basic-email-key${t}unknown${t}-" '' keys list
holds "the profiles that name it" [ "$(cell demo@example.com 8)" = seed ]
holds "two profiles" [ "$(cell sandbox-read 8)" = "standby, xy" ]
holds "no registry was made" [ ! -e "$dir/state/registry" ]
row "an unknown id" 2 '' 'no such key; `apam keys list`' keys archive nobody
row "a slip" 2 '' 'is it demo@example.com\?' keys archive dmeo@example.com
row "a secret for an id is not repeated" 2 '' '!not-a-secret' \
    keys archive not-a-secret-7signal-one
row "restore what is not registered" 2 '' 'no such key' \
    keys restore demo@example.com
row "restore of an unknown id" 2 '' 'no such key' keys restore nobody
row "a text with a control character" 2 '' 'description: it has a control' \
    keys add --description $'a\tb' demo@example.com
row "a mark that is none" 2 '' 'four hex digits' \
    keys archive --secret x demo@example.com
row "a scheme that is none" 2 '' 'scheme' \
    keys archive --scheme Basic demo@example.com
row "an unknown scheme" 2 '' 'scheme or mark' \
    keys archive --scheme other demo@example.com

# ---- Adding ------------------------------------------------------------------

row "add" 0 '=demo@example.com is registered' '' \
    keys add --description 'the demo' --access read demo@example.com
row "add again as it is" 0 '=demo@example.com is registered already' '' \
    keys add --access read demo@example.com
row "and in JSON" 0 '"state": "registered"' '' --json keys add demo@example.com
row "add again" 2 '' 'registered already; `apam keys describe` changes' \
    keys add --description new demo@example.com
row "it is listed" 0 \
    "^demo@example.com${t}[0-9a-f]{4}${t}.*${t}unknown${t}[0-9]+s${t}" '' \
    keys list
holds "its description" [ "$(cell demo@example.com 9)" = 'the demo' ]
row "described" 0 '=demo@example.com is described anew' '' \
    keys describe --description 'the other demo' demo@example.com
row "the new description" 0 "${t}the other demo\$" '' keys list
row "the access stays" 0 '"access": "read"' '' --json keys list
row "described, in JSON" 0 '"state": "described anew"' '' \
    --json keys describe --access '' demo@example.com
row "the access is gone" 0 '!"access": "read"' '' --json keys list
row "described as it was" 0 '*' '' keys describe --access read \
    --description 'the demo' demo@example.com
row "described without a word" 2 '' 'give --description or --access' \
    keys describe demo@example.com
row "describe what is not registered" 2 '' '`apam keys add` registers one' \
    keys describe --access read sandbox-read
row "one in no profile needs a scheme" 2 '' 'no such key' keys add 'old key'
row "one in no profile" 0 '=old key is registered' '' \
    keys add --scheme basic-email-key 'old key'
row "none names it" 0 "^old key${t}any${t}.*${t}none${t}\$" '' keys list
row "in JSON" 0 '"access": "read"' '' --json keys list
holds "it is JSON" is_json "$dir/out"
holds "the registry holds no secret" \
    sh -c '! grep -qFf "$1" "$2"' - "$dir/known" "$dir/state/registry/keys"

# ---- Two secrets of one id ---------------------------------------------------

row "two secrets: which one?" 2 '' 'several keys have this id.*apam keys add' \
    keys archive two@example.com
row "both are added" 0 '=two@example.com is registered' '' \
    keys add two@example.com
row "two secrets: two rows" 0 "^two@example.com${t}" '' keys list
mapfile -t marks < <(cell two@example.com 2)
holds "two marks" [ ${#marks[@]} = 2 ]
row "still: which one?" 2 '' "${marks[0]}.*--secret MARK" \
    keys archive two@example.com
row "this one" 0 '=two@example.com is archived everywhere on this machine' '' \
    keys archive --secret "${marks[0]}" --yes two@example.com
row "the other one needs no mark" 0 'is archived' \
    'profile two has no other key' keys archive --yes two@example.com
row "describe: which one?" 2 '' "${marks[0]}.*--secret MARK" \
    keys describe --access x two@example.com
row "describe this one" 0 '*' '' keys describe --description "number two" \
    --secret "${marks[1]}" two@example.com
row "it is" 0 "^two@example.com${t}${marks[1]}${t}.*${t}number two\$" '' keys list
row "both: which one to restore?" 2 '' '--secret MARK' \
    keys restore two@example.com
row "a mark that no key has" 2 '' 'scheme or mark' \
    keys restore --secret 'zzzz' two@example.com
row "restored" 0 '^two@example.com is restored: ' '' \
    keys restore --secret "${marks[1]}" two@example.com

# ---- Archiving ---------------------------------------------------------------

signs "the key signs" 0 '^Authorization: Basic ' '*' headers seed "$seed/x"
row "archive" 0 '=demo@example.com is archived everywhere on this machine' \
    'profile seed has no other key' \
    keys archive --why 'seen in a log' --yes demo@example.com
signs "it signs no more" 1 '' 'archived' headers seed "$seed/x"
holds "and it is said what lets it sign again" \
    grep -qF '`apam keys restore demo@example.com`' "$dir/err"
nothing='^apam: seed: signs nothing: the keys that it needs are archived$'
row "explain says so" 1 \
    ', key demo@example.com, archived by .* at 20.*Z: seen in a log$' \
    "$nothing" explain "$seed/x"
row "explain says what to do" 1 '*' '`apam keys restore demo@example.com`' explain "$seed/x"
row "explain says so in JSON" 1 \
    '"evidence": "archived by .* at 20.*: seen in a log"' '"error":"signs nothing: the keys that it needs are arch' \
    --json explain "$seed/x"
row "explain's JSON has it in one word" 1 '^  "signs": false$' '*' \
    --json explain "$seed/x"

# explained STATUS ENTRY...: of a profile of these entries, each KEY:CONTROL,
# where KEY is old, which is archived, or new; and signing agrees.
old="scheme = \"basic-email-key\"; email = \"demo@example.com\";
    key = \"file:$dir/secrets/seed\";"
new="scheme = \"key-secret-archiveable\"; key = \"k\"; mode = \"headers\";
    secret = \"file:$dir/secrets/seed\";"
explained()
{
	local want=$1 entry auth='' mixed=https://mixed.example.com signs=true
	shift
	[ "$want" = 0 ] || signs=false
	for entry; do
		local key=${entry%:*}
		auth="$auth${auth:+, }{ ${!key} control = \"${entry#*:}\"; }"
	done
	printf 'origins = [ "%s" ];\nauth = ( %s );\n' $mixed "$auth" |
		profile mixed
	row "explain: $*" "$want" "^  \"signs\": $signs\$" '*' \
	    --json explain $mixed/
	signs "headers: $*" "$want" '*' '*' headers mixed $mixed/
}
explained 1 old:sufficient
explained 1 old:optional
explained 0 old:sufficient new:sufficient
explained 1 old:required new:sufficient
explained 0 old:optional new:sufficient
explained 0 old:optional new:required
explained 1 old:sufficient new:optional
explained 0 new:sufficient old:required
explained 1 new:optional old:required
explained 1 new:required old:sufficient
rm "$dir/apam.d/mixed.conf"
row "check says so" 1 "${t}archived${t}" '' check seed
row "the list says so" 0 "^demo@example.com${t}.*${t}archived${t}" '' keys list
row "the list says why" 0 '"why": "seen in a log"' '' --json keys list
row "archive twice" 0 'archived already, by .*: seen in a log' '' \
    keys archive demo@example.com
row "archive twice, in JSON" 0 '"state": "archived"' '' \
    --json keys archive demo@example.com
row "restore" 0 '^demo@example.com is restored: ' '' keys restore demo@example.com
# The audit log: what was done to the key, in its order.
done_to()
{
	grep -F "\"APAM_KEY\":\"$1\"" "$dir/state/users/$(id -u)/audit.log" |
		grep -F '"APAM_EVENT":"registry"' |
		grep -oE '"APAM_STATE":"[a-z]+"' | cut -d'"' -f4 | xargs
}
holds "the log says what was done" \
    [ "$(done_to demo@example.com)" = \
    'registered described described described archived restored' ]
row "restore an active one" 2 '' 'not archived' keys restore demo@example.com
signs "it signs again" 0 '^Authorization: Basic ' '*' headers seed "$seed/x"
row "archive, in JSON" 0 '"state": "archived"' 'was used .* by apam' \
    --json keys archive --yes demo@example.com
holds "the profiles without a key" grep -q '"seed"' "$dir/out"
row "restored for the rest" 0 '*' '' keys restore demo@example.com

# Used by somebody a moment ago: as a program would note it.
note()
{
	row "a use is noted" 0 '^\{|^\[|.' '' request seed "$seed/api/version/"
	run -c "$dir/apam.conf" keys list
	[[ "$(cell demo@example.com 6)" = 20* ]]
}
holds "the last use is listed" note
holds "and its program" [ "$(cell demo@example.com 7)" = "apam ($(id -un))" ]
row "used lately: not without --yes" 1 '' 'was used .* ago.*name it: seed' \
    keys archive demo@example.com
holds "used lately: what to do" grep -q 'add --yes' "$dir/err"
row "it is still not archived" 0 "^demo@example.com${t}.*${t}good${t}" '' keys list

# asked ANSWER: archive on a terminal.
asked_on_terminal()
{
	printf '%s\n' "$1" | "$timeout" 120 script -qec \
	    "$(printf '%q ' "$build/apam" -c "$dir/apam.conf" keys archive \
	    demo@example.com)" /dev/null >"$dir/out" 2>"$dir/err"
	status=$?
}
asked_on_terminal n
expect "on a terminal: no" 1 'anyway\? \[y/N\]' '*' "$dir/out"
asked_on_terminal ''
expect "on a terminal: no is the default" 1 'nothing was done' '*' "$dir/out"
asked_on_terminal y
expect "on a terminal: yes" 0 'archived everywhere' '*' "$dir/out"
row "restored once more" 0 '*' '' keys restore demo@example.com

# ---- Rotating ----------------------------------------------------------------

row "nothing to rotate" 1 '' 'no standby key' keys rotate seed
cp "$dir/apam.d/standby.conf" "$dir/before"
row "rotate" 0 '^sandbox-read-2 is in first place in profile standby' '' \
    keys rotate --yes standby
# restore_old: the command that the last line of output is made for.
restore_old()
{
	local words
	read -ra words <<<"$(sed -n 's/^to let it sign again: apam //p' "$dir/out")"
	[ "$(tail -1 "$dir/out" | cut -d: -f1)" = 'to let it sign again' ] &&
		run -c "$dir/apam.conf" "${words[@]}" && [ "$status" = 0 ]
}
holds "the old key is named" grep -qE \
    '^sandbox-read is archived everywhere .* at the provider, too$' "$dir/out"
holds "and how to take it back" restore_old
row "it was restored" 0 "^sandbox-read${t}.*${t}good${t}" '' keys list
row "archived again" 0 '*' '*' keys archive --yes sandbox-read
holds "the entries are swapped" diff <(sed -n \
    's/^.*key = "\(sandbox[^"]*\)".*/\1/p' "$dir/apam.d/standby.conf") \
    <(printf 'sandbox-read-2\nsandbox-read\n')
holds "comments are kept" [ "$(grep -oE '(#|/\*|//) .*' "$dir/before" | wc -w)" = \
    "$(grep -oE '(#|/\*|//) .*' "$dir/apam.d/standby.conf" | wc -w)" ]
holds "nothing is left beside it" [ ! -e "$dir/apam.d/.standby.conf.new" ]
row "the profile is in order" 0 '' '' lint "$dir/apam.d/standby.conf"
row "the old key is archived" 0 "^sandbox-read${t}.*${t}archived${t}" '' \
    keys list
signs "the other profile of the old key" 1 '' 'archived' headers xy "$xy/x"
row "the new one signs" 0 '.' '' request standby "$xy/api/v1/occupancy"
row "rotate again" 1 '' 'every standby key .* is archived' \
    keys rotate --yes standby
row "restored" 0 '*' '' keys restore sandbox-read
row "rotated in JSON" 0 '"id": "sandbox-read"' '' --json keys rotate --yes standby
holds "the old key in JSON" json_holds "$dir/out" '
    .archived.id == "sandbox-read-2" and .state == "first" and
    .archived.scheme == "key-secret-archiveable" and
    (.archived.secret | length == 4)'
row "restored for the way back" 0 '*' '' keys restore sandbox-read-2
row "and back" 0 '*' '' keys rotate --yes standby
row "restored as it was" 0 '*' '' keys restore sandbox-read
row "the first one is archived" 0 '*' '*' keys archive --yes sandbox-read-2
APAM_LOG=warning row "the log counts entries from 1" 0 '.' \
    'standby: entry 1 skipped: the key was archived' \
    request standby "$xy/api/v1/occupancy"
row "restored again" 0 '*' '' keys restore sandbox-read-2
control "/archive?provider=xysense&key=sandbox-read"
row "a dead standby key" 1 '' 'standby key sandbox-read is revoked' \
    keys rotate --yes standby
row "a profile whose other key is dead" 0 'is archived' \
    'profile standby has no other key' keys archive --yes sandbox-read-2
row "restored after that" 0 '*' '' keys restore sandbox-read-2
control "/fault?provider=xysense&path=/&kind=503&count=50"
row "a standby key that nobody knows of" 4 '' 'add --yes' keys rotate standby
control /clear
profile odd <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = (
  { scheme = "key-secret-archiveable";
    key = "-an odd one's"; secret = "file:$dir/secrets/xy";
    exchange = { url = "$xy/api/v1/auth"; }; },
  { scheme = "key-secret-archiveable";
    key = "sandbox-read-2"; secret = "file:$dir/secrets/xy2";
    exchange = { url = "$xy/api/v1/auth"; }; }
);
END
row "an id like a flag's" 0 'restore .* -- .-an odd' '' keys rotate --yes odd
eval "words=( $(sed -n 's/^to let it sign again: apam //p' "$dir/out") )"
row "and its way back" 0 "^-an odd one's is restored" '' "${words[@]}"
rm "$dir/apam.d/odd.conf"

# ---- What goes wrong ---------------------------------------------------------

profile broken <<<'auth = ( {'
row "a broken profile: the rest is listed" 3 "^demo@example.com${t}" \
    'broken.conf:2?1?: error' keys list
row "a broken profile: others are archived" 0 'is archived' '*' \
    keys archive --yes demo@example.com
row "a broken profile: an unknown id" 2 '' 'profile broken cannot be read' \
    keys archive unheard-of
row "a broken profile: go on without it" 0 'is archived' \
    '^apam: it is not known which profiles have no other key$' \
    keys archive --scheme basic-email-key unheard-of
row "a broken profile: rotate" 3 '' 'broken.conf' keys rotate broken
rm "$dir/apam.d/broken.conf"
cp "$dir/state/registry/keys" "$dir/keys"
echo '{ what' >"$dir/state/registry/keys"
row "a damaged registry: list" 3 "^demo@example.com${t}" \
    'registry/keys:?[0-9]*: error: .*damaged' keys list
row "a damaged registry: archive" 3 '' 'damaged' keys archive --yes sandbox-read-2
row "a damaged registry: restore" 3 '' 'damaged' keys restore demo@example.com
row "a damaged registry: backup" 3 '' 'damaged' keys backup -
signs "a damaged registry: programs go by its index" 1 '' \
    'seed: the key was archived' headers seed "$seed/x"
damaged='registry/keys:?[0-9]*: error: .*damaged'
row "a damaged registry: status" 0 '^seed' "$damaged" status seed
row "a damaged registry: check" 1 '^seed' "$damaged" check seed
row "a damaged registry: explain" 1 '*' "$damaged" explain "$seed/x"
row "a damaged registry: lint" 3 '' "$damaged" lint
holds "it is left as it was" [ "$(cat "$dir/state/registry/keys")" = '{ what' ]
cp "$dir/keys" "$dir/state/registry/keys"
row "it is whole again" 0 '' '!damaged' lint

# ---- Backup and recovery -------------------------------------------------------

row "a backup" 0 '' '' keys backup "$dir/backup"
holds "it is the text" cmp -s "$dir/backup" "$dir/state/registry/keys"
row "a backup to standard output" 0 '^{ "apam": "keys 1", "registry": ' '' \
    keys backup -
row "a backup that cannot be written" 5 '' 'no/such' keys backup /no/such
row "restored after the backup" 0 '*' '' keys restore demo@example.com
row "archived after the backup" 0 'is archived' '*' \
    keys archive --yes sandbox-read-2
signs "it signs" 0 '^Authorization: ' '*' headers seed "$seed/x"
row "recover: what would change is said" 1 '' \
    'sandbox-read-2 \(key-secret-archiveable.*\) will sign again' \
    keys recover "$dir/backup"
row "recover: both ways" 1 '' 'demo@example.com .* will be archived' \
    keys recover "$dir/backup"
row "recover: nothing was done" 1 '' 'nothing was done; add --yes' \
    keys recover "$dir/backup"
signs "nothing was" 0 '^Authorization: ' '*' headers seed "$seed/x"

# An older registry put in place by hand, and one that is moved away, change
# nothing for programs, and are said.
older='registry/keys has generation [0-9]+, and programs use [0-9]+'
cp -a "$dir/state/registry" "$dir/kept"
cp "$dir/backup" "$dir/state/registry/keys"
signs "an older text: programs go by the index" 0 '^Authorization: ' '*' \
    headers seed "$seed/x"
row "an older text: lint" 3 '' "$older" lint
row "an older text: status" 0 '^seed' "$older" status seed
row "an older text: list" 3 "^demo@example.com${t}" "$older" keys list
row "an older text: archive" 3 '' 'apam keys recover' \
    keys archive --yes sandbox-read
rm -r "$dir/state/registry"
signs "no text: programs go by the index" 0 '^Authorization: ' '*' \
    headers seed "$seed/x"
row "no text: lint" 3 '' 'is missing, and programs use the index' lint
row "no text: archive" 3 '' 'apam keys recover FILE' \
    keys archive --yes sandbox-read
row "no text: recover" 3 '' 'is missing' keys recover --yes
row "recover no such file" 3 '' 'no/such' keys recover --yes /no/such
row "recover what is not a registry" 3 '' 'apam.conf:1: error: .*not the text of a key' \
    keys recover --yes "$dir/apam.conf"
row "recover what is not a registry: lint says nothing of it" 3 '' '!apam lint' \
    keys recover --yes "$dir/apam.conf"
row "recover" 0 'is recovered, with ([2-9]|[0-9]+[0-9]) keys|with 1 key$' '*' \
    keys recover --yes "$dir/backup"
signs "by the backup it is archived" 1 '' 'the key was archived' \
    headers seed "$seed/x"
row "recover what was there before, in JSON" 0 '"signs_again": \[' '*' \
    --json keys recover --yes "$dir/kept/keys"
signs "by that it signs" 0 '^Authorization: ' '*' headers seed "$seed/x"
row "all is well" 0 '' '!registry' lint

# A machine that has no registry yet loses nothing.
mkdir -p "$dir/fresh"
sed "s|^state_dir.*|state_dir = \"$dir/fresh\";|" "$dir/apam.conf" \
    >"$dir/fresh.conf"
fresh()
{
	run -c "$dir/fresh.conf" keys recover "$@" "$dir/backup"
	grep -q 'there is no registry on this machine yet' "$dir/err" &&
		! grep -q 'index is missing' "$dir/err"
}
holds "no registry yet: recover says so" fresh
holds "no registry yet: it was not made" [ ! -e "$dir/fresh/registry" ]
holds "no registry yet: recover makes it" fresh --yes
holds "it is made" [ -s "$dir/fresh/index/keys" ]
run -c "$dir/fresh.conf" keys recover --yes "$dir/backup"
holds "now there is one" [ "$(grep -c 'no registry on this' "$dir/err")" = 0 ]
forget_counter "$dir/fresh"

# Without the index nothing is known, and nothing signs, but by one's leave.
mv "$dir/state/index/keys" "$dir/saved"
signs "no index: nothing signs" 4 '' \
    'index/keys: .*is missing, .*apam keys recover' headers seed "$seed/x"
APAM_LOG= signs "no index: who wants no log" 4 '' 'on_unknown is not "allow"' \
    headers seed "$seed/x"
sed 's/email *=/on_unknown = "allow"; &/' "$dir/apam.d/seed.conf" \
    >"$dir/apam.d/lax.conf"
signs "no index: one that allows it" 0 '^Authorization: ' \
    'apam: error: .*index/keys: .*is missing' headers lax "$seed/x"
lax=https://lax.example.com
sed -i "s|origins = .*|origins = [ \"$lax\" ];|" "$dir/apam.d/lax.conf"
row "no index: status" 0 '^seed' 'index/keys.*is missing' status seed
row "no index: explain" 4 '*' 'index/keys.*is missing' explain "$seed/x"
row "no index: explain says what it means" 4 '^  "signs": false$' \
    'signs nothing: it is not known whether its keys are archived' \
    --json explain "$seed/x"
row "no index: explain of one that allows it" 0 '^  "signs": true$' '*' \
    --json explain "$lax/x"
rm "$dir/apam.d/lax.conf"
row "no index: lint" 3 '' 'index/keys: error: .*is missing' lint
row "no index: any change makes it anew" 0 'is archived' '*' \
    keys archive --yes sandbox-read
signs "it signs again" 0 '^Authorization: ' '*' headers seed "$seed/x"
row "restored for what follows" 0 '*' '' keys restore sandbox-read-2
row "archived for what follows" 0 'is archived' '*' \
    keys archive --yes demo@example.com
chmod 777 "$dir/state"
row "a state directory of all" 3 '' 'changed by others' \
    keys archive --yes sandbox-read-2
chmod 755 "$dir/state"

# As a user who may read the registry and no more: the configuration is
# root's, as that user names none.
if [ "$(id -u)" -eq 0 ]; then
	mkdir "$dir/bin"
	cp "$build/apam" "$build/libapam.so.0" "$dir/bin/"
	chmod 755 "$dir" "$dir/bin" "$dir/bin/"* "$dir/modules" \
	    "$dir/modules/"* "$dir/apam.d"
	chmod 644 "$dir/apam.conf" "$dir/apam.d/"*
	before=$(md5sum <"$dir/state/registry/keys")
	for command in "archive --yes sandbox-read-2" "restore old" \
	    "add --scheme x y"; do
		"$timeout" 120 setpriv --reuid=65534 --regid=65534 \
		    --clear-groups "$dir/bin/apam" -c "$dir/apam.conf" \
		    keys $command >"$dir/out" 2>"$dir/err" </dev/null
		status=$?
		expect "a user: $command" 3 '' \
		    'may not be changed by this user' "$dir/err"
	done
	holds "a user changed nothing" \
	    [ "$before" = "$(md5sum <"$dir/state/registry/keys")" ]
fi

# On a file system that is read-only, where this user may have one mounted.
read_only()
{
	"$timeout" 120 unshare -m sh -c 'mount --bind "$1" "$1" &&
		mount -o remount,bind,ro "$1" && shift && exec "$@"' - \
	    "$dir/state" "$build/apam" -c "$dir/apam.conf" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
}
if unshare -m mount --bind "$dir/state" "$dir/state" 2>/dev/null; then
	for command in "archive --yes sandbox-read-2" \
	    "restore demo@example.com" "add --scheme demo x"; do
		read_only keys $command
		expect "read-only: $command" 5 '' 'file system is read-only' \
		    "$dir/out" "$dir/err"
	done
	read_only keys list
	expect "read-only: list" 0 "^demo@example.com${t}" '' "$dir/out"
fi

# A state directory that is its owner's to read only.
home=$dir/home
mkdir "$home" "$home/apam.d" "$home/state"
cat >"$home/apam.conf" <<END
module_dir = "$dir/modules";
profile_dir = "$home/apam.d";
state_dir = "$home/state";
END
cat >"$home/apam.d/mine.conf" <<END
origins = [ "https://mine.example" ];
auth = ( { scheme = "basic-email-key"; email = "me"; key = "file:$home/key"; } );
END
echo fake-key-of-mine >"$home/key"
me=()
if [ "$(id -u)" -eq 0 ]; then
	chown -R 65534:65534 "$home"
	me=(setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/bin/apam")
else
	me=("$build/apam")
fi
chmod 555 "$home/state"
mine()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	"$timeout" 120 "${me[@]}" -c "$home/apam.conf" "$@" >"$dir/out" \
	    2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}
mine "a read-only state_dir: list" 0 "^me${t}-${t}" '' keys list
mine "a read-only state_dir: archive" 3 '' 'may not be changed' keys archive me
holds "nothing was made in it" [ -z "$(ls -A "$home/state")" ]
chmod 755 "$home/state"
mine "one's own registry" 0 'me is archived everywhere' '.' keys archive me
mine "is obeyed" 1 '' 'archived' headers mine https://mine.example/
finish
