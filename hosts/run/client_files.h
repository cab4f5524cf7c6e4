/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files for clients that no variable tells whom to believe, but that a variable
 * tells of a file: wget and PHP.
 */
#ifndef HOSTS_RUN_CLIENT_FILES_H
#define HOSTS_RUN_CLIENT_FILES_H

#include <stdbool.h>

/*
 * Write those that name `bundle`, a file of authorities, and set the variables;
 * what has to be a directory goes into `folder`, which ends with the run.  A
 * user's own .wgetrc stays in force, and where that names authorities it is left
 * alone.  False, with a complaint.
 */
bool client_files_set(const char *bundle, const char *folder);

#endif
