/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* setenv */
#include "run/client_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "run/memory_file.h"
#include "run/say.h"
#include "run/variable.h"

#define PATH_SIZE 4096

/* ---- wget ---------------------------------------------------------------- */

/* wget reads nothing there either. */
static bool
is_nothing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EISDIR ||
	    error == EACCES;
}

/* What wget reads now, "" where there is nothing; NULL with errno. */
static char *
wgetrc(void)
{
	const char *own = getenv("WGETRC"), *home = getenv("HOME");
	char path[PATH_SIZE] = "";
	char *text;

	if (own != NULL)
		snprintf(path, sizeof(path), "%s", own);
	else if (home != NULL)
		snprintf(path, sizeof(path), "%s/.wgetrc", home);
	if (path[0] == '\0')
		return strdup("");
	text = file_text(path);
	return text == NULL && is_nothing(errno) ? strdup("") : text;
}

/* wget takes '-' for '_', and either for nothing. */
static bool
names_authorities(const char *text)
{
	return strcasestr(text, "ca_cert") != NULL ||
	    strcasestr(text, "ca-cert") != NULL ||
	    strcasestr(text, "cacert") != NULL;
}

/* The one of GnuTLS, as Debian has it, asks no variable. */
static bool
set_wget(const char *bundle)
{
	char path[MEMORY_PATH_SIZE], *own = wgetrc();
	bool ok = own != NULL;

	if (ok && !names_authorities(own))
		ok = memory_file((const char *const[]){ own,
				     "\nca_certificate = ", bundle, "\n" },
			 4, path) >= 0 &&
		    variable_set("WGETRC", path);
	if (!ok)
		say("no file can be made for wget: %s", strerror(errno));
	free(own);
	return ok;
}

/* ---- PHP ----------------------------------------------------------------- */

static bool
write_ini(const char *dir, const char *bundle)
{
	char path[PATH_SIZE + 16];
	FILE *to;
	bool ok;

	snprintf(path, sizeof(path), "%s/apam.ini", dir);
	to = mkdir(dir, 0700) == 0 ? fopen(path, "we") : NULL;
	if (to == NULL)
		return false;
	ok = fprintf(to, "curl.cainfo = \"%s\"\nopenssl.cafile = \"%s\"\n",
		 bundle, bundle) > 0;
	return fclose(to) == 0 && ok;
}

/* Its settings are read from one directory behind the other; "" is its own. */
static bool
set_php(const char *bundle, const char *folder)
{
	const char *own = getenv("PHP_INI_SCAN_DIR");
	char dir[PATH_SIZE], all[2 * PATH_SIZE];

	snprintf(dir, sizeof(dir), "%s/php", folder);
	if (!write_ini(dir, bundle)) {
		say("no file can be made for PHP: %s", strerror(errno));
		return false;
	}
	if (own != NULL && strlen(own) >= PATH_SIZE)
		return true;
	snprintf(all, sizeof(all), "%s:%s", own == NULL ? "" : own, dir);
	return variable_set("PHP_INI_SCAN_DIR", all);
}

bool
client_files_set(const char *bundle, const char *folder)
{
	return set_wget(bundle) && set_php(bundle, folder);
}
