/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only the first half of a secret is looked for: a text that was cut is one all
 * the same.
 */
#include "kit/marks.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/wipe.h"
#include "kit/chance.h"
#include "kit/module_file.h"
#include "text/encode.h"

#define MARKS 64
#define SOUGHT (MARK_SIZE / 2)
#define VEIL 0xa5

static unsigned char veiled[MARKS][SOUGHT];
static size_t written;
static bool begins[256]; /* a secret begins with this byte */

void
mark_write(unsigned i, char to[MARK_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";
	struct chance c = { 0x6170616d6b6974U + i };

	for (size_t k = 0; k < MARK_SIZE; k++)
		to[k] = digits[chance_below(&c, 16)];
	to[MARK_SIZE] = '\0';
	if (i >= MARKS)
		return;
	for (size_t k = 0; k < SOUGHT; k++)
		veiled[i][k] = (unsigned char)to[k] ^ VEIL;
	begins[(unsigned char)to[0]] = true;
	if (i >= written)
		written = i + 1;
}

/* Compare without a copy of the secret. */
static bool
is_mark(const char *p, const unsigned char *veil)
{
	for (size_t k = 0; k < SOUGHT; k++)
		if (((unsigned char)p[k] ^ VEIL) != veil[k])
			return false;
	return true;
}

/* One of the first `most`. */
static bool
find(const char *p, size_t n, size_t most)
{
	const size_t count = written < most ? written : most;

	for (size_t i = 0; i + SOUGHT <= n; i++) {
		if (!begins[(unsigned char)p[i]])
			continue;
		for (size_t m = 0; m < count; m++)
			if (is_mark(p + i, veiled[m]))
				return true;
	}
	return false;
}

bool
mark_in(struct apam_str text)
{
	return text.n >= SOUGHT && find(text.p, text.n, MARKS);
}

/*
 * Decode base64 of either alphabet from the start of a text to what is none,
 * and look into that.  Returns how many digits there were.
 */
static size_t
find_decoded(struct apam_str text, bool *found)
{
	char bytes[1024];
	unsigned bits = 0;
	size_t i = 0, n = 0;

	for (; i < text.n && n < sizeof(bytes); i++) {
		char c = text.p[i];
		unsigned digit;

		c = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
		digit = decode_base64_digit(c);
		if (digit > 63)
			break;
		bits = bits << 6 | digit;
		if (i % 4 != 0)
			bytes[n++] = (char)(bits >> (6 - i % 4 * 2));
	}
	*found = *found || find(bytes, n, MARK_ANSWERS);
	wipe(bytes, sizeof(bytes));
	return i;
}

bool
mark_of_option_in(struct apam_str text)
{
	bool found = find(text.p, text.n, MARK_ANSWERS);
	size_t n;

	/* Base64 may begin anywhere, as behind "Basic ". */
	while (!found && text.n > 0) {
		n = find_decoded(text, &found);
		text = str_skip(text, n < text.n ? n + 1 : n);
	}
	return found;
}

/* The words of a line of proc_pid_maps(5) that this needs. */
struct mapping {
	uintptr_t from, to;
	char rights[5];
	char name[256];
};

static bool
read_mapping(const char *line, struct mapping *m)
{
	m->name[0] = '\0';
	return sscanf(line,
		   "%" SCNxPTR "-%" SCNxPTR " %4s %*x %*s %*u %255[^\n]",
		   &m->from, &m->to, m->rights, m->name) >= 3 &&
	    m->rights[0] == 'r' && m->rights[1] == 'w' && m->rights[3] == 'p' &&
	    strncmp(m->name, "[v", 2) != 0;
}

static void
name_mapping(const struct mapping *m, char *to, size_t size)
{
	if (strcmp(m->name, "[heap]") == 0 || m->name[0] == '\0')
		(void)snprintf(to, size,
		    "in memory of the heap: wipe what held a secret before "
		    "you free it, or use a text of text_new");
	else if (strncmp(m->name, "[stack", 6) == 0)
		(void)snprintf(to, size,
		    "on the stack: wipe arrays that held a secret before the "
		    "function returns, or use a text of text_new");
	else if (strcmp(m->name, module_file.path) == 0)
		(void)snprintf(to, size,
		    "in static data of the module: keep secrets in the state "
		    "of an entry, and wipe them in close");
	else
		(void)snprintf(to, size, "in %s", m->name);
}

bool
marks_search(char *where, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	struct mapping m;
	bool found = false;

	while (maps != NULL && !found && fgets(line, sizeof(line), maps)) {
		if (!read_mapping(line, &m))
			continue;
		found = find((const char *)m.from, m.to - m.from, MARKS);
		if (found)
			name_mapping(&m, where, size);
	}
	if (maps != NULL)
		(void)fclose(maps);
	return found;
}
