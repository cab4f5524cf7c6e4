/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds what has a number, such as what is known of a user.  What is found has a
 * struct numbered in it, which must stand first; it stays its owner's.
 */
#ifndef HOSTS_AGENT_NUMBER_TABLE_H
#define HOSTS_AGENT_NUMBER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define NUMBER_TABLE_BUCKETS 256

struct numbered {
	struct numbered *next;	/* of its bucket */
	uint64_t number;
};

/* An empty one is all zero. */
struct number_table {
	struct numbered *buckets[NUMBER_TABLE_BUCKETS];
	size_t count;
};

/* What has the number; NULL: nothing. */
struct numbered *number_table_find(
    const struct number_table *table, uint64_t number);

/* Add one under its number, which none in the table has. */
void number_table_add(struct number_table *table, struct numbered *one);

/* Take it out; it is in the table. */
void number_table_remove(struct number_table *table, struct numbered *one);

/* Take out any; NULL: the table is empty. */
struct numbered *number_table_take(struct number_table *table);

#endif
