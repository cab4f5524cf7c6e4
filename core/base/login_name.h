/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs this program, for the record.  What root says of itself by sudo's
 * environment is noted, not proven.
 */
#ifndef CORE_LOGIN_NAME_H
#define CORE_LOGIN_NAME_H

#define LOGIN_NAME_SIZE 80

/*
 * The login name of the real user, or its number where it has none; of root by
 * sudo(8), in a program that is not set-id, "alice (sudo)".  No control
 * character, UTF-8.
 */
void login_name(char to[LOGIN_NAME_SIZE]);

/* The name of a group, or its number. */
void group_name(unsigned long gid, char to[LOGIN_NAME_SIZE]);

#endif
