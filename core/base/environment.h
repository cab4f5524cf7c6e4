/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Environment variables that the libraries below apam would obey, in a program
 * that has more rights than the user who started it (privilege.h).
 *
 * libc removes most variables that name files, and OpenSSL and GnuTLS ignore
 * them.  But libcurl reads SSLKEYLOGFILE with plain getenv: with the program's
 * rights it would append the keys of its TLS connections to any file.  So in
 * such a program all these variables are removed before main runs, as the
 * dynamic linker removes its own.  Proxies and .netrc have no effect in any
 * program (http/client.h).
 */
#ifndef CORE_BASE_ENVIRONMENT_H
#define CORE_BASE_ENVIRONMENT_H

/* The names, ended by NULL. */
extern const char *const environment_names[];

/*
 * Remove the variables that expose TLS or change whom it trusts, in any
 * program.  The process must not have other threads.
 */
void environment_forget_tls(void);

/*
 * Remove them all, in a program with more rights than its user; does nothing in
 * others.  Runs before main, or when a library that contains it is loaded.  In
 * that case, or if the host has set a variable since, other threads may be in
 * getenv: with every libc these may miss a variable for a moment, and nothing
 * worse.
 */
void environment_forget(void);

#endif
