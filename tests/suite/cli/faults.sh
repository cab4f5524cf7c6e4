#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each command of apam while one of its allocations fails, or one call on a file:
# it ends by itself and says why, or is done whole, and leaves nothing by halves.
# sweep.py has what is asked of each run.
#
# POINTS is how many calls of each kind fail, of each command.  Where coverage is
# measured all places do, each of them in the first command that it is in.
. "$(dirname "$0")/lib.bash"
start_sandbox
export FAULT_SO=$(realpath "$build/tests/faults/fault.so")
points=${POINTS:-$([ -n "${COVERAGE:-}" ] && echo 1 || echo 12)}
tests=tests/suite/cli

key=not-a-secret-key
api=https://127.0.0.1:$APIKEY_PORT
printf '%s\n' "$key" >>"$dir/known"
tree=$dir/tree
mkdir -p "$tree/apam.d" "$tree/state" "$tree/secrets"
cat >"$dir/apam.conf" <<END
module_dir  = "$dir/modules";
profile_dir = "$tree/apam.d";
state_dir   = "$tree/state";
audit       = "file";
ca_file     = "$dir/ca.pem";
END
printf '%s' "$key" >"$tree/secrets/one"
cat >"$tree/apam.d/one.conf" <<END
origins = [ "$api/v1" ];
auth = ( { scheme = "api-key"; header = "X-Api-Key"; probe = "GET /v1/me"; key = "file:$tree/secrets/one"; } );
END
cat >"$tree/apam.d/two.conf" <<END
origins = [ "https://two.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "me@example.com"; key = "file:$tree/secrets/one"; } );
END

# sweep NAME INPUT ARGS...: of memory and of files; INPUT is standard input, and
# $how are options of sweep.py.
kinds='memory EIO EMFILE' how=
sweep()
{
	local name=$1 kind tried
	printf '%b' "$2" >"$tree.input"
	shift 2
	for kind in $kinds; do
		rm -rf "$tree.kept"
		tried=${COVERAGE:+--tried $dir/tried.$kind}
		if ! python3 $tests/sweep.py $how $tried $kind "$points" "$tree" \
		    "$build/apam" -c "$dir/apam.conf" "$@" >"$dir/sweep" 2>&1
		then
			sed "s/^/    /" "$dir/sweep"
			failed=$((failed + 1))
			echo "FAIL: $name: $kind"
		else
			passed=$((passed + 1))
		fi
	done
}

# in_step: a sweep puts back the key registry as it was before each change, but not
# the page that has announced the change to all programs.  Take it away, and have
# the owner make another, or the registry is an old copy, which is refused.
in_step()
{
	forget_counter "$tree/state"
	run -c "$dir/apam.conf" keys list
}

run -c "$dir/apam.conf" status >/dev/null

# ---- What only looks ---------------------------------------------------------

sweep list '' list
sweep 'list as JSON' '' --json list
sweep lint '' lint
sweep explain '' --json explain "$api/v1/me"
sweep status '' --json status
sweep 'keys list' '' keys list
sweep 'module list' '' --json module list
sweep 'a module' '' module list login-token
sweep log '' --json log
sweep 'a module as JSON' '' --json module list login-token
sweep users '' users list
sweep headers '' headers one "$api/v1/me"

sweep 'users as JSON' '' --json users list
sweep 'status as a table' '' status
cat >"$dir/log" <<END
{ "TIME": 1769860800, "APAM_EVENT": "state", "APAM_KEY": "a", "APAM_UID": "4123" }
{ "TIME": 1769860801, "APAM_EVENT": "registry", "APAM_PROFILE": "one" }
END
sweep 'log of a file' '' log --file "$dir/log"
cat >"$dir/drive" <<END
%% options
key = "env:S"; header = "X-Api-Key";
%% secret env:S
$key
%% use
$key
%% sign GET https://a.example/x
%% signed
X-Api-Key: $key
END
kinds=memory # what reads its files is another program
sweep 'module drive' '' module drive "$dir/modules/api-key.so" "$dir/drive"
kinds='memory EIO EMFILE'

# ---- What sends ----------------------------------------------------------------

how=--sends
sweep request '' request one "$api/v1/me"
sweep check '' check one
sweep 'profile test' '' profile test one
sweep curl '' curl one -- -sS "$api/v1/me"
how='--sends --status 1' # the sandbox has no POST
sweep 'request with a body' 'a=b' request -v -i -o "$dir/body" -d @- one "$api/v1/me"
how=

# ---- What changes something -------------------------------------------------------

new=(profile new three --url "$api/v1" --scheme api-key --set header=X-Api-Key)
sweep 'profile new' $key "${new[@]}" --no-check
cat >"$dir/document" <<END
openapi: 3.0.3
info: {title: Acme, version: "1"}
servers: [{url: "$api/v1/"}]
security: [{one: []}]
paths: {/me: {get: {}}}
components: {securitySchemes: {one: {type: apiKey, in: header, name: X-Api-Key}}}
END
sweep 'profile new from a document' $key profile new three --openapi "$dir/document" --no-check
sweep 'profile new as JSON' $key --json "${new[@]}" --no-check
sweep 'secret set' $key secret set "$tree/secrets/two"
sweep 'secret set as JSON' $key --json secret set "$tree/secrets/two"
sweep 'keys add' '' keys add --description 'one of two' me@example.com
run -c "$dir/apam.conf" keys add me@example.com
sweep 'keys backup' '' keys backup -
sweep 'keys describe' '' --json keys describe --description new me@example.com
sweep 'keys archive as JSON' '' --json keys archive --why 'a test' me@example.com
run -c "$dir/apam.conf" keys archive me@example.com
in_step
sweep 'keys list of an archived one' '' --json keys list
# A change waits for programs that may not see it announced, in each run.
all=$points points=$((all < 4 ? all : 4))
sweep 'keys restore' '' keys restore me@example.com
run -c "$dir/apam.conf" keys restore me@example.com
cp -a "$tree/state" "$dir/unedited"
sed -i 's/"created_by": "root"/"description": "by hand"/' "$tree/state/registry/keys"
sweep 'keys recover' '' keys recover --yes
cp -a "$dir/unedited/." "$tree/state"
points=$all

# ---- What helps other programs ------------------------------------------------------

in_step
# A profile's file that cannot be read just once is as one that is not there.
kinds='memory EMFILE'
git='protocol=https\nhost=two.example.com\n\n'
sweep 'helper git' "$git" helper git get
sweep 'helper docker' 'https://two.example.com' helper docker get
sweep 'helper bazel' '{"uri": "https://two.example.com"}' helper bazel get

# An old copy of the registry: only the page says that there was a later one.  What
# cannot look at the page does not go by the copy, whichever call it is that fails.
cp -a "$tree/state" "$dir/old"
run -c "$dir/apam.conf" keys archive me@example.com
cp -a "$dir/old/." "$tree/state"
kinds=EMFILE how='--status 4' points=1000
sweep 'helper git, with an old copy' "$git" helper git get
kinds='memory EIO EMFILE' how= points=$all
in_step

sweep 'gateway --print' '' gateway --dir "$dir/gateway" --print
finish
