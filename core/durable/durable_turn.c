/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every change goes by write_record, which looks first whether the lock is
 * still held: a host may have closed its descriptor.
 */
#include "durable/durable_turn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "base/utf8.h"
#include "durable/durable_mark.h"
#include "file/replace.h"
#include "text/encode.h"

#define REASON_SIZE 256

static enum durable_begin
begin(struct durable_turn *turn, const struct durable_place *place, bool anew,
    struct apam_error *err)
{
	const int lock = durable_try_lock(place, err);
	enum apam_status status = APAM_E_SECRET;

	*turn = (struct durable_turn){ .place = *place,
		.lock = own_fd_of(lock) };
	buf_init(&turn->unstored, DURABLE_SECRET_MAX);
	if (lock == DURABLE_LOCK_BUSY)
		return DURABLE_BUSY;
	if (lock >= 0)
		status = durable_read(place, &turn->record, err);
	if (lock >= 0 && anew && status == APAM_E_SECRET) {
		error_clear(err);
		status = APAM_OK;
	}
	if (status == APAM_OK)
		return DURABLE_BEGUN;
	durable_turn_end(turn);
	return DURABLE_FAILED;
}

enum durable_begin
durable_turn_begin(struct durable_turn *turn, const struct durable_place *place,
    struct apam_error *err)
{
	return begin(turn, place, false, err);
}

enum durable_begin
durable_turn_begin_anew(struct durable_turn *turn,
    const struct durable_place *place, struct apam_error *err)
{
	return begin(turn, place, true, err);
}

void
durable_turn_end(struct durable_turn *turn)
{
	own_fd_close(&turn->lock);
	durable_copy_free(&turn->record);
	buf_free(&turn->unstored);
	*turn = (struct durable_turn)DURABLE_TURN_NONE;
}

/* ---- May it be sent? --------------------------------------------------- */

/* The name of the first option that is not as in the record. */
static struct apam_str
find_unbound(struct apam_str recorded, struct apam_str claimed)
{
	struct apam_str line, begin = APAM_STR("bound ");

	while (recorded.n > 0) {
		line = str_cut(recorded, str_find(recorded, '\n'));
		if (!str_starts(claimed, line) || claimed.n <= line.n ||
		    claimed.p[line.n] != '\n')
			break;
		recorded = str_skip(recorded, line.n + 1);
		claimed = str_skip(claimed, line.n + 1);
	}
	line = recorded.n > 0 ? recorded : claimed;
	line = str_skip(line, begin.n);
	return str_cut(line, str_find(line, ' '));
}

static enum apam_status
refuse_stranger(const struct durable_turn *turn, struct apam_str what,
    struct apam_error *err)
{
	return error_set(err, APAM_E_SECRET,
	    "store:%s belongs to another %.*s and is not sent; set that back, "
	    "or log in again",
	    turn->place.name, SARG(what));
}

struct apam_str
durable_stranger(
    const struct durable_record *is, const struct durable_claim *claim)
{
	if (!str_equal(is->scheme, claim->scheme))
		return APAM_STR("scheme");
	if (!str_equal(is->machine, claim->machine))
		return APAM_STR("machine");
	if (!str_equal(is->bound, claim->bound))
		return find_unbound(is->bound, claim->bound);
	return APAM_STR("");
}

static enum apam_status
check_claim(const struct durable_turn *turn, const struct durable_claim *claim,
    struct apam_error *err)
{
	const struct apam_str other = durable_stranger(&turn->record.is, claim);

	return other.n == 0 ? APAM_OK : refuse_stranger(turn, other, err);
}

enum apam_status
durable_turn_admit(const struct durable_turn *turn,
    const struct durable_claim *claim, struct apam_error *err)
{
	const struct durable_record *is = &turn->record.is;

	if (!turn->record.there)
		return error_set(err, APAM_E_LOGIN,
		    "store:%s has no secret yet; somebody has to log in",
		    turn->place.name);
	if (is->state == DURABLE_LOGIN)
		return error_set(err, APAM_E_LOGIN,
		    "store:%s: somebody has to log in again: %.*s",
		    turn->place.name, SARG(is->reason));
	if (is->generation < durable_mark_read(&turn->place))
		return error_set(err, APAM_E_LOGIN,
		    "the record of store:%s is older than the last one, as "
		    "from a backup, and is not sent; somebody has to log in "
		    "again",
		    turn->place.name);
	return check_claim(turn, claim, err);
}

