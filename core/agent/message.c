/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the messages.  Tags are one set for all of them, which is
 * appended to and never renumbered.
 */
#include "agent/message.h"

#include <limits.h>
#include <stddef.h>

#include "agent/layout.h"
#include "base/error.h"
#include "text/url_path.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum tag {
	TAG_VERSION_MIN = 1,
	TAG_VERSION_MAX = 2,
	TAG_VERSION = 3,
	TAG_LIBRARY = 4,
	TAG_PROGRAM = 5,
	TAG_TIME_DEVICE = 6,
	TAG_TIME_INODE = 7,
	TAG_COUNTER = 8,
	TAG_PAGES = 9,
	TAG_NONCE = 10,
	TAG_PROFILE = 11,
	TAG_METHOD = 12,
	TAG_URL = 13,
	TAG_HEADER = 14,
	TAG_QUERY = 15,
	TAG_YIELDS = 16,
	TAG_COVERED = 17,
	TAG_BODY = 18,
	TAG_BODY_LENGTH = 19,
	TAG_DIGEST = 20,
	TAG_TIMEOUT = 21,
	TAG_PAGE = 22,
	TAG_REJECTED = 23,
	TAG_GENERATION = 24,
	TAG_CREDENTIAL = 25,
	TAG_ENTRIES = 26,
	TAG_VERIFIES = 27,
	TAG_MEMO = 28,
	TAG_HASH = 29,
	TAG_HTTP_STATUS = 30,
	TAG_VERDICT = 31,
	TAG_STATUS = 32,
	TAG_TEXT = 33,
	TAG_FILE = 34,
	TAG_LINE = 35,
	TAG_ENTRY = 36,
	TAG_RETRY_AT = 37,
	TAG_NAME = 38,
	TAG_ARGUMENT = 39,
	TAG_ROW = 40,
	TAG_FROM = 41,
	TAG_NEXT = 42,
	TAG_LONG_TEXT = 43,
	TAG_ERROR_PROFILE = 44,
	TAG_CALLER = 45,
	TAG_PIECE = 46,
	TAG_PIECES = 47,
	TAG_NEW_LENGTH = 48,
	TAG_AROUND = 49,
	TAG_ANSWER = 50
};

/* One member: its tag, its kind, its limit, and if it must be there. */
#define FIELD(type, member, tag, kind, max, required)                          \
	{                                                                      \
		TAG_##tag, LAYOUT_##kind, offsetof(struct type, member), max,  \
		    required                                                   \
	}
#define LAYOUT(type, fields)                                                   \
	{                                                                      \
		sizeof(struct type), fields, COUNT(fields)                     \
	}

/* ---- Greeting ------------------------------------------------------------ */

static const struct layout_field hello_fields[] = {
	FIELD(agent_hello, min, VERSION_MIN, NUMBER, UINT16_MAX, true),
	FIELD(agent_hello, max, VERSION_MAX, NUMBER, UINT16_MAX, true),
	FIELD(
	    agent_hello, library, LIBRARY, TEXT, AGENT_VERSION_TEXT_MAX, false),
	FIELD(agent_hello, program, PROGRAM, TEXT, AGENT_PROGRAM_MAX, false),
	FIELD(agent_hello, time_device, TIME_DEVICE, NUMBER, 0, false),
	FIELD(agent_hello, time_inode, TIME_INODE, NUMBER, 0, false),
	FIELD(agent_hello, counter, COUNTER, BYTES, AGENT_NONCE_SIZE, false),
};
static const struct layout hello_layout = LAYOUT(agent_hello, hello_fields);

bool
agent_hello_write(const struct agent_hello *hello, struct frame_writer *to)
{
	return hello->min <= hello->max &&
	    layout_write(&hello_layout, hello, to);
}

const char *
agent_hello_read(struct agent_hello *hello, const struct frame *from)
{
	const char *wrong = layout_read(
	    &hello_layout, hello, NULL, from->items);

	if (wrong == NULL && hello->min > hello->max)
		wrong = "the versions of a greeting end before they begin";
	return wrong;
}

