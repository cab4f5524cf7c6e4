/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a file has besides its mode that says who may read it: its access ACL
 * and the label of a security module.
 */
#ifndef CORE_FILE_ATTRIBUTES_H
#define CORE_FILE_ATTRIBUTES_H

#include <stdbool.h>

/*
 * Give the open file `fd` the ACL and label of `name` in the directory, where
 * that has any; set the mode afterwards, whose group bits are the ACL's mask.
 * True where there is nothing to copy.  False, with errno, where something is
 * there and cannot be copied.
 */
bool file_attributes_copy(int directory, const char *name, int fd);

#endif
