# SPDX-License-Identifier: BSD-2-Clause
# A program that `apam run` runs, for tests/suite/run/run_sweep.py:
#
#	guest.bash SIGNED OTHER
#
# It says whether all of its environment is there, which keeps keys from it and
# leads it to the gateway, and then what three requests give: one that is signed,
# one to a host of no profile, one with the whole URL.
pair=${https_proxy#http://} pair=${pair%@*} port=${https_proxy##*:}
told()
{
	case $https_proxy in http://apam:*@127.0.0.1:*) ;; *) return 1 ;; esac
	[ "$HTTPS_PROXY" = "$https_proxy" ] && [ "$OWN_API_KEY" = placeholder ] &&
		[ "$no_proxy,$NO_PROXY" = a.example,a.example ] &&
		[ "$(head -n 1 "$WGETRC")" = "# mine" ] &&
		for file in "$SSL_CERT_FILE" "$CURL_CA_BUNDLE" "$PIP_CERT" \
		    "$DENO_CERT"; do
			read -r line <"$file" || return
		done && [ -s "${PHP_INI_SCAN_DIR#:}/apam.ini" ] &&
		[ -s "${RUBYOPT#-r}" ] && [ -s "${NODE_OPTIONS#--require=}" ]
}
told && echo "begins with all" || echo "begins WITHOUT what it needs"
echo "folder ${NODE_OPTIONS#--require=}"
got='%{http_code} '
curl -sS --max-time 120 -o /dev/null -w "$got" \
    -H "Authorization: Bearer $OWN_API_KEY" "$1/echo" \
    --next -sS --max-time 120 -o /dev/null -w "$got" "$2" \
    --next -sS --max-time 120 -o /dev/null -w "$got" \
    -H "Host: ${1#https://}" \
    -H "Proxy-Authorization: Basic $(printf %s "$pair" | base64 -w0)" \
    --request-target "$1/echo" "http://127.0.0.1:$port/"
echo
exit 0
