/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts of key registries, as C strings.
 */
#ifndef TESTS_RECORD_TEXTS_H
#define TESTS_RECORD_TEXTS_H

#define KEYS(text) "{ \"apam\": \"keys 1\", \"keys\": [\n" text "\n] }\n"
#define KEY(text) KEYS("{ \"scheme\": \"demo\", \"id\": \"one\"" text " }")
#define HEAD(text) "{ \"apam\": \"keys 1\", " text "\"keys\": [\n] }\n"
#define REGISTRY "\"registry\": \"000102030405060708090a0b0c0d0e0f\", "
#define SALT "\"salt\": \"000102030405060708090a0b0c0d0e0f\""
#define MARK(text) ", " SALT ", \"mark\": \"" text "\""
#define T63 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
#define T255 T63 "x" T63 "x" T63 "x" T63

#endif
