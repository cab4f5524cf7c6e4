/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_pretty: what it prints means what was given, is plain, and is printed
 * the same when it is printed again; what is not JSON prints nothing.
 */
#include "fuzz.h"
#include "lib/json_pretty.c"

struct printed {
	char *p;
	size_t n;
	bool ok;
};

static struct printed
print(struct apam_str text)
{
	struct printed out = { 0 };
	FILE *to = open_memstream(&out.p, &out.n);

	if (to == NULL)
		return out;
	out.ok = json_pretty(to, text);
	if (fclose(to) != 0)
		out.ok = false;
	return out;
}

static void
check_plain(struct printed out)
{
	struct apam_str rest = { out.p, out.n };
	size_t n;

	while (rest.n > 0) {
		n = rest.p[0] == '\n' ? 1 : utf8_plain_length(rest);
		HOLDS(n > 0);
		rest.p += n;
		rest.n -= n;
	}
}

static void
check_meaning(struct apam_str text, struct printed out)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_t *before = json_loadb(text.p, text.n, flags, NULL);
	json_t *after = json_loadb(out.p, out.n, flags, NULL);

	HOLDS(before == NULL || after == NULL || json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str text = { (const char *)data, size };
	struct printed out, again = { 0 };

	/* Where it has none the program ends: hosts/cli/lib/json_memory.c. */
	json_set_alloc_funcs(fuzz_alloc, free);
	out = print(text);
	if (!out.ok) {
		HOLDS(out.n == 0);
	} else {
		check_plain(out);
		check_meaning(text, out);
		again = print((struct apam_str){ out.p, out.n });
		HOLDS(!again.ok ||
		    (again.n == out.n && memcmp(again.p, out.p, out.n) == 0));
	}
	free(out.p);
	free(again.p);
	return 0;
}
