/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Some algorithms sign with chance, as ES256 does, so that no two signatures are
 * alike.  The core makes them here as anywhere, and what the module gets then
 * has the length of a real one and bytes that can be compared.
 */
#include "kit/chance.h"
#include "kit/standing.h"

static int32_t (*core_sign)(const struct apam_services *svc,
    const struct apam_key *key, int32_t algorithm, const struct apam_str *parts,
    size_t count, unsigned char *to, size_t size, size_t *n);

/* FNV-1a of what is signed. */
static uint64_t
hash_of(const struct apam_str *parts, size_t count, uint64_t hash)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].n; k++)
			hash = (hash ^ (unsigned char)parts[i].p[k]) *
			    0x100000001b3U;
	return hash;
}

static int32_t
fixed_sign(const struct apam_services *svc, const struct apam_key *key,
    int32_t algorithm, const struct apam_str *parts, size_t count,
    unsigned char *to, size_t size, size_t *n)
{
	struct chance c = { hash_of(parts, count, (uint64_t)algorithm) };
	const int32_t status = core_sign(
	    svc, key, algorithm, parts, count, to, size, n);

	if (status != APAM_OK)
		return status;
	/* In DER they have one of several lengths. */
	if (algorithm == APAM_ALG_ES256_DER ||
	    algorithm == APAM_ALG_ES384_DER || algorithm == APAM_ALG_ES512_DER)
		*n = *n < 68 ? *n : 68;
	for (size_t i = 0; i < *n; i++)
		to[i] = (unsigned char)chance_next(&c);
	return APAM_OK;
}

void
standing_fix_keys(struct apam_services *table)
{
	core_sign = table->key_sign;
	table->key_sign = fixed_sign;
}