static const struct layout_field welcome_fields[] = {
	FIELD(agent_welcome, version, VERSION, NUMBER, UINT16_MAX, true),
	FIELD(agent_welcome, library, LIBRARY, TEXT, AGENT_VERSION_TEXT_MAX,
	    false),
	FIELD(agent_welcome, pages, PAGES, NUMBER, 1, false),
};
static const struct layout welcome_layout = LAYOUT(
    agent_welcome, welcome_fields);

bool
agent_welcome_write(
    const struct agent_welcome *welcome, struct frame_writer *to)
{
	return layout_write(&welcome_layout, welcome, to);
}

const char *
agent_welcome_read(struct agent_welcome *welcome, const struct frame *from)
{
	return layout_read(&welcome_layout, welcome, NULL, from->items);
}

uint16_t
agent_version(const struct agent_hello *hello, struct apam_error *err)
{
	const uint64_t highest = hello->max < AGENT_VERSION_MAX ?
	    hello->max :
	    AGENT_VERSION_MAX;

	if (highest >= AGENT_VERSION_MIN && highest >= hello->min)
		return (uint16_t)highest;
	if (hello->max < AGENT_VERSION_MIN)
		error_set(err, APAM_E_CONFIG,
		    "the agent speaks versions %d to %d of its protocol, the "
		    "program's libapam %u to %u: upgrade libapam and start the "
		    "program again",
		    AGENT_VERSION_MIN, AGENT_VERSION_MAX, (unsigned)hello->min,
		    (unsigned)hello->max);
	else
		error_set(err, APAM_E_CONFIG,
		    "the agent speaks versions %d to %d of its protocol, the "
		    "program's libapam %u to %u: upgrade the agent and start it "
		    "again",
		    AGENT_VERSION_MIN, AGENT_VERSION_MAX, (unsigned)hello->min,
		    (unsigned)hello->max);
	return 0;
}

/* ---- Who it is ----------------------------------------------------------- */

static const struct layout_field proof_fields[] = {
	FIELD(agent_proof, nonce, NONCE, BYTES, AGENT_PROOF_SIZE, true),
};
static const struct layout proof_layout = LAYOUT(agent_proof, proof_fields);

bool
agent_proof_write(const struct agent_proof *proof, struct frame_writer *to)
{
	return layout_write(&proof_layout, proof, to);
}

const char *
agent_proof_read(struct agent_proof *proof, const struct frame *from)
{
	return layout_read(&proof_layout, proof, NULL, from->items);
}

/* ---- Signatures ---------------------------------------------------------- */

static const struct layout_field sign_fields[] = {
	FIELD(agent_sign, profile, PROFILE, TEXT, APAM_NAME_SIZE - 1, true),
	FIELD(agent_sign, method, METHOD, TEXT, AGENT_METHOD_MAX, true),
	FIELD(agent_sign, url, URL, TEXT, URL_MAX, true),
	FIELD(agent_sign, headers, HEADER, HEADERS, 0, false),
	FIELD(agent_sign, body, BODY, NUMBER, APAM_BODY_UNKNOWN, false),
	FIELD(agent_sign, body_length, BODY_LENGTH, NUMBER, 0, false),
	FIELD(agent_sign, digests, DIGEST, DIGESTS, 0, false),
	FIELD(agent_sign, hash, HASH, NUMBER, APAM_HASH_MD5, false),
	FIELD(agent_sign, piece, PIECE, NUMBER, AGENT_PIECE_MAX, false),
	FIELD(agent_sign, pieces, PIECES, BLOB, AGENT_PIECES_MAX *APAM_HASH_MAX,
	    false),
	FIELD(agent_sign, timeout_ms, TIMEOUT, NUMBER, INT_MAX, false),
	FIELD(agent_sign, page, PAGE, NUMBER, 0, false),
	FIELD(agent_sign, rejected, REJECTED, NUMBER, 0, false),
	FIELD(agent_sign, caller, CALLER, CALLER, 0, false),
};
static const struct layout sign_layout = LAYOUT(agent_sign, sign_fields);

