/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The id is hashed under a key of apam's own, as machine-id(5) asks for.
 */
#include "base/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/siphash.h"

#define ID_FILE "/etc/machine-id"
#define ID_SIZE 32

void
machine_mark(char to[MACHINE_MARK_SIZE])
{
	static const unsigned char key[SIPHASH_SIZE] = "apam's machines";
	unsigned char hash[SIPHASH_SIZE];
	char id[ID_SIZE];
	const int fd = open(ID_FILE, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, id, sizeof(id));
		(void)close(fd);
	}
	(void)snprintf(to, MACHINE_MARK_SIZE, "-");
	if (n != ID_SIZE)
		return;
	siphash(key, id, sizeof(id), hash);
	for (int i = 0; i < SIPHASH_SIZE; i++)
		(void)snprintf(to + 2 * i, 3, "%02x", hash[i]);
}
