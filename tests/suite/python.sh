#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The Python package (hosts/python), built against this tree's headers, with
# requests and httpx against the sandbox's providers: tests/python.
#
#	tests/suite/python.sh [TEST ...]	as test_requests.Both
#
# Ends with "N passed, N failed".
. "$(dirname "$0")/cli/lib.bash"
. "$(dirname "$0")/cli/providers.bash"

python=$(tools/find-python cffi setuptools wheel requests httpx) || {
	echo "0 passed, 1 failed"
	exit 1
}
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
seven seven
xy xy
seed seed
# Its POST to /api/v1/query only reads.
xy xysense "$xy_entry writes = ( { methods = [ \"PUT\" ]; } );"
sed -i "s,origins = .*,origins = [ \"$xy/api/v1/query\" ];," \
    "$dir/apam.d/xysense.conf"
key=$dir/secrets/plain
secret plain not-a-secret-key
entry header "https://127.0.0.1:$APIKEY_PORT" api-key \
    "key = \"file:$key\"; header = \"X-Api-Key\"; probe = \"GET /v1/me\";"
entry query "https://127.0.0.1:$APIKEY_PORT/v1" api-key \
    "key = \"file:$key\"; query = \"api_key\"; probe = \"GET /v1/me\";"
cp "$build/tests/modules/login-test.so" "$dir/modules/"
profile broken <<-END
	origins = [ "https://broken.example" ];
	nonsense = 1;
END
tools/build-python "$build" "$python" || {
	echo "0 passed, 1 failed"
	exit 1
}
export APAM_CONFIG=$dir/apam.conf LD_LIBRARY_PATH=$build \
    PYTHONPATH=$build/python/site PYTHONDONTWRITEBYTECODE=1 \
    SANDBOX_CONTROL=http://127.0.0.1:$CONTROL_PORT SANDBOX_SEVEN=$seven \
    SANDBOX_XY=$xy SANDBOX_SEED=$seed SANDBOX_CA=$dir/ca.pem \
    SANDBOX_APIKEY=https://127.0.0.1:$APIKEY_PORT BUILD=$build PYTHON=$python
"$python" tests/python/run.py "$@"
