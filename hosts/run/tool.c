/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* readlink */
#include "run/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE "ngx_http_apam_module.so"
#define SYSTEM ":/usr/sbin:/usr/local/sbin:/sbin"

static bool
is_there(const char *path, int how)
{
	return access(path, how) == 0;
}

/* A program in one of the directories of a list like PATH. */
static bool
find_in(const char *list, const char *name, char to[TOOL_PATH_SIZE])
{
	for (size_t n; *list != '\0'; list += n) {
		list += strspn(list, ":");
		n = strcspn(list, ":");
		if (list[0] == '/' &&
		    snprintf(to, TOOL_PATH_SIZE, "%.*s/%s", (int)n, list,
			name) < TOOL_PATH_SIZE &&
		    is_there(to, X_OK))
			return true;
	}
	return false;
}

bool
tool_nginx(char to[TOOL_PATH_SIZE])
{
	const char *path = getenv("PATH");

	return (path != NULL && find_in(path, "nginx", to)) ||
	    find_in(SYSTEM, "nginx", to);
}

bool
tool_module(char to[TOOL_PATH_SIZE])
{
	static const char *const sites[] = {
		APAM_MODULE_DIR "/nginx/" MODULE,
		"/usr/lib/nginx/modules/" MODULE,
	};
	char own[TOOL_PATH_SIZE - 64];
	const ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	own[n < 0 ? 0 : n] = '\0';
	slash = strrchr(own, '/');
	if (slash != NULL) {
		*slash = '\0';
		snprintf(to, TOOL_PATH_SIZE, "%s/nginx/%s", own, MODULE);
		if (is_there(to, R_OK))
			return true;
	}
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		snprintf(to, TOOL_PATH_SIZE, "%s", sites[i]);
		if (is_there(to, R_OK))
			return true;
	}
	return false;
}
