#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam lint`, `list`, `explain` and `module list`: what they say of good and of
# broken configurations.
. "$(dirname "$0")/lib.bash"

origin=https://api.example.com
basic good $origin user@example.com fake-key-of-good
basic sub $origin/deep deep@example.com fake-key-of-sub

# ---- A clean configuration -------------------------------------------------

row "lint of all is silent" 0 '' '' lint
row "lint of one profile" 0 '' '' lint "$dir/apam.d/good.conf"
row "lint of the main file" 0 '' '' lint "$dir/apam.conf"
row "lint --json" 0 '=[]' '' --json lint
row "lint of a missing file" 3 '' '^'"$dir"'/none: error: ' lint "$dir/none"

tab=$'\t'
row "list: a line with tabs" 0 \
    "^good$tab$origin${tab}basic-email-key${tab}ok$" '' list
row "list: no headings off a terminal" 0 '!PROFILE' '' list
row "list: no colour off a terminal" 0 $'!\e' '' list
row "list --json" 0 '"name": "good"' '' list --json
holds "it is JSON" is_json "$dir/out"
row "list: the option before" 0 '"key_id": "user@example.com"' '' --json list

row "explain: the chosen one" 0 "^good  $dir/apam.d/good.conf$" '' explain \
    $origin/x
row "explain: its entry" 0 'entry 1: basic-email-key, sufficient' '' \
    explain $origin/x
row "explain: and the others" 0 "^sub$tab" '' explain $origin/x
row "explain: the longest path wins" 0 '^sub  ' '' explain $origin/deep/x
row "explain: none" 1 "^good$tab" 'no profile' explain https://other.test/
row "explain: another port" 1 "^good$tab.*port" '*' explain $origin:1/
row "explain: user info" 1 '' '^apam: ' explain https://a@api.example.com/
row "explain: no URL" 1 '' '^apam: ' explain x
row "explain --json" 0 '"name": "good"' '' --json explain $origin/x
holds "explain's is JSON" is_json "$dir/out"
row "explain --json: none" 1 '"chosen": null' '*' --json explain https://o.test/
row "explain --json: it signs" 0 '^  "signs": true$' '' --json explain $origin/x
row "explain --json: none signs" 1 '^  "signs": false$' '*' --json explain \
    https://o.test/
basic twin $origin/deep twin@example.com fake-key-of-twin
row "explain: two that claim it alike" 1 "^twin$tab.*same way" \
    'this URL: profiles sub and twin both claim the URL; name one' explain \
    $origin/deep/x
file=$dir/apam.d/twin.conf
row "lint: two that claim it alike" 0 '' \
    "^$file:1: warning: origins: profile sub claims this origin, too" lint
row "lint: a warning is not an error" 0 '' '!error' lint
row "lint: it is one of both together" 0 '' '' lint "$file"
row "lint --strict" 3 '' "^$file:1: warning: " lint --strict
row "lint --strict: all is well" 0 '' '' lint --strict "$file"
row "lint --json: a warning" 0 '"warning": "origins: ' '' lint --json
holds "lint --json: and no error" [ "$(jq 'map(has("error"))[]' "$dir/out")" = \
    false ]
row "lint --json --strict" 3 '"warning": ' '' lint --json --strict
rm "$file"

# ---- The main file, from where one is -----------------------------------------

here=$PWD
cd "$dir/apam.d"
row "-c from the current directory" 0 "^good$tab" '' list -c ../apam.conf
row "-c with a folder that is not there" 3 '' \
    '^none/apam.conf: error: the folder of the file cannot be found$' list -c none/apam.conf
cd "$dir"
row "-c by its name alone" 0 "^good$tab" '' list -c apam.conf
row "-c of a file that is not there" 3 '' "^$dir/none: error: " list -c none
ln -s apam.conf link
row "-c of a link" 3 '' "^$dir/link: error: .*symbolic link" list -c link
rm link
cd "$here"

