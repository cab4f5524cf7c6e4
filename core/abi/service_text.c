/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services on texts that a module builds, and on how bytes are written.
 */
#include <stdlib.h>

#include "abi/service_tables.h"
#include "base/str.h"
#include "text/encode.h"

#define TEXT_MAX (1024 * 1024)

#define TEXT_ROOM 448

struct apam_text {
	struct buf b;
	char room[TEXT_ROOM]; /* for what is not secret */
};

static struct apam_text *
text_new(const struct apam_services *svc, int32_t secret)
{
	struct apam_text *t = malloc(sizeof(*t));

	(void)svc;
	if (t == NULL)
		return NULL;
	if (secret)
		buf_init(&t->b, TEXT_MAX);
	else
		buf_init_in(&t->b, TEXT_MAX, t->room, sizeof(t->room));
	return t;
}

typedef void writer(struct buf *b, struct apam_str bytes);

static void
put_plain(struct buf *b, struct apam_str bytes)
{
	buf_put(b, bytes);
}

static writer *const writers[] = {
	[APAM_WRITING_PLAIN] = put_plain,
	[APAM_WRITING_BASE64] = encode_base64,
	[APAM_WRITING_BASE64URL] = encode_base64url,
	[APAM_WRITING_HEX] = encode_put_hex,
	[APAM_WRITING_PERCENT] = encode_percent,
	[APAM_WRITING_FORM] = encode_form,
	[APAM_WRITING_JSON] = encode_json_string,
};

/*
 * Bytes of the text itself: a copy of them is made first, because the text moves
 * when it grows.
 */
static void
put_own(struct apam_text *text, int32_t writing, struct apam_str bytes)
{
	struct buf copy;

	buf_init(&copy, TEXT_MAX);
	buf_put(&copy, bytes);
	if (copy.failed)
		buf_fail(&text->b);
	else
		writers[writing](&text->b, buf_view(&copy));
	buf_free(&copy);
}

static void
text_put(const struct apam_services *svc, struct apam_text *text,
    int32_t writing, struct apam_str bytes)
{
	(void)svc;
	if (text == NULL)
		return;
	if (writing < 0 || writing > APAM_WRITING_JSON)
		buf_fail(&text->b);
	else if (buf_holds(&text->b, bytes))
		put_own(text, writing, bytes);
	else if (writing == APAM_WRITING_PLAIN)
		buf_put(&text->b, bytes);
	else
		writers[writing](&text->b, bytes);
}

static void
text_put_number(
    const struct apam_services *svc, struct apam_text *text, int64_t number)
{
	char digits[STR_NUMBER_SIZE];

	text_put(svc, text, APAM_WRITING_PLAIN, str_of_number(number, digits));
}

static bool
read_to(struct buf *b, int32_t writing, struct apam_str written)
{
	switch (writing) {
	case APAM_WRITING_BASE64:
		return decode_base64(b, written);
	case APAM_WRITING_BASE64URL:
		return decode_base64url(b, written);
	case APAM_WRITING_HEX:
		return decode_put_hex(b, written);
	case APAM_WRITING_PERCENT:
		return decode_percent(b, written);
	case APAM_WRITING_FORM:
		return decode_form(b, written);
	}
	return false;
}

/* Into a buffer of its own, because what is written may be of the text. */
static int32_t
text_read(const struct apam_services *svc, struct apam_text *text,
    int32_t writing, struct apam_str written)
{
	int32_t status = APAM_E_USAGE;
	struct buf read;

	(void)svc;
	if (text == NULL)
		return APAM_E_MEMORY;
	buf_init(&read, TEXT_MAX);
	if (read_to(&read, writing, written) || read.failed) {
		buf_put(&text->b, buf_view(&read));
		status = text->b.failed ? APAM_E_MEMORY : APAM_OK;
	}
	buf_free(&read);
	return status;
}

/* There was no memory for a text that is NULL. */
static struct apam_str
text_view(const struct apam_services *svc, const struct apam_text *text)
{
	static const struct buf none = { .failed = true, .no_memory = true };

	(void)svc;
	return buf_view(text == NULL ? &none : &text->b);
}

static void
text_free(const struct apam_services *svc, struct apam_text **text)
{
	(void)svc;
	if (text == NULL || *text == NULL)
		return;
	buf_free(&(*text)->b);
	free(*text);
	*text = NULL;
}

void
services_add_texts(struct apam_services *to)
{
	to->text_new = text_new;
	to->text_put = text_put;
	to->text_put_number = text_put_number;
	to->text_read = text_read;
	to->text_view = text_view;
	to->text_free = text_free;
}
