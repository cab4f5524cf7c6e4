/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same rules hold for what is written and for what is read, so that one
 * record has one text.
 */
#include "durable/durable_record.h"

#include <stdio.h>

#include "base/siphash.h"
#include "base/str.h"
#include "base/utf8.h"
#include "text/encode.h"

#define MAGIC "apam-secret 1\n"
#define BOUND "bound "
#define FACT "fact "
#define HIDDEN "hidden "
#define CHECK "check "
#define CHECK_SIZE (sizeof(CHECK) - 1 + 2 * SIPHASH_SIZE + 1)
#define LINE_MAX_BYTES 4096

/* ---- What a member must be -------------------------------------------- */

/* One line that people may see. */
static bool
is_line(struct apam_str s)
{
	return s.n > 0 && s.n <= LINE_MAX_BYTES && utf8_is_plain(s);
}

static bool
is_word(struct apam_str s)
{
	return is_line(s) && str_find(s, ' ') == s.n;
}

static bool
is_hex(struct apam_str s)
{
	if (s.n != DURABLE_FAMILY_SIZE)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_one_of(s.p[i], "0123456789abcdef"))
			return false;
	return true;
}

/* Take a line off *rest, without its newline; false if there is none. */
static bool
take_line(struct apam_str *rest, struct apam_str *line)
{
	const size_t n = str_find(*rest, '\n');

	if (n == rest->n)
		return false;
	*line = str_cut(*rest, n);
	*rest = str_skip(*rest, n + 1);
	return true;
}

/* `key`, which ends in a space, a name without one, a space, and a value. */
static bool
is_pair(struct apam_str line, const char *key)
{
	struct apam_str rest, name;

	if (!is_line(line) || !str_starts(line, apam_str(key)))
		return false;
	rest = str_skip(line, strlen(key));
	name = str_cut(rest, str_find(rest, ' '));
	return name.n > 0 && name.n + 1 < rest.n;
}

/* All lines are such pairs, each with one of the two keys. */
static bool
are_pairs(struct apam_str lines, const char *key, const char *other)
{
	struct apam_str line;

	while (lines.n > 0)
		if (!take_line(&lines, &line) ||
		    (!is_pair(line, key) && !is_pair(line, other)))
			return false;
	return true;
}

static bool
state_fits(const struct durable_record *r)
{
	switch (r->state) {
	case DURABLE_READY:
		return r->sendings == 0 && r->reason.n == 0 && r->secret.n > 0;
	case DURABLE_SPENDING:
		return r->sendings > 0 && r->reason.n == 0 && r->secret.n > 0;
	case DURABLE_LOGIN:
		return r->sendings == 0 && is_line(r->reason) &&
		    r->life.until == 0;
	}
	return false;
}

static bool
is_sound(const struct durable_record *r)
{
	return store_name_ok(r->name) && is_hex(r->family) &&
	    r->generation > 0 && r->since >= 0 && state_fits(r) &&
	    durable_life_ok(&r->life) && is_word(r->scheme) &&
	    is_word(r->origin) && is_word(r->machine) &&
	    are_pairs(r->bound, BOUND, BOUND) &&
	    are_pairs(r->facts, FACT, HIDDEN) &&
	    r->secret.n <= DURABLE_SECRET_MAX;
}

/* ---- Writing ---------------------------------------------------------- */

static void
put_line(struct buf *to, const char *key, struct apam_str value)
{
	buf_put(to, apam_str(key));
	buf_put_char(to, ' ');
	buf_put(to, value);
	buf_put_char(to, '\n');
}

static void
put_count(struct buf *to, const char *key, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	put_line(to, key, apam_str(text));
}

static void
put_state(struct buf *to, const struct durable_record *r)
{
	if (r->state == DURABLE_SPENDING)
		put_count(to, "state spending", r->sendings);
	else
		put_line(to, "state",
		    r->state == DURABLE_READY ? APAM_STR("ready") :
						APAM_STR("login"));
	if (r->reason.n > 0)
		put_line(to, "reason", r->reason);
}

static void
put_life(struct buf *to, const struct durable_life *life)
{
	char text[BOOT_ID_SIZE + 48];

	if (life->until == 0)
		return;
	(void)snprintf(text, sizeof(text), "%lld %lld %s",
	    (long long)life->from, (long long)life->until, life->boot);
	put_line(to, "credential", apam_str(text));
}

/* The last line of a text that has all others. */
static void
make_check(struct apam_str text, char to[CHECK_SIZE + 1])
{
	static const unsigned char key[SIPHASH_SIZE] = "apam's records";
	unsigned char hash[SIPHASH_SIZE];
	char hex[2 * SIPHASH_SIZE + 1];

	siphash(key, text.p, text.n, hash);
	encode_hex(hash, sizeof(hash), hex);
	(void)snprintf(to, CHECK_SIZE + 1, CHECK "%s\n", hex);
}

static void
put_record(struct buf *to, const struct durable_record *r)
{
	char check[CHECK_SIZE + 1];

	buf_reserve(to, DURABLE_HEAD_MAX / 8 + r->secret.n);
	buf_put(to, APAM_STR(MAGIC));
	put_line(to, "name", r->name);
	put_line(to, "family", r->family);
	put_count(to, "generation", r->generation);
	put_state(to, r);
	put_count(to, "since", r->since);
	put_life(to, &r->life);
	put_line(to, "scheme", r->scheme);
	put_line(to, "origin", r->origin);
	put_line(to, "machine", r->machine);
	buf_put(to, r->bound);
	buf_put(to, r->facts);
	put_count(to, "secret", (int64_t)r->secret.n);
	buf_put(to, r->secret);
	buf_put_char(to, '\n');
	make_check(buf_view(to), check);
	buf_put(to, apam_str(check));
}

