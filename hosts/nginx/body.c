/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is copied: a scheme that signs bodies reads nginx's buffers, and its
 * file, while nginx sends from them later.
 */
#include "body.h"

#include <unistd.h>

void
body_unread(ngx_http_request_t *r, struct apam_body *to)
{
	const bool is_there = r->headers_in.content_length_n > 0 ||
	    r->headers_in.chunked;

	*to = (struct apam_body){ .size = sizeof(*to),
		.kind = is_there ? APAM_BODY_UNKNOWN : APAM_BODY_NONE };
}

/* Copy at most `size` bytes of one buffer from `at`; -1 on failure. */
static int64_t
copy(const ngx_buf_t *b, off_t at, void *to, size_t size)
{
	const off_t left = ngx_buf_size(b) - at;
	const size_t n = left < (off_t)size ? (size_t)left : size;

	if (!ngx_buf_in_memory(b))
		return pread(b->file->fd, to, n, b->file_pos + at);
	ngx_memcpy(to, b->pos + at, n);
	return (int64_t)n;
}

static int64_t
read_at(void *arg, uint64_t offset, void *to, size_t size)
{
	const ngx_http_request_t *r = arg;

	for (const ngx_chain_t *c = r->request_body->bufs; c != NULL;
	     c = c->next) {
		const uint64_t n = (uint64_t)ngx_buf_size(c->buf);

		if (offset < n)
			return copy(c->buf, (off_t)offset, to, size);
		offset -= n;
	}
	return 0;
}

void
body_read(ngx_http_request_t *r, struct apam_body *to)
{
	const ngx_chain_t *c;
	uint64_t n = 0;

	*to = (struct apam_body){ .size = sizeof(*to), .kind = APAM_BODY_NONE };
	if (r->request_body == NULL)
		return;
	for (c = r->request_body->bufs; c != NULL; c = c->next)
		n += (uint64_t)ngx_buf_size(c->buf);
	if (n == 0)
		return;
	to->kind = APAM_BODY_READER;
	to->read = read_at;
	to->arg = r;
	to->length = n;
	c = r->request_body->bufs;
	if (c->next == NULL && ngx_buf_in_memory(c->buf)) {
		to->kind = APAM_BODY_BYTES;
		to->length = 0;
		to->bytes = (struct apam_str){ (char *)c->buf->pos, (size_t)n };
	}
}