bool
agent_sign_write(const struct agent_sign *sign, struct frame_writer *to)
{
	return layout_write(&sign_layout, sign, to);
}

const char *
agent_sign_read(
    struct agent_sign *sign, struct agent_room *room, const struct frame *from)
{
	return layout_read(&sign_layout, sign, room, from->items);
}

static const struct layout_field signed_fields[] = {
	FIELD(agent_signed, headers, HEADER, HEADERS, 0, false),
	FIELD(agent_signed, query, QUERY, QUERY, 0, false),
	FIELD(agent_signed, yields, YIELDS, NUMBER, 0, false),
	FIELD(agent_signed, covered, COVERED, TEXTS, 0, false),
	FIELD(agent_signed, generation, GENERATION, NUMBER, 0, false),
	FIELD(agent_signed, credential, CREDENTIAL, NUMBER, 0, false),
	FIELD(agent_signed, memo, MEMO, NUMBER, 0, false),
	FIELD(agent_signed, entries, ENTRIES, NUMBER, UINT32_MAX, true),
	FIELD(agent_signed, verifies, VERIFIES, NUMBER, UINT32_MAX, false),
	FIELD(agent_signed, page, PAGE, NUMBER, 0, false),
	FIELD(agent_signed, hash, HASH, NUMBER, APAM_HASH_MD5, false),
	FIELD(agent_signed, piece, PIECE, NUMBER, AGENT_PIECE_MAX, false),
	FIELD(agent_signed, new_length, NEW_LENGTH, NUMBER, 0, false),
	FIELD(agent_signed, around, AROUND, BLOB, AGENT_AROUND_MAX, false),
};
static const struct layout signed_layout = LAYOUT(agent_signed, signed_fields);

bool
agent_signed_write(const struct agent_signed *made, struct frame_writer *to)
{
	return layout_write(&signed_layout, made, to);
}

const char *
agent_signed_read(struct agent_signed *made, struct agent_room *room,
    const struct frame *from)
{
	return layout_read(&signed_layout, made, room, from->items);
}

static const struct layout_field digest_fields[] = {
	FIELD(agent_digest, hash, HASH, NUMBER, APAM_HASH_MD5, true),
};
static const struct layout digest_layout = LAYOUT(agent_digest, digest_fields);

bool
agent_digest_write(const struct agent_digest *digest, struct frame_writer *to)
{
	return layout_write(&digest_layout, digest, to);
}

const char *
agent_digest_read(struct agent_digest *digest, const struct frame *from)
{
	return layout_read(&digest_layout, digest, NULL, from->items);
}

static const struct layout_field pieces_fields[] = {
	FIELD(agent_pieces, hash, HASH, NUMBER, APAM_HASH_MD5, true),
	FIELD(agent_pieces, piece, PIECE, NUMBER, AGENT_PIECE_MAX, true),
};
static const struct layout pieces_layout = LAYOUT(agent_pieces, pieces_fields);

bool
agent_pieces_write(const struct agent_pieces *pieces, struct frame_writer *to)
{
	return layout_write(&pieces_layout, pieces, to);
}

const char *
agent_pieces_read(struct agent_pieces *pieces, const struct frame *from)
{
	return layout_read(&pieces_layout, pieces, NULL, from->items);
}

static const struct layout_field verify_fields[] = {
	FIELD(agent_verify, profile, PROFILE, TEXT, APAM_NAME_SIZE - 1, true),
	FIELD(agent_verify, method, METHOD, TEXT, AGENT_METHOD_MAX, true),
	FIELD(agent_verify, url, URL, TEXT, URL_MAX, true),
	FIELD(agent_verify, headers, HEADER, HEADERS, 0, false),
	FIELD(agent_verify, status, HTTP_STATUS, NUMBER, 999, true),
	FIELD(agent_verify, answer, ANSWER, ANSWER, 0, false),
	FIELD(agent_verify, digests, DIGEST, DIGESTS, 0, false),
	FIELD(agent_verify, generation, GENERATION, NUMBER, 0, false),
	FIELD(agent_verify, credential, CREDENTIAL, NUMBER, 0, false),
	FIELD(agent_verify, entries, ENTRIES, NUMBER, UINT32_MAX, true),
	FIELD(agent_verify, verifies, VERIFIES, NUMBER, UINT32_MAX, true),
	FIELD(agent_verify, timeout_ms, TIMEOUT, NUMBER, INT_MAX, false),
};
static const struct layout verify_layout = LAYOUT(agent_verify, verify_fields);