for scheme in "$dir"/modules/*.so; do
	scheme=$(basename "$scheme" .so)
	row "modules has $scheme" 0 "^$scheme${tab}[a-zA-Z]" '' module list
	row "modules $scheme" 0 "^$scheme: " '' module list "$scheme"
	for option in $(grep -oP '^\t\[.*\.name = "\K[a-z_]+' \
	    core/config/entry_conf.c); do
		row "modules $scheme: $option" 0 "[ :]$option(,|\$)|^$option," '' \
		    module list "$scheme"
	done
	row "modules $scheme --json" 0 '"options": \[' '' module list --json \
	    "$scheme"
	holds "$scheme's is JSON" is_json "$dir/out"
done
row "modules: type and need" 0 "^key${tab}secret${tab}required$tab" '' \
    module list basic-email-key
row "modules: a choice" 0 "^client_auth${tab}.*post.*basic" '' module list \
    oauth2-client-credentials
row "modules: members are indented" 0 "^  key_field${tab}string$tab" '' \
    module list key-secret-archiveable
row "modules: the common options" 0 'scheme, control, ttl, probe' '' \
    module list basic-email-key
row "modules: an unknown one" 3 '' '*' module list no-such-scheme
row "modules: a path" 3 '' '*' module list ../modules/basic-email-key
row "modules: capitals" 3 '' '*' module list Basic-Email-Key
printf 'not a module' >"$dir/modules/broken.so"
row "modules: a broken one is listed" 0 "^broken${tab}error: " '' module list
row "modules: the others go on" 0 "^basic-email-key${tab}[a-zA-Z]" '' module list
row "modules: a broken one by name" 3 '' 'broken' module list broken
rm "$dir/modules/broken.so"

# ---- What lint finds besides -------------------------------------------------

file=$dir/apam.d/beside.conf
beside()
{
	basic beside https://beside.example.com/v1 user fake-key-of-beside "$1"
}
beside "ca_file = \"$dir/secrets/beside\";"
row "a ca_file without a certificate" 3 '' \
    "^$file:2: error: ca_file: $dir/secrets/beside: it has no certificate" lint
beside "ca_file = \"/etc/ssl/certs/ca-certificates.crt\";"
row "a ca_file of certificates" 0 '' '' lint
beside ''
sed -i 's,key =,probe = "GET /eyes"; key =,' "$file"
row "a probe outside the origins" 0 '' "^$file:6: warning: probe: " lint
sed -i 's,/eyes,/v1/eyes,' "$file"
row "a probe inside" 0 '' '' lint
sed -i '6s/$/ reuse = "strict";/' "$file"
row "reuse without a durable secret" 0 '' \
    "^$file:6: warning: reuse: has no effect, because" lint
sed -i '6s/strict/Strict/' "$file"
row "reuse of no known kind" 3 '' "^$file:6: error: reuse: " lint
sed -i '6s/ reuse = .*//' "$file"
secret=$(<"$dir/secrets/beside")
printf '"%s"\n' "$secret" >"$dir/secrets/beside"
row "a secret in quotes" 0 '' \
    "^$file:6: warning: key: the secret stands in quotes" lint
holds "and it is not shown" eval '! grep -q "$secret" "$dir/err"'
printf '%s \n' "$secret" >"$dir/secrets/beside"
row "a secret and a blank" 3 '' \
    "^$file:6: warning: key: the secret begins or ends with a blank" \
    lint --strict
printf '%s\n' "$secret" >"$dir/secrets/beside"
mv "$file" "${file%.conf}"
row "a file that is not a profile" 0 '' "^${file%.conf}: warning: it is not a profile" \
    lint
row "--strict: a file that is not a profile" 3 '' 'warning' lint --strict
rm "${file%.conf}"

# ---- Broken profiles -------------------------------------------------------

# broken NAME LINE REGEX: standard input is a profile; lint and headers say
# LINE and REGEX, and give 3.
broken()
{
	local file=$dir/apam.d/bad.conf
	cat >"$file"
	row "lint: $1" 3 '' "^$file:$2: error: .*$3" lint "$file"
	row "lint of all: $1" 3 '' "^$file:$2: error: .*$3" lint
	row "headers: $1" 3 '' "^$file:[0-9]+: error: " headers bad \
	    https://bad.example.com/
	row "list: $1" 0 "^good$tab" '' list
	rm "$file"
}

broken "a syntax error" 2 '.' <<'END'
origins = [ "https://bad.example.com" ];
auth = ( { scheme = = } );
END
broken "an unknown name" 2 'origin' <<'END'
origins = [ "https://bad.example.com" ];
orgins = [ "https://bad.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "a"; key = "env:BAD_KEY"; } );
END
broken "a wrong type" 1 'origins' <<'END'
origins = 7;
auth = ( { scheme = "basic-email-key"; email = "a"; key = "env:BAD_KEY"; } );
END
broken "an http origin" 1 'http' <<'END'
origins = [ "http://bad.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "a"; key = "env:BAD_KEY"; } );
END
broken "an unknown control word" 3 'control' <<'END'
origins = [ "https://bad.example.com" ];
auth = ( { scheme = "basic-email-key";
  control = "requisite";
  email = "a"; key = "env:BAD_KEY"; } );
END
broken "an unknown option of the module" 3 'emial' <<'END'
origins = [ "https://bad.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "a";
  emial = "b";
  key = "env:BAD_KEY"; } );
END
broken "an include" 2 'include' <<'END'
origins = [ "https://bad.example.com" ];
@include "."
END
printf 'a-literal-secret\n' >>"$dir/known"
broken "a literal secret" 3 'file:' <<'END'
origins = [ "https://bad.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "a";
  key = "a-literal-secret"; } );
END

file=$dir/apam.d/many.conf
profile many <<'END'
orgins = [ "https://bad.example.com" ];
timeuot = "5s";
auth = ( { scheme = "basic-email-key"; control = "requisite"; } );
END
row "several errors in one pass: the first" 3 '' "^$file:1: error: " lint
row "several errors: the second" 3 '' "^$file:2: error: " lint
row "several errors: the third" 3 '' "^$file:3: error: " lint
row "several errors: nothing else" 3 '' '!^apam: ' lint
row "several errors as JSON" 3 '"line": 2' '' --json lint
holds "lint's is JSON" is_json "$dir/out"
row "list goes on: the broken one, and what it is for" 0 \
    "^many${tab}https://bad.example.com$tab${tab}[a-z]" '' list