/* ---- Writing ----------------------------------------------------------- */

static enum apam_status
refuse_write(const struct durable_turn *turn, struct apam_error *err)
{
	return error_set(err, APAM_E_SECRET,
	    "the record of store:%s cannot be written: %s", turn->place.name,
	    strerror(errno));
}

/* What is on the disk, beside what this turn knows. */
enum found { FOUND_SAME, FOUND_OTHER, FOUND_NOTHING };

/* *now is the caller's to free in any case. */
static enum found
look_again(const struct durable_turn *turn, struct durable_copy *now)
{
	const struct durable_record *is = &turn->record.is;
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_read(&turn->place, now, &why) != APAM_OK || !now->there)
		return FOUND_NOTHING;
	return str_equal(now->is.family, is->family) &&
		now->is.generation == is->generation &&
		(now->is.state == DURABLE_LOGIN) ==
		    (is->state == DURABLE_LOGIN) ?
	    FOUND_SAME :
	    FOUND_OTHER;
}

/* Somebody who had the lock for a while has put another record there. */
static bool
was_overtaken(const struct durable_turn *turn)
{
	struct durable_copy now;
	const enum found found = look_again(turn, &now);

	durable_copy_free(&now);
	return found == FOUND_OTHER;
}

/*
 * Take the lock again, if the host has closed it; false if it is another's, or
 * was, and the record is another one since.
 */
static bool
have_lock(struct durable_turn *turn, int directory)
{
	int lock;

	if (own_fd_is_ours(&turn->lock) &&
	    durable_is_lock(&turn->place, directory, turn->lock.fd))
		return true;
	lock = durable_try_lock(&turn->place, NULL);
	own_fd_close(&turn->lock);
	turn->lock = own_fd_of(lock);
	if (lock >= 0 && !was_overtaken(turn))
		return true;
	own_fd_close(&turn->lock);
	errno = EWOULDBLOCK;
	return false;
}

/* With `reserved` there is a file that has room for the bytes. */
static bool
put_file(struct durable_turn *turn, int directory, struct apam_str bytes,
    bool reserved)
{
	char name[DURABLE_FILE_SIZE], beside[DURABLE_FILE_SIZE];

	durable_file_name(&turn->place, "", name);
	durable_file_name(&turn->place, ".next", beside);
	if (reserved && file_fill(directory, beside, bytes))
		return file_put(directory, name, beside, true);
	/* The room may be gone, as after a try that all but succeeded. */
	if (reserved && errno != ENOENT)
		return false;
	durable_file_name(&turn->place, ".new", beside);
	return file_replace(directory, name, beside, bytes, 0600, true);
}

/* What is on the disk now is what turn->record has. */
static void
take_text(struct durable_turn *turn, struct buf *text)
{
	buf_free(&turn->record.text);
	turn->record.text = *text;
	*text = (struct buf){ .p = NULL };
	turn->record.there = durable_record_take(buf_view(&turn->record.text),
				 &turn->record.is) == NULL;
}

/* Put a record in the place of the one on the disk. */
static enum apam_status
write_record(struct durable_turn *turn, const struct durable_record *next,
    bool reserved, struct apam_error *err)
{
	enum apam_status status = APAM_OK;
	const int directory = durable_directory(&turn->place, true, err);
	struct buf text;

	if (directory < 0)
		return err->status;
	buf_init(&text, DURABLE_RECORD_MAX);
	if (!durable_record_put(next, &text))
		status = error_set(err, APAM_E_MEMORY,
		    "there is no memory, or no room in it, for the record of "
		    "store:%s",
		    turn->place.name);
	else if (!have_lock(turn, directory) ||
	    !put_file(turn, directory, buf_view(&text), reserved))
		status = refuse_write(turn, err);
	else
		take_text(turn, &text);
	buf_free(&text);
	(void)close(directory);
	return status;
}

/* Make room for the next record. */
static bool
reserve(struct durable_turn *turn)
{
	const int directory = durable_directory(&turn->place, true, NULL);
	char name[DURABLE_FILE_SIZE];
	int number;
	bool ok;

	if (directory < 0)
		return false;
	durable_file_name(&turn->place, ".next", name);
	ok = file_reserve(directory, name, DURABLE_RECORD_MAX);
	number = errno;
	(void)close(directory);
	errno = number;
	return ok;
}

