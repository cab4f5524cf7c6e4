# SPDX-License-Identifier: BSD-2-Clause
# The sandbox's three providers, for suites that ask them. Source lib.bash
# first. Every secret of the sandbox is known from here on, in each spelling
# that could come out: as it is, in base64, percent-encoded.

start_sandbox
host=127.0.0.1
seed_key=0123456789abcdef0123456789abcdef01234567
odd_secret='not+a%secret/&=:odd'
secret one not-a-secret-7signal-one
secret two not-a-secret-7signal-two
secret odd "$odd_secret"
secret xy not-a-secret-xy-read
secret xy2 not-a-secret-xy-read-2
secret xyw not-a-secret-xy-write
secret seed $seed_key
secret seed2 89abcdef0123456789abcdef0123456789abcdef
secret wrong not-a-secret-but-wrong-all-the-same

# spelt USER SECRET: as Basic and as a form would carry them.
spelt()
{
	printf '%s:%s' "$1" "$2" | base64 -w0
	echo
}
{
	spelt SANDBOX.CLIENT.ONE not-a-secret-7signal-one
	spelt sandbox%3Aodd+id not%2Ba%25secret%2F%26%3D%3Aodd
	spelt sandbox-read not-a-secret-xy-read
	spelt sandbox-write not-a-secret-xy-write
	spelt demo@example.com $seed_key
	echo not%2Ba%25secret%2F%26%3D%3Aodd
	echo not%2ba%25secret%2f%26%3d%3aodd
	echo eyJhbGciOi # how every token of the sandbox begins
} >>"$dir/known"

# What an entry says where a suite does not say otherwise.
seven_entry="token_url = \"$seven/oauth2/token\";
  client_id = \"SANDBOX.CLIENT.ONE\";
  client_secret = \"file:$dir/secrets/one\";
  probe = \"GET /eyes\";"
xy_entry="key = \"sandbox-read\"; secret = \"file:$dir/secrets/xy\";
  exchange = { url = \"$xy/api/v1/auth\"; };
  probe = \"GET /api/v1/occupancy\";"
seed_entry="email = \"demo@example.com\"; key = \"file:$dir/secrets/seed\";
  login_redirects = [ \"/app/login\", \"/accounts/login/\" ];
  query = { organization_id = \"1\"; };
  probe = \"GET /api/version/\";"

# entry NAME ORIGIN SCHEME ENTRY [TOP]: a profile of one entry; TOP goes before
# its auth list.
entry()
{
	profile "$1" <<-END
	origins = [ "$2" ];
	ca_file = "$dir/ca.pem";
	${5:-}
	auth = ( { scheme = "$3";
	  $4 } );
	END
}

# seven|xy|seed NAME [ENTRY [TOP]]
seven()
{
	entry "$1" "$seven" oauth2-client-credentials "${2:-$seven_entry}" \
	    "${3:-}"
}
xy()
{
	entry "$1" "$xy" key-secret-archiveable "${2:-$xy_entry}" "${3:-}"
}
seed()
{
	entry "$1" "$seed" basic-email-key "${2:-$seed_entry}" "${3:-}"
}

# asked PROVIDER PATH N: true where the log has exactly N requests of PATH.
asked()
{
	[ "$(seen "$1" | grep -o "\"path\": *\"$2\"" | wc -l)" -eq "$3" ]
}
