/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets in either direction: frame_take, and the reader of the type.  What is
 * read is written, and then reads and writes as the same bytes.  The input is
 * cut into packets where each says that it ends.
 */
#include <string.h>

#include "agent/around.h"
#include "agent/row.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fuzz.h"

static struct agent_room room;

static void
check_pairs(const struct agent_headers *list, size_t max)
{
	HOLDS(list->count <= max);
	for (size_t i = 0; i < list->count; i++) {
		HOLDS(memchr(list->all[i].name.p, '\0', list->all[i].name.n) ==
		    NULL);
		HOLDS(strlen(list->all[i].value.p) == list->all[i].value.n);
	}
}

static void
check_text(struct apam_str text)
{
	HOLDS(text.n == 0 || strlen(text.p) == text.n);
}

/* ---- Read and write again ------------------------------------------------ */

typedef const char *pass(const struct frame *from, struct frame_writer *to);

/* What could be read can be written: there is as much room. */
static void
was_written(bool written)
{
	HOLDS(written || fuzz_is_starved());
}

static const char *
hello(const struct frame *from, struct frame_writer *to)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct agent_hello m;
	const char *wrong = agent_hello_read(&m, from);

	if (wrong != NULL)
		return wrong;
	check_text(m.program);
	HOLDS((agent_version(&m, &err) == 0) == (err.status != APAM_OK));
	was_written(agent_hello_write(&m, to));
	return NULL;
}

static const char *
welcome(const struct frame *from, struct frame_writer *to)
{
	struct agent_welcome m;
	const char *wrong = agent_welcome_read(&m, from);

	if (wrong == NULL)
		was_written(agent_welcome_write(&m, to));
	return wrong;
}

static const char *
proof(const struct frame *from, struct frame_writer *to)
{
	struct agent_proof m;
	const char *wrong = agent_proof_read(&m, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.nonce.n == AGENT_PROOF_SIZE);
	was_written(agent_proof_write(&m, to));
	return NULL;
}

static const char *
sign(const struct frame *from, struct frame_writer *to)
{
	struct agent_sign m;
	const char *wrong = agent_sign_read(&m, &room, from);

	if (wrong != NULL)
		return wrong;
	check_text(m.url);
	HOLDS(m.profile.n > 0 && m.profile.n < APAM_NAME_SIZE);
	HOLDS(m.digests.count <= AGENT_DIGESTS_MAX);
	check_pairs(&m.headers, AGENT_HEADERS_MAX);
	HOLDS(m.caller == NULL || m.caller->group_count <= AGENT_GROUPS_MAX);
	if (m.caller != NULL)
		check_text(m.caller->unit);
	was_written(agent_sign_write(&m, to));
	return NULL;
}

/* What could be taken can be put, as the same bytes. */
static void
check_around(struct apam_str all)
{
	struct apam_str rest = all, before, behind;
	struct buf again;

	buf_init_plain(&again, AGENT_AROUND_MAX);
	while (around_take(&rest, &before, &behind))
		was_written(around_put(&again, before, behind));
	all.n -= rest.n;
	HOLDS(fuzz_is_starved() || str_equal(buf_view(&again), all));
	buf_free(&again);
}

static const char *
made(const struct frame *from, struct frame_writer *to)
{
	struct agent_signed m;
	const char *wrong = agent_signed_read(&m, &room, from);

	if (wrong != NULL)
		return wrong;
	check_pairs(&m.headers, AGENT_HEADERS_MAX);
	check_pairs(&m.query, AGENT_QUERY_MAX);
	HOLDS(m.covered.count <= AGENT_TEXTS_MAX);
	check_around(m.around);
	was_written(agent_signed_write(&m, to));
	return NULL;
}

static const char *
digest(const struct frame *from, struct frame_writer *to)
{
	struct agent_digest m;
	const char *wrong = agent_digest_read(&m, from);

	if (wrong == NULL)
		was_written(agent_digest_write(&m, to));
	return wrong;
}

