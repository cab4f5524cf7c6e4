# SPDX-License-Identifier: BSD-2-Clause
# What every suite of the command line shares. Source it first.
#
# It makes $dir, with modules, an empty configuration and nothing else, and
# takes it away at the end. Each row is one run of apam and one fact; only what
# fails is printed. No row may show a secret, whatever else it checks: secrets
# are stored with `secret`, which remembers them.

set -u
umask 077
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY NO_PROXY \
    APAM_CONFIG APAM_LOG
cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit 2
build=$(cd "${BUILD:-build}" && pwd -P) || exit 2
dir=$(mktemp -d) && dir=$(cd "$dir" && pwd -P) || exit 2
timeout=$(command -v timeout) || exit 2 # some rows change PATH
passed=0 failed=0 SANDBOX_PID=

# forget_counter STATE_DIR: the segment that the file `counter` names outlasts
# the directory.
forget_counter()
{
	[ ! -s "$1/index/counter" ] || ipcrm -m "$(od -An -tu4 -j8 -N4 \
	    "$1/index/counter" | tr -d ' ')" 2>/dev/null
}

cleanup()
{
	[ -z "${SANDBOX_PID:-}" ] || kill "$SANDBOX_PID" 2>/dev/null
	wait 2>/dev/null
	forget_counter "$dir/state"
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# finish: the last line of a suite.
finish()
{
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
	exit
}

# ---- Configuration ---------------------------------------------------------

# apam loads no module that others could have written, and a build directory
# may be writable by a group: the tests have their own copy.
mkdir "$dir/apam.d" "$dir/state" "$dir/modules" "$dir/secrets"
cp "$build"/modules/*.so "$dir/modules/" || exit 2
cat >"$dir/apam.conf" <<END
module_dir  = "$dir/modules";
profile_dir = "$dir/apam.d";
state_dir   = "$dir/state";
audit       = "file";
END
: >"$dir/known"

# secret NAME VALUE: a file that profiles can refer to, and a text that no
# output may hold, as it is or in base64.
secret()
{
	printf '%s' "$2" >"$dir/secrets/$1"
	printf '%s\n' "$2" >>"$dir/known"
	printf '%s' "$2" | base64 -w0 >>"$dir/known"
	echo >>"$dir/known"
}

# profile NAME: standard input is its file.
profile()
{
	cat >"$dir/apam.d/$1.conf"
}

# basic NAME ORIGIN USER KEY [MORE]: a profile of basic-email-key. MORE goes
# before its auth list.
basic()
{
	secret "$1" "$4"
	printf '%s:%s' "$3" "$4" | base64 -w0 >>"$dir/known"
	echo >>"$dir/known"
	profile "$1" <<-END
	origins = [ "$2" ];
	${5:-}
	auth = ( {
	  scheme = "basic-email-key";
	  email = "$3";
	  key = "file:$dir/secrets/$1";
	} );
	END
}

# ---- Rows ------------------------------------------------------------------

# run ARGS...: apam, with $input as its standard input; sets $status.
input=/dev/null
run()
{
	"$timeout" 120 "$build/apam" "$@" >"$dir/out" 2>"$dir/err" <"$input"
	status=$?
}

# matches PATTERN FILE: "" is an empty file, "*" any, "=TEXT" these lines,
# "!REGEX" no such line, else there is a line with REGEX.
matches()
{
	case $1 in
	'') [ ! -s "$2" ] ;;
	'*') true ;;
	=*) [ "$(cat "$2")" = "${1#=}" ] ;;
	!*) ! grep -qE -- "${1#!}" "$2" ;;
	*) grep -qE -- "$1" "$2" ;;
	esac
}

# verdict NAME WHY: a row failed where there is a WHY.
verdict()
{
	if [ -z "$2" ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL: $1: ${2# }"
	sed 's/^/    out: /' "$dir/out" | head -20
	sed 's/^/    err: /' "$dir/err" | head -20
}

# is_json FILE: it holds one JSON value and nothing else.
is_json()
{
	jq -es 'length == 1' "$1" >/dev/null 2>&1
}

# json_holds FILE ARGS...: jq, so called, says yes of what the file holds.  Of an
# empty file jq 1.6 says yes to anything, and this no.
json_holds()
{
	[ -s "$1" ] && jq -e "${@:2}" "$1" >/dev/null
}

# holds NAME COMMAND...: a fact that is not a run of apam.
holds()
{
	local name=$1
	shift
	if "$@"; then
		verdict "$name" ""
	else
		verdict "$name" "not so"
	fi
}

# expect NAME STATUS OUT ERR LEAK-FILES...: judge the last run.
expect()
{
	local name=$1 want=$2 out=$3 err=$4 why=
	shift 4
	[ "$status" = "$want" ] || why="$why status $status, not $want;"
	matches "$out" "$dir/out" || why="$why output is not: $out;"
	matches "$err" "$dir/err" || why="$why errors are not: $err;"
	if [ -s "$dir/known" ] && grep -qFf "$dir/known" "$@"; then
		why="$why a secret is shown;"
	fi
	verdict "$name" "$why"
}

# row NAME STATUS OUT ERR ARGS...: run apam and judge it.
row()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	run -c "$dir/apam.conf" "$@"
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}

# signs NAME STATUS OUT ERR ARGS...: the same where standard output is the
# credential.
signs()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	run -c "$dir/apam.conf" "$@"
	expect "$name" "$want" "$out" "$err" "$dir/err"
}

# ---- The sandbox -----------------------------------------------------------

# Its standard input is ours: it ends when this script does, however that ends.
start_sandbox()
{
	coproc SANDBOX {
		exec "$build/sandbox" --dir "$dir" --stdin --life "${SANDBOX_LIFE:-3600}"
	}
	read -r -t 120 ready <&"${SANDBOX[0]}" && [ "$ready" = ready ] || {
		echo "the sandbox did not start"
		exit 2
	}
	. "$dir/ports"
	seven=https://127.0.0.1:$SEVENSIGNAL_PORT
	xy=https://127.0.0.1:$XYSENSE_PORT
	seed=https://127.0.0.1:$SEED_PORT
}

# ask METHOD PATH-AND-QUERY: the sandbox's answer, head and body. Without curl,
# which would take most of the time that a suite takes.
ask()
{
	exec 4<>"/dev/tcp/127.0.0.1/$CONTROL_PORT" || return
	printf '%s %s HTTP/1.0\r\nContent-Length: 0\r\n\r\n' "$1" "${2// /%20}" >&4
	cat <&4
	exec 4>&-
}

# control PATH-AND-QUERY
control()
{
	case $(ask POST "$1") in
	*'"ok":true'*) ;;
	*) verdict "control $1" "failed" ;;
	esac
}

# seen PROVIDER: the sandbox's log of requests.
seen()
{
	ask GET "/log?provider=$1"
}
