/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/message.c and core/agent/layout.c.
 *
 * tests/vectors/agent has frames that were made by doc/agent-protocol.md, and
 * not by this library: `1` each message of version 1, as the first agent and
 * its first clients send it; `newer` what later ones may send.  They stay as
 * they are: programs and agents of all versions are upgraded in either order.
 */
#include "agent/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "support/run.h"

#define FROZEN "tests/vectors/agent/"

static struct agent_room room;
static struct buf items;
static struct frame_writer writer;
static struct frame_parts parts;
static char packet[FRAME_MAX];

static void
setup(void)
{
	memset(&room, 'x', sizeof(room));
	buf_init(&items, FRAME_ITEMS_MAX);
	frame_parts_init(&parts);
}

static void
teardown(void)
{
	frame_parts_free(&parts);
	buf_free(&items);
}

/* Read a frozen frame; what frame_take says of it. */
static const char *
thaw(const char *name, struct frame *frame, bool *whole)
{
	char path[256];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), FROZEN "%s", name);
	file = fopen(path, "rb");
	ck_assert_msg(file != NULL, "%s is not there", path);
	n = fread(packet, 1, sizeof(packet), file);
	fclose(file);
	return frame_take(&parts, (struct apam_str){ packet, n }, frame, whole);
}

static struct frame
thaw_whole(const char *name)
{
	struct frame frame;
	bool whole;

	ck_assert_ptr_null(thaw(name, &frame, &whole));
	ck_assert(whole);
	return frame;
}

/* What the writer made, as it comes to the other side. */
static struct frame
cross(void)
{
	struct frame_part part;
	struct frame frame;
	bool whole;

	ck_assert_uint_eq(frame_count(&writer), 1);
	frame_part(&writer, 0, &part);
	memcpy(packet, part.head, FRAME_HEAD);
	if (part.items.n > 0)
		memcpy(packet + FRAME_HEAD, part.items.p, part.items.n);
	ck_assert_ptr_null(frame_take(&parts,
	    (struct apam_str){ packet, FRAME_HEAD + part.items.n }, &frame,
	    &whole));
	ck_assert(whole);
	return frame;
}

static void
expect(struct apam_str s, const char *text)
{
	ck_assert_msg(
	    str_equal(s, apam_str(text)), "\"%.*s\" for \"%s\"", SARG(s), text);
	ck_assert(s.n == 0 || s.p[s.n] == '\0');
}

