#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""make matrix: clients that know nothing of apam, each with each scheme, by each
way to have their requests signed.

    run.py [--write FILE] [CLIENT ...]

Each cell is a program of tests/matrix/clients, in a process of its own, against
the APIs of origin.py, which check each credential themselves.  A cell is good
where the client got what it asked for, and nothing that only the gateway should
have seen came to the API.  One that cannot be good has a reason in REASONS, and is
run all the same: it must fail, or the reason has to go.  The last line is
"N passed, N failed"; --write puts the table into a file where none failed.

Some clients ask no proxy for localhost, and others for no name that leads to it.
So the APIs have a name and an address of their own, in a network and with an
/etc/hosts that nobody else sees; that takes root.
"""
import ctypes
import datetime
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time

sys.dont_write_bytecode = True
import origin  # noqa: E402  beside this file

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))
CLIENTS = os.path.join(TOP, "tests/matrix/clients")
HOST, ADDRESS = "api.matrix.example", "192.0.2.1"  # RFC 5737
PLACEHOLDER = "a-placeholder-for-a-key"
SECONDS = 120  # for one client: a limit that ends what hangs

# How requests get their signature.
WAYS = [
    ("url", "by the gateway's URL",
     "The client is given `http://127.0.0.1:PORT/PROFILE/` in place of the API's "
     "URL, and the gateway's token."),
    ("proxy", "by `http_proxy`",
     "The client calls `http://` and the API's name; `http_proxy` names "
     "`apam gateway`, with its token."),
    ("run", "by `apam run`",
     "The client calls the API's `https://` URL, unchanged."),
]


# ---- Clients -----------------------------------------------------------------

class Client:
    def __init__(self, name, command, version, package, **more):
        self.name, self.command = name, command
        self.version, self.package = version, package
        self.more = more  # variables that its user sets where there is a proxy

    def path(self):
        return shutil.which(self.version[0])

    def says(self):
        """Its version, as it says it itself."""
        said = subprocess.run(self.version, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              env={**os.environ, **NODE_PATH}).stdout
        found = re.search(r"\d+(\.\d+)+\w*", said)
        return found.group(0) if found else "?"


NODE_PATH = {"NODE_PATH": "/usr/share/nodejs"}


def clients(tmp):
    def own(name):
        return os.path.join(CLIENTS, name)
    python = "/usr/bin/python3"
    return [
        Client("curl", [own("curl.sh")], ["curl", "--version"], "curl"),
        Client("wget", [own("wget.sh")], ["wget", "--version"], "wget"),
        Client("git", [own("git.sh")], ["git", "--version"], "git"),
        Client("npm", [own("npm.sh")], ["npm", "--version"], "npm"),
        Client("Node.js, fetch", ["node", own("fetch.mjs")],
               ["node", "--version"], "nodejs", NODE_USE_ENV_PROXY="1"),
        Client("Node.js, axios", ["node", own("axios.cjs")],
               ["node", "-p", "require('axios').VERSION"], "node-axios",
               **NODE_PATH),
        Client("Python, requests", [python, own("requests_client.py")],
               [python, "-c", "print(__import__('requests').__version__)"],
               "python3-requests"),
        Client("Python, httpx", [python, own("httpx_client.py")],
               [python, "-c", "print(__import__('httpx').__version__)"],
               "python3-httpx"),
        Client("Go, net/http", [os.path.join(tmp, "client-go")],
               ["go", "version"], "golang-go"),
        Client("Perl, LWP", ["perl", own("lwp.pl")],
               ["perl", "-MLWP", "-e", "print $LWP::VERSION"],
               "libwww-perl liblwp-protocol-https-perl",
               PERL_LWP_ENV_PROXY="1"),
        Client("Ruby, net/http", ["ruby", own("net_http.rb")],
               ["ruby", "--version"], "ruby"),
        Client("PHP, curl", ["php", own("curl.php")], ["php", "--version"],
               "php-cli php-curl"),
        Client("Java, HttpClient", ["java", "-cp", tmp, "Client"],
               ["java", "--version"], "default-jdk-headless"),
    ]


def node_asks():
    """True where Node.js can be told to ask variables for a proxy."""
    said = subprocess.run(["node", "--version"], stdout=subprocess.PIPE,
                          text=True, check=False).stdout
    major, minor = (int(n) for n in said[1:].split(".")[:2])
    return major >= 24 or (major, minor) >= (22, 21)


def reasons():
    """What cannot be: client and way, and why."""
    found = {
        ("Java, HttpClient", "run"):
            "Java takes its proxy and the certificates that it trusts from "
            "properties of its own, not from environment variables, and sends "
            "a proxy no password for https unless the program allows it. Give "
            "such a program the gateway's URL.",
    }
    if not node_asks():
        found["Node.js, fetch", "proxy"] = (
            "Node.js takes its proxy from environment variables from 22.21 and "
            "24.0 on, if `NODE_USE_ENV_PROXY` is set. Give an older one the "
            "gateway's URL, or start it by `apam run`.")
    return found


# ---- What they run against -----------------------------------------------------

def write(path, text, mode=0o600):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def profile_name(api):
    return re.sub(r"[^a-z0-9-]", "", api.name.replace(" ", "-"))


class Place:
    """The APIs, profiles for them, and a gateway."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.apis = origin.apis()
        self.certificates()
        self.repository()
        self.configure()
        self.gateway, self.port = None, free_port()
        self.conf = ["-c", os.path.join(tmp, "apam.conf")]
        self.token = ""

    def certificates(self):
        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.tmp, check=True,
                           stderr=subprocess.DEVNULL)
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
               "-nodes"]
        openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=matrix",
                "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", *new, "-keyout", "key.pem", "-out", "request.pem",
                "-subj", "/CN=api")
        write(os.path.join(self.tmp, "names"), "subjectAltName=DNS:%s\n" % HOST)
        openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
                "-out", "api.pem")

    def repository(self):
        def git(*words):
            subprocess.run(["git", "-c", "init.defaultBranch=main", *words],
                           cwd=self.tmp, check=True)
        git("init", "-q", "--bare", "repo.git")
        git("-C", "repo.git", "config", "http.receivepack", "true")
        git("init", "-q", "seed")
        git("-C", "seed", "-c", "user.name=me", "-c",
            "user.email=me@example.com", "commit", "-q", "--allow-empty", "-m",
            "first")
        git("-C", "seed", "push", "-q", "../repo.git", "HEAD:main")

    def configure(self):
        for name in ("apam.d", "modules", "state", "secrets"):
            os.mkdir(os.path.join(self.tmp, name), 0o700)
        for name in os.listdir(os.path.join(BUILD, "modules")):
            if name.endswith(".so"):
                shutil.copy(os.path.join(BUILD, "modules", name),
                            os.path.join(self.tmp, "modules"))
        write(os.path.join(self.tmp, "apam.conf"),
              'module_dir = "%s/modules";\nprofile_dir = "%s/apam.d";\n'
              'state_dir = "%s/state";\naudit = "off";\n' % ((self.tmp,) * 3))
        for api in self.apis:
            origin.serve(api, ADDRESS, self.tmp, os.path.join(self.tmp, "api.pem"),
                         os.path.join(self.tmp, "key.pem"))
            api.profile = profile_name(api)
            api.url = "https://%s:%d" % (HOST, api.port)
            secret = write(os.path.join(self.tmp, "secrets", api.profile),
                           api.secret)
            entry = api.entry.replace("<api>", api.url).replace(
                "<secret>", '"file:%s"' % secret)
            write(os.path.join(self.tmp, "apam.d", api.profile + ".conf"),
                  'origins = [ "%s" ];\nca_file = "%s/ca.pem";\n'
                  'run = { environment = { NPM_TOKEN = "%s"; }; };\n'
                  'auth = ( { %s } );\n' % (api.url, self.tmp, PLACEHOLDER,
                                            entry))

    def start(self):
        self.log = open(os.path.join(self.tmp, "gateway.log"), "wb")
        self.gateway = subprocess.Popen(
            [os.path.join(BUILD, "apam"), *self.conf, "gateway", "--listen",
             str(self.port), "--dir", os.path.join(self.tmp, "gateway")],
            stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        while not answers(self.port):
            if self.gateway.poll() is not None or time.monotonic() > until:
                sys.exit("matrix: the gateway did not start: see above\n" +
                         open(self.log.name).read())
            time.sleep(0.05)
        with open(os.path.join(self.tmp, "gateway/token")) as file:
            self.token = file.read().strip()

    def stop(self):
        if self.gateway is not None and self.gateway.poll() is None:
            self.gateway.send_signal(signal.SIGTERM)
            self.gateway.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


# ---- One cell ------------------------------------------------------------------

def environment(place, client, api, way):
    known = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DIR": place.tmp,
             "HOME": place.tmp, "XDG_RUNTIME_DIR": place.tmp, "TOKEN": "",
             "URL": api.url, **NODE_PATH}
    if way == "url":
        known["TOKEN"] = place.token
        known["URL"] = "http://127.0.0.1:%d/%s" % (place.port, api.profile)
    if way == "proxy":
        known["URL"] = api.url.replace("https:", "http:")
        known["http_proxy"] = "http://apam:%s@127.0.0.1:%d" % (
            place.token, place.port)
        known["NPM_TOKEN"] = PLACEHOLDER
        known.update(client.more)
    return known


