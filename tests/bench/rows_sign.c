/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of one thread that signs with a cached credential.
 */
#include <stdio.h>

#include "bench.h"
#include "raw.h"
#include "signer.h"

#define ROUNDS 301
#define PROMISED 10000
#define TRIES 3

static void
compare(const char *profile, bool release, void (*raw)(void *arg, size_t n),
    struct result *result)
{
	struct signer signer;
	struct loop mine = { signer_run, &signer, 0 };
	struct loop theirs = { raw, NULL, 0 };
	struct work a, b;

	signer_init(&signer, profile);
	signer.release = release;
	a = loop_work(&mine);
	b = loop_work(&theirs);
	measure(&a, &b, ROUNDS, result);
}

static void
sign_many(void *arg)
{
	signer_run(arg, PROMISED);
}

/*
 * The hit path allocates nothing and makes no system call.  Once a second a
 * signature takes the long way and checks files: it may be one of these, but
 * not in each try.
 */
static void
check_promises(struct result *result)
{
	struct signer signer;
	unsigned long before, made = 1;
	long call = 1;

	signer_init(&signer, "bearer");
	for (int i = 0; i < TRIES && (made != 0 || call != 0); i++) {
		sign_many(&signer);
		before = allocations();
		sign_many(&signer);
		made = allocations() - before;
		call = system_call_of(sign_many, &signer);
	}
	result->broken = made != 0 || call != 0;
	if (call == 0)
		(void)snprintf(result->note, sizeof(result->note),
		    "%lu allocations and no system call in %d signatures; no "
		    "lock, by design",
		    made, PROMISED);
	else
		(void)snprintf(result->note, sizeof(result->note),
		    "%lu allocations in %d signatures; system call number %ld",
		    made, PROMISED, call);
}

void
run_sign_bearer(struct result *result)
{
	compare("bearer", false, raw_load_clock_copy, result);
	check_promises(result);
}

void
run_sign_release(struct result *result)
{
	compare("bearer", true, raw_load_clock_copy_wipe, result);
}

void
run_sign_basic(struct result *result)
{
	compare("basic", false, raw_copy, result);
	(void)snprintf(result->note, sizeof(result->note), "guide: 30 ns");
}

void
run_sign_query(struct result *result)
{
	compare("query", false, raw_copy, result);
	result->ratio = result->ns;
}

void
run_sign_hmac_once(struct result *result)
{
	compare("hmac", false, raw_hmac_once, result);
}

void
run_sign_hmac(struct result *result)
{
	compare("hmac", false, raw_hmac, result);
}