static void
expect_counting(struct apam_str s, size_t n)
{
	ck_assert_uint_eq(s.n, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(s.p[i], (int)i);
}

static void
expect_pair(const struct apam_header *pair, const char *name, const char *value)
{
	expect(pair->value, value);
	ck_assert(str_equal(pair->name, apam_str(name)));
}

/* ---- Each message of version 1 ------------------------------------------- */

static void
hello(const struct frame *from)
{
	struct agent_hello m;

	ck_assert_ptr_null(agent_hello_read(&m, from));
	ck_assert_uint_eq(m.min, 1);
	ck_assert_uint_eq(m.max, 1);
	expect(m.library, "0.1.0");
	expect(m.program, "curl");
	ck_assert_uint_eq(m.time_device, 4);
	ck_assert_uint_eq(m.time_inode, 4026531834);
	expect_counting(m.counter, AGENT_NONCE_SIZE);
	ck_assert(agent_hello_write(&m, &writer));
}

static void
hello_least(const struct frame *from)
{
	struct agent_hello m;

	ck_assert_ptr_null(agent_hello_read(&m, from));
	expect(m.library, "");
	expect(m.program, "");
	ck_assert_uint_eq(m.time_inode, 0);
	ck_assert_uint_eq(m.counter.n, 0);
	ck_assert(agent_hello_write(&m, &writer));
}

static void
welcome(const struct frame *from)
{
	struct agent_welcome m;

	ck_assert_ptr_null(agent_welcome_read(&m, from));
	ck_assert_uint_eq(m.version, 1);
	expect(m.library, "0.1.0");
	ck_assert_uint_eq(m.pages, 1);
	ck_assert(agent_welcome_write(&m, &writer));
}

static void
proof(const struct frame *from)
{
	struct agent_proof m;

	ck_assert_ptr_null(agent_proof_read(&m, from));
	expect_counting(m.nonce, AGENT_PROOF_SIZE);
	ck_assert(agent_proof_write(&m, &writer));
}

static void
sign(const struct frame *from)
{
	struct agent_sign m;

	ck_assert_ptr_null(agent_sign_read(&m, &room, from));
	expect(m.profile, "7signal");
	expect(m.method, "POST");
	expect(m.url, "https://api.example/v1/things?b=2");
	ck_assert_uint_eq(m.headers.count, 2);
	expect_pair(&m.headers.all[0], "Content-Type", "application/json");
	expect_pair(&m.headers.all[1], "X-Empty", "");
	ck_assert_uint_eq(m.body, APAM_BODY_DIGESTS);
	ck_assert_uint_eq(m.body_length, UINT64_C(1) << 32);
	ck_assert_uint_eq(m.digests.count, 2);
	ck_assert_int_eq(m.digests.all[0].hash, APAM_HASH_SHA256);
	expect_counting(m.digests.all[0].bytes, 32);
	ck_assert_int_eq(m.digests.all[1].hash, APAM_HASH_MD5);
	expect_counting(m.digests.all[1].bytes, 16);
	ck_assert_uint_eq(m.timeout_ms, 30000);
	ck_assert_uint_eq(m.page, 3);
	ck_assert_uint_eq(m.rejected, 12);
	ck_assert(agent_sign_write(&m, &writer));
}

static void
sign_least(const struct frame *from)
{
	struct agent_sign m;

	ck_assert_ptr_null(agent_sign_read(&m, &room, from));
	expect(m.profile, "p");
	ck_assert_uint_eq(m.headers.count, 0);
	ck_assert_uint_eq(m.digests.count, 0);
	ck_assert_uint_eq(m.body, APAM_BODY_NONE);
	ck_assert_uint_eq(m.page, 0);
	ck_assert(agent_sign_write(&m, &writer));
}

static void
sign_for(const struct frame *from)
{
	struct agent_sign m;

	ck_assert_ptr_null(agent_sign_read(&m, &room, from));
	expect(m.url, "https://api.example/");
	ck_assert_ptr_nonnull(m.caller);
	ck_assert_uint_eq(m.caller->user, 61001);
	ck_assert_uint_eq(m.caller->group_count, 2);
	ck_assert_uint_eq(m.caller->groups[0], 61001);
	ck_assert_uint_eq(m.caller->groups[1], 27);
	expect(m.caller->unit, "backup.service");
	ck_assert(agent_sign_write(&m, &writer));
}

static void
made(const struct frame *from)
{
	struct agent_signed m;

	ck_assert_ptr_null(agent_signed_read(&m, &room, from));
	ck_assert_uint_eq(m.headers.count, 1);
	expect_pair(&m.headers.all[0], "Authorization", "Bearer FAKE-token");
	ck_assert_uint_eq(m.query.count, 1);
	expect_pair(&m.query.all[0], "key", "FAKE%20key");
	ck_assert_uint_eq(m.yields, 1);
	ck_assert_uint_eq(m.covered.count, 1);
	expect(m.covered.all[0], "content-type");
	ck_assert_uint_eq(m.generation, 12);
	ck_assert_uint_eq(m.credential, 11);
	ck_assert_uint_eq(m.memo, 5);
	ck_assert_uint_eq(m.entries, 3);
	ck_assert_uint_eq(m.verifies, 2);
	ck_assert_uint_eq(m.page, 4);
	ck_assert(agent_signed_write(&m, &writer));
}

static void
digest(const struct frame *from)
{
	struct agent_digest m;

	ck_assert_ptr_null(agent_digest_read(&m, from));
	ck_assert_uint_eq(m.hash, APAM_HASH_SHA512);
	ck_assert(agent_digest_write(&m, &writer));
}

static void
pieces(const struct frame *from)
{
	struct agent_pieces m;

	ck_assert_ptr_null(agent_pieces_read(&m, from));
	ck_assert_uint_eq(m.hash, APAM_HASH_SHA256);
	ck_assert_uint_eq(m.piece, 65536);
	ck_assert(agent_pieces_write(&m, &writer));
}

static void
sign_pieces(const struct frame *from)
{
	struct agent_sign m;

	ck_assert_ptr_null(agent_sign_read(&m, &room, from));
	ck_assert_uint_eq(m.body, APAM_BODY_READER);
	ck_assert_uint_eq(m.body_length, 70000);
	ck_assert_uint_eq(m.hash, APAM_HASH_SHA256);
	ck_assert_uint_eq(m.piece, 65536);
	expect_counting(m.pieces, 64);
	ck_assert(agent_sign_write(&m, &writer));
}

static void
made_pieces(const struct frame *from)
{
	static const char around[] = "\x06\0\x02\0"
				     "10000;\r\n"
				     "\x05\0\x02\0"
				     "1170;\r\n"
				     "\x06\0\0\0"
				     "0;\r\n\r\n";
	struct agent_signed m;

	ck_assert_ptr_null(agent_signed_read(&m, &room, from));
	ck_assert_uint_eq(m.hash, APAM_HASH_SHA256);
	ck_assert_uint_eq(m.piece, 65536);
	ck_assert_uint_eq(m.new_length, 70021);
	ck_assert(str_equal(m.around, APAM_STR(around)));
	ck_assert(agent_signed_write(&m, &writer));
}

static void
bare(const struct frame *from)
{
	ck_assert_ptr_null(agent_bare_read(from));
}

static void
handed(const struct frame *from)
{
	struct agent_handed m;

	ck_assert_ptr_null(agent_handed_read(&m, from));
	expect(m.name, "page.7signal");
	ck_assert(agent_handed_write(&m, &writer));
}

static void
handed_last(const struct frame *from)
{
	struct agent_handed m;

	ck_assert_ptr_null(agent_handed_read(&m, from));
	ck_assert_uint_eq(m.name.n, 0);
	ck_assert(agent_handed_write(&m, &writer));
}

static void
judged(const struct frame *from)
{
	struct agent_judged m;

	ck_assert_ptr_null(agent_judged_read(&m, &room, from));
	expect(m.profile, "7signal");
	expect(m.method, "GET");
	expect(m.url, "https://api.example/v1");
	ck_assert_uint_eq(m.status, 401);
	ck_assert_uint_eq(m.headers.count, 1);
	expect_pair(&m.headers.all[0], "WWW-Authenticate", "Bearer");
	ck_assert_uint_eq(m.generation, 12);
	ck_assert_uint_eq(m.credential, 11);
	ck_assert_uint_eq(m.entries, 1);
	ck_assert_uint_eq(m.verdict, APAM_VERDICT_REJECTED);
	ck_assert(agent_judged_write(&m, &writer));
}

static void
verify(const struct frame *from)
{
	struct agent_verify m;

	ck_assert_ptr_null(agent_verify_read(&m, &room, from));
	expect(m.profile, "7signal");
	expect(m.method, "GET");
	expect(m.url, "https://api.example/v1?a=b");
	ck_assert_uint_eq(m.headers.count, 2);
	expect_pair(&m.headers.all[0], "Accept", "text/plain");
	expect_pair(&m.headers.all[1], "Authorization", "FAKE");
	ck_assert_uint_eq(m.status, 200);
	ck_assert_uint_eq(m.answer.count, 2);
	expect_pair(&m.answer.all[0], "Answer-Mac", "FAKEmac");
	expect_pair(&m.answer.all[1], "Vary", "");
	ck_assert_uint_eq(m.digests.count, 1);
	ck_assert_int_eq(m.digests.all[0].hash, APAM_HASH_SHA256);
	ck_assert_uint_eq(m.digests.all[0].bytes.n, 32);
	ck_assert_uint_eq(m.generation, 12);
	ck_assert_uint_eq(m.credential, 11);
	ck_assert_uint_eq(m.entries, 1);
	ck_assert_uint_eq(m.verifies, 1);
	ck_assert_uint_eq(m.timeout_ms, 5000);
	ck_assert(agent_verify_write(&m, &writer));
}

static void
failed(const struct frame *from)
{
	struct agent_failed m;

	ck_assert_ptr_null(agent_failed_read(&m, from));
	ck_assert_uint_eq(m.error.size, sizeof(m.error));
	ck_assert_int_eq(m.error.status, APAM_E_POLICY);
	ck_assert_str_eq(m.error.text, "no rule names this caller");
	ck_assert_str_eq(m.error.file, "/etc/apam.d/p.conf");
	ck_assert_str_eq(m.error.profile, "p");
	ck_assert_uint_eq(m.error.line, 7);
	ck_assert_int_eq(m.error.entry, 0);
	ck_assert_int_eq(m.error.retry_at, 1800000000);
	ck_assert(agent_failed_write(&m, &writer));
}

static void
failed_least(const struct frame *from)
{
	struct agent_failed m;

	ck_assert_ptr_null(agent_failed_read(&m, from));
	ck_assert_int_eq(m.error.status, APAM_E_NETWORK);
	ck_assert_str_eq(m.error.text, "");
	ck_assert_str_eq(m.error.profile, "");
	ck_assert_uint_eq(m.error.line, 0);
	ck_assert_int_eq(m.error.entry, -1);
	ck_assert_int_eq(m.error.retry_at, 0);
	ck_assert(agent_failed_write(&m, &writer));
}

static void
call(const struct frame *from)
{
	struct agent_call m;

	ck_assert_ptr_null(agent_call_read(&m, &room, from));
	expect(m.name, "status");
	expect(m.profile, "7signal");
	ck_assert_uint_eq(m.arguments.count, 2);
	expect(m.arguments.all[0], "entry=1");
	expect(m.arguments.all[1], "who");
	ck_assert_uint_eq(m.timeout_ms, 5000);
	ck_assert_uint_eq(m.from, 100);
	ck_assert_ptr_null(m.caller);
	ck_assert(agent_call_write(&m, &writer));
}

static void
call_for(const struct frame *from)
{
	struct agent_call m;

	ck_assert_ptr_null(agent_call_read(&m, &room, from));
	expect(m.name, "explain");
	ck_assert_ptr_nonnull(m.caller);
	ck_assert_uint_eq(m.caller->user, 0);
	ck_assert_uint_eq(m.caller->group_count, 0);
	expect(m.caller->unit, "");
	ck_assert(agent_call_write(&m, &writer));
}

static void
result(const struct frame *from)
{
	struct agent_result m;
	struct apam_str row;

	ck_assert_ptr_null(agent_result_read(&m, from));
	expect(m.text, "# EOF\n");
	ck_assert_int_eq(m.error.status, APAM_E_TRUST);
	ck_assert_str_eq(m.error.text, "others could change a file");
	ck_assert_int_eq(m.error.entry, 1);
	ck_assert_uint_eq(m.next, 102);
	ck_assert(agent_result_write(&m, &writer));
	ck_assert(agent_row_next(&m.rows, &row));
	expect(row, "first");
	ck_assert(agent_row_put(&writer, row));
	ck_assert(agent_row_next(&m.rows, &row));
	expect(row, "second");
	ck_assert(agent_row_put(&writer, row));
	ck_assert(!agent_row_next(&m.rows, &row));
}

static const struct {
	const char *name;
	enum agent_type type;
	void (*pass)(const struct frame *from);
	bool newer; /* there is one, of each kind */
} messages[] = {
	{ "hello", AGENT_HELLO, hello, true },
	{ "hello-least", AGENT_HELLO, hello_least, false },
	{ "welcome", AGENT_WELCOME, welcome, true },
	{ "prove", AGENT_PROVE, proof, true },
	{ "proof", AGENT_PROOF, proof, true },
	{ "sign", AGENT_SIGN, sign, true },
	{ "sign-least", AGENT_SIGN, sign_least, false },
	{ "sign-for", AGENT_SIGN, sign_for, false },
	{ "signed", AGENT_SIGNED, made, true },
	{ "digest", AGENT_DIGEST, digest, true },
	{ "pieces", AGENT_PIECES, pieces, true },
	{ "sign-pieces", AGENT_SIGN, sign_pieces, false },
	{ "signed-pieces", AGENT_SIGNED, made_pieces, false },
	{ "cancel", AGENT_CANCEL, bare, true },
	{ "replace", AGENT_REPLACE, bare, true },
	{ "handed", AGENT_HANDED, handed, true },
	{ "handed-last", AGENT_HANDED, handed_last, false },
	{ "taken", AGENT_TAKEN, bare, true },
	{ "serves", AGENT_SERVES, bare, true },
	{ "kept", AGENT_KEPT, bare, true },
	{ "judged", AGENT_JUDGED, judged, true },
	{ "verify", AGENT_VERIFY, verify, true },
	{ "verified", AGENT_VERIFIED, bare, true },
	{ "failed", AGENT_FAILED, failed, true },
	{ "failed-least", AGENT_FAILED, failed_least, false },
	{ "call", AGENT_CALL, call, true },
	{ "call-for", AGENT_CALL, call_for, false },
	{ "result", AGENT_RESULT, result, true },
};

/* Read a frozen message, write what was read, and read that again. */
static void
pass(const char *name, int i)
{
	struct frame frame = thaw_whole(name);

	ck_assert_uint_eq(frame.type, messages[i].type);
	frame_begin(&writer, &items, frame.type, frame.id);
	messages[i].pass(&frame);
	frame = cross();
	messages[i].pass(&frame);
}

START_TEST(a_message_of_version_1_is_read)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "1/%s", messages[_i].name);
	pass(name, _i);
}
END_TEST