static void
remove_room(struct durable_turn *turn)
{
	const int directory = durable_directory(&turn->place, false, NULL);
	char name[DURABLE_FILE_SIZE];

	if (directory < 0)
		return;
	durable_file_name(&turn->place, ".next", name);
	(void)unlinkat(directory, name, 0);
	(void)close(directory);
}

/* The record with another state, and without what belonged to the old one. */
static struct durable_record
in_state(const struct durable_turn *turn, enum durable_state state)
{
	struct durable_record next = turn->record.is;

	next.state = state;
	next.sendings = 0;
	next.reason = APAM_STR("");
	next.since = clock_unix();
	if (state == DURABLE_LOGIN)
		next.life = (struct durable_life){ .until = 0 };
	return next;
}

/* ---- Spending ---------------------------------------------------------- */

int64_t
durable_turn_wait(const struct durable_turn *turn)
{
	const struct durable_record *is = &turn->record.is;

	return is->state != DURABLE_SPENDING ?
	    0 :
	    durable_life_left(&is->life, clock_ms());
}

enum apam_status
durable_turn_spend(
    struct durable_turn *turn, struct apam_str origin, struct apam_error *err)
{
	const struct durable_record *is = &turn->record.is;
	struct durable_record next;
	enum apam_status status;

	if (!str_equal(is->origin, origin))
		return refuse_stranger(turn, APAM_STR("origin"), err);
	if (turn->unstored.n > 0 && durable_turn_store(turn, err) != APAM_OK)
		return err->status;
	if (!reserve(turn))
		return error_set(err, APAM_E_SECRET,
		    "there is no room for the successor of store:%s, so that it "
		    "is not sent: %s",
		    turn->place.name, strerror(errno));
	next = in_state(turn, DURABLE_SPENDING);
	next.sendings = is->state == DURABLE_SPENDING ? is->sendings + 1 : 1;
	status = write_record(turn, &next, false, err);
	turn->spending = status == APAM_OK;
	if (status != APAM_OK)
		remove_room(turn);
	return status;
}

/*
 * Another record has come meanwhile: ours from a try that failed in its last
 * step, or that of a program that got the lock when the host had closed it.
 */
static enum apam_status
yield_to(
    struct durable_turn *turn, struct durable_copy *now, struct apam_error *err)
{
	const bool ours = bytes_equal(
	    now->is.secret, buf_view(&turn->unstored));

	buf_free(&turn->unstored);
	turn->spending = false;
	take_text(turn, &now->text);
	if (ours)
		return APAM_OK;
	return error_set(err, APAM_E_SECRET,
	    "another program stored a successor of store:%s first, so that "
	    "this one's is given up",
	    turn->place.name);
}

enum apam_status
durable_turn_store(struct durable_turn *turn, struct apam_error *err)
{
	struct durable_record next = in_state(turn, DURABLE_READY);
	enum apam_status status;
	struct durable_copy now;

	if (look_again(turn, &now) == FOUND_OTHER) {
		status = yield_to(turn, &now, err);
	} else {
		next.secret = buf_view(&turn->unstored);
		next.generation++;
		next.life = turn->life;
		status = write_record(turn, &next, true, err);
	}
	durable_copy_free(&now);
	if (status != APAM_OK)
		return status;
	buf_free(&turn->unstored);
	turn->spending = false;
	/* Without it, an older record would not be known as such. */
	(void)durable_mark_write(&turn->place, turn->record.is.generation);
	return APAM_OK;
}

