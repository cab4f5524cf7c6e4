/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user who runs this program, for the record.  What root's environment says
 * about sudo is noted, but it is not proof.
 */
#ifndef CORE_BASE_LOGIN_NAME_H
#define CORE_BASE_LOGIN_NAME_H

#define LOGIN_NAME_SIZE 80

/*
 * The login name of the real user, or the number if there is no name.  For root
 * under sudo(8), in a program that is not set-id, it is "alice (sudo)".  UTF-8
 * without control characters.
 */
void login_name(char to[LOGIN_NAME_SIZE]);

/* The name of a group, or its number. */
void group_name(unsigned long gid, char to[LOGIN_NAME_SIZE]);

#endif