/* Another library's may say more: this one does without. */
START_TEST(more_than_is_known_is_passed_over)
{
	char name[64];

	if (!messages[_i].newer)
		return;
	(void)snprintf(name, sizeof(name), "newer/%s-more", messages[_i].name);
	pass(name, _i);
}
END_TEST

static union {
	struct agent_hello hello;
	struct agent_welcome welcome;
	struct agent_proof proof;
	struct agent_sign sign;
	struct agent_signed made;
	struct agent_digest digest;
	struct agent_pieces pieces;
	struct agent_handed handed;
	struct agent_judged judged;
	struct agent_verify verify;
	struct agent_failed failed;
	struct agent_call call;
	struct agent_result result;
} any;

/* What `from` is read as, by its type, where an agent says it. */
static const char *
read_answer(const struct frame *from)
{
	switch (from->type) {
	case AGENT_WELCOME:
		return agent_welcome_read(&any.welcome, from);
	case AGENT_PROVE:
		return agent_proof_read(&any.proof, from);
	case AGENT_SIGNED:
		return agent_signed_read(&any.made, &room, from);
	case AGENT_DIGEST:
		return agent_digest_read(&any.digest, from);
	case AGENT_PIECES:
		return agent_pieces_read(&any.pieces, from);
	case AGENT_KEPT:
	case AGENT_VERIFIED:
		return agent_bare_read(from);
	case AGENT_HANDED:
		return agent_handed_read(&any.handed, from);
	case AGENT_FAILED:
		return agent_failed_read(&any.failed, from);
	case AGENT_RESULT:
		return agent_result_read(&any.result, from);
	default:
		return "the type is not known";
	}
}

