/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds libcurl's functions by name.  One that is missing makes all unusable.
 */
#include "lib/curl_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The table is filled in by offset: one row for each member. */
#define FUNCTION(name)                                                         \
	{                                                                      \
		"curl_" #name, offsetof(struct curl_library, name)             \
	}

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	FUNCTION(easy_init),
	FUNCTION(easy_cleanup),
	FUNCTION(easy_setopt),
	FUNCTION(easy_getinfo),
	FUNCTION(url),
	FUNCTION(url_set),
	FUNCTION(url_get),
	FUNCTION(url_cleanup),
	FUNCTION(free),
};

_Static_assert(sizeof(struct curl_library) ==
	sizeof(functions) / sizeof(functions[0]) * sizeof(void *),
    "every member has its row");

bool
curl_library_load(struct curl_library *curl)
{
	/* Global, as if linked.  Never closed: it has handlers for the exit. */
	void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_GLOBAL);

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = handle == NULL ? NULL :
					       dlsym(handle, functions[i].name);

		if (found == NULL)
			return false;
		memcpy(
		    (char *)curl + functions[i].offset, &found, sizeof(found));
	}
	return true;
}
