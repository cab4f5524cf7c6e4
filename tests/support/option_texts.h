/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups of the demo table (demo_options.h) that are easily taken for each
 * other.
 */
#ifndef TESTS_OPTION_TEXTS_H
#define TESTS_OPTION_TEXTS_H

#define ONE "secret = \"env:APAM_TEST_ONE\";"

/* No two of these mean the same. */
static const char *const different[] = {
	ONE,
	"secret = \"env:APAM_TEST_TWO\";",
	ONE "name = \"a\";",
	ONE "name = \"ab\";",
	ONE "url = \"https://h.example\";",
	ONE "url = \"https://h.example/\";",
	ONE "name = \"https://h.example\";",
	ONE "count = 4;",
	ONE "wait = 4;",
	ONE "wait = \"1h\";",
	ONE "fast = false;",
	ONE "how = \"basic\";",
	ONE "how = \"both\";",
	ONE "names = [ \"a\" ];",
	ONE "names = [ \"ab\" ];",
	ONE "names = [ \"a\", \"b\" ];",
	ONE "names = [ \"b\", \"a\" ];",
	ONE "names = [ \"a\", \"b\", \"c\" ];",
	ONE "names = [ \"a\", \"bc\" ];",
	ONE "names = [ \"ab\", \"c\" ];",
	ONE "extra = { a = \"b\"; };",
	ONE "extra = { b = \"a\"; };",
	ONE "extra = { a = \"bc\"; };",
	ONE "extra = { ab = \"c\"; };",
	ONE "extra = { a = \"b\"; c = \"d\"; };",
	ONE "names = [ \"c\" ]; extra = { a = \"b\"; };",
	ONE "place = { path = \"p\"; };",
	ONE "place = { path = \"q\"; };",
	ONE "place = { path = \"p\"; names = [ \"a\" ]; };",
	ONE "rules = ( { path = \"p\"; } );",
	ONE "rules = ( { path = \"p\"; names = [ \"a\" ]; } );",
	ONE "rules = ( { path = \"p\"; }, { path = \"p\"; } );",
	ONE "rules = ( { path = \"p\"; names = [ \"a\" ]; }, { path = \"p\"; "
	    "} );",
	ONE "rules = ( { path = \"p\"; }, { path = \"p\"; names = [ \"a\" ]; "
	    "} );",
	ONE "place = { path = \"p\"; }; rules = ( { path = \"p\"; } );",
};

#endif
