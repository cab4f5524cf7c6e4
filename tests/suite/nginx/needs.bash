# SPDX-License-Identifier: BSD-2-Clause
# nginx and its module, for suites that cannot go without.  Source cli/lib.bash
# first.

NGINX=$(PATH=$PATH:/usr/sbin command -v nginx)
module=$build/nginx/ngx_http_apam_module.so

# needs_nginx [MODULE]: the suite fails where either is not there.
needs_nginx()
{
	if [ -z "$NGINX" ] || [ ! -r "${1:-$module}" ]; then
		echo "there is no nginx, or no nginx-dev: make deps-test"
		echo "0 passed, 1 failed"
		exit 1
	fi
}
