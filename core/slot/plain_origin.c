/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Origins that are compared byte by byte, and a start of no bytes behind them.
 */
#include "slot/plain_origin.h"

#include <string.h>

#include "slot/url_plain.h"
#include "slot/write.h"

const struct url *
plain_origin(const struct url *origins, size_t count, const char *url)
{
	static const struct url_start none;

	for (size_t i = 0; i < count; i++) {
		const size_t n = slot_origin_bytes(&origins[i]);

		if (n > 0 && strncmp(url, origins[i].text.p, n) == 0 &&
		    url_is_plain(url + n, &none))
			return &origins[i];
	}
	return NULL;
}
