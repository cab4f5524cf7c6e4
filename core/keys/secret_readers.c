/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of secrets have an owner and a group and no ACL (file/trust.h), so
 * these tell which users may read them.  The system's databases tell who is in
 * a group: its members, and the user with its name, whose own group it is.
 */
#define _GNU_SOURCE /* getgrouplist */
#include "keys/secret_readers.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

#define ENTRY_MAX 16384 /* bytes of a database's entry */
#define GROUPS_MAX 1024 /* of one user */

/* ---- Files -------------------------------------------------------------- */

static void
add_file(struct key_readers *r, const struct apam_value *value)
{
	const struct apam_str file = APAM_STR("file:");
	struct stat st;

	if (!str_starts(value->str, file) || r->count == KEY_READER_FILES ||
	    fstatat(AT_FDCWD, value->str.p + file.n, &st,
		AT_SYMLINK_NOFOLLOW) != 0 ||
	    S_ISLNK(st.st_mode)) {
		r->unsure = true;
		return;
	}
	r->files[r->count].uid = st.st_uid;
	r->files[r->count].gid = st.st_gid;
	r->files[r->count++].mode = st.st_mode;
}

static void
add_members(struct key_readers *r, const struct apam_option *o, size_t size,
    const struct apam_value *value)
{
	const struct option_table members = { o->members, size,
		o->member_count };
	const size_t groups = o->type == APAM_OPT_GROUP ? 1 : value->count;

	for (size_t g = 0; g < groups; g++)
		key_readers_add(
		    r, &members, value->members + g * o->member_count);
}

void
key_readers_add(struct key_readers *readers, const struct option_table *table,
    const struct apam_value *values)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);

		if (!values[i].set)
			continue;
		if (o->type == APAM_OPT_SECRET || o->type == APAM_OPT_KEY)
			add_file(readers, &values[i]);
		if (o->type == APAM_OPT_GROUP || o->type == APAM_OPT_GROUPS)
			add_members(readers, o, table->option_size, &values[i]);
	}
}

bool
key_readers_same(const struct key_readers *one, const struct key_readers *other)
{
	if (one->unsure != other->unsure || one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		if (one->files[i].uid != other->files[i].uid ||
		    one->files[i].gid != other->files[i].gid ||
		    one->files[i].mode != other->files[i].mode)
			return false;
	}
	return true;
}

/* ---- A user ------------------------------------------------------------- */

/* A user that the system does not know may be in any group. */
static bool
is_in_group(unsigned long uid, gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;
	struct passwd entry, *found = NULL;
	char text[ENTRY_MAX];

	if (getpwuid_r((uid_t)uid, &entry, text, sizeof(text), &found) != 0 ||
	    found == NULL ||
	    getgrouplist(entry.pw_name, entry.pw_gid, groups, &count) < 0)
		return true;
	for (int i = 0; i < count; i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

bool
key_readers_include(const struct key_readers *readers, unsigned long uid)
{
	if (uid == 0)
		return true;
	for (size_t i = 0; i < readers->count; i++) {
		const mode_t mode = readers->files[i].mode;
		const gid_t gid = readers->files[i].gid;

		if (readers->files[i].uid == uid && (mode & 0400) != 0)
			continue;
		if (gid == 0 || (mode & 040) == 0 || !is_in_group(uid, gid))
			return false;
	}
	return true;
}

/* `bit` is that of all others: 4 to read, 1 to pass a folder. */
static bool
mode_lets(const struct stat *st, unsigned long uid, mode_t bit)
{
	if (st->st_uid == uid)
		return (st->st_mode & bit << 6) != 0;
	if (is_in_group(uid, st->st_gid))
		return (st->st_mode & bit << 3) != 0;
	return (st->st_mode & bit) != 0;
}

const char *
key_reader_barrier(
    const char *file, unsigned long uid, char where[TRUST_PATH_MAX + 1])
{
	const char *end = file;
	struct stat st;

	while (uid != 0 && end != NULL) {
		end = strchr(end + 1, '/');
		(void)snprintf(where, TRUST_PATH_MAX + 1, "%.*s",
		    end == NULL ? (int)strlen(file) : (int)(end - file), file);
		if (stat(where, &st) != 0)
			return NULL;
		if (!mode_lets(&st, uid, end == NULL ? 4 : 1))
			return where;
	}
	return NULL;
}

/* ---- Users without notes ----------------------------------------------- */

struct asking {
	bool (*has)(void *arg, unsigned long uid);
	void *arg;
	char *who;
	bool known; /* a user of the group was found */
};

static bool
user_is_untold(struct asking *a, const struct passwd *user)
{
	a->known = true;
	if (user->pw_uid == 0 || a->has(a->arg, user->pw_uid))
		return false;
	(void)snprintf(a->who, KEY_READER_WHO, "user %.*s", LOGIN_NAME_SIZE - 1,
	    user->pw_name);
	return true;
}

/*
 * Look at a user by name; `gid`, unless it is -1, must be the user's own group.
 */
static bool
name_is_untold(struct asking *a, const char *name, gid_t gid)
{
	struct passwd entry, *found = NULL;
	char text[ENTRY_MAX];

	if (getpwnam_r(name, &entry, text, sizeof(text), &found) != 0 ||
	    found == NULL || (gid != (gid_t)-1 && entry.pw_gid != gid))
		return false;
	return user_is_untold(a, found);
}

static bool
group_is_untold(struct asking *a, gid_t gid)
{
	struct group entry, *found = NULL;
	char text[ENTRY_MAX], name[LOGIN_NAME_SIZE];

	a->known = false;
	if (getgrgid_r(gid, &entry, text, sizeof(text), &found) == 0 &&
	    found != NULL) {
		if (name_is_untold(a, entry.gr_name, gid))
			return true;
		for (char **m = entry.gr_mem; *m != NULL; m++) {
			if (name_is_untold(a, *m, (gid_t)-1))
				return true;
		}
	}
	if (a->known || a->has(a->arg, gid))
		return false;
	group_name(gid, name);
	(void)snprintf(a->who, KEY_READER_WHO, "group %s", name);
	return true;
}

static bool
owner_is_untold(struct asking *a, uid_t uid)
{
	struct passwd entry, *found = NULL;
	char text[ENTRY_MAX];

	if (uid == 0 || a->has(a->arg, uid))
		return false;
	(void)snprintf(a->who, KEY_READER_WHO, "user %lu", (unsigned long)uid);
	if (getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 &&
	    found != NULL)
		return user_is_untold(a, found);
	return true;
}

bool
key_readers_untold(const struct key_readers *readers,
    bool (*has)(void *arg, unsigned long uid), void *arg,
    char who[KEY_READER_WHO])
{
	struct asking a = { has, arg, who, false };

	who[0] = '\0';
	for (size_t i = 0; i < readers->count; i++) {
		const gid_t gid = readers->files[i].gid;

		if (owner_is_untold(&a, readers->files[i].uid))
			return true;
		if ((readers->files[i].mode & 040) != 0 && gid != 0 &&
		    group_is_untold(&a, gid))
			return true;
	}
	return false;
}
