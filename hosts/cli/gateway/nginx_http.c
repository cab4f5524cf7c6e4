/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies are not kept back on their way, so that they stream; a WebSocket is the
 * one upgrade that passes; nothing that a provider says steers nginx; and who a
 * provider is, is verified.
 */
#include "gateway/nginx_http.h"

static const char *const settings =
    "  apam_problems on;\n"
    "  access_log off;\n"
    "  server_tokens off;\n"
    "  client_max_body_size 0;\n"
    "  client_body_buffer_size 64k;\n"
    /* One block for what a request that is signed needs, in place of three. */
    "  request_pool_size 12k;\n"
    "  proxy_request_buffering off;\n"
    "  proxy_buffering off;\n"
    "  proxy_http_version 1.1;\n"
    "  proxy_redirect off;\n"
    "  proxy_ignore_headers X-Accel-Redirect X-Accel-Expires\n"
    "      X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;\n"
    "  proxy_ssl_protocols TLSv1.2 TLSv1.3;\n"
    "  proxy_ssl_verify on;\n"
    "  proxy_ssl_server_name on;\n"
    "  map $http_upgrade $apam_upgrade "
    "{ default \"\"; ~*^websocket$ websocket; }\n"
    "  map $http_upgrade $apam_connection "
    "{ default \"\"; ~*^websocket$ upgrade; }\n";

void
nginx_http_write_headers(FILE *to, const char *indent, const char *host)
{
	fprintf(to,
	    "%sproxy_set_header Host %s;\n"
	    "%sproxy_set_header Upgrade $apam_upgrade;\n"
	    "%sproxy_set_header Connection $apam_connection;\n",
	    indent, host, indent, indent);
}

void
nginx_http_write(FILE *to, const char *dir)
{
	static const char *const kinds[] = { "client_body", "proxy", "fastcgi",
		"uwsgi", "scgi" };

	fputs(settings, to);
	nginx_http_write_headers(to, "  ", "$apam_authority");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(to, "  %s_temp_path %s/%s;\n", kinds[i], dir, kinds[i]);
}
