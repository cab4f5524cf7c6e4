/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON as this module writes it: texts are escaped, and its room is known before.
 */
#ifndef HOSTS_NGINX_JSON_TEXT_H
#define HOSTS_NGINX_JSON_TEXT_H

#include "nginx.h"

/* The most bytes that json_put_text writes for a text; NULL has 0. */
size_t json_room(const char *text);

/*
 * Write a text with its quotes.  What is not ASCII goes as it is where it is
 * UTF-8, and else as '?'.  Returns the end, where no NUL is.
 */
u_char *json_put_text(u_char *to, const char *text);

/* Write `,"name":"text"`; nothing where the text is NULL. */
u_char *json_put_member(u_char *to, const char *name, const char *text);

#endif
