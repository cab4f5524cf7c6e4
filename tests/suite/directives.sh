#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Mistakes in the directives of apam's module for nginx, apam-nginx(5): nginx does
# not start, and says what is wrong and in which line.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/nginx/needs.bash

needs_nginx
secret plain not-a-secret-key
profile own <<END
origins = [ "https://api.example" ];
auth = ( { scheme = "api-key"; key = "file:$dir/secrets/plain"; } );
END
printf 'not-a-secret-but-a-token\r\n' >"$dir/token"
printf 'not-a-secret   ' >"$dir/short"
head -c 300 /dev/zero | tr '\0' a >"$dir/long"
: >"$dir/empty"
user=$([ "$(id -u)" -eq 0 ] || echo user)

# tested LOCATION [HTTP [APAM-CONFIG]]: nginx reads a configuration of these.
tested()
{
	cat >"$dir/nginx.conf" <<-END
	pid $dir/nginx.pid; error_log $dir/error.log;
	load_module $module;
	events { }
	http {
	  ${3-apam_config $dir/apam.conf $user;}
	  access_log off;
	  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
	  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4;
	  scgi_temp_path $dir/t5;
	  ${2:-}
	  server {
	    listen unix:$dir/sock;
	    location / { $1 }
	  }
	}
	END
	"$NGINX" -t -e "$dir/test.log" -c "$dir/nginx.conf" >"$dir/out" \
	    2>"$dir/err"
	status=$?
}

# wrong NAME TEXT LOCATION [HTTP [APAM-CONFIG]]
wrong()
{
	local name=$1 text=$2
	shift 2
	tested "$@"
	holds "$name" eval '[ $status -eq 1 ] && grep -qE -- "$text" "$dir/err"'
}
# right NAME LOCATION [HTTP [APAM-CONFIG]]
right()
{
	local name=$1
	shift
	tested "$@"
	holds "$name" [ $status -eq 0 ]
}
# in_line NAME TEXT LOCATION: the same, and the line is said.
in_line()
{
	wrong "$1" "$2.* in .*/nginx.conf:[0-9]+" "$3"
}

origin="apam_origin https://api.example;"
pass="proxy_pass https://127.0.0.1;"
right "a location of a profile" "apam own; $origin $pass"
right "two of one profile" "apam own; $origin $pass" \
    "server { listen unix:$dir/s2; apam own; $origin }"
right "one without, in a server with one" "apam off; $pass" \
    "apam own; $origin"
right "what is signed by its URL needs no origin" "apam *; $pass"
right "nginx alone" "return 204;" '' ''

# ---- Each once -------------------------------------------------------------

for twice in 'apam own' 'apam_origin https://api.example' 'apam_prefix /own' \
    'apam_hosts a.example' 'apam_placeholders sk-none' 'apam_callers any' \
    'apam_page files' 'apam_problems on'; do
	in_line "${twice%% *} twice" "\"${twice%% *}\" directive is duplicate" \
	    "$twice; $twice;"
done
wrong "apam_config twice" '"apam_config" directive is duplicate' '' \
    "apam_config $dir/apam.conf;"
wrong "apam_log twice" '"apam_log" directive is duplicate' '' \
    'apam_log info; apam_log info;'

# ---- Words -----------------------------------------------------------------

in_line "no name" "apam: expected a profile's name" 'apam "";'
in_line "a name that no profile has" "apam: expected a profile's name" \
    "apam $(head -c 300 /dev/zero | tr '\0' a);"
for bad in api.example ftp://api.example https:// http:// ''; do
	in_line "the origin '$bad'" 'apam_origin: expected an origin' \
	    "apam_origin '$bad';"
done
for bad in https://api.example/v1 'https://api.example?a' https://me@api.example \
    'https://api.example x'; do
	in_line "the origin '$bad'" 'an origin has no user, path or query' \
	    "apam_origin '$bad';"
done
for bad in own / /own/ ''; do
	in_line "the prefix '$bad'" 'expected the beginning of a path' \
	    "apam_prefix '$bad';"
done
for bad in token "any $dir/token" sometimes "sometimes $dir/token"; do
	in_line "callers: ${bad/$dir\//}" 'expected `peer`, `sockets`, `any`' \
	    "apam_callers $bad;"
done
in_line "another part of the page" 'expected `files`, `state` or `calls`' \
    'apam_page all;'
in_line "another level of the log" 'invalid value "loud"' \
    '} } apam_log loud; server { location / {'
wrong "another word behind the file" 'there may be the word `user`' '' '' \
    "apam_config $dir/apam.conf everybody;"
wrong "a location without an origin" 'apam own: apam_origin has to say' \
    "apam own; $pass"

# ---- Files -----------------------------------------------------------------

right "a token with a newline at its end" "apam_callers token $dir/token;"
for bad in short long empty; do
	in_line "a token's file: $bad" 'has to hold a token of 16 to 256 bytes' \
	    "apam_callers token $dir/$bad;"
done
in_line "a token's file: none" "the token's file cannot be read" \
    "apam_callers token $dir/nothing;"
in_line "a token's file: a folder" "the token's file cannot be read" \
    "apam_callers token $dir;"
wrong "no main file" 'apam: .*none.conf' '' '' \
    "apam_config $dir/none.conf $user;"
wrong "a profile that is missing" 'apam: gone: there is no profile' \
    "apam gone; $origin $pass"
echo 'origins = ;' >"$dir/apam.d/broken.conf"
wrong "a profile that is broken" 'apam: broken: .*broken.conf' \
    "apam broken; $origin $pass"
rm "$dir/apam.d/broken.conf"

# ---- Addresses -------------------------------------------------------------
# Whoever is called by an address has it in the certificate.

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 2 -subj /CN=own -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
verified="proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/ca.pem;"
# of ORIGIN: a location whose provider is verified.
of()
{
	echo "apam own; apam_origin $1; $pass"
}
for address in 127.0.0.1 127.0.0.1:8443 '[::1]' '[::1]:8443'; do
	right "an origin that is an address: $address" \
	    "$(of "https://$address") $verified"
done
right "one that looks like an address" "$(of https://[::1.example) $verified"
right "a name that is longer than addresses are" \
    "$(of "https://$(head -c 60 /dev/zero | tr '\0' a).example") $verified"
right "an address without TLS" "$(of http://127.0.0.1) $verified"
right "an address, not verified" \
    "$(of https://127.0.0.1) proxy_ssl_verify off;"
two="$(of https://127.0.0.2) } location /2/ { $(of https://127.0.0.3)"
right "two addresses, with settings of their own" \
    "$(of https://127.0.0.2) $verified } location /2/ {
	$(of https://127.0.0.3) $verified"
# nginx 1.23 and newer have one context of TLS for the same settings.
shares=$(printf '%s\n' "nginx/1.23.0" "$("$NGINX" -v 2>&1 | grep -o 'nginx/.*')" |
    sort -VC && echo wrong)
if [ "$shares" ]; then
	wrong "two addresses, with the same settings" \
	    'another location has the same settings of TLS' "$two" "$verified"
else
	right "two addresses, with the same settings" "$two" "$verified"
fi
finish