/* The same, whoever says it. */
static const char *
read_any(const struct frame *from)
{
	switch (from->type) {
	case AGENT_HELLO:
		return agent_hello_read(&any.hello, from);
	case AGENT_PROOF:
		return agent_proof_read(&any.proof, from);
	case AGENT_SIGN:
		return agent_sign_read(&any.sign, &room, from);
	case AGENT_CANCEL:
	case AGENT_REPLACE:
	case AGENT_TAKEN:
	case AGENT_SERVES:
		return agent_bare_read(from);
	case AGENT_JUDGED:
		return agent_judged_read(&any.judged, &room, from);
	case AGENT_VERIFY:
		return agent_verify_read(&any.verify, &room, from);
	case AGENT_CALL:
		return agent_call_read(&any.call, &room, from);
	default:
		return read_answer(from);
	}
}

/* Unless that is not to be done without. */
START_TEST(a_critical_item_must_be_known)
{
	char name[64];
	struct frame frame;

	if (!messages[_i].newer)
		return;
	(void)snprintf(
	    name, sizeof(name), "newer/%s-critical", messages[_i].name);
	frame = thaw_whole(name);
	ck_assert_str_eq(read_any(&frame),
	    "a message has a critical item that is not known");
}
END_TEST

START_TEST(a_message_in_parts_is_read)
{
	struct agent_result m;
	struct apam_str row;
	struct frame frame;
	bool whole;

	ck_assert_ptr_null(thaw("parts/1", &frame, &whole));
	ck_assert(!whole);
	ck_assert_ptr_null(thaw("parts/2", &frame, &whole));
	ck_assert(!whole);
	ck_assert_ptr_null(thaw("parts/3", &frame, &whole));
	ck_assert(whole);
	ck_assert_uint_eq(frame.id, 23);
	ck_assert_ptr_null(agent_result_read(&m, &frame));
	for (char c = 'A'; c <= 'C'; c++) {
		ck_assert(agent_row_next(&m.rows, &row));
		ck_assert_uint_eq(row.n, 50);
		for (size_t i = 0; i < row.n; i++)
			ck_assert_int_eq(row.p[i], c);
	}
	ck_assert(!agent_row_next(&m.rows, &row));
}
END_TEST

