/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the libraries that apam calls would take from the environment, in a
 * program that has more rights than whoever started it (privilege.h).
 *
 * libc takes out, and OpenSSL and GnuTLS look past, most of what names files;
 * libcurl reads SSLKEYLOGFILE by plain getenv, and would append to whatever
 * file it names, with the program's rights, what opens its TLS.  In such a
 * program all of them are taken out of the environment before main runs, as
 * the dynamic linker takes out its own.  Proxies and .netrc are of no effect
 * in any program (http/client.h).
 */
#ifndef CORE_ENVIRONMENT_H
#define CORE_ENVIRONMENT_H

/* The names, NULL at the end. */
extern const char *const environment_names[];

/*
 * Take out, in any program, what opens TLS to others or changes whom it
 * believes; for one that has no other threads.
 */
void environment_forget_tls(void);

/*
 * Take them all out, in a program with more rights; nothing in others.  Runs
 * before main, or with the dlopen of a library that holds it.  There, and
 * where a host has set one since, other threads may be in getenv: with every
 * libc these may miss a variable for a moment, and nothing else.
 */
void environment_forget(void);

#endif
