/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real user's name, from the system's user database.  For root, sudo's word
 * on which user it acts for is used.
 */
#include "base/login_name.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "base/privilege.h"
#include "base/str.h"
#include "base/utf8.h"

#define ENTRY_MAX 4096 /* bytes of an entry of the user database */
#define NAME_MAX_BYTES 64

/* True if the registry can store the name. */
static bool
is_name(const char *name)
{
	return name != NULL && name[0] != '\0' &&
	    strlen(name) <= NAME_MAX_BYTES && utf8_is_plain(apam_str(name));
}

void
login_name(char to[LOGIN_NAME_SIZE])
{
	const uid_t uid = getuid();
	const char *sudo = uid == 0 ? trusted_getenv("SUDO_USER") : NULL;
	struct passwd entry, *found = NULL;
	char text[ENTRY_MAX];

	if (is_name(sudo)) {
		(void)snprintf(to, LOGIN_NAME_SIZE, "%s (sudo)", sudo);
		return;
	}
	if (getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 &&
	    found != NULL && is_name(entry.pw_name))
		(void)snprintf(to, LOGIN_NAME_SIZE, "%s", entry.pw_name);
	else
		(void)snprintf(to, LOGIN_NAME_SIZE, "%lu", (unsigned long)uid);
}

void
group_name(unsigned long gid, char to[LOGIN_NAME_SIZE])
{
	struct group entry, *found = NULL;
	char text[ENTRY_MAX];

	/*
	 * A group with too many members does not fit; its number is used then.
	 */
	if (getgrgid_r((gid_t)gid, &entry, text, sizeof(text), &found) == 0 &&
	    found != NULL && is_name(entry.gr_name))
		(void)snprintf(to, LOGIN_NAME_SIZE, "%s", entry.gr_name);
	else
		(void)snprintf(to, LOGIN_NAME_SIZE, "%lu", gid);
}
