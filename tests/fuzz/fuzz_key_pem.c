/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_pem_read, and what reads DER, with the input as PEM and as DER: what comes
 * out lies within what was decoded.
 */
#include "base/secmem.h"
#include "crypto/key_asn1.h"
#include "crypto/key_pem.h"
#include "fuzz.h"

static void
check_numbers(const struct crypto_numbers *numbers, struct apam_str der)
{
	size_t any = 0;

	HOLDS(numbers->kind >= APAM_KIND_EC_P256);
	HOLDS(numbers->kind <= KEY_KIND_LAST);
	for (size_t i = 0; i < CRYPTO_NUMBERS; i++) {
		any += numbers->at[i].n;
		HOLDS(numbers->at[i].n == 0 || numbers->at[i].p >= der.p);
		HOLDS(numbers->at[i].n == 0 ||
		    numbers->at[i].p + numbers->at[i].n <= der.p + der.n);
	}
	HOLDS(any > 0 && any <= der.n);
}

static void
check_der(struct apam_str der)
{
	static const char *(*const readers[])(struct apam_str bytes,
	    struct crypto_numbers * numbers) = { key_asn1_pkcs8, key_asn1_rsa,
		key_asn1_rsa_public, key_asn1_ec, key_asn1_public };
	struct crypto_numbers numbers;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i](der, &numbers) == NULL)
			check_numbers(&numbers, der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	struct crypto_numbers numbers;
	const char *why;
	struct buf der;

	check_der(text);
	buf_init(&der, CRYPTO_KEY_MAX);
	why = key_pem_read(text, &der, &numbers);
	if (der.failed)
		why = fuzz_is_starved() ? "out of memory" : "too long";
	fuzz_says(why);
	HOLDS(why != NULL || key_pem_is(text));
	if (why == NULL)
		check_numbers(&numbers, buf_view(&der));
	buf_free(&der);
	HOLDS(secmem_live() == 0);
	return 0;
}
