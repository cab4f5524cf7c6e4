/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "curl/header_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
header_list_add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

bool
header_list_add_field(
    struct curl_slist **list, const struct apam_header *header)
{
	const struct apam_str name = header->name, value = header->value;
	const size_t size = name.n + sizeof(": ") + value.n;
	char *line = malloc(size);
	bool ok;

	if (line == NULL)
		return false;
	/* libcurl sends an empty header for "Name;" alone. */
	(void)snprintf(line, size, "%.*s%s%.*s", (int)name.n, name.p,
	    value.n == 0 ? ";" : ": ", (int)value.n,
	    value.n == 0 ? "" : value.p);
	ok = header_list_add(list, line);
	explicit_bzero(line, size);
	free(line);
	return ok;
}

void
header_list_free(struct curl_slist **list)
{
	for (struct curl_slist *i = *list; i != NULL; i = i->next)
		explicit_bzero(i->data, strlen(i->data));
	curl_slist_free_all(*list);
	*list = NULL;
}
