/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts come from scripts and modules: what would steer a terminal is shown as
 * an escape of scripts, so that it can be copied into one.
 */
#include "drive/told.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/str.h"
#include "base/utf8.h"

#define SECRET_LEAST 4
#define SHOWN_MAX 2000 /* bytes of one text that are not secrets */

void
told_mask(struct told *t, struct apam_str secret)
{
	struct buf *to;

	if (secret.n < SECRET_LEAST)
		return;
	for (size_t i = 0; i < t->secret_count; i++)
		if (str_equal(buf_view(&t->secrets[i]), secret))
			return;
	if (!array_grow(
		&t->secrets, t->secret_count, &t->secret_room, sizeof(*to))) {
		t->blind = true;
		return;
	}
	to = &t->secrets[t->secret_count++];
	buf_init(to, secret.n);
	buf_set(to, secret);
	t->blind = t->blind || to->failed;
}

void
told_forget(struct told *t)
{
	while (t->secret_count > 0)
		buf_free(&t->secrets[--t->secret_count]);
	free(t->secrets);
	t->secrets = NULL;
	t->secret_room = 0;
	t->blind = false;
}

/* The longest secret that `text` begins with; 0: none. */
static size_t
secret_at(const struct told *t, struct apam_str text)
{
	struct apam_str secret;
	size_t longest = 0;

	for (size_t i = 0; i < t->secret_count && !t->show; i++) {
		secret = buf_view(&t->secrets[i]);
		if (secret.n > longest && str_starts(text, secret))
			longest = secret.n;
	}
	return longest;
}

/* Show one character or byte; returns how many bytes it had. */
static size_t
show_character(const struct told *t, struct apam_str text)
{
	size_t n = utf8_plain_length(text);

	if (text.p[0] == '\n') {
		(void)fputs("\n              ", t->to);
		return 1;
	}
	if (n == 0) {
		(void)fprintf(t->to, "\\x%02x", (unsigned char)text.p[0]);
		return 1;
	}
	(void)fwrite(text.p, 1, n, t->to);
	return n;
}

/* Secrets are found before the text is cut: the cut may be within one. */
static void
show(const struct told *t, const char *word, struct apam_str text)
{
	size_t shown = 0, n;

	(void)fprintf(t->to, "    %-9s ", word);
	if (t->blind && !t->show)
		text = APAM_STR("(out of memory)");
	while (text.n > 0 && shown < SHOWN_MAX) {
		n = secret_at(t, text);
		if (n > 0)
			(void)fputs("***", t->to);
		else
			shown += n = show_character(t, text);
		text = str_skip(text, n);
	}
	(void)fputs(text.n > 0 ? " (cut)\n" : "\n", t->to);
}

void
told_passed(struct told *t)
{
	t->passed++;
}

void
told_failed(struct told *t, unsigned line, const char *what,
    struct apam_str expected, struct apam_str found)
{
	t->failed++;
	(void)fprintf(t->to, "%s:%u: %s differs\n", t->file, line, what);
	show(t, "expected:", expected);
	show(t, "found:", found);
}

bool
told_same(struct apam_str expected, struct apam_str found)
{
	const struct apam_str dots = APAM_STR("...");

	if (str_equal(expected, found))
		return true;
	return expected.n >= dots.n &&
	    str_equal(str_skip(expected, expected.n - dots.n), dots) &&
	    str_starts(found, str_cut(expected, expected.n - dots.n));
}

bool
told_compare(struct told *t, unsigned line, const char *what,
    struct apam_str expected, struct apam_str found)
{
	const bool same = told_same(expected, found);

	if (!same)
		told_failed(t, line, what, expected, found);
	return same;
}
