/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core services for modules (module.h), and the log to which they and the
 * core write.
 */
#ifndef CORE_ABI_SERVICES_H
#define CORE_ABI_SERVICES_H

#include <apam/module.h>

#include "base/buf.h"
#include "base/log.h"
#include "crypto/key_cache.h"

/*
 * `refuse` is called by refuse_option with the path in the module's table and
 * the text.
 */
struct services {
	struct apam_services pub; /* modules get &pub */
	const struct log *log;
	const char *scheme;	/* the prefix of its log lines */
	/* Set by the module in open. */
	bool prepare_unneeded, short_lived;
	void (*refuse)(void *arg, const size_t *path, size_t count,
	    const char *text);
	void *refuse_arg;
	/* What no text of the module may show, as entry/secrets.h keeps it. */
	const struct buf *secrets;
	size_t secret_count;
	/* services_mask for those that were read since; NULL: there are none. */
	void (*mask)(void *arg, struct apam_str text, char *to, size_t n);
	void *mask_arg;
	struct key_cache keys;	/* that it made last */
};

/* `log` may be NULL.  All must outlive the services. */
void services_init(struct services *s, const char *scheme,
    const struct log *log);
/* After the module's close; fine on a zeroed struct. */
void services_free(struct services *s);

/*
 * Put stars in `to`, a copy of the text that is cut to `n` bytes, where the text
 * has the secret, unless that is so short that it is in ordinary words.
 */
void services_mask(
    struct apam_str secret, struct apam_str text, char *to, size_t n);

#endif