bool
agent_verify_write(const struct agent_verify *verify, struct frame_writer *to)
{
	return layout_write(&verify_layout, verify, to);
}

const char *
agent_verify_read(struct agent_verify *verify, struct agent_room *room,
    const struct frame *from)
{
	const char *wrong = layout_read(
	    &verify_layout, verify, room, from->items);

	if (wrong == NULL && verify->status < 100)
		wrong = "an answer has no status of HTTP";
	return wrong;
}

const char *
agent_bare_read(const struct frame *from)
{
	static const struct layout none = { 0, NULL, 0 };
	char nothing;

	return layout_read(&none, &nothing, NULL, from->items);
}

/* ---- Another agent in its place ------------------------------------------ */

static const struct layout_field handed_fields[] = {
	FIELD(agent_handed, name, NAME, TEXT, AGENT_HANDED_MAX, false),
};
static const struct layout handed_layout = LAYOUT(agent_handed, handed_fields);

bool
agent_handed_write(const struct agent_handed *handed, struct frame_writer *to)
{
	return layout_write(&handed_layout, handed, to);
}

const char *
agent_handed_read(struct agent_handed *handed, const struct frame *from)
{
	return layout_read(&handed_layout, handed, NULL, from->items);
}

/* ---- Answers of the provider --------------------------------------------- */

static const struct layout_field judged_fields[] = {
	FIELD(agent_judged, profile, PROFILE, TEXT, APAM_NAME_SIZE - 1, true),
	FIELD(agent_judged, method, METHOD, TEXT, AGENT_METHOD_MAX, true),
	FIELD(agent_judged, url, URL, TEXT, URL_MAX, true),
	FIELD(agent_judged, status, HTTP_STATUS, NUMBER, 999, true),
	FIELD(agent_judged, headers, HEADER, HEADERS, 0, false),
	FIELD(agent_judged, generation, GENERATION, NUMBER, 0, false),
	FIELD(agent_judged, credential, CREDENTIAL, NUMBER, 0, false),
	FIELD(agent_judged, entries, ENTRIES, NUMBER, UINT32_MAX, true),
	FIELD(agent_judged, verdict, VERDICT, NUMBER, APAM_VERDICT_CHALLENGED,
	    false),
};
static const struct layout judged_layout = LAYOUT(agent_judged, judged_fields);

bool
agent_judged_write(const struct agent_judged *judged, struct frame_writer *to)
{
	return layout_write(&judged_layout, judged, to);
}

const char *
agent_judged_read(struct agent_judged *judged, struct agent_room *room,
    const struct frame *from)
{
	const char *wrong = layout_read(
	    &judged_layout, judged, room, from->items);

	if (wrong == NULL && judged->status < 100)
		wrong = "an answer has no status of HTTP";
	return wrong;
}

/* ---- Failures ------------------------------------------------------------ */

/* The items of an error in a message of type `of`, at its member `error`. */
#define ERROR_FIELDS(of)                                                       \
	FIELD(of, error.status, STATUS, STATUS, UINT16_MAX, false),            \
	    FIELD(of, error.text, TEXT, CHARS, APAM_TEXT_SIZE, false),         \
	    FIELD(of, error.file, FILE, CHARS, APAM_TEXT_SIZE, false),         \
	    FIELD(of, error.profile, ERROR_PROFILE, CHARS, APAM_NAME_SIZE,     \
		false),                                                        \
	    FIELD(of, error.line, LINE, UNSIGNED, 0, false),                   \
	    FIELD(of, error.entry, ENTRY, UNSIGNED, APAM_ENTRIES_MAX, false)

