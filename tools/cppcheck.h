/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For cppcheck 2.10, which cannot expand this macro of jansson's.  Given by -D
 * it would keep cppcheck from expanding other macros with parameters.
 */
#define json_object_foreach(object, key, value) \
	for (key = "", value = (object); key != 0;)

/* Which headers there are it cannot ask. */
#define __has_include(name) 1

/* As tests/support/record_texts.h, which cppcheck does not find. */
#define MARK(text) ""
