/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core services for modules.  Each is a thin layer between the ABI's types
 * and the file that does the work; none does I/O except for the log.  Those
 * that belong together are in a file of their own: service_*.c.
 */
#include "abi/services.h"

#include <string.h>

#include "abi/service_tables.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "base/utf8.h"

/* ---- What modules say -------------------------------------------------- */

/* Shorter ones are found in ordinary words, too. */
#define SECRET_LEAST 6

/* Put stars in `to`, of `n` bytes, where the text has the secret. */
static void
mask(struct apam_str secret, struct apam_str text, char *to, size_t n)
{
	if (secret.n < SECRET_LEAST)
		return;
	for (size_t i = 0; i < n && i + secret.n <= text.n; i++)
		if (memcmp(text.p + i, secret.p, secret.n) == 0)
			memset(
			    to + i, '*', n - i < secret.n ? n - i : secret.n);
}

void
service_message_hiding(const struct apam_services *svc,
    const struct apam_str hidden[2], struct apam_str text, char *to,
    size_t size)
{
	const struct services *s = services_of(svc);
	const size_t n = text.n < size - 1 ? text.n : size - 1;

	if (n > 0)
		memcpy(to, text.p, n);
	to[n] = '\0';
	for (size_t i = 0; i < s->secret_count; i++)
		mask(buf_view(&s->secrets[i]), text, to, n);
	for (size_t i = 0; i < 2; i++)
		mask(hidden[i], text, to, n);
	utf8_flatten(to);
}

void
service_message(const struct apam_services *svc, struct apam_str text, char *to,
    size_t size)
{
	static const struct apam_str none[2];

	service_message_hiding(svc, none, text, to, size);
}

enum apam_status
service_failure(int32_t status)
{
	const enum apam_status known = (enum apam_status)status;

	return status == APAM_OK || !status_is_known(known) ? APAM_E_ABI :
							      known;
}

/* ---- Log, time, chance, options --------------------------------------- */

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

/* ---- The table -------------------------------------------------------- */

void
services_init(struct services *s, const char *scheme, const struct log *log)
{
	memset(s, 0, sizeof(*s));
	s->pub = (struct apam_services){
		.size = sizeof(s->pub),
		.log = service_log,
		.now_ms = service_now_ms,
		.random = service_random,
		.equal = service_equal,
		.refuse_option = service_refuse_option,
		.prepare_unneeded = service_prepare_unneeded,
	};
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
