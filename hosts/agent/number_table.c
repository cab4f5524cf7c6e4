/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers may all be multiples of something, as addresses are, so that they are
 * mixed: multiplied by 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
 */
#include "agent/number_table.h"

#define MIX UINT64_C(0x9e3779b97f4a7c15)

static size_t
bucket_of(uint64_t number)
{
	return (size_t)(number * MIX >> 56) % NUMBER_TABLE_BUCKETS;
}

struct numbered *
number_table_find(const struct number_table *table, uint64_t number)
{
	struct numbered *one = table->buckets[bucket_of(number)];

	while (one != NULL && one->number != number)
		one = one->next;
	return one;
}

void
number_table_add(struct number_table *table, struct numbered *one)
{
	struct numbered **first = &table->buckets[bucket_of(one->number)];

	one->next = *first;
	*first = one;
	table->count++;
}

void
number_table_remove(struct number_table *table, struct numbered *one)
{
	struct numbered **at = &table->buckets[bucket_of(one->number)];

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	table->count--;
}

struct numbered *
number_table_take(struct number_table *table)
{
	struct numbered *one;

	for (size_t i = 0; i < NUMBER_TABLE_BUCKETS; i++) {
		one = table->buckets[i];
		if (one == NULL)
			continue;
		number_table_remove(table, one);
		return one;
	}
	return NULL;
}
