/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of services that a module gets, put together from service_*.c.  Each
 * service is a thin layer between the ABI's types and the file that does the
 * work; none does I/O except for the log.
 */
#include "abi/services.h"

#include <string.h>

#include "abi/service_tables.h"

void
services_init(struct services *s, const char *scheme, const struct log *log)
{
	memset(s, 0, sizeof(*s));
	s->pub.size = sizeof(s->pub);
	services_add_basics(&s->pub);
	services_add_texts(&s->pub);
	services_add_keys(&s->pub);
	services_add_steps(&s->pub);
	services_add_responses(&s->pub);
	services_add_signing(&s->pub);
	s->scheme = scheme;
	s->log = log;
	key_cache_init(&s->keys);
}

void
services_free(struct services *s)
{
	key_cache_free(&s->keys);
	memset(s, 0, sizeof(*s));
}
