/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile has one slot, into which the next page is mapped, so that no reader
 * sees it go.  Only for other origins there is another one.
 */
#include "served/served_page.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "served/handshake.h"
#include "slot/page_map.h"
#include "slot/write.h"

void
served_page_free(struct served_page *page)
{
	slot_free(&page->now);
	while (page->old_count > 0)
		slot_free(&page->old[--page->old_count]);
}

uint64_t
served_page_serial(
    const struct served_page *page, const struct profile *profile)
{
	if (page->now == NULL ||
	    !slot_is_for(page->now, profile->origins, profile->origin_count))
		return 0;
	return page->serial;
}

/* Keep the old slot for late readers.  False if there are too many of them. */
static bool
put_aside(struct served_page *page)
{
	if (page->old_count == SERVED_PAGE_OLD_MAX)
		return false;
	slot_close(page->now);
	page->old[page->old_count++] = page->now;
	page->now = NULL;
	page->serial = 0;
	return true;
}

void
served_page_expect(struct served *served)
{
	void *room, *none = NULL;

	if (served->env->keys.counter.blind ||
	    atomic_load(&served->room) != NULL)
		return;
	room = slot_room_new();
	if (!atomic_compare_exchange_strong(&served->room, &none, room))
		slot_room_free(&room);
}

/* The agent's user made the file, or root. */
const char *
served_page_meet(struct served *served, int fd)
{
	uid_t owner;
	const char *wrong = slot_map_check(fd, &owner);

	if (wrong == NULL && !handshake_believes(served, owner))
		return "it belongs to another user";
	return wrong;
}

static const char *
map(struct served_page *page, struct served *served,
    const struct profile *profile, uint64_t serial, int fd)
{
	const struct key_counter *counter = &served->env->keys.counter;
	void *room = atomic_exchange(&served->room, NULL);
	struct page_claim claim = { .serial = serial,
		.counter = counter->value,
		.origins = profile->origins,
		.origin_count = profile->origin_count,
		.room = &room };
	const char *wrong;

	_Static_assert(sizeof(claim.nonce) == sizeof(counter->nonce), "both");
	memcpy(claim.nonce, counter->nonce, sizeof(claim.nonce));
	wrong = slot_map(&page->now, fd, &claim);
	if (wrong == NULL)
		page->serial = serial;
	slot_room_free(&room);
	return wrong;
}

struct slot *
served_page_take(struct served_page *page, struct served *served,
    const struct profile *profile, uint64_t serial, int fd, const char **wrong)
{
	const bool fits = served_page_serial(page, profile) != 0;

	if (serial == 0)
		return NULL;
	if (page->now != NULL && !fits && !put_aside(page))
		return NULL;
	if (fd >= 0 && *wrong == NULL)
		*wrong = map(page, served, profile, serial, fd);
	else if (fd < 0 && page->serial == serial)
		slot_reopen(page->now, served->env->keys.counter.value);
	return page->serial == serial ? page->now : NULL;
}

/* ---- Alone --------------------------------------------------------------- */

/* The first origin that a page can serve. */
static const struct url *
plain_origin(const struct profile *profile)
{
	for (size_t i = 0; i < profile->origin_count; i++)
		if (slot_origin_bytes(&profile->origins[i]) > 0)
			return &profile->origins[i];
	return NULL;
}

/* Take the query, "?name=value&...", apart: all of it is the page's. */
static void
take_parameters(struct apam_str query, struct apam_signing *total)
{
	while (query.n > 0) {
		struct apam_str pair = str_cut(query, str_find(query, '&'));
		const size_t name = str_find(pair, '=');

		query = str_skip(query, pair.n);
		query = str_skip(query, query.n > 0);
		fields_add(&total->query, str_cut(pair, name),
		    str_skip(pair, name < pair.n ? name + 1 : name));
	}
}

static void
take_headers(const struct apam_signature *from, struct apam_signing *total)
{
	for (size_t i = 0; i < from->header_count; i++)
		fields_add_header(&total->headers, from->headers[i].name,
		    from->headers[i].value);
}

/*
 * Sign the origin's root, into memory that has room for any page.  Without a
 * parameter the signature's URL is the request's, in `url`.
 */
static bool
sign_origin(const struct slot *slot, const struct url *origin,
    char url[URL_START_MAX + 2], struct apam_signature *facts)
{
	const struct apam_request request = {
		.size = sizeof(request), .method = "GET", .url = url
	};

	memcpy(url, origin->text.p, origin->origin.n);
	url[origin->origin.n] = '/';
	url[origin->origin.n + 1] = '\0';
	return slot_sign_alone(slot, &request, facts);
}

bool
served_page_alone(const struct served_page *page, const struct profile *profile,
    struct apam_signing *total, struct apam_signature *facts)
{
	_Alignas(struct apam_header) char store[2 * PAGE_IMAGE_MAX];
	char root[URL_START_MAX + 2];
	const struct url *origin = plain_origin(profile);
	struct apam_str url;
	bool signs;

	*facts = (struct apam_signature){ .size = sizeof(*facts),
		.store = store,
		.store_size = sizeof(store) };
	if (origin == NULL || served_page_serial(page, profile) == 0)
		return false;
	signs = sign_origin(page->now, origin, root, facts);
	if (signs) {
		slot_lock(page->now);
		take_headers(facts, total);
		url = apam_str(facts->url);
		url = str_skip(url, str_find(url, '?'));
		take_parameters(str_skip(url, url.n > 0), total);
	}
	wipe(store, sizeof(store));
	facts->store = NULL;
	facts->headers = NULL;
	facts->url = NULL;
	return signs;
}
