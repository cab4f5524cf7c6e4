/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in memory that others can read and nobody else can write.
 */
#define _GNU_SOURCE
#include "slot/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/wipe.h"
#include "slot/slot.h"

#define NAME "apam-page"
#define SIZE_SEALS (F_SEAL_GROW | F_SEAL_SHRINK)

/* With it the file can never become a program; older kernels do not know it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

static int
make_file(void)
{
	const unsigned how = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	const int fd = memfd_create(NAME, how | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(NAME, how) : fd;
}

/* Fix its size, let its owner alone read it, and allow no further seals. */
static bool
seal(int fd)
{
	return ftruncate(fd, PAGE_FILE_SIZE) == 0 && fchmod(fd, 0400) == 0 &&
	    fcntl(fd, F_ADD_SEALS, SIZE_SEALS | F_SEAL_SEAL) == 0;
}

/*
 * A slot on a file, whose descriptor it owns; if NULL, the caller still does.
 */
static struct slot *
slot_of_file(int fd, const _Atomic uint64_t *counter)
{
	struct slot *s = slot_new_on_file(fd, counter);

	if (s != NULL)
		s->fd = fd;
	return s;
}

/*
 * The sequence of a page begins anywhere, so that a reader whose page is
 * replaced by another one does not take them for the same.
 */
static bool
name_page(struct page *p, const struct page_facts *facts)
{
	uint64_t random[2];

	if (!random_bytes(random, sizeof(random)))
		return false;
	RELAXED_STORE(p->sequence, random[0] & ~UINT64_C(1));
	RELAXED_STORE(p->second, PAGE_NO_SECOND);
	RELAXED_STORE(p->serial, random[1] | 1);
	RELAXED_STORE(p->rights, facts->rights);
	RELAXED_STORE(p->layout, PAGE_LAYOUT);
	memcpy(p->nonce, facts->nonce, sizeof(p->nonce));
	memcpy(p->magic, PAGE_MAGIC, sizeof(p->magic));
	return true;
}

struct slot *
slot_new_shared(const _Atomic uint64_t *counter, const struct page_facts *facts)
{
	const int fd = make_file();
	struct slot *s = NULL;

	if (fd < 0)
		return NULL;
	if (seal(fd))
		s = slot_of_file(fd, counter);
	if (s == NULL) {
		(void)close(fd);
		return NULL;
	}
	if (!name_page(&s->page, facts))
		slot_free(&s);
	return s;
}

/* ---- Those of an older agent --------------------------------------------- */

/*
 * True for a page file of this user, which no other user can have written to.
 */
static bool
is_page_file(int fd)
{
	const int seals = fcntl(fd, F_GET_SEALS), how = fcntl(fd, F_GETFL);
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 0777) == 0400 &&
	    st.st_size == PAGE_FILE_SIZE && seals >= 0 &&
	    (seals & SIZE_SEALS) == SIZE_SEALS && (how & O_ACCMODE) == O_RDWR;
}

static bool
has_facts(const struct page *p, const struct page_facts *facts)
{
	return memcmp(p->magic, PAGE_MAGIC, sizeof(p->magic)) == 0 &&
	    RELAXED_LOAD(p->layout) == PAGE_LAYOUT &&
	    RELAXED_LOAD(p->serial) != 0 && RELAXED_LOAD(p->retired) == 0 &&
	    RELAXED_LOAD(p->rights) == facts->rights &&
	    memcmp(p->nonce, facts->nonce, sizeof(p->nonce)) == 0;
}

/* If the old writer was stopped while it wrote, the page is emptied. */
static void
make_whole(struct page *p)
{
	const bool torn = RELAXED_LOAD(p->sequence) % 2 != 0;

	if (!torn && page_shape_fits(RELAXED_LOAD(p->shape)))
		return;
	if (!torn)
		page_begin_write(p);
	wipe(p->image, sizeof(p->image));
	RELAXED_STORE(p->shape, 0);
	RELAXED_STORE(p->second, PAGE_NO_SECOND);
	page_span_end(&p->fresh);
	page_span_end(&p->alone);
	page_end_write(p);
}

struct slot *
slot_adopt(
    int fd, const _Atomic uint64_t *counter, const struct page_facts *facts)
{
	struct slot *s = is_page_file(fd) ? slot_of_file(fd, counter) : NULL;

	if (s == NULL) {
		(void)close(fd);
		return NULL;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	make_whole(&s->page);
	RELAXED_STORE(s->page.second, PAGE_NO_SECOND);
	page_span_end(&s->page.fresh);
	if (!has_facts(&s->page, facts))
		slot_free(&s);
	return s;
}

/* ---- At work ------------------------------------------------------------- */

uint64_t
slot_serial(const struct slot *s)
{
	return s == NULL || s->kind == SLOT_PRIVATE ?
	    0 :
	    RELAXED_LOAD(s->page.serial);
}

int
slot_descriptor(const struct slot *s)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int
slot_kept_descriptor(const struct slot *s)
{
	return s->fd;
}