row "list goes on: the good one" 0 "^good$tab.*ok$" '' list
row "explain goes on" 0 "^good  " '' explain $origin/x
row "explain: it is the broken one's" 1 "^many$tab" \
    'URL; profile many claims it but has an error: see `apam lint`$' explain \
    https://bad.example.com/x
row "headers: it is the broken one's" 3 '' "^$file:1: error: orgins is" headers \
    https://bad.example.com/x
row "curl: it is the broken one's" 3 '' "^$file:1: error: orgins is" curl \
    https://bad.example.com/x
row "explain: it is for nothing else" 1 "^many$tab" 'add its origin' explain \
    https://other.example.com/x
sed -i 's/bad.example/bad example/' "$file"
row "explain: it may be the broken one's" 1 "^many$tab" \
    'it may be for profile many, which has an error: see `apam lint`' explain \
    https://bad.example.com/x
row "headers: it may be the broken one's" 2 '' \
    'it may be for profile many, whose origins cannot be read: see `apam lint`' \
    headers https://bad.example.com/x
row "lint: what is in error and refuses nothing" 3 '' \
    "^$file: warning: no origin can be read from it" lint
signs "headers go on" 0 '^Authorization: ' '' headers good $origin/x
basic claims https://claims.example.com user fake-key-of-claims
sed -i 's/email = /emial = /' "$dir/apam.d/claims.conf"
row "explain: the URL's own profile is broken" 1 "^claims$tab.*emial" \
    'URL; profile claims claims it but has an error: see `apam lint`$' \
    explain https://claims.example.com/x
basic claims https://claims.example.com user fake-key-of-claims
rm "$dir/secrets/claims"
row "explain: it has no secret" 1 "^claims$tab.*does not exist" \
    'URL; profile claims claims it but has an error: see `apam lint`$' \
    explain https://claims.example.com/x
row "explain: its error is not another URL's" 1 "^claims$tab" \
    'it may be for profile many' explain https://other.example.com/x
rm "$file" "$dir/apam.d/claims.conf"

# ---- A state_dir that is none ---------------------------------------------

cp "$dir/apam.conf" "$dir/saved"
sed -i "s,^state_dir.*,state_dir = \"$dir/saved\";," "$dir/apam.conf"
row "state_dir is a file: lint" 3 '' \
    "=$dir/apam.conf: error: state_dir: $dir/saved is not a directory; name one instead" lint
APAM_LOG=warning row "state_dir is a file: lint, with a log" 3 '' \
    "=$dir/apam.conf: error: state_dir: $dir/saved is not a directory; name one instead" lint
signs "state_dir is a file: nothing is known, and nothing signs" 4 '' \
    "^apam: good: it is not known whether the key is archived.*$dir/saved is not a directory" \
    headers good $origin/x
sed -i "s,^state_dir.*,state_dir = \"$dir/absent\";," "$dir/apam.conf"
row "no state_dir: lint" 0 '' '' lint
basic shared https://shared.example.com user fake-key-of-shared \
    'share_credentials = true;'
row "no state_dir, and credentials to share: lint" 3 '' \
    "=$dir/apam.d/shared.conf: error: share_credentials needs state_dir: \
$dir/absent does not exist" lint
signs "no state_dir, and credentials to share: headers go on" 0 \
    '^Authorization: ' '' headers shared https://shared.example.com/
rm "$dir/apam.d/shared.conf"
cp "$dir/saved" "$dir/apam.conf"

# ---- Broken main files and files that others could change ------------------

cp "$dir/apam.conf" "$dir/saved"
echo 'modul_dir = "/x";' >>"$dir/apam.conf"
row "the main file: list" 3 '' "^$dir/apam.conf:5: error: " list
row "the main file: lint" 3 '' "^$dir/apam.conf:5: error: " lint
row "the main file: headers" 3 '' "^$dir/apam.conf:5: error: " headers good \
    $origin/
row "the main file: check" 3 '' "^$dir/apam.conf:5: error: " check
cp "$dir/saved" "$dir/apam.conf"
chmod 666 "$dir/apam.conf"
row "a main file that others can write" 3 '' "^$dir/apam.conf: error: " list
chmod 600 "$dir/apam.conf"
chmod 666 "$dir/apam.d/good.conf"
row "such a profile" 3 '' "^$dir/apam.d/good.conf: error: " headers good \
    $origin/
chmod 600 "$dir/apam.d/good.conf"
chmod 644 "$dir/secrets/good"
row "a secret that others can read" 3 '' 'secrets/good' headers good $origin/
chmod 600 "$dir/secrets/good"
mv "$dir/secrets/good" "$dir/secrets/away"
row "a secret that is not there" 3 '' 'secrets/good' headers good $origin/
row "lint finds it" 3 '' "^$dir/apam.d/good.conf:[0-9]+: error: " lint
mv "$dir/secrets/away" "$dir/secrets/good"
row "and all is well again" 0 '' '' lint
finish