def command(place, client, api, way):
    words = client.command
    if way == "proxy" and words[0] == "java":
        words = [words[0], "-Dhttp.proxyHost=127.0.0.1",
                 "-Dhttp.proxyPort=%d" % place.port,
                 "-Dproxy.password=" + place.token, *words[1:]]
    if way == "run":
        words = [os.path.join(BUILD, "apam"), *place.conf, "run", "-p",
                 api.profile, "--", *words]
    return words


def leaked(place, api, way):
    """What came to the API and is nobody's but the gateway's."""
    for _, headers, target in api.log:
        sent = target + "\n".join("%s: %s" % h for h in headers)
        if place.token in sent:
            return "the gateway's token came to the API"
        if way == "run" and PLACEHOLDER in sent:
            return "the placeholder came to the API"
        if any(name.lower().startswith("proxy-") for name, _ in headers):
            return "a header for the proxy came to the API"
    return None


def cell(place, client, api, way):
    """None where it is good, else what was wrong."""
    api.log.clear()
    try:
        done = subprocess.run(
            command(place, client, api, way), cwd=place.tmp, text=True,
            env=environment(place, client, api, way), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
            check=False)
    except subprocess.TimeoutExpired:
        return "it did not end within %d s" % SECONDS
    wrong = leaked(place, api, way)
    if wrong is None and done.returncode != 0:
        wrong = "it ended with %d: %s" % (done.returncode,
                                          done.stdout.strip()[-600:])
    if wrong is None and not any(status == 200 for status, _, _ in api.log):
        wrong = "no signed request came to the API"
    return wrong


