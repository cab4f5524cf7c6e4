/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removes what outlasts the directory of a key registry, the segment of its
 * counter: `forget INDEX`, a project's state/index.  It is a program of its
 * own, so that tests of hosts, which see libapam's public calls alone, have
 * projects too.
 */
#include <fcntl.h>
#include <unistd.h>

#include "keys/counter.h"

int
main(int argc, char **argv)
{
	const int index = argc != 2 ?
	    -1 :
	    open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (index < 0)
		return 1;
	key_counter_remove(index);
	return close(index) == 0 ? 0 : 1;
}
