/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jwk_read: what comes out is decoded from the input, and no longer than it.
 */
#include "base/secmem.h"
#include "crypto/jwk.h"
#include "fuzz.h"
#include "text/json.h"

static void
check_numbers(const struct crypto_numbers *numbers, const struct buf *bytes)
{
	const struct apam_str *at = numbers->at;

	HOLDS(numbers->kind >= APAM_KIND_SYMMETRIC);
	HOLDS(numbers->kind <= KEY_KIND_LAST);
	HOLDS(at[CRYPTO_X].n > 0);
	for (size_t i = 0; i < CRYPTO_NUMBERS; i++) {
		HOLDS(at[i].n <= bytes->n);
		HOLDS(at[i].n == 0 || at[i].p >= bytes->p);
		HOLDS(at[i].n == 0 || at[i].p + at[i].n <= bytes->p + bytes->n);
	}
	HOLDS(numbers->kind != APAM_KIND_SYMMETRIC || at[0].n == bytes->n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	struct crypto_numbers numbers;
	const char *why;
	struct buf bytes;

	buf_init(&bytes, CRYPTO_KEY_MAX);
	why = jwk_read(text, &bytes, &numbers);
	if (bytes.no_memory)
		why = "out of memory";
	fuzz_says(why);
	HOLDS(bytes.n <= size);
	if (why == NULL)
		check_numbers(&numbers, &bytes);
	HOLDS(!json_is_short(why) || fuzz_is_starved());
	buf_free(&bytes);
	HOLDS(secmem_live() == 0);
	return 0;
}
