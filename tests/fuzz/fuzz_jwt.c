/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lifetime_jwt_exp and lifetime_choose with the input as the token, and again
 * with the input as the claims of one, so that the fuzzer need not learn
 * base64.
 */
#include "base/secmem.h"
#include "fuzz.h"
#include "text/encode.h"
#include "text/lifetime.h"

static void
check_token(struct apam_str token)
{
	int64_t exp = lifetime_jwt_exp(token);
	int64_t early, late, given;

	HOLDS(exp >= LIFETIME_UNSTATED ||
	    (exp == LIFETIME_UNREAD && fuzz_is_starved()));
	early = lifetime_choose(LIFETIME_UNSTATED, token, 0, 0, 900);
	late = lifetime_choose(
	    LIFETIME_UNSTATED, token, INT64_MAX, INT64_MAX, 900);
	given = lifetime_choose(60, token, 0, 0, 900);
	if (fuzz_is_starved() &&
	    (exp == LIFETIME_UNREAD || early == LIFETIME_UNREAD ||
		late == LIFETIME_UNREAD || given == LIFETIME_UNREAD))
		return;
	HOLDS(early >= 0 && early <= LIFETIME_MAX);
	HOLDS(late == (exp < 0 ? 900 : 0));
	HOLDS(exp >= 0 || early == 900);
	/* What the token itself says counts where it is less. */
	HOLDS(given == (exp >= 0 && exp < 60 ? exp : 60));
	HOLDS(lifetime_margin_ms(early) <= 60000);
}

/* Append unpadded URL-safe base64. */
static void
put_part(struct buf *b, struct apam_str bytes)
{
	encode_base64(b, bytes);
	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] == '+')
			b->p[i] = '-';
		if (b->p[i] == '/')
			b->p[i] = '_';
	}
	while (b->n > 0 && b->p[b->n - 1] == '=')
		buf_truncate(b, b->n - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str input = { (const char *)data, size };
	struct buf b;

	check_token(input);
	buf_init(&b, 1 << 20);
	put_part(&b, APAM_STR("{\"alg\":\"none\"}"));
	buf_put_char(&b, '.');
	put_part(&b, input);
	buf_put_char(&b, '.');
	check_token(buf_view(&b));
	buf_free(&b);
	HOLDS(secmem_live() == 0);
	return 0;
}
