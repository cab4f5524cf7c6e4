/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of headers as libcurl takes them, wiped when they are freed: they may hold
 * a credential.
 */
#ifndef HOSTS_CURL_HEADER_LIST_H
#define HOSTS_CURL_HEADER_LIST_H

#include <stdbool.h>

#include <curl/curl.h>

#include <apam/types.h>

/* Add a line.  False without memory; the list is as it was. */
bool header_list_add(struct curl_slist **list, const char *line);

/* Add a header as a line, in the same way. */
bool header_list_add_field(
    struct curl_slist **list, const struct apam_header *header);

/* Wipe and free, and set *list to NULL. */
void header_list_free(struct curl_slist **list);

#endif