static const char *
pieces(const struct frame *from, struct frame_writer *to)
{
	struct agent_pieces m;
	const char *wrong = agent_pieces_read(&m, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.hash != 0 && m.piece > 0 && m.piece <= AGENT_PIECE_MAX);
	was_written(agent_pieces_write(&m, to));
	return NULL;
}

static const char *
bare(const struct frame *from, struct frame_writer *to)
{
	(void)to;
	return agent_bare_read(from);
}

static const char *
handed(const struct frame *from, struct frame_writer *to)
{
	struct agent_handed m;
	const char *wrong = agent_handed_read(&m, from);

	if (wrong != NULL)
		return wrong;
	check_text(m.name);
	HOLDS(m.name.n <= AGENT_HANDED_MAX);
	was_written(agent_handed_write(&m, to));
	return NULL;
}

static const char *
judged(const struct frame *from, struct frame_writer *to)
{
	struct agent_judged m;
	const char *wrong = agent_judged_read(&m, &room, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.status >= 100 && m.status <= 999);
	check_pairs(&m.headers, AGENT_HEADERS_MAX);
	was_written(agent_judged_write(&m, to));
	return NULL;
}

static const char *
verify(const struct frame *from, struct frame_writer *to)
{
	struct agent_verify m;
	const char *wrong = agent_verify_read(&m, &room, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.status >= 100 && m.status <= 999 && m.verifies != 0);
	check_pairs(&m.headers, AGENT_HEADERS_MAX);
	check_pairs(&m.answer, AGENT_HEADERS_MAX);
	was_written(agent_verify_write(&m, to));
	return NULL;
}

static const char *
failed(const struct frame *from, struct frame_writer *to)
{
	struct agent_failed m;
	const char *wrong = agent_failed_read(&m, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.error.status != APAM_OK);
	HOLDS(utf8_is_plain(apam_str(m.error.text)));
	HOLDS(utf8_is_plain(apam_str(m.error.file)));
	HOLDS(utf8_is_plain(apam_str(m.error.profile)));
	HOLDS(m.error.entry >= -1 && m.error.entry < APAM_ENTRIES_MAX);
	was_written(agent_failed_write(&m, to));
	return NULL;
}

static const char *
call(const struct frame *from, struct frame_writer *to)
{
	struct agent_call m;
	const char *wrong = agent_call_read(&m, &room, from);

	if (wrong != NULL)
		return wrong;
	HOLDS(m.arguments.count <= AGENT_TEXTS_MAX);
	was_written(agent_call_write(&m, to));
	return NULL;
}

/* What could be read as a row of some kind can be written as one. */
static void
check_row(struct apam_str row)
{
	struct apam_entry_status status;
	struct apam_key_report report;
	struct apam_revoke_report revoked;
	struct apam_grant grant;
	struct agent_use_row use;
	struct frame_writer to;
	struct buf items;

	buf_init(&items, FRAME_ITEMS_MAX);
	frame_begin(&to, &items, AGENT_RESULT, 1);
	if (agent_take_status(&status, row) == NULL) {
		HOLDS(utf8_is_plain(apam_str(status.evidence)));
		HOLDS(status.key_state <= APAM_KEY_REJECTED);
		was_written(agent_put_status(&to, &status));
	}
	if (agent_take_report(&report, row) == NULL)
		was_written(agent_put_report(&to, &report));
	if (agent_take_revoked(&revoked, row) == NULL)
		was_written(agent_put_revoked(&to, &revoked));
	if (agent_take_grant(&grant, row) == NULL)
		was_written(agent_put_grant(&to, &grant));
	if (agent_take_use(&use, row) == NULL)
		was_written(agent_put_use(&to, &use));
	buf_free(&items);
}

static const char *
result(const struct frame *from, struct frame_writer *to)
{
	struct agent_result m;
	struct apam_str row;
	const char *wrong = agent_result_read(&m, from);

	if (wrong != NULL)
		return wrong;
	was_written(agent_result_write(&m, to));
	while (agent_row_next(&m.rows, &row)) {
		check_row(row);
		was_written(agent_row_put(to, row));
	}
	return NULL;
}

