/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * durable_record_take: what is read is sound, and once written it is the same
 * text, and so are its facts.  An input that begins with '=' is such a text without its last line,
 * which is added here, so that the search gets behind the checksum.
 */
#include "base/siphash.h"
#include "base/str.h"
#include "durable/durable_facts.h"
#include "durable/durable_record.h"
#include "fuzz.h"
#include "text/encode.h"

/* A fact is found by its name, and written as it was read. */
static void
check_facts(struct apam_str lines)
{
	struct apam_str rest = lines;
	struct durable_fact fact;
	struct buf again;
	size_t at;

	while (at = lines.n - rest.n, durable_fact_take(&rest, &fact)) {
		HOLDS(fact.name.n > 0 && fact.value.n > 0);
		HOLDS(durable_fact_find(lines, fact.name).n > 0);
		if (!durable_fact_name_ok(fact.name) ||
		    !durable_fact_value_ok(fact.value))
			continue;
		buf_init(&again, DURABLE_HEAD_MAX);
		durable_fact_put(&again, &fact);
		HOLDS(again.failed ||
		    str_starts(str_skip(lines, at), buf_view(&again)));
		buf_free(&again);
	}
}

static void
check_record(struct apam_str text)
{
	struct durable_record r;
	const char *why = durable_record_take(text, &r);
	struct buf again;

	fuzz_says(why);
	HOLDS((why == NULL) == (r.generation > 0));
	if (why != NULL)
		return;
	HOLDS(r.secret.n > 0 || r.state == DURABLE_LOGIN);
	HOLDS((r.reason.n > 0) == (r.state == DURABLE_LOGIN));
	HOLDS((r.sendings > 0) == (r.state == DURABLE_SPENDING));
	HOLDS(store_name_ok(r.name));
	HOLDS(durable_life_ok(&r.life));
	HOLDS(r.life.until == 0 || r.state != DURABLE_LOGIN);
	check_facts(r.facts);
	buf_init(&again, DURABLE_RECORD_MAX);
	if (durable_record_put(&r, &again))
		HOLDS(str_equal(buf_view(&again), text));
	else
		HOLDS(fuzz_is_starved() || text.n > DURABLE_HEAD_MAX);
	buf_free(&again);
}

/* The text with the line that belongs to it. */
static void
check_with_sum(struct apam_str text)
{
	static const unsigned char key[SIPHASH_SIZE] = "apam's records";
	unsigned char hash[SIPHASH_SIZE];
	char *whole = fuzz_alloc(text.n + 64);
	const size_t at = text.n + sizeof("check ") - 1;

	memcpy(whole, text.p, text.n);
	memcpy(whole + text.n, "check ", sizeof("check "));
	siphash(key, text.p, text.n, hash);
	encode_hex(hash, sizeof(hash), whole + at);
	whole[at + 2 * SIPHASH_SIZE] = '\n';
	check_record((struct apam_str){ whole, at + 2 * SIPHASH_SIZE + 1 });
	free(whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str all = { (const char *)data, size };

	if (size > 0 && data[0] == '=')
		check_with_sum(str_skip(all, 1));
	else
		check_record(all);
	return 0;
}
