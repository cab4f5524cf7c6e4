/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each file does nothing until the program uses what it is for, and leaves alone
 * what the program has settled itself.
 */
#include "run/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/say.h"
#include "run/variable.h"

#define PATH_SIZE 4096
#define OPTIONS_SIZE 8192

/*
 * Node.js from 22.21 and 24 on asks by itself (NODE_USE_ENV_PROXY).  Before, fetch
 * takes its connections from what this symbol has, also where another undici put
 * it; its kind has connect as an option.
 */
static const char node[] =
    "// Of apam run: fetch asks https_proxy for a proxy.\n"
    "const [major, minor] = process.versions.node.split('.').map(Number);\n"
    "const real = globalThis.fetch;\n"
    "const place = Symbol.for('undici.globalDispatcher.1');\n"
    "function connect({ hostname, port, protocol, servername }, done) {\n"
    "  const net = require('net'), secure = protocol === 'https:';\n"
    "  const proxy = new URL(process.env.https_proxy);\n"
    "  const to = `${hostname}:${port || 443}`;\n"
    "  const name = servername || hostname.replace(/^\\[|\\]$/g, '');\n"
    "  if (!secure)\n"
    "    return net.connect({ host: name, port: port || 80 })\n"
    "      .once('error', done).once('connect', function () {\n"
    "        done(null, this.off('error', done)); });\n"
    "  require('http').request({ host: proxy.hostname, port: proxy.port,\n"
    "    method: 'CONNECT', path: to, agent: false, headers: { Host: to,\n"
    "      'Proxy-Authorization': 'Basic ' + Buffer.from(\n"
    "        `${proxy.username}:${proxy.password}`).toString('base64') } })\n"
    "    .once('error', done)\n"
    "    .once('response', (r) => done(new Error(`proxy: ${r.statusCode}`)))\n"
    "    .once('connect', (r, socket) => {\n"
    "      if (r.statusCode !== 200) {\n"
    "        socket.destroy();\n"
    "        return done(new Error(`proxy: ${r.statusCode}`));\n"
    "      }\n"
    "      require('tls').connect({ socket, host: name,\n"
    "        servername: net.isIP(name) ? undefined : name,\n"
    "        ALPNProtocols: ['http/1.1'] })\n"
    "        .once('error', done).once('secureConnect', function () {\n"
    "          done(null, this.off('error', done)); });\n"
    "    }).end();\n"
    "}\n"
    "function install() {\n"
    "  if (globalThis[place] !== undefined || !process.env.https_proxy)\n"
    "    return;\n"
    "  void globalThis.Response;\n"
    "  if (globalThis[place] !== undefined)\n"
    "    globalThis[place] = new globalThis[place].constructor({ connect });\n"
    "}\n"
    "if (real && (major < 22 || (major === 22 && minor < 21) ||\n"
    "    major === 23))\n"
    "  globalThis.fetch = function fetch(...args) {\n"
    "    if (globalThis.fetch === fetch)\n"
    "      globalThis.fetch = real;\n"
    "    install();\n"
    "    return real.apply(this, args);\n"
    "  };\n";

/*
 * The class is there when its body is read, and what is put in front of it then
 * holds for what follows.  Nothing is loaded before the program does.
 */
static const char ruby[] =
    "module ApamRun\n"
    "  module Proxy\n"
    "    def proxy_uri\n"
    "      return super unless @proxy_uri.nil? && use_ssl?\n"
    "      @proxy_uri = URI::HTTPS.build(host: address,\n"
    "        port: port).find_proxy || false\n"
    "      super\n"
    "    end\n"
    "  end\n"
    "  module Seen\n"
    "    def inherited(kind)\n"
    "      super\n"
    "      kind.prepend(Proxy) if kind.name == 'Net::HTTP'\n"
    "    end\n"
    "  end\n"
    "end\n"
    "class Object\n"
    "  class << self\n"
    "    prepend ApamRun::Seen\n"
    "  end\n"
    "end\n";

/* ---- Files and variables -------------------------------------------------- */

static bool
write_hook(const char *path, const char *text)
{
	FILE *to = fopen(path, "wxe");
	bool ok;

	if (to == NULL)
		return false;
	ok = fputs(text, to) >= 0;
	return fclose(to) == 0 && ok;
}

/* The variable with one option more; where it becomes too long it stays. */
static bool
add_option(const char *name, const char *option)
{
	const char *own = getenv(name);
	char all[OPTIONS_SIZE];
	int n;

	if (own == NULL || own[0] == '\0')
		return variable_set(name, option);
	n = snprintf(all, sizeof(all), "%s %s", own, option);
	return n < 0 || (size_t)n >= sizeof(all) || variable_set(name, all);
}

static bool
set_hook(const char *folder, const char *file, const char *text,
    const char *variable, const char *before)
{
	char path[PATH_SIZE], option[PATH_SIZE + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	snprintf(option, sizeof(option), "%s%s", before, path);
	if (write_hook(path, text))
		return add_option(variable, option);
	say("no file can be made for %s: %s", variable, strerror(errno));
	return false;
}

bool
hooks_set(const char *folder)
{
	return set_hook(
		   folder, "node.cjs", node, "NODE_OPTIONS", "--require=") &&
	    set_hook(folder, "ruby.rb", ruby, "RUBYOPT", "-r");
}
