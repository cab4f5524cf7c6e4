/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One digest for each hash.
 */
#include "crypto/digests.h"

void
digests_begin(struct digests *d, unsigned hashes, struct apam_error *err)
{
	d->count = 0;
	for (int32_t hash = 1; hash <= DIGESTS_MAX; hash++) {
		if ((hashes & 1U << hash) == 0)
			continue;
		d->hashes[d->count] = hash;
		digest_begin_by(&d->running[d->count++], hash, err);
	}
}

void
digests_put(struct digests *d, struct apam_str bytes)
{
	for (size_t i = 0; i < d->count; i++)
		digest_put(&d->running[i], bytes.p, bytes.n);
}

enum apam_status
digests_end(struct digests *d)
{
	enum apam_status status = APAM_OK;

	for (size_t i = 0; i < d->count; i++) {
		size_t n;
		const enum apam_status ended = digest_end_by(
		    &d->running[i], d->bytes[i], &n);

		d->all[i] = (struct apam_digest){ .hash = d->hashes[i],
			.bytes = { (const char *)d->bytes[i], n } };
		if (status == APAM_OK)
			status = ended;
	}
	return status;
}

struct apam_str
digests_find(const struct apam_digest *all, size_t count, int32_t hash)
{
	for (size_t i = 0; i < count; i++)
		if (all[i].hash == hash)
			return all[i].bytes;
	return APAM_STR("");
}
