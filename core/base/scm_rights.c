/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel passes what fits into the room; what does not is closed by it, and
 * it says so (MSG_CTRUNC).
 */
#include "base/scm_rights.h"

#include <string.h>
#include <unistd.h>

void
scm_rights_put(struct msghdr *message, union scm_rights *room,
    const int *descriptors, size_t count)
{
	const size_t bytes = count * sizeof(*descriptors);
	struct cmsghdr *head;

	message->msg_control = NULL;
	message->msg_controllen = 0;
	if (count == 0)
		return;
	memset(room, 0, sizeof(*room));
	message->msg_control = room->bytes;
	message->msg_controllen = CMSG_SPACE(bytes);
	head = CMSG_FIRSTHDR(message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(head), descriptors, bytes);
}

void
scm_rights_expect(struct msghdr *message, union scm_rights *room)
{
	message->msg_control = room->bytes;
	message->msg_controllen = sizeof(room->bytes);
}

/* The descriptors of one head, of which there were `count` before. */
static size_t
take_head(
    const struct cmsghdr *head, int *descriptors, size_t most, size_t count)
{
	int fd;

	for (size_t at = CMSG_LEN(0); at + sizeof(fd) <= head->cmsg_len;
	     at += sizeof(fd)) {
		memcpy(&fd, (const char *)head + at, sizeof(fd));
		if (count < most)
			descriptors[count] = fd;
		else
			(void)close(fd);
		count++;
	}
	return count;
}

size_t
scm_rights_take(const struct msghdr *message, int *descriptors, size_t most)
{
	/* The macros want to write; CMSG_NXTHDR does not. */
	struct msghdr m = *message;
	size_t count = 0;

	for (struct cmsghdr *head = CMSG_FIRSTHDR(&m); head != NULL;
	     head = CMSG_NXTHDR(&m, head))
		if (head->cmsg_level == SOL_SOCKET &&
		    head->cmsg_type == SCM_RIGHTS)
			count = take_head(head, descriptors, most, count);
	return count;
}
