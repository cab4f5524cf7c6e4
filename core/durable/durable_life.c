/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In doubt it goes on: what waits for its end then waits longer.
 */
#include "durable/durable_life.h"

#include <string.h>

#include "base/str.h"

static void
name_boot(char to[BOOT_ID_SIZE + 1])
{
	char id[BOOT_ID_SIZE];

	memset(to, 0, BOOT_ID_SIZE + 1);
	if (boot_id(id))
		memcpy(to, id, BOOT_ID_SIZE);
	else
		memcpy(to, DURABLE_BOOT_UNKNOWN, sizeof(DURABLE_BOOT_UNKNOWN));
}

struct durable_life
durable_life_of(int64_t from, int64_t until)
{
	struct durable_life life = { .from = from, .until = until };

	name_boot(life.boot);
	return life;
}

static bool
is_unknown(const char *boot)
{
	return strcmp(boot, DURABLE_BOOT_UNKNOWN) == 0;
}

static bool
is_boot(const char *boot)
{
	return is_unknown(boot) ||
	    (strlen(boot) == BOOT_ID_SIZE &&
		strspn(boot, "0123456789abcdef-") == BOOT_ID_SIZE);
}

bool
durable_life_ok(const struct durable_life *life)
{
	if (life->until == 0)
		return life->from == 0 && life->boot[0] == '\0';
	return life->from >= 0 && life->until >= life->from &&
	    is_boot(life->boot);
}

int64_t
durable_life_left(const struct durable_life *life, int64_t now)
{
	char boot[BOOT_ID_SIZE + 1];

	if (life->until <= now)
		return 0;
	name_boot(boot);
	if (is_unknown(boot) || is_unknown(life->boot))
		return now < life->from ? 0 : life->until - now;
	return strcmp(boot, life->boot) == 0 ? life->until - now : 0;
}
