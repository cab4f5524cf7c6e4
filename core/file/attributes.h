/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes of a file, other than its mode, that decide who may read it: its
 * access ACL and the label of a security module.
 */
#ifndef CORE_FILE_ATTRIBUTES_H
#define CORE_FILE_ATTRIBUTES_H

#include <stdbool.h>

/*
 * Give the open file `fd` the ACL and label of `name` in the directory, if that
 * has any.  Set the mode afterwards, because its group bits are the ACL's mask.
 * True also if there is nothing to copy.  False, with errno, if something
 * cannot be copied.
 */
bool file_attributes_copy(int directory, const char *name, int fd);

#endif