/* Entries are numbered from 1 on the way, and 0 is none. */
static struct apam_error
error_out(const struct apam_error *from)
{
	struct apam_error to = *from;

	to.entry = from->entry < 0 ? 0 : from->entry + 1;
	return to;
}

static void
error_in(struct apam_error *error)
{
	error->size = sizeof(*error);
	error->entry--;
}

static const struct layout_field failed_fields[] = {
	ERROR_FIELDS(agent_failed),
	FIELD(agent_failed, error.retry_at, RETRY_AT, NUMBER, INT64_MAX, false),
};
static const struct layout failed_layout = LAYOUT(agent_failed, failed_fields);

bool
agent_failed_write(const struct agent_failed *failed, struct frame_writer *to)
{
	const struct agent_failed out = { error_out(&failed->error) };

	return failed->error.status != APAM_OK &&
	    layout_write(&failed_layout, &out, to);
}

const char *
agent_failed_read(struct agent_failed *failed, const struct frame *from)
{
	const char *wrong = layout_read(
	    &failed_layout, failed, NULL, from->items);

	error_in(&failed->error);
	if (wrong == NULL && failed->error.status == APAM_OK)
		wrong = "a failure does not say what failed";
	return wrong;
}

/* ---- Calls --------------------------------------------------------------- */

static const struct layout_field call_fields[] = {
	FIELD(agent_call, name, NAME, TEXT, APAM_NAME_SIZE - 1, true),
	FIELD(agent_call, profile, PROFILE, TEXT, APAM_NAME_SIZE - 1, false),
	FIELD(agent_call, arguments, ARGUMENT, TEXTS, 0, false),
	FIELD(agent_call, timeout_ms, TIMEOUT, NUMBER, INT_MAX, false),
	FIELD(agent_call, from, FROM, NUMBER, UINT32_MAX, false),
	FIELD(agent_call, caller, CALLER, CALLER, 0, false),
};
static const struct layout call_layout = LAYOUT(agent_call, call_fields);

bool
agent_call_write(const struct agent_call *call, struct frame_writer *to)
{
	return layout_write(&call_layout, call, to);
}

const char *
agent_call_read(
    struct agent_call *call, struct agent_room *room, const struct frame *from)
{
	return layout_read(&call_layout, call, room, from->items);
}

static const struct layout_field result_fields[] = {
	ERROR_FIELDS(agent_result),
	FIELD(agent_result, text, LONG_TEXT, TEXT, 0, false),
	FIELD(agent_result, rows, ROW, ROWS, 0, false),
	FIELD(agent_result, next, NEXT, NUMBER, UINT32_MAX, false),
};
static const struct layout result_layout = LAYOUT(agent_result, result_fields);

bool
agent_result_write(const struct agent_result *result, struct frame_writer *to)
{
	struct agent_result out = *result;

	out.error = error_out(&result->error);
	return layout_write(&result_layout, &out, to);
}

const char *
agent_result_read(struct agent_result *result, const struct frame *from)
{
	const char *wrong = layout_read(
	    &result_layout, result, NULL, from->items);

	error_in(&result->error);
	if (wrong == NULL)
		result->rows = from->items;
	return wrong;
}

/* What agent_result_write needs beside a long text, at most. */
#define RESULT_ROOM 2048

bool
agent_row_put(struct frame_writer *to, struct apam_str row)
{
	if (!frame_has_room(to, row.n + RESULT_ROOM))
		return false;
	frame_put(to, TAG_ROW, 0, row);
	return !to->items->failed;
}

bool
agent_row_next(struct apam_str *rows, struct apam_str *row)
{
	struct frame_item item;
	const char *wrong;

	while (frame_next(rows, &item, &wrong)) {
		*row = item.bytes;
		if (item.tag == TAG_ROW)
			return true;
	}
	return false;
}
