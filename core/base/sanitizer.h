/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which sanitizer this is built with: gcc defines a macro, clang is asked.
 *
 *	SANITIZES_ADDRESSES	AddressSanitizer, whose allocator is its own
 *	SANITIZES_THREADS	ThreadSanitizer, the race detector
 *	SANITIZED		one of them, which makes system calls of its own
 */
#ifndef CORE_BASE_SANITIZER_H
#define CORE_BASE_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZES_ADDRESSES
#endif
#if defined(__SANITIZE_THREAD__)
#define SANITIZES_THREADS
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(SANITIZES_ADDRESSES)
#define SANITIZES_ADDRESSES
#endif
#if __has_feature(thread_sanitizer) && !defined(SANITIZES_THREADS)
#define SANITIZES_THREADS
#endif
#endif

#if defined(SANITIZES_ADDRESSES) || defined(SANITIZES_THREADS)
#define SANITIZED
#endif

#endif
