#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The Python package through the agent, for a user who can read no secret:
# tests/python/served.py, what lasts (test_lasting.py), and the samples of the
# three providers.
#
#	tests/suite/agent/python.sh [TEST ...]	as trial
#
# Ends with "N passed, N failed".
. "$(dirname "$0")/agent.bash"
. "$(dirname "$0")/../cli/providers.bash"
[ "$(id -u)" = 0 ] || skip "a user of its own for the agent: only root has one"

python=$(tools/find-python cffi setuptools wheel requests httpx) || {
	echo "0 passed, 1 failed"
	exit 1
}
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
# What others cannot read they cannot run.
setpriv --reuid=61001 --regid=61001 --clear-groups "$python" -c '' ||
	python=/usr/bin/python3
own_user
"$build/apam" -c "$dir/apam.conf" users add 61001 >/dev/null
own_secret one not-a-secret-7signal-one
own_secret xy not-a-secret-xy-read
own_secret seed $seed_key
allow='allow = ( { users = [ "61001" ]; give = "%s"; } );'
seven seven "$seven_entry" "$(printf "$allow" headers)"
sed -i "s,origins = .*,origins = [ \"$seven\" ];," "$dir/apam.d/seven.conf"
seven cold "$seven_entry" "$(printf "$allow" headers)"
sed -i "s,origins = .*,origins = [ \"$seven/cold\" ];," "$dir/apam.d/cold.conf"
xy xy "$xy_entry" "$(printf "$allow" headers)"
# Its POST to /api/v1/query only reads.
xy xysense "$xy_entry writes = ( { methods = [ \"PUT\" ]; } );" \
    "$(printf "$allow" headers)"
sed -i "s,origins = .*,origins = [ \"$xy/api/v1/query\" ];," \
    "$dir/apam.d/xysense.conf"
seed seed "$seed_entry" "$(printf "$allow" secret)"
seed ours "$seed_entry" 'allow = ( { users = [ "root" ]; give = "secret"; } );'
sed -i "s,origins = .*,origins = [ \"$seed/api/v3\" ];," \
    "$dir/apam.d/ours.conf"
chmod 644 "$dir/ca.pem" "$dir/apam.d/"*
start_agent

# Another suite builds it beside this one.
tools/build-python "$build" "$python" "$dir/python" || {
	echo "0 passed, 1 failed"
	exit 1
}
mkdir "$dir/tests" "$dir/hosts" "$dir/home"
cp -R "$dir/python/site" "$dir/"
cp -R tests/python "$dir/tests/"
cp -R hosts/python "$dir/hosts/"
chmod -R a+rX "$dir/site" "$dir/tests" "$dir/hosts" "$dir/home"
export APAM_CONFIG=$dir/apam.conf LD_LIBRARY_PATH=$dir/bin \
    PYTHONPATH=$dir/site PYTHONDONTWRITEBYTECODE=1 HOME=$dir/home \
    SANDBOX_CONTROL=http://127.0.0.1:$CONTROL_PORT SANDBOX_SEVEN=$seven \
    SANDBOX_XY=$xy SANDBOX_SEED=$seed SANDBOX_CA=$dir/ca.pem \
    SANDBOX_APIKEY=https://127.0.0.1:$APIKEY_PORT
[ $# -gt 0 ] || set -- served test_lasting test_samples
cd "$dir" && setpriv --reuid=61001 --regid=61001 --clear-groups \
    "$python" tests/python/run.py "$@"
