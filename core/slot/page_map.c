/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Believing a descriptor that came through a socket.
 */
#define _GNU_SOURCE
#include "slot/page_map.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "slot/read.h"
#include "slot/write.h"

/* Neither the sender nor anybody else can cut the file off under a reader. */
const char *
slot_map_check(int fd, uid_t *owner)
{
	const int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || seals < 0)
		return "it is not a file in memory";
	if ((seals & F_SEAL_SHRINK) == 0 || (seals & F_SEAL_GROW) == 0)
		return "it can be cut off";
	if (st.st_size != PAGE_FILE_SIZE)
		return "its size is wrong";
	if ((st.st_mode & 0777) != 0400)
		return "others than its owner may open it";
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		return "it could be written";
	*owner = st.st_uid;
	return NULL;
}

static const char *
check_page(const struct page *p, const struct page_claim *claim)
{
	if (memcmp(p->magic, PAGE_MAGIC, sizeof(p->magic)) != 0 ||
	    RELAXED_LOAD(p->layout) != PAGE_LAYOUT)
		return "its layout is of another version";
	if (RELAXED_LOAD(p->serial) != claim->serial)
		return "it is another page than the agent said";
	if (memcmp(p->nonce, claim->nonce, sizeof(p->nonce)) != 0)
		return "it goes by another key registry's counter";
	return NULL;
}

/* A slot of its own, to look at the page before any reader does. */
static const char *
map_new(struct slot **slot, int fd, const struct page_claim *claim)
{
	const char *wrong;
	struct slot *s = slot_new_mapped(claim->room, fd, claim->counter);

	*slot = NULL;
	if (s == NULL)
		return "it cannot be mapped";
	slot_set_origins(s, claim->origins, claim->origin_count);
	wrong = check_page(&s->page, claim);
	if (wrong == NULL)
		*slot = s;
	else
		slot_free(&s);
	return wrong;
}

const char *
slot_map(struct slot **slot, int fd, const struct page_claim *claim)
{
	struct slot *fresh;
	const char *wrong = map_new(&fresh, fd, claim);

	if (wrong != NULL)
		return wrong;
	if (*slot == NULL) {
		*slot = fresh;
		return NULL;
	}
	slot_free(&fresh);
	if (!slot_change_file(*slot, fd))
		return "it cannot be mapped";
	slot_reopen(*slot, claim->counter);
	return NULL;
}

void
slot_reopen(struct slot *s, const _Atomic uint64_t *counter)
{
	atomic_store(&s->counter, counter);
}

static bool
has_start(const struct slot *s, uint32_t i, const struct url *origin, size_t n)
{
	const struct url_start *start = &s->origins[i];

	return i < RELAXED_LOAD(s->origin_count) &&
	    RELAXED_LOAD(start->n) == n &&
	    memcmp(start->room + URL_BLOCK, origin->text.p, n) == 0;
}

bool
slot_is_for(const struct slot *s, const struct url *origins, size_t given)
{
	uint32_t count = 0;

	for (size_t i = 0; i < given && count < SLOT_ORIGINS_MAX; i++) {
		size_t n = slot_origin_bytes(&origins[i]);

		if (n > 0 && !has_start(s, count++, &origins[i], n))
			return false;
	}
	return count == RELAXED_LOAD(s->origin_count);
}

bool
slot_is_retired(const struct slot *s)
{
	return s != NULL && RELAXED_LOAD(s->page.retired) != 0;
}

bool
slot_sign_alone(const struct slot *s, const struct apam_request *request,
    struct apam_signature *signature)
{
	return s != NULL && !request_names_caller(request) &&
	    slot_sign_from(s, true, request, signature);
}
