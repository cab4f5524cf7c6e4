/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * systemd's system services: their names, and which one a process is of.
 */
#ifndef CORE_TEXT_UNIT_NAME_H
#define CORE_TEXT_UNIT_NAME_H

#include <apam/types.h>

#define UNIT_NAME_MAX 255 /* bytes */

/*
 * NULL for the whole name of a service, systemd.unit(5): "backup.service",
 * "sync@work.service".  Else a static text.
 */
const char *unit_name_problem(struct apam_str name);

/*
 * The system service that a process is of, by the text of its
 * /proc/PID/cgroup, cgroups(7).  Empty where it is of none: a login, what a
 * user's own manager runs, a container that sees no more than itself.
 *
 * Only the part of the tree counts that systemd makes itself: the slices and
 * what stands directly below.  What a service makes below its own group is
 * still of that service.  Who reads the text of another process must be in the
 * machine's own cgroup namespace: in another one a user can have any path.
 */
struct apam_str unit_of_cgroup(struct apam_str text);

#endif