static pass *
again_of(uint16_t type)
{
	static pass *const all[] = { [AGENT_HELLO] = hello,
		[AGENT_SIGN] = sign,
		[AGENT_CANCEL] = bare,
		[AGENT_JUDGED] = judged,
		[AGENT_VERIFY] = verify,
		[AGENT_VERIFIED] = bare,
		[AGENT_CALL] = call,
		[AGENT_PROOF] = proof,
		[AGENT_WELCOME] = welcome,
		[AGENT_SIGNED] = made,
		[AGENT_DIGEST] = digest,
		[AGENT_FAILED] = failed,
		[AGENT_RESULT] = result,
		[AGENT_PROVE] = proof,
		[AGENT_REPLACE] = bare,
		[AGENT_TAKEN] = bare,
		[AGENT_SERVES] = bare,
		[AGENT_KEPT] = bare,
		[AGENT_HANDED] = handed,
		[AGENT_PIECES] = pieces };

	return type < sizeof(all) / sizeof(all[0]) ? all[type] : NULL;
}

/* ---- Packets ------------------------------------------------------------- */

/* Send what was written through frames of its own; the items that come. */
static void
check_second(pass *again, const struct frame_writer *first)
{
	struct frame_parts parts;
	struct frame_part part;
	struct frame frame;
	struct frame_writer second;
	struct buf items;
	bool whole = false;

	fuzz_feed();
	frame_parts_init(&parts);
	buf_init(&items, FRAME_ITEMS_MAX);
	for (unsigned i = 0; i < frame_count(first); i++) {
		char *packet;
		size_t n;

		frame_part(first, i, &part);
		n = FRAME_HEAD + part.items.n;
		HOLDS(n <= FRAME_MAX && !whole);
		packet = fuzz_alloc(n);
		memcpy(packet, part.head, FRAME_HEAD);
		if (part.items.n > 0)
			memcpy(packet + FRAME_HEAD, part.items.p, part.items.n);
		HOLDS(frame_take(&parts, (struct apam_str){ packet, n }, &frame,
			  &whole) == NULL);
		if (whole) {
			frame_begin(&second, &items, frame.type, frame.id);
			HOLDS(again(&frame, &second) == NULL);
		}
		free(packet);
	}
	HOLDS(whole);
	HOLDS(str_equal(buf_view(&items), buf_view(first->items)));
	buf_free(&items);
	frame_parts_free(&parts);
	fuzz_starve();
}

static void
check_message(const struct frame *frame)
{
	pass *again = again_of(frame->type);
	struct frame_writer to;
	struct buf items;
	const char *wrong;

	if (again == NULL)
		return;
	buf_init(&items, FRAME_ITEMS_MAX);
	frame_begin(&to, &items, frame->type, frame->id);
	wrong = again(frame, &to);
	fuzz_says(wrong);
	if (wrong == NULL && !items.failed)
		check_second(again, &to);
	buf_free(&items);
}

/* Take one frame, in a block of its own size; false at the end of all. */
static bool
take_packet(struct frame_parts *parts, struct apam_str bytes)
{
	char *packet = fuzz_alloc(bytes.n == 0 ? 1 : bytes.n);
	struct frame frame;
	const char *wrong;
	bool whole;

	if (bytes.n > 0)
		memcpy(packet, bytes.p, bytes.n);
	wrong = frame_take(
	    parts, (struct apam_str){ packet, bytes.n }, &frame, &whole);
	fuzz_says(wrong);
	HOLDS(!whole || wrong == NULL || fuzz_is_starved());
	if (wrong == NULL && whole)
		check_message(&frame);
	free(packet);
	return wrong == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size };
	struct frame_parts parts;
	bool good;

	frame_parts_init(&parts);
	do {
		good = take_packet(&parts, frame_first(&rest));
		HOLDS(size == 0 || rest.n < size);
	} while (good && rest.n > 0);
	frame_parts_free(&parts);
	return 0;
}
