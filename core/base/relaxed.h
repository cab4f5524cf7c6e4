/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single values that some threads read while another writes them: atomic, so
 * that each is read whole, and in no order with other memory, so that it costs
 * no more than a plain access.
 */
#ifndef CORE_BASE_RELAXED_H
#define CORE_BASE_RELAXED_H

#include <stdatomic.h>

#define RELAXED_LOAD(from)                                                     \
	atomic_load_explicit(&(from), memory_order_relaxed)
#define RELAXED_STORE(to, value)                                               \
	atomic_store_explicit(&(to), (value), memory_order_relaxed)
/* Of something that is not declared atomic. */
#define RELAXED_LOAD_AT(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define RELAXED_STORE_AT(p, value)                                             \
	__atomic_store_n((p), (value), __ATOMIC_RELAXED)

#endif