START_TEST(another_version_and_type_are_known_as_such)
{
	struct frame frame;
	bool whole;

	ck_assert_str_eq(thaw("newer/version", &frame, &whole),
	    "a frame is of another version than was agreed on");
	frame = thaw_whole("newer/type");
	ck_assert_uint_eq(frame.id, 22);
	ck_assert_str_eq(read_any(&frame), "the type is not known");
}
END_TEST

START_TEST(a_status_of_a_newer_agent_keeps_its_class)
{
	struct agent_failed m;
	struct frame frame = thaw_whole("newer/failed-status");

	ck_assert_ptr_null(agent_failed_read(&m, &frame));
	ck_assert_uint_eq(APAM_CLASS(m.error.status), APAM_CLASS_TEMPORARY);
	ck_assert_str_eq(m.error.text, "it sleeps");
	frame = thaw_whole("newer/failed-class");
	ck_assert_ptr_null(agent_failed_read(&m, &frame));
	ck_assert_int_eq(m.error.status, APAM_E_INTERNAL);
	ck_assert_str_eq(m.error.text, "it dreams");
}
END_TEST

/* ---- Versions ------------------------------------------------------------ */

static const struct {
	uint64_t min, max;
	uint16_t version;
	const char *text;
} versions[] = {
	{ 1, 1, 1, "" },
	{ 1, 9, 1, "" },
	{ 1, UINT16_MAX, 1, "" },
	{ 2, 3, 0,
	    "the agent speaks versions 1 to 1 of its protocol, the program's "
	    "libapam 2 to 3: upgrade the agent and start it again" },
};

START_TEST(the_highest_common_version_is_spoken)
{
	const struct agent_hello m = { .min = versions[_i].min,
		.max = versions[_i].max };
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_uint_eq(agent_version(&m, &err), versions[_i].version);
	ck_assert_str_eq(err.text, versions[_i].text);
	ck_assert_int_eq(
	    err.status, versions[_i].version == 0 ? APAM_E_CONFIG : APAM_OK);
}
END_TEST

START_TEST(a_newer_greeting_is_understood)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct agent_hello m;
	struct frame frame = thaw_whole("newer/hello-2");

	ck_assert_ptr_null(agent_hello_read(&m, &frame));
	ck_assert_uint_eq(agent_version(&m, &err), 1);
	frame = thaw_whole("newer/hello-only-2");
	ck_assert_ptr_null(agent_hello_read(&m, &frame));
	ck_assert_uint_eq(agent_version(&m, &err), 0);
}
END_TEST

/* ---- What is not a message ----------------------------------------------- */

/*
 * A message that is in order until one item is added to it, or left out of it.
 * Tags are those of the protocol.
 */
