/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file is a RESULT with a row for each use, without its head: what reads
 * strangers' messages reads it, too.
 */
#include "agent/uses.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "file/at.h"
#include "file/replace.h"
#include "file/user_dir.h"

#define NAME "agent-uses"
#define BESIDE "agent-uses.new"

/* ---- The file ------------------------------------------------------------ */

/* The number of uses that the rows give. */
static size_t
take_rows(struct apam_str rows, struct agent_use_row *all)
{
	struct apam_str row;
	size_t count = 0;

	while (count < USES_MAX && agent_row_next(&rows, &row))
		if (agent_take_use(&all[count], row) == NULL)
			count++;
	return count;
}

static void
read_file(struct uses *uses, int directory)
{
	const int fd = openat(
	    directory, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct buf items;

	if (fd < 0)
		return;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	if (file_read(fd, &items))
		uses->count = take_rows(buf_view(&items), uses->all);
	buf_free(&items);
	(void)close(fd);
}

bool
uses_open(
    struct uses *uses, const char *state_dir, bool user, struct apam_error *err)
{
	int directory;

	*uses = (struct uses){ .state_dir = state_dir, .user = user };
	uses->all = calloc(USES_MAX, sizeof(*uses->all));
	if (uses->all == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return false;
	}
	directory = user_dir_open(state_dir, user, true, err);
	if (directory < 0)
		return false;
	read_file(uses, directory);
	(void)close(directory);
	return true;
}

static void
write_file(const struct uses *uses, int directory)
{
	struct frame_writer to;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&to, &items, AGENT_RESULT, 0);
	for (size_t i = 0; i < uses->count; i++)
		(void)agent_put_use(&to, &uses->all[i]);
	if (!items.failed)
		(void)file_replace(
		    directory, NAME, BESIDE, buf_view(&items), 0600, false);
	buf_free(&items);
}

/* Where there is no directory for it, the library says so, with what to do. */
void
uses_write(struct uses *uses)
{
	int directory;

	if (!uses->changed)
		return;
	directory = user_dir_open(uses->state_dir, uses->user, true, NULL);
	uses->changed = false;
	uses->written = clock_ms();
	if (directory < 0)
		return;
	write_file(uses, directory);
	(void)close(directory);
}

void
uses_tick(struct uses *uses, int64_t now)
{
	if (now - uses->written >= USES_EVERY_MS)
		uses_write(uses);
}

void
uses_close(struct uses *uses)
{
	uses_write(uses);
	free(uses->all);
	*uses = (struct uses){ .all = NULL };
}

/* ---- Noting -------------------------------------------------------------- */

/* The user of a key, and the program. */
struct user {
	const struct caller *asker;
	const char *program;
};

static bool
is_of(const struct agent_use_row *use, const char *profile, unsigned entry,
    const struct user *of)
{
	return use->entry == entry && use->user == of->asker->user &&
	    strcmp(use->profile, profile) == 0 &&
	    strcmp(use->program, of->program) == 0 &&
	    str_equal(apam_str(use->unit), of->asker->unit);
}

/*
 * A place for one more use of a user: a new one, or that of the use that is
 * longest ago, the user's own where it has too many.
 */
static size_t
make_room(struct uses *uses, uint32_t user)
{
	size_t own = 0, oldest = USES_MAX, own_oldest = USES_MAX;

	for (size_t i = 0; i < uses->count; i++) {
		const struct agent_use_row *use = &uses->all[i];

		if (oldest == USES_MAX || use->at < uses->all[oldest].at)
			oldest = i;
		if (use->user != user)
			continue;
		own++;
		if (own_oldest == USES_MAX ||
		    use->at < uses->all[own_oldest].at)
			own_oldest = i;
	}
	if (own >= USES_OF_USER_MAX)
		return own_oldest;
	return uses->count < USES_MAX ? uses->count++ : oldest;
}

static size_t
find(struct uses *uses, size_t hint, const char *profile, unsigned entry,
    const struct user *of)
{
	struct agent_use_row *use;
	size_t i;

	if (hint < uses->count && is_of(&uses->all[hint], profile, entry, of))
		return hint;
	for (i = 0; i < uses->count; i++)
		if (is_of(&uses->all[i], profile, entry, of))
			return i;
	i = make_room(uses, of->asker->user);
	use = &uses->all[i];
	*use = (struct agent_use_row){ .entry = entry,
		.user = of->asker->user };
	(void)snprintf(use->profile, sizeof(use->profile), "%s", profile);
	(void)snprintf(use->program, sizeof(use->program), "%s", of->program);
	(void)snprintf(
	    use->unit, sizeof(use->unit), "%.*s", SARG(of->asker->unit));
	return i;
}

void
uses_note(struct uses *uses, size_t *hint, const char *profile,
    unsigned entries, const struct caller *asker, const char *program)
{
	const struct user of = { asker, program };

	for (unsigned entry = 0; uses->all != NULL && entries != 0;
	     entry++, entries >>= 1) {
		if ((entries & 1) == 0)
			continue;
		*hint = find(uses, *hint, profile, entry, &of);
		uses->all[*hint].at = clock_unix();
		uses->all[*hint].count++;
		uses->changed = true;
	}
}