bool
durable_record_put(const struct durable_record *record, struct buf *to)
{
	if (is_sound(record)) {
		put_record(to, record);
		if (!to->failed && to->n - record->secret.n <= DURABLE_HEAD_MAX)
			return true;
	}
	buf_free(to);
	return false;
}

/* ---- Reading ---------------------------------------------------------- */

/* What is left of a text, and whether all was right so far. */
struct cursor {
	struct apam_str rest;
	bool ok;
};

/* True, and *value is the rest of the line, if it begins with `key`. */
static bool
try_line(struct cursor *c, const char *key, struct apam_str *value)
{
	struct apam_str rest = c->rest, line;
	const size_t n = strlen(key);

	if (!c->ok || !take_line(&rest, &line) ||
	    !str_starts(line, apam_str(key)) || line.n < n + 2 ||
	    line.p[n] != ' ')
		return false;
	*value = str_skip(line, n + 1);
	c->rest = rest;
	return true;
}

static struct apam_str
line_of(struct cursor *c, const char *key)
{
	struct apam_str value = APAM_STR("");

	c->ok = try_line(c, key, &value);
	return value;
}

/* A number as put_count writes it. */
static int64_t
number_of(struct cursor *c, struct apam_str digits)
{
	int64_t n = 0;

	c->ok = c->ok && str_number(digits, INT64_MAX, &n) &&
	    (digits.p[0] != '0' || digits.n == 1);
	return n;
}

static int64_t
count_of(struct cursor *c, const char *key)
{
	return number_of(c, line_of(c, key));
}

/* Take a word off a line, and the space behind it. */
static struct apam_str
take_word(struct apam_str *line)
{
	const struct apam_str word = str_cut(*line, str_find(*line, ' '));

	*line = str_skip(*line, word.n < line->n ? word.n + 1 : word.n);
	return word;
}

static void
take_life(struct cursor *c, struct durable_life *to)
{
	struct apam_str rest;

	if (!try_line(c, "credential", &rest))
		return;
	to->from = number_of(c, take_word(&rest));
	to->until = number_of(c, take_word(&rest));
	c->ok = c->ok && to->until > 0 && rest.n < sizeof(to->boot);
	if (!c->ok)
		return;
	memcpy(to->boot, rest.p, rest.n);
	c->ok = strlen(to->boot) == rest.n;
}

static void
take_state(struct cursor *c, struct durable_record *to)
{
	struct apam_str state;

	if (try_line(c, "state spending", &state)) {
		to->state = DURABLE_SPENDING;
		c->ok = str_number(state, INT64_MAX, &to->sendings) &&
		    state.p[0] != '0';
		return;
	}
	state = line_of(c, "state");
	if (str_equal(state, APAM_STR("login"))) {
		to->state = DURABLE_LOGIN;
		to->reason = line_of(c, "reason");
		return;
	}
	to->state = DURABLE_READY;
	c->ok = c->ok && str_equal(state, APAM_STR("ready"));
}

static void
take_secret(struct cursor *c, struct durable_record *to)
{
	const int64_t n = count_of(c, "secret");

	c->ok = c->ok && n <= DURABLE_SECRET_MAX && (size_t)n < c->rest.n &&
	    c->rest.p[n] == '\n';
	if (!c->ok)
		return;
	to->secret = str_cut(c->rest, (size_t)n);
	c->rest = str_skip(c->rest, (size_t)n + 1);
}

/* All lines that begin with one of the two keys, as they are. */
static struct apam_str
lines_of(struct cursor *c, const char *key, const char *other)
{
	struct apam_str lines = str_cut(c->rest, 0), value;

	while (try_line(c, key, &value) || try_line(c, other, &value))
		lines.n = (size_t)(c->rest.p - lines.p);
	return lines;
}

static void
take_record(struct cursor *c, struct durable_record *to)
{
	to->name = line_of(c, "name");
	to->family = line_of(c, "family");
	to->generation = count_of(c, "generation");
	take_state(c, to);
	to->since = count_of(c, "since");
	take_life(c, &to->life);
	to->scheme = line_of(c, "scheme");
	to->origin = line_of(c, "origin");
	to->machine = line_of(c, "machine");
	to->bound = lines_of(c, "bound", "bound");
	to->facts = lines_of(c, "fact", "hidden");
	take_secret(c, to);
}

/* True if the rest is the line that belongs to what was read before it. */
static bool
check_fits(struct apam_str text, struct apam_str rest)
{
	char check[CHECK_SIZE + 1];

	make_check(str_cut(text, text.n - rest.n), check);
	return str_equal(rest, apam_str(check));
}

const char *
durable_record_take(struct apam_str text, struct durable_record *to)
{
	const struct apam_str magic = APAM_STR(MAGIC);
	struct cursor c = { .ok = true };
	const char *why = NULL;

	*to = (struct durable_record){ .generation = 0 };
	if (!str_starts(text, magic))
		return "is not a record of this version of apam";
	c.rest = str_skip(text, magic.n);
	take_record(&c, to);
	if (!c.ok || !is_sound(to))
		why = "is damaged";
	else if (!check_fits(text, c.rest))
		why = "is damaged, or was changed by hand";
	if (why != NULL)
		*to = (struct durable_record){ .generation = 0 };
	return why;
}