# ---- The table -----------------------------------------------------------------

def matrix(place, chosen, why):
    """Run all; cells by (way, client, API), and how many are bad."""
    cells, good, bad = {}, 0, 0
    for way, title, _ in WAYS:
        print("\n%s" % title)
        for client in chosen:
            said, row = why.get((client.name, way)), []
            for api in place.apis:
                wrong = cell(place, client, api, way)
                if (wrong is None) == (said is None):
                    good += 1
                else:
                    bad += 1
                    print("FAIL: %s, %s, %s: %s" % (
                        client.name, api.name, title,
                        wrong or "it works: take its reason away"))
                cells[way, client.name, api.name] = wrong is None
                row.append("yes" if wrong is None else "no")
            print("  %-20s %s" % (client.name, " ".join(
                "%-4s" % r for r in row)), flush=True)
    return cells, good, bad


def text_of(place, chosen, why, cells):
    today = datetime.date.today().isoformat()
    lines = [
        "# Clients, schemes and ways", "",
        "`make matrix` wrote this page on %s. Programs that know nothing of "
        "apam call an API of each scheme, in each of" % today,
        "three ways by which apam can sign their requests. The API checks every "
        "credential itself. \"yes\" means that the client",
        "got what it asked for: a `GET`, and a `POST` with a body; for git a "
        "clone and a push, for npm a document and a",
        "`publish`. A number stands for a note below, which says why this does "
        "not work, and what to do instead.", ""]
    notes = []
    for way, title, means in WAYS:
        lines += ["## " + title[0].upper() + title[1:], "", means, "",
                  "| client | " + " | ".join(a.name for a in place.apis) + " |",
                  "| --- |" + " --- |" * len(place.apis)]
        for client in chosen:
            said = why.get((client.name, way))
            if said is not None and said not in notes:
                notes.append(said)
            lines.append("| %s | " % client.name + " | ".join(
                "yes" if cells[way, client.name, a.name] else
                "[%d](#notes)" % (notes.index(said) + 1)
                for a in place.apis) + " |")
        lines.append("")
    lines += ["## Notes", ""]
    lines += [textwrap.fill("%d. %s" % (i + 1, n), 120, subsequent_indent="   ",
                            break_long_words=False, break_on_hyphens=False)
              for i, n in enumerate(notes)]
    lines += ["", "## Versions", "", "| client | version |", "| --- | --- |"]
    lines += ["| %s | %s |" % (c.name, c.says()) for c in chosen]
    return "\n".join(lines) + "\n"


