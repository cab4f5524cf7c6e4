/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration file: read through a checked descriptor, guarded against
 * what libconfig 1.5 gets wrong, then parsed by it.
 *
 * Reading is all that may be done with the tree: it lies in a pool
 * (base/pool.h).
 *
 * conf_guard refuses, with the line: `@include` (it can end the process), NUL
 * and other control characters, text that is no UTF-8, numbers that do not fit
 * (libconfig takes them silently), nesting deeper than 16, and any syntax error
 * (libconfig leaks after one).  What is left to libconfig to refuse is a name
 * given twice.
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/pool.h"
#include "base/problems.h"

#define CONF_FILE_MAX 65535 /* bytes; libconfig counts lines in 16 bits */

/*
 * The pools, in bytes, for a text of n bytes: what is enough for most texts,
 * and what is more than enough for any that the guard passes, by a measured
 * bound (tests/unit/base/check_pool.c).
 */
#define CONF_POOL_FIRST(n) (4096 + 8 * (n))
#define CONF_POOL_MOST(n) (16384 + 256 * (n))

struct conf {
	char *file; /* its path */
	struct pool *pool; /* what the tree lies in */
	config_t tree;
};

/*
 * Read and parse.  NULL with a problem added where that failed.  `user`: user
 * mode of file/trust.h.
 */
struct conf *conf_new(const char *path, bool user, struct problems *all);

/* Free and set *conf to NULL; fine on NULL. */
void conf_free(struct conf **conf);

/* True where `text` is safe to hand to libconfig; else adds a problem. */
bool conf_guard(const char *file, struct apam_str text, struct problems *all);

/* Parse text that a guard has passed; for conf_new and the fuzzer. */
struct conf *
conf_parse(const char *file, struct apam_str text, struct problems *all);

#endif
