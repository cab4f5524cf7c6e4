#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Id and secret swapped: lint says so, and the secret, which stands where an id
# should, is in no log, no note and no report.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
hex=fedcba9876543210fedcba9876543210fedcba98
printf '%s\n' "$hex" >>"$dir/known"
printf sandbox-read >"$dir/secrets/id"
profile swapped <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = ( { scheme = "key-secret-archiveable";
    key = "$hex"; secret = "file:$dir/secrets/id";
    exchange = { url = "$xy/api/v1/auth"; };
    probe = "GET /api/v1/occupancy"; } );
END
log=$dir/state/users/$(id -u)/audit.log

row "lint warns, with the line" 0 '' \
    'swapped.conf:4: warning: the id looks like a secret; .* swapped\?' lint
row "check shows a cut id" 1 'fedc\.\.\.' '*' check swapped
row "and in JSON" 1 '"key_id": "fedc\.\.\."' '*' --json check swapped
row "a request is refused" 1 '' '*' request swapped "$xy/api/v1/occupancy"
holds "the audit log has a cut one" grep -q '"APAM_KEY":"fedc\.\.\."' "$log"
holds "and no more" sh -c '! grep -q "$1" "$2"' - "$hex" "$log"
holds "nor has a note" sh -c '! grep -rq "$1" "$2"' - "$hex" "$dir/state/users"
holds "though there are notes" sh -c 'ls "$1"/*/checked-* >/dev/null' - \
    "$dir/state/users"

# One that was seen good is an id for good.
xy xy
row "a good one is shown" 0 'sandbox-read' '*' check xy
control "/archive?provider=xysense&key=sandbox-read"
row "also once it is revoked" 1 "sandbox-read.*revoked" '*' check xy
holds "in the audit log, too" grep -q '"APAM_KEY":"sandbox-read"' "$log"

# One that an administrator registered is an id.
secret good not-a-secret-but-good
profile typed <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = ( { scheme = "key-secret-archiveable";
    key = "unheard-of-key"; secret = "file:$dir/secrets/good";
    exchange = { url = "$xy/api/v1/auth"; }; } );
END
row "not known yet" 1 'unh\.\.\.' '*' check typed
row "registered" 0 registered '' keys add unheard-of-key
row "known" 1 'unheard-of-key' '*' check typed
finish
