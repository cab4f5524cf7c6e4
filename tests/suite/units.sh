#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The units of the agent, its user and its directories, as they are installed,
# by systemd's own tools: they are right, the sandbox is as narrow as promised,
# and nobody is shut in or out who should not be.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
. tests/suite/result
root=$tmp/root
prefix=/opt/apam

# alone COMMAND...: others install from the build tree, too.
alone()
{
	flock "$BUILD/install.lock" env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "$@"
}

# What is installed is built as tests/suite/install.sh builds it, then put
# elsewhere: what lies in the build tree names the first places.
install_there()
{
	alone make BUILD="$BUILD" DEPS=no -o "$BUILD/directories" \
	    DESTDIR="$tmp/usual" PREFIX=/usr/local SYSCONFDIR=/etc \
	    STATEDIR=/var/lib/apam install >"$tmp/output" 2>&1 &&
		mkdir "$root" &&
		alone BUILD="$BUILD" DESTDIR="$root" PREFIX=$prefix \
		    LIBDIR=$prefix/lib MODULEDIR=$prefix/lib/apam \
		    SONAME=libapam.so.0 CURL_SONAME=libapam-curl.so.0 \
		    SYSCONFDIR=/etc/local STATEDIR=/srv/apam \
		    tools/install install >"$tmp/output" 2>&1
}
install_there
result $? "make install: $(tail -5 "$tmp/output")"
units=$root$prefix/lib/systemd/system
service=$units/apamd.service socket=$units/apamd.socket
sysusers=$root$prefix/lib/sysusers.d/apam.conf
tmpfiles=$root$prefix/lib/tmpfiles.d/apam.conf

# ---- Units ------------------------------------------------------------------

# What they name is where it was installed; nothing is left of the defaults.
! grep -nE '/usr/local|/var/lib/apam|/etc/apam' "$service" "$socket" \
    "$sysusers" "$tmpfiles" >"$tmp/output"
result $? "another directory: $(cat "$tmp/output")"
sed -n 's/^Exec[A-Za-z]*=[-+!]*\([^ ]*\).*/\1/p' "$service" |
	while read -r program; do
		[ -x "$root$program" ] || [ "$program" = /bin/kill ] ||
			echo "$program"
	done >"$tmp/missing"
[ ! -s "$tmp/missing" ]
result $? "a unit starts what is not installed: $(cat "$tmp/missing")"

# verify looks for programs below /: they are asked for above.
mkdir "$tmp/units"
for u in apamd.service apamd.socket apamd-metrics.socket; do
	sed "s,^\(Exec[A-Za-z]*=[-+!]*\)$prefix/[^ ]*,\1/bin/true," \
	    "$units/$u" >"$tmp/units/$u"
done
SYSTEMD_UNIT_PATH="$tmp/units:/lib/systemd/system" systemd-analyze verify \
    --man=no "$tmp/units/apamd.service" "$tmp/units/apamd.socket" \
    "$tmp/units/apamd-metrics.socket" \
    >"$tmp/output" 2>&1
status=$?
[ $status -eq 0 ] && ! grep -q 'apamd' "$tmp/output"
result $? "systemd-analyze verify: $(grep apamd "$tmp/output")"

systemd-analyze security --offline=true --no-pager --threshold=15 "$service" \
    >"$tmp/output" 2>&1
result $? "exposure: $(tail -1 "$tmp/output")"
tail -1 "$tmp/output" | grep -qE 'service: (0|1\.[0-5])'
result $? "exposure is not at most 1.5: $(tail -1 "$tmp/output")"

# says FILE LINE WHY
says()
{
	grep -qxF "$2" "$1"
	result $? "$(basename "$1") lacks $2: $3"
}
says "$service" PrivateUsers=no "clients would all be user 65534"
says "$service" ProtectProc=default "it reads which service a client is of"
says "$service" PrivateMounts=yes "no mount of it is others'"
says "$service" DevicePolicy=strict "it needs no device"
says "$service" Type=notify "it says when it serves"
says "$service" RestartSec=0 "programs wait for it"
says "$service" StartLimitIntervalSec=0 "it begins as often as it ends"
says "$socket" ListenSequentialPacket=/run/apam/agent "frames have borders"
says "$socket" PassCredentials=yes "each message says who sent it"
grep -q '^WatchdogSec=[1-9]' "$service"
result $? "there is no watchdog"
# A page for each profile, and 256 of one user under way (hosts/agent/quota.h).
[ "$(sed -n 's/^FileDescriptorStoreMax=//p' "$service")" -ge 4096 ]
result $? "there is no room for pages"
grep -q LoadCredential "$service" && grep -q credential: "$service"
result $? "nothing is said of credentials of systemd's"

# ---- User and directories ---------------------------------------------------

mkdir -p "$root/etc" "$root/run"
systemd-sysusers --root="$root" "$sysusers" >"$tmp/output" 2>&1
result $? "systemd-sysusers: $(cat "$tmp/output")"
grep -qE '^apam:[^:]*:[0-9]+:[0-9]+:[^:]*:/:/usr/sbin/nologin$' \
    "$root/etc/passwd"
result $? "there is no user apam, or one who can log in"
grep -q '^apam:!' "$root/etc/shadow"
result $? "apam has a password"

systemd-tmpfiles --root="$root" --create "$tmpfiles" >"$tmp/output" 2>&1
result $? "systemd-tmpfiles: $(cat "$tmp/output")"
gid=$(sed -n 's/^apam:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")

# made PATH MODE UID GID
made()
{
	got=$(stat -c '%a %u %g' "$root$1" 2>&1)
	[ "$got" = "$2 $3 $4" ]
	result $? "$1 is $got, not $2 $3 $4"
}
if [ "$(id -u)" -eq 0 ]; then
	made /run/apam 755 0 0
	made /etc/local/apam.d 755 0 0
	made /etc/local/apam.d/secrets 751 0 "$gid"
	made /srv/apam 755 0 0
	made /srv/apam/users 755 0 0
	made /srv/apam/secrets 755 0 0
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