enum apam_status
durable_turn_succeed(struct durable_turn *turn, struct apam_str secret,
    const struct durable_life *life, struct apam_error *err)
{
	if (secret.n == 0 || secret.n > DURABLE_SECRET_MAX)
		return error_set(err, APAM_E_ABI,
		    "the module gave a successor for store:%s that is empty, "
		    "or larger than %d bytes",
		    turn->place.name, DURABLE_SECRET_MAX);
	if (bytes_equal(secret, turn->record.is.secret))
		return durable_turn_keep(turn, life, err);
	buf_free(&turn->unstored);
	buf_put(&turn->unstored, secret);
	turn->life = life == NULL ? turn->record.is.life : *life;
	if (turn->unstored.failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return durable_turn_store(turn, err);
}

enum apam_status
durable_turn_keep(struct durable_turn *turn, const struct durable_life *life,
    struct apam_error *err)
{
	struct durable_record next = in_state(turn, DURABLE_READY);
	enum apam_status status;

	if (life != NULL)
		next.life = turn->life = *life;
	if (!turn->spending &&
	    (life == NULL || turn->record.is.state != DURABLE_READY))
		return APAM_OK;
	/* The successor is written with it. */
	if (turn->unstored.n > 0)
		return APAM_OK;
	turn->spending = false;
	status = write_record(turn, &next, false, err);
	remove_room(turn);
	return status;
}

void
durable_turn_leave(struct durable_turn *turn)
{
	if (turn->spending)
		remove_room(turn);
	turn->spending = false;
}

bool
durable_turn_refuse(struct durable_turn *turn, const char *reason)
{
	struct durable_record next = in_state(turn, DURABLE_LOGIN);
	struct apam_error why = APAM_ERROR_INIT;
	struct durable_copy now;
	char plain[REASON_SIZE];
	const enum found found = look_again(turn, &now);

	durable_copy_free(&now);
	if (found != FOUND_SAME) {
		durable_turn_leave(turn);
		return false;
	}
	(void)snprintf(plain, sizeof(plain), "%s", reason);
	utf8_flatten(plain);
	next.reason = apam_str(plain);
	if (next.reason.n == 0)
		next.reason = APAM_STR("the provider does not take it");
	/* If it is not written, the provider is asked once more. */
	(void)write_record(turn, &next, false, &why);
	remove_room(turn);
	turn->spending = false;
	return true;
}

/* ---- Login and logout -------------------------------------------------- */

/* A number that no record of this name had before. */
static int64_t
next_generation_of(const struct durable_turn *turn)
{
	const int64_t mark = durable_mark_read(&turn->place);
	const int64_t is = turn->record.there ? turn->record.is.generation : 0;

	return (is > mark ? is : mark) + 1;
}

enum apam_status
durable_turn_first(struct durable_turn *turn, const struct durable_claim *claim,
    const struct durable_gain *gain, struct apam_error *err)
{
	unsigned char random[DURABLE_FAMILY_SIZE / 2];
	char family[DURABLE_FAMILY_SIZE + 1];
	struct durable_record next = { .name = apam_str(turn->place.name),
		.family = { family, DURABLE_FAMILY_SIZE },
		.generation = next_generation_of(turn),
		.state = DURABLE_READY,
		.since = clock_unix(),
		.scheme = claim->scheme,
		.origin = gain->origin,
		.machine = claim->machine,
		.bound = claim->bound,
		.facts = gain->facts,
		.secret = gain->secret };
	enum apam_status status;

	if (!random_bytes(random, sizeof(random)))
		return error_set(
		    err, APAM_E_INTERNAL, "the system gives no random numbers");
	encode_hex(random, sizeof(random), family);
	status = write_record(turn, &next, false, err);
	if (status != APAM_OK)
		return status;
	(void)durable_mark_write(&turn->place, next.generation);
	durable_ring(turn->lock.fd);
	return APAM_OK;
}

/* There is no record, or none that can be read: not even its secret stays. */
static enum apam_status
remove_record(const struct durable_turn *turn, struct apam_error *err)
{
	const int directory = durable_directory(&turn->place, false, err);
	char name[DURABLE_FILE_SIZE];
	int failed, number;

	if (directory < 0)
		return err->status;
	durable_file_name(&turn->place, "", name);
	failed = unlinkat(directory, name, 0);
	number = errno;
	(void)close(directory);
	errno = number;
	return failed == 0 || number == ENOENT ? APAM_OK :
						 refuse_write(turn, err);
}

enum apam_status
durable_turn_forget(
    struct durable_turn *turn, const char *reason, struct apam_error *err)
{
	struct durable_record next = in_state(turn, DURABLE_LOGIN);
	enum apam_status status;
	char plain[REASON_SIZE];

	if (!turn->record.there)
		return remove_record(turn, err);
	(void)snprintf(plain, sizeof(plain), "%s", reason);
	utf8_flatten(plain);
	next.reason = apam_str(plain);
	next.secret = APAM_STR("");
	status = write_record(turn, &next, false, err);
	if (status == APAM_OK)
		durable_ring(turn->lock.fd);
	return status;
}