static const struct {
	const char *name;
	enum agent_type type;
	unsigned without; /* tag that is left out */
	unsigned tag; /* of the item that is added; 0: none */
	struct apam_str bytes;
	const char *wrong;
} wrongs[] = {
	{ "nothing wrong", AGENT_SIGN, 0, 0, { "", 0 }, NULL },
	{ "nothing wrong", AGENT_HELLO, 0, 0, { "", 0 }, NULL },
	{ "no profile", AGENT_SIGN, 11, 0, { "", 0 },
	    "a message lacks an item" },
	{ "no method", AGENT_SIGN, 12, 0, { "", 0 },
	    "a message lacks an item" },
	{ "no URL", AGENT_SIGN, 13, 0, { "", 0 }, "a message lacks an item" },
	{ "no version", AGENT_HELLO, 1, 0, { "", 0 },
	    "a message lacks an item" },
	{ "twice", AGENT_SIGN, 0, 11, { "p", 1 },
	    "an item comes twice in a message" },
	{ "empty profile", AGENT_SIGN, 11, 11, { "", 0 },
	    "a text of a message has a NUL or is too long" },
	{ "NUL in a text", AGENT_SIGN, 11, 11, { "a\0b", 3 },
	    "a text of a message has a NUL or is too long" },
	{ "NUL ends a text", AGENT_SIGN, 11, 11, { "a\0", 2 },
	    "a text of a message has a NUL or is too long" },
	{ "profile too long", AGENT_SIGN, 11, 11,
	    { "12345678901234567890123456789012345678901234567890123456789012345",
		65 },
	    "a text of a message has a NUL or is too long" },
	{ "short number", AGENT_SIGN, 0, 21, { "\1\0\0\0", 4 },
	    "a number of a message is not in its range" },
	{ "long number", AGENT_SIGN, 0, 21, { "\1\0\0\0\0\0\0\0\0", 9 },
	    "a number of a message is not in its range" },
	{ "timeout too long", AGENT_SIGN, 0, 21, { "\0\0\0\200\0\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "kind of body", AGENT_SIGN, 0, 18, { "\5\0\0\0\0\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "version 0", AGENT_HELLO, 1, 1, { "\0\0\0\0\0\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "versions backwards", AGENT_HELLO, 1, 1, { "\2\0\0\0\0\0\0\0", 8 },
	    "the versions of a greeting end before they begin" },
	{ "short nonce", AGENT_HELLO, 0, 8, { "123456789012345", 15 },
	    "a text of a message has a NUL or is too long" },
	{ "header without value", AGENT_SIGN, 0, 14, { "X-A", 3 },
	    "a header of a message has no value" },
	{ "NUL in a value", AGENT_SIGN, 0, 14, { "X-A\0b\0", 6 },
	    "a text of a message has a NUL or is too long" },
	{ "empty digest", AGENT_SIGN, 0, 20, { "", 0 },
	    "a digest of a message is empty" },
	{ "digest without bytes", AGENT_SIGN, 0, 20, { "\1", 1 },
	    "a digest of a message is not one, or comes twice" },
	{ "unknown hash", AGENT_SIGN, 0, 20, { "\7x", 2 },
	    "a digest of a message is not one, or comes twice" },
	{ "digest of no hash", AGENT_SIGN, 0, 20, { "\0x", 2 },
	    "a digest of a message is not one, or comes twice" },
	{ "digest too long", AGENT_SIGN, 0, 20,
	    { "\1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	      "xxx",
		66 },
	    "a digest of a message is not one, or comes twice" },
	{ "somebody cut short", AGENT_SIGN, 0, 45, { "\1\0\0\0\0\0\0", 7 },
	    "somebody whom a message names cannot be" },
	{ "nobody", AGENT_SIGN, 0, 45, { "\377\377\377\377\0\0\0\0", 8 },
	    "somebody whom a message names cannot be" },
	{ "groups that are not there", AGENT_SIGN, 0, 45,
	    { "\1\0\0\0\1\0\0\0\1\0\0", 11 },
	    "somebody whom a message names cannot be" },
	{ "more groups than are counted", AGENT_SIGN, 0, 45,
	    { "\1\0\0\0\1\0\0\100\1\0\0\0", 12 },
	    "somebody whom a message names cannot be" },
	{ "NUL in a unit", AGENT_CALL, 0, 45, { "\1\0\0\0\0\0\0\0a\0", 10 },
	    "somebody whom a message names cannot be" },
	{ "a unit that says more", AGENT_SIGN, 0, 45,
	    { "\1\0\0\0\0\0\0\0a, program b.service", 28 },
	    "somebody whom a message names cannot be" },
	{ "a unit that is not a service", AGENT_CALL, 0, 45,
	    { "\1\0\0\0\0\0\0\0a.slice", 15 },
	    "somebody whom a message names cannot be" },
	{ "status of HTTP", AGENT_JUDGED, 30, 30, { "\143\0\0\0\0\0\0\0", 8 },
	    "an answer has no status of HTTP" },
	{ "status of a verified answer", AGENT_VERIFY, 30, 30,
	    { "\143\0\0\0\0\0\0\0", 8 }, "an answer has no status of HTTP" },
	{ "nobody who verifies", AGENT_VERIFY, 27, 0, { "", 0 },
	    "a message lacks an item" },
	{ "NUL in an argument", AGENT_CALL, 0, 39, { "a\0", 2 },
	    "a text of a message has a NUL or is too long" },
};

/* The items of a message in order, in front of which others may stand. */
static void
put_good(enum agent_type type, unsigned without)
{
	static const struct {
		enum agent_type type;
		uint16_t tag;
		const char *text; /* NULL: the number 200 */
	} good[] = {
		{ AGENT_HELLO, 1, NULL },
		{ AGENT_HELLO, 2, NULL },
		{ AGENT_SIGN, 13, "https://api.example/" },
		{ AGENT_SIGN, 12, "GET" },
		{ AGENT_SIGN, 11, "p" },
		{ AGENT_JUDGED, 11, "p" },
		{ AGENT_JUDGED, 12, "GET" },
		{ AGENT_JUDGED, 13, "https://api.example/" },
		{ AGENT_JUDGED, 25, NULL },
		{ AGENT_JUDGED, 26, NULL },
		{ AGENT_JUDGED, 30, NULL },
		{ AGENT_VERIFY, 11, "p" },
		{ AGENT_VERIFY, 12, "GET" },
		{ AGENT_VERIFY, 13, "https://api.example/" },
		{ AGENT_VERIFY, 26, NULL },
		{ AGENT_VERIFY, 27, NULL },
		{ AGENT_VERIFY, 30, NULL },
		{ AGENT_CALL, 38, "check" },
	};

	for (int i = 0; i < ROWS(good); i++) {
		if (good[i].type != type || good[i].tag == without)
			continue;
		if (good[i].text == NULL)
			frame_put_number(
			    &writer, good[i].tag, good[i].tag == 1 ? 1 : 200);
		else
			frame_put(
			    &writer, good[i].tag, 0, apam_str(good[i].text));
	}
}

START_TEST(a_wrong_message_is_refused)
{
	struct frame frame;
	const char *wrong;

	frame_begin(&writer, &items, (uint16_t)wrongs[_i].type, 1);
	put_good(wrongs[_i].type, wrongs[_i].without);
	if (wrongs[_i].tag == 1 && wrongs[_i].bytes.p[0] == 2) {
		/* Above the other version. */
		frame_begin(&writer, &items, AGENT_HELLO, 1);
		frame_put_number(&writer, 2, 1);
	}
	if (wrongs[_i].tag != 0)
		frame_put(
		    &writer, (uint16_t)wrongs[_i].tag, 0, wrongs[_i].bytes);
	frame = cross();
	wrong = read_any(&frame);
	if (wrongs[_i].wrong == NULL)
		ck_assert_msg(wrong == NULL, "%s: %s", wrongs[_i].name, wrong);
	else
		ck_assert_msg(
		    wrong != NULL && strcmp(wrong, wrongs[_i].wrong) == 0,
		    "row %d, %s: %s", _i, wrongs[_i].name, wrong);
}
END_TEST

/* A list of a message as long as it may be, and one longer. */
static const struct {
	const char *name;
	enum agent_type type;
	uint16_t tag;
	struct apam_str bytes;
	unsigned max;
} lists[] = {
	{ "headers", AGENT_SIGN, 14, { "X-A\0b", 5 }, AGENT_HEADERS_MAX },
	{ "arguments", AGENT_CALL, 39, { "a", 1 }, AGENT_TEXTS_MAX },
};

START_TEST(a_list_has_an_end)
{
	struct frame frame;

	frame_begin(&writer, &items, (uint16_t)lists[_i].type, 1);
	put_good(lists[_i].type, 0);
	for (unsigned i = 0; i < lists[_i].max; i++)
		frame_put(&writer, lists[_i].tag, 0, lists[_i].bytes);
	frame = cross();
	ck_assert_ptr_null(read_any(&frame));
	frame_put(&writer, lists[_i].tag, 0, lists[_i].bytes);
	frame = cross();
	ck_assert_str_eq(
	    read_any(&frame), "a message has more items of a list than it may");
}
END_TEST

START_TEST(groups_have_an_end)
{
	static uint32_t many[AGENT_GROUPS_MAX + 1];
	struct caller caller = {
		.user = 5, .groups = many, .group_count = AGENT_GROUPS_MAX + 1
	};
	const struct agent_sign m = { .profile = APAM_STR("p"),
		.method = APAM_STR("GET"),
		.url = APAM_STR("https://api.example/"),
		.caller = &caller };
	struct agent_sign read;
	struct frame_item item;
	struct frame frame;
	const char *wrong;
	bool critical = false;

	frame_begin(&writer, &items, AGENT_SIGN, 1);
	ck_assert(!agent_sign_write(&m, &writer));
	caller.group_count--;
	frame_begin(&writer, &items, AGENT_SIGN, 1);
	ck_assert(agent_sign_write(&m, &writer));
	frame = cross();
	ck_assert_ptr_null(agent_sign_read(&read, &room, &frame));
	ck_assert_uint_eq(read.caller->group_count, AGENT_GROUPS_MAX);
	/* An agent that knows no callers must not sign for who sends. */
	while (frame_next(&frame.items, &item, &wrong))
		critical |= item.tag == 45 && item.critical;
	ck_assert(critical);
}
END_TEST

START_TEST(parameters_have_an_end)
{
	struct apam_header many[AGENT_QUERY_MAX + 1];
	struct agent_signed m = { .entries = 1,
		.query = { many, AGENT_QUERY_MAX + 1 } };

	for (size_t i = 0; i <= AGENT_QUERY_MAX; i++)
		many[i] = (struct apam_header){ APAM_STR("a"), APAM_STR("b") };
	frame_begin(&writer, &items, AGENT_SIGNED, 1);
	ck_assert(!agent_signed_write(&m, &writer));
	m.query.count--;
	frame_begin(&writer, &items, AGENT_SIGNED, 1);
	ck_assert(agent_signed_write(&m, &writer));
	frame_put(&writer, 15, 0, (struct apam_str){ "a\0b", 3 });
	{
		struct frame frame = cross();

		ck_assert_str_eq(read_any(&frame),
		    "a message has more items of a list than it may");
	}
}
END_TEST

/* ---- What is not written ------------------------------------------------- */

static const char long_text[APAM_NAME_SIZE + 1] =
    "12345678901234567890123456789012345678901234567890123456789012345";
static const struct apam_header nul_name = { { "a\0", 2 }, { "b", 1 } };
static const struct apam_digest twice[] = { { 1, { "x", 1 } },
	{ 1, { "y", 1 } } };
static const struct apam_digest no_hash = { 0, { "x", 1 } };

/* Each lacks something, or has it as it must not be. */
static const struct agent_sign unwritten[] = {
	{ .method = { "GET", 3 }, .url = { "u", 1 } },
	{ .profile = { "p", 1 }, .url = { "u", 1 } },
	{ .profile = { "p", 1 }, .method = { "GET", 3 } },
	{ .profile = { long_text, 65 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 } },
	{ .profile = { "p\0", 2 }, .method = { "GET", 3 }, .url = { "u", 1 } },
	{ .profile = { "p", 1 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 },
	    .headers = { &nul_name, 1 } },
	{ .profile = { "p", 1 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 },
	    .digests = { twice, 2 } },
	{ .profile = { "p", 1 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 },
	    .digests = { &no_hash, 1 } },
	{ .profile = { "p", 1 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 },
	    .body = 9 },
	{ .profile = { "p", 1 },
	    .method = { "GET", 3 },
	    .url = { "u", 1 },
	    .timeout_ms = UINT64_C(1) << 31 },
};

START_TEST(a_wrong_struct_is_not_written)
{
	frame_begin(&writer, &items, AGENT_SIGN, 1);
	ck_assert(!agent_sign_write(&unwritten[_i], &writer));
}
END_TEST

START_TEST(other_structs_are_not_written)
{
	const struct apam_str nul = { "a\0", 2 };
	const struct agent_call call_nul = { .name = { "check", 5 },
		.arguments = { &nul, 1 } };
	const struct agent_hello backwards = { .min = 2, .max = 1 };
	const struct agent_failed no_failure = { .error = APAM_ERROR_INIT };
	const struct agent_proof short_nonce = { { "x", 1 } };

	frame_begin(&writer, &items, AGENT_CALL, 1);
	ck_assert(!agent_call_write(&call_nul, &writer));
	ck_assert(!agent_hello_write(&backwards, &writer));
	ck_assert(!agent_failed_write(&no_failure, &writer));
	ck_assert(!agent_proof_write(&short_nonce, &writer));
}
END_TEST

/* More than fits: nothing is sent in part. */
START_TEST(too_much_is_not_written)
{
	const size_t n = FRAME_ITEMS_MAX;
	char *text = malloc(n);
	struct apam_header huge = { APAM_STR("X-A"), { text, n } };
	struct agent_sign m = { .profile = { "p", 1 },
		.method = { "GET", 3 },
		.url = { "u", 1 },
		.headers = { &huge, 1 } };

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', n);
	frame_begin(&writer, &items, AGENT_SIGN, 1);
	ck_assert(!agent_sign_write(&m, &writer));
	ck_assert_uint_eq(frame_count(&writer), 0);

	/* A row that has no room leaves what there is. */
	frame_begin(&writer, &items, AGENT_RESULT, 1);
	ck_assert(agent_row_put(&writer, APAM_STR("a row")));
	ck_assert(!agent_row_put(&writer, (struct apam_str){ text, n - 24 }));
	ck_assert_uint_eq(frame_count(&writer), 1);
	free(text);
}
END_TEST

/* ---- Hostile text -------------------------------------------------------- */

/* What a stranger says of a failure can be shown. */
START_TEST(a_failure_is_made_plain)
{
	char text[2 * APAM_TEXT_SIZE];
	struct agent_failed m;
	struct frame frame;

	memset(text, 'x', sizeof(text));
	memcpy(text + APAM_TEXT_SIZE - 3, "\xe2\x82\xac", 3);
	frame_begin(&writer, &items, AGENT_FAILED, 1);
	frame_put_number(&writer, 32, APAM_E_POLICY);
	frame_put(&writer, 33, 0, (struct apam_str){ text, sizeof(text) });
	frame_put(&writer, 34, 0, APAM_STR("/etc/\x1b[31m\n\xff.conf"));
	frame_put(&writer, 44, 0, APAM_STR("a\rb\xe2\x80\xae"));
	frame_put_number(&writer, 36, APAM_ENTRIES_MAX);
	frame = cross();
	ck_assert_ptr_null(agent_failed_read(&m, &frame));
	ck_assert_uint_eq(strlen(m.error.text), APAM_TEXT_SIZE - 3);
	ck_assert_str_eq(m.error.file, "/etc/?[31m??.conf");
	ck_assert_str_eq(m.error.profile, "a?b?");
	ck_assert_int_eq(m.error.entry, APAM_ENTRIES_MAX - 1);
}
END_TEST

static TCase *
frozen_tests(void)
{
	TCase *tcase = tcase_create("frozen");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(
	    tcase, a_message_of_version_1_is_read, 0, ROWS(messages));
	tcase_add_loop_test(
	    tcase, more_than_is_known_is_passed_over, 0, ROWS(messages));
	tcase_add_loop_test(
	    tcase, a_critical_item_must_be_known, 0, ROWS(messages));
	tcase_add_test(tcase, a_message_in_parts_is_read);
	tcase_add_test(tcase, another_version_and_type_are_known_as_such);
	tcase_add_test(tcase, a_status_of_a_newer_agent_keeps_its_class);
	tcase_add_loop_test(
	    tcase, the_highest_common_version_is_spoken, 0, ROWS(versions));
	tcase_add_test(tcase, a_newer_greeting_is_understood);
	return tcase;
}

int
main(void)
{
	Suite *suite = suite_create("message");
	TCase *tcase = tcase_create("message");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_wrong_message_is_refused, 0, ROWS(wrongs));
	tcase_add_loop_test(tcase, a_list_has_an_end, 0, ROWS(lists));
	tcase_add_test(tcase, groups_have_an_end);
	tcase_add_test(tcase, parameters_have_an_end);
	tcase_add_loop_test(
	    tcase, a_wrong_struct_is_not_written, 0, ROWS(unwritten));
	tcase_add_test(tcase, other_structs_are_not_written);
	tcase_add_test(tcase, too_much_is_not_written);
	tcase_add_test(tcase, a_failure_is_made_plain);
	suite_add_tcase(suite, frozen_tests());
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
