/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx lies where only root's PATH leads, and the gateway is any user's.
 */
#include "gateway/nginx_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/beside.h"

#define MODULE "ngx_http_apam_module.so"
#define SYSTEM ":/usr/sbin:/usr/local/sbin:/sbin"

/* A directory may be called so, too. */
static bool
is_program(const char *path)
{
	struct stat st;

	return access(path, X_OK) == 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

/* A program in one of the directories of a list like PATH. */
static bool
find_in(const char *list, const char *name, char to[NGINX_PLACE_SIZE])
{
	for (size_t n; *list != '\0'; list += n) {
		list += strspn(list, ":");
		n = strcspn(list, ":");
		if (list[0] == '/' &&
		    snprintf(to, NGINX_PLACE_SIZE, "%.*s/%s", (int)n, list,
			name) < NGINX_PLACE_SIZE &&
		    is_program(to))
			return true;
	}
	return false;
}

bool
nginx_place_program(char to[NGINX_PLACE_SIZE])
{
	const char *path = getenv("PATH");

	return (path != NULL && find_in(path, "nginx", to)) ||
	    find_in(SYSTEM, "nginx", to);
}

bool
nginx_place_module(char to[NGINX_PLACE_SIZE])
{
	_Static_assert(NGINX_PLACE_SIZE == BESIDE_PATH_SIZE, "one size");
	if (beside_find("nginx/" MODULE, "nginx/" MODULE, R_OK, to))
		return true;
	snprintf(to, NGINX_PLACE_SIZE, "/usr/lib/nginx/modules/" MODULE);
	return access(to, R_OK) == 0;
}

bool
nginx_place_page(char to[NGINX_PLACE_SIZE])
{
	char *slash;

	if (!beside_find(
		"nginx/page/index.html", "nginx/page/index.html", R_OK, to))
		return false;
	slash = strrchr(to, '/');
	*slash = '\0';
	return true;
}
