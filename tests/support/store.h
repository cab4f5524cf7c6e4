/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store of durable secrets below /tmp, for tests of core/durable.
 */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "durable/durable_turn.h"
#include "support/run.h"

static char store_base[64];
static struct durable_place store;
static const struct durable_claim store_claim = {
	.scheme = { "rotating", 8 },
	.machine = { "-", 1 },
	.bound = { "bound client_id abc\nbound token_url https://x\n", 46 },
};
static const struct apam_str store_origin = { "https://idp.example.com", 23 };

static inline void
store_make(void)
{
	(void)snprintf(
	    store_base, sizeof(store_base), "/tmp/apam-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(store_base));
	ck_assert_int_eq(chmod(store_base, 0755), 0);
	store = (struct durable_place){ store_base, geteuid() != 0, "demo" };
}

static inline void
store_remove(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", store_base);
	ck_assert_int_eq(system(command), 0);
}

/* The path of something in the directory of secrets, or of notes. */
static inline const char *
store_path(const char *directory, const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s/%lu/%s", store_base,
	    directory, (unsigned long)geteuid(), name);
	return path;
}

static inline void
store_begin(struct durable_turn *turn)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(durable_turn_begin(turn, &store, &err) == DURABLE_BEGUN,
	    "%s", err.text);
}

/* A first secret, as a login stores it. */
static inline void
store_login(const char *secret)
{
	const struct durable_gain gain = { .origin = store_origin,
		.secret = apam_str(secret) };
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_turn turn;

	store_begin(&turn);
	ck_assert_msg(
	    durable_turn_first(&turn, &store_claim, &gain, &err) == APAM_OK,
	    "%s", err.text);
	durable_turn_end(&turn);
}

/* What is on the disk. */
static inline void
store_holds(const char *secret, int64_t generation, enum durable_state state)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;

	ck_assert_msg(
	    durable_read(&store, &copy, &err) == APAM_OK, "%s", err.text);
	ck_assert(copy.there);
	ck_assert_int_eq(copy.is.generation, generation);
	ck_assert_int_eq(copy.is.state, state);
	ck_assert(str_equal(copy.is.secret, apam_str(secret)));
	durable_copy_free(&copy);
}

#endif
