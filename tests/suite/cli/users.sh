#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam for users other than root: a configuration of one's own works, one of
# another ordinary user's does not, and what may not be read says so. Without
# root there is only one user to be: then only the first part is run.
. "$(dirname "$0")/lib.bash"

me=$(id -u) other=65532 home=$dir/home
as=()
if [ "$me" -eq 0 ]; then
	me=65534
	as=(setpriv --reuid=$me --regid=$me --clear-groups)
fi

# The user needs to get at the program; a build directory may be closed.
mkdir "$dir/bin" "$home"
cp "$build/apam" "$build/libapam.so.0" "$dir/bin/"
mv "$dir/apam.conf" "$dir/apam.d" "$dir/secrets" "$dir/state" \
    "$home/"
sed -i "s#$dir/\(apam.d\|state\)#$home/\1#" "$home/apam.conf"
chmod 755 "$dir" "$dir/bin" "$dir/bin/"* "$dir/modules" "$dir/modules/"*

main=$home/apam.conf
mine=$home/apam.d/mine.conf
key=$home/secrets/mine
printf fake-key-of-mine >"$key"
echo fake-key-of-mine >>"$dir/known"
cat >"$mine" <<END
origins = [ "https://api.example.com" ];
auth = ( { scheme = "basic-email-key"; email = "me";
  key = "file:$key"; } );
END
chown -R "$me:$me" "$home"
header="Authorization: Basic $(printf me:fake-key-of-mine | base64 -w0)"

# by_user NAME STATUS OUT ERR ARGS...: apam as the user, with $conf.
conf=(-c "$main")
by_user()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	"$timeout" 120 "${as[@]}" "$dir/bin/apam" "${conf[@]}" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/err"
}
signed()
{
	by_user "$1" 0 "=$header" '' headers mine https://api.example.com/x
}
# fails NAME REGEX
fails()
{
	by_user "$1" 3 '' "error: .*$2" headers mine https://api.example.com/x
	by_user "$1: what to do next" 3 '' '^apam: [`a-z]|; run it as root' headers mine \
	    https://api.example.com/x
}

signed "one's own configuration"
by_user "lint" 0 '' '' lint
by_user "secret set where only root may" 3 '' \
    '/etc cannot be written to by this user; run it as root' \
    secret set /etc/apam-of-no-user/secret
by_user "list" 0 '^mine' '' list
conf=()
APAM_CONFIG=$main signed "one's own from the environment"
conf=(-c "$main")
chmod 640 "$key"
signed "a secret that one's group reads"
chmod 660 "$key"
fails "a secret that one's group writes" "$key.*chmod"
chmod 644 "$key"
fails "a secret that all read" "$key.*chmod"
chmod 000 "$key"
fails "a secret that oneself may not read" "$key.*(denied|read)"
chmod 600 "$key"
chmod 620 "$mine"
fails "a profile that one's group writes" 'changed by others'
chmod 600 "$mine"
if [ ${#as[@]} -eq 0 ]; then
	finish
fi

# ---- More than one user --------------------------------------------------------

# of OWNER FILE: as it is, but somebody else's.
of()
{
	chown "$1:$1" "$2"
}
of 0 "$key"
fails "root's secret" "$key.*(denied|read)"
chmod 640 "$key"
chgrp $me "$key"
signed "root's secret that one's group reads"
chgrp 0 "$key"
chmod 600 "$key"
of $other "$key"
fails "the secret of another user" "$key.*(own|denied)"
chmod 640 "$key"
chgrp $me "$key"
fails "the secret of another user, which one may read" "$key.*own"
chmod 600 "$key"
of $me "$key"
chmod 644 "$mine" "$main"
of 0 "$mine"
signed "a profile of root's"
of $other "$mine"
fails "a profile of another user" "$mine.*own"
by_user "lint says it too" 3 '' "^$mine: error: .*own" lint
by_user "list goes on" 0 '^mine' '*' list
of $me "$mine"
of $other "$main"
fails "a main file of another user" "$main.*own"
of 0 "$main"
signed "a main file of root's"
of $me "$main"
of $other "$home/apam.d"
chmod 755 "$home/apam.d"
fails "a directory of another user" \
    "$home/apam.d belongs neither .*; use a directory that does$"
of $me "$home/apam.d"
of $other "$dir/modules/basic-email-key.so"
fails "a module of another user" 'basic-email-key.so.*own'
of $me "$dir/modules/basic-email-key.so"
signed "a module of one's own"
of 0 "$dir/modules/basic-email-key.so"
signed "and all is well again"

# Root trusts root alone.  No message would have a home given away.
mkdir -p "$dir/apam.d" "$dir/state"
sed "s#$home#$dir#" "$main" >"$dir/apam.conf"
run -c "$dir/apam.conf" lint "$mine"
expect "root, with a profile in a home" 3 '' \
    "^$mine: error: $home does not belong to root; use a directory that does, \
or a configuration of your own \(-c\)$" "$dir/err"
run -c "$main" headers mine https://api.example.com/
expect "root, with a user's configuration" 3 '' 'error: .*own' "$dir/err"
chown -R 0:0 "$home"
run -c "$main" headers mine https://api.example.com/
expect "root, with root's" 0 "=$header" '' "$dir/err"
of $me "$mine"
run -c "$main" headers mine https://api.example.com/
expect "root, with a user's profile" 3 '' "^$mine: error: .*own" "$dir/err"
finish
