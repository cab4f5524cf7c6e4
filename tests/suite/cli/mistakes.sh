#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Mistakes that administrators make, each with a message that says what to do
# next. Mistakes in files are in badconf.sh; these show only when it runs.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

seed seed
seven seven
version=$seed/api/version/

# told NAME STATUS REGEX ARGS...: the message has REGEX, and is short.
told()
{
	local name=$1 want=$2 regex=$3
	shift 3
	row "$name" "$want" '*' "$regex" "$@"
	holds "$name: three lines at most" [ "$(wc -l <"$dir/err")" -le 3 ]
	holds "$name: no line of more than 400 bytes" \
	    [ "$(wc -L <"$dir/err")" -le 400 ]
}

# Names and URLs
told "a profile misspelt" 2 '`apam list` shows the profiles' request sed \
    "$version"
told "a path for a URL" 1 'does not begin with https://' request seed \
    /api/version/
told "profile and URL exchanged" 2 'apam list|profile' request "$version" seed
told "another profile's URL" 1 '`apam explain URL` shows which' request seed \
    "$seven/eyes"
told "a missing slash" 1 'HTTP 301.*adds a slash at the end.*: write it there' \
    request seed "$seed/api/version"
told "a missing slash before the query" 1 'HTTP 301.*adds a slash' request \
    seed "$seed/api/version?a=b/c"
told "a redirect elsewhere" 1 "HTTP 302.*followed, it points to $host(;|\$)" request \
    seed "$seed/app/x"
told "no such path" 1 'HTTP 404' request seed "$seed/api/nothing/"
told "no command" 2 '`apam --help`' frob
told "an option misspelt" 2 '`apam request --help`' request seed "$version" \
    --tiemout 3
run -c "$dir/none/apam.conf" list
expect "no main file" 3 '' 'none does not exist' "$dir/err"
holds "no main file: what to do" grep -q 'name another with -c' "$dir/err"
run -c none.conf list
expect "a relative main file" 3 '' 'absolute|does not exist' "$dir/err"

# Files
profile slip <<END
origins = [ "$seed" ];
auth = ( { scheme = "basic-emial-key"; $seed_entry } );
END
told "a scheme misspelt" 3 \
    'no scheme basic-emial-key: .*did you mean basic-email-key\?' \
    request slip "$version"
profile slip <<END
origins = [ "$seed" ];
auth = ( { schema = "basic-email-key"; $seed_entry } );
END
told "the word scheme misspelt" 3 \
    'schema is not an option of the entry; did you mean scheme\?' \
    request slip "$version"
profile slip <<END
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "a profile without origins" 3 \
    'origins is missing in the profile \(where its credentials may go' \
    request slip "$version"
profile slip <<END
origins = [ "$seed" ];
END
told "a profile without a key" 3 'as in auth = \( \{ scheme = ' request slip \
    "$version"
rm "$dir/apam.d/slip.conf"

# Connections
profile private <<END
origins = [ "$seed" ];
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "a private CA, and no ca_file" 4 "the certificate of $host:[0-9]+ is .*not trusted here.*ca_file" \
    request private "$version"
row "check says so too" 4 'unknown.*ca_file' '' check private
rm "$dir/apam.d/private.conf"
profile empty-ca <<END
origins = [ "$seed" ];
ca_file = "$dir/secrets/seed";
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "a ca_file that holds no certificate" 3 'ca_file has no certificate' \
    request empty-ca "$version"
rm "$dir/apam.d/empty-ca.conf"
profile closed <<END
origins = [ "https://$host:1" ];
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "nobody there" 4 "$host:1 refuses connections" request closed \
    "https://$host:1/"
profile unnamed <<END
origins = [ "https://nobody.invalid" ];
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "a host misspelt" 4 \
    "nobody\.invalid:443: the host's name is not known" request unnamed \
    https://nobody.invalid/ --timeout 9
profile plain <<END
origins = [ "https://$host:$CONTROL_PORT" ];
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
# Which of its two texts it is depends on whether the answer is read before the
# connection is reset.
told "https to a port of http" 4 \
    "$host:$CONTROL_PORT .*does not speak TLS: check the port" request plain \
    "https://$host:$CONTROL_PORT/"
profile proxied <<END
origins = [ "https://api.example.test" ];
proxy = "http://$host:1";
auth = ( { scheme = "basic-email-key"; $seed_entry } );
END
told "a proxy that is not there" 4 "the proxy $host:1 refuses connections" \
    request proxied https://api.example.test/
seed proxied "$seed_entry" "proxy = \"http://$host:1\";"
row "no proxy comes between here and here" 0 '3\.2\.4' '' request proxied \
    "$version"
rm "$dir/apam.d/"{closed,unnamed,plain,proxied}.conf

# Keys
seed wrong "email = \"demo@example.com\"; key = \"file:$dir/secrets/wrong\";
	probe = \"GET /api/version/\";"
told "a wrong key" 1 'HTTP 401.*not sent again: the key is rejected' \
    request wrong "$version"
told "a wrong key: what to do" 1 "compare id, secret and URL with the provider's" \
    request wrong "$version"
seven swapped "token_url = \"$seven/oauth2/token\";
	client_id = \"SANDBOX.CLIENT.ONE\";
	client_secret = \"file:$dir/secrets/two\";"
told "another client's secret" 1 "compare id, secret and URL with the provider's" \
    request swapped "$seven/eyes"
xy reader
told "a read key that writes" 1 'read' request reader \
    "$xy/api/v1/occupancy" -X PUT -d '{}'
seven page "token_url = \"$seven/eyes\"; client_id = \"SANDBOX.CLIENT.ONE\";
	client_secret = \"file:$dir/secrets/one\";"
told "another URL for the token's" 1 \
    'or the URL is not that of the token endpoint \(HTTP 401\)' request page \
    "$seven/eyes"
told "another URL for the token's: what to do" 1 \
    "compare id, secret and URL with the provider's" request page "$seven/eyes"
seven moved "token_url = \"$seed/app/login\"; client_id = \"x\";
	client_secret = \"file:$dir/secrets/one\";"
told "a token_url that redirects" 4 'redirect.*is the URL right' request moved \
    "$seven/eyes"
seed colon 'email = "a:b"; key = "env:HOME";'
told "a colon in the user id" 3 'colon' request colon "$version"
rm "$dir/apam.d/colon.conf"
seed unset 'email = "a"; key = "env:APAM_TEST_UNSET";'
told "a variable that is not set" 3 'APAM_TEST_UNSET.*no such variable' \
    request unset "$version"
told "and what then" 3 'store the secret there .`apam secret set FILE`., then run `apam lint`' \
    request unset "$version"
rm "$dir/apam.d/unset.conf"
control '/fault?provider=7signal&path=/oauth2&kind=429&arg=30'
told "too many requests" 4 'wait' request seven "$seven/eyes"
control /clear
APAM_LOG=loud told "a level that is none" 2 \
    'error, warning, info or debug' request seed "$version"
seed bare "email = \"demo@example.com\"; key = \"file:$dir/secrets/seed\";"
row "a check without a probe" 4 $'\tunknown\t.*probe' '*' check bare
finish
