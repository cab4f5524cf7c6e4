/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes a library and an agent of another age of this one's objects: what
 * reads and writes messages (core/agent/layout.h) is bound to these functions.
 *
 *	SKEW_NEWER	knows another version of the protocol, and says more in
 *			each message than is known
 *	SKEW_OLDER	knows none of the items that can be done without
 *
 * tests/suite/agent/versions.sh has them speak to each other.
 */
#include <string.h>

#include "agent/layout.h"
#include "agent/message.h"
#include "base/str.h"

bool __real_layout_write(
    const struct layout *layout, const void *from, struct frame_writer *to);
bool __wrap_layout_write(
    const struct layout *layout, const void *from, struct frame_writer *to);

#ifdef SKEW_NEWER
#define NEWER_VERSION 2
/* Tags that no message of this version has. */
#define NEWER_TEXT 62
#define NEWER_BYTES 60000

bool __real_agent_hello_write(
    const struct agent_hello *hello, struct frame_writer *to);
bool __wrap_agent_hello_write(
    const struct agent_hello *hello, struct frame_writer *to);
uint16_t
__real_agent_version(const struct agent_hello *hello, struct apam_error *err);
uint16_t
__wrap_agent_version(const struct agent_hello *hello, struct apam_error *err);

bool
__wrap_layout_write(
    const struct layout *layout, const void *from, struct frame_writer *to)
{
	static const char bytes[3000] = { 0, 1, 2 };

	frame_put_number(to, NEWER_TEXT, 7);
	frame_put(
	    to, NEWER_BYTES, 0, (struct apam_str){ bytes, sizeof(bytes) });
	return __real_layout_write(layout, from, to);
}

bool
__wrap_agent_hello_write(
    const struct agent_hello *hello, struct frame_writer *to)
{
	struct agent_hello more = *hello;

	more.max = NEWER_VERSION;
	more.library = APAM_STR("99.0.0");
	return __real_agent_hello_write(&more, to);
}

/* It would speak the newer one, to whom knows it. */
uint16_t
__wrap_agent_version(const struct agent_hello *hello, struct apam_error *err)
{
	return hello->min <= NEWER_VERSION && hello->max >= NEWER_VERSION ?
	    NEWER_VERSION :
	    __real_agent_version(hello, err);
}
#endif

#ifdef SKEW_OLDER
#define FIELDS_MAX 32

const char *__real_layout_read(const struct layout *layout, void *to,
    struct agent_room *room, struct apam_str items);
const char *__wrap_layout_read(const struct layout *layout, void *to,
    struct agent_room *room, struct apam_str items);

/* Numbers are stated, lists and texts are what a message is about. */
static bool
is_known(const struct layout_field *field)
{
	static const uint16_t later[] = { 4, 5, 6, 7, 8, 21, 22, 23, 28, 34, 35,
		36, 37, 41, 42, 44 };

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (field->tag == later[i])
			return false;
	return true;
}

/* The layout as it was then. */
static struct layout
older(const struct layout *layout, struct layout_field fields[FIELDS_MAX])
{
	struct layout then = { layout->size, fields, 0 };

	for (size_t i = 0; i < layout->count && then.count < FIELDS_MAX; i++)
		if (is_known(&layout->fields[i]))
			fields[then.count++] = layout->fields[i];
	return then;
}

bool
__wrap_layout_write(
    const struct layout *layout, const void *from, struct frame_writer *to)
{
	struct layout_field fields[FIELDS_MAX];
	const struct layout then = older(layout, fields);

	return __real_layout_write(&then, from, to);
}

const char *
__wrap_layout_read(const struct layout *layout, void *to,
    struct agent_room *room, struct apam_str items)
{
	struct layout_field fields[FIELDS_MAX];
	const struct layout then = older(layout, fields);

	return __real_layout_read(&then, to, room, items);
}
#endif
