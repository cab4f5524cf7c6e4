/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which machine this is, by /etc/machine-id (machine-id(5)), which other
 * programs should not see.  So it is shown as a hash alone.
 */
#ifndef CORE_BASE_MACHINE_H
#define CORE_BASE_MACHINE_H

#define MACHINE_MARK_SIZE 33 /* 32 hexadecimal digits and a NUL */

/*
 * The mark of this machine, in lower case.  "-" if the system has no such id,
 * as in many containers, or it cannot be read.
 */
void machine_mark(char to[MACHINE_MARK_SIZE]);

#endif