def own_network(tmp):
    """A network and an /etc/hosts for this process and its children alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    newns, newnet, bind, private = 0x20000, 0x40000000, 0x1000, 0x44000
    hosts = write(os.path.join(tmp, "hosts"),
                  open("/etc/hosts", encoding="ascii").read() +
                  "\n%s %s\n" % (ADDRESS, HOST), 0o644)
    if libc.unshare(newns | newnet) != 0 or \
       libc.mount(None, b"/", None, private, None) != 0 or \
       libc.mount(hosts.encode(), b"/etc/hosts", None, bind, None) != 0:
        sys.exit("matrix: the APIs cannot have a network of their own: %s; it "
                 "takes root, and a system that lets it mount" %
                 os.strerror(ctypes.get_errno()))
    for words in ("link set lo up", "address add %s/32 dev lo" % ADDRESS):
        subprocess.run(["ip", *words.split()], check=True)


def compile_clients(tmp):
    if shutil.which("go"):
        subprocess.run(["go", "build", "-o", os.path.join(tmp, "client-go"),
                        os.path.join(CLIENTS, "client.go")], check=True,
                       env={**os.environ, "GOCACHE": os.path.join(tmp, "go"),
                            "GO111MODULE": "off", "HOME": tmp})
    if shutil.which("javac"):
        subprocess.run(["javac", "-d", tmp,
                        os.path.join(CLIENTS, "Client.java")], check=True)


def missing(place):
    """Schemes of modules/ that no API here is for."""
    there = {name for name in os.listdir(os.path.join(TOP, "modules"))
             if os.path.exists(os.path.join(TOP, "modules", name, "module.c"))}
    return there - {api.name.split(" ")[0] for api in place.apis}


def run(tmp, words):
    own_network(tmp)
    place = Place(tmp)
    file = words[1] if words[:1] == ["--write"] else None
    names = words[2:] if file else words
    chosen = [c for c in clients(tmp) if not names or c.name in names]
    if missing(place):
        sys.exit("matrix: origin.py has no API for %s" %
                 ", ".join(sorted(missing(place))))
    for client in chosen:
        if client.path() is None:
            sys.exit("matrix: %s is not here: tools/deps matrix installs it, "
                     "or: apt-get install %s" % (client.name, client.package))
    compile_clients(tmp)
    try:
        place.start()
        why = reasons()
        cells, good, bad = matrix(place, chosen, why)
    finally:
        place.stop()
    if file and bad == 0:
        write(file, text_of(place, chosen, why, cells), 0o644)
        print("\nwritten: %s" % file)
    print("\n%d passed, %d failed" % (good, bad))
    return 0 if bad == 0 and good > 0 else 1


def main():
    tmp = tempfile.mkdtemp(prefix="apam-matrix-")
    try:
        return run(tmp, sys.argv[1:])
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
