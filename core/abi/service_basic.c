/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services of any call: log, time, chance; and those of `open`.
 */
#include <apam/module.h>

#include "abi/service_say.h"
#include "abi/service_tables.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/random.h"

static void
service_log(
    const struct apam_services *svc, int32_t level, struct apam_str text)
{
	const struct services *s = services_of(svc);
	char line[SERVICE_MESSAGE_MAX];

	service_message(svc, text, line, sizeof(line));
	log_line(s->log, (enum apam_log_level)level, "%s: %s", s->scheme, line);
}

static int64_t
service_now_ms(const struct apam_services *svc)
{
	(void)svc;
	return clock_unix_ms();
}

static int32_t
service_random(const struct apam_services *svc, void *to, size_t n)
{
	(void)svc;
	/* A larger length is a mistake, and would not fit. */
	return n <= INT32_MAX && random_bytes(to, n) ? APAM_OK :
						       APAM_E_INTERNAL;
}

static int32_t
service_equal(
    const struct apam_services *svc, struct apam_str a, struct apam_str b)
{
	(void)svc;
	return bytes_equal(a, b);
}

static int32_t
service_refuse_option(const struct apam_services *svc, const size_t *path,
    size_t count, struct apam_str text)
{
	const struct services *s = services_of(svc);
	char message[SERVICE_MESSAGE_MAX];

	service_message(svc, text, message, sizeof(message));
	if (s->refuse != NULL)
		s->refuse(s->refuse_arg, path, count, message);
	return APAM_E_CONFIG;
}

static void
service_prepare_unneeded(const struct apam_services *svc)
{
	/*
	 * It is the core's, and no other thread sees it before the entry is
	 * open.
	 */
	struct services *s = (struct services *)(uintptr_t)svc;

	s->prepare_unneeded = true;
}

/* The same holds for this one. */
static void
service_short_lived(const struct apam_services *svc)
{
	struct services *s = (struct services *)(uintptr_t)svc;

	s->short_lived = true;
}

void
services_add_basics(struct apam_services *to)
{
	to->log = service_log;
	to->now_ms = service_now_ms;
	to->random = service_random;
	to->equal = service_equal;
	to->refuse_option = service_refuse_option;
	to->prepare_unneeded = service_prepare_unneeded;
	to->short_lived = service_short_lived;
}
