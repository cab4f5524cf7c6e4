# apam: one Makefile, no configure.  Your CPPFLAGS, CFLAGS, LDFLAGS, PREFIX,
# DESTDIR and CC are honoured; what apam needs itself stands apart.

# ---- Settings ---------------------------------------------------------------

# The headers say which.
VERSION   := $(shell sed -n 's/^.define APAM_VERSION_[A-Z]* \([0-9]*\)$$/\1/p' \
	include/apam/types.h | paste -sd.)
SONAME     = libapam.so.0
CURL_SONAME = libapam-curl.so.0
PREFIX     = /usr/local
LIBDIR     = $(PREFIX)/lib
MODULEDIR  = $(LIBDIR)/apam
SYSCONFDIR = /etc
STATEDIR   = /var/lib/apam
BUILD      = build
CFLAGS     = -O2 -g
SANITIZE   =
OBJCOPY    = objcopy
RUSTC      = rustc

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wcast-align -Wcast-qual \
	-Wwrite-strings -Wmissing-prototypes -Wstrict-prototypes \
	-Wbad-function-cast -Wpointer-arith -Wundef -Wvla -Wformat=2 \
	-Wimplicit-fallthrough -Wconversion -Wno-sign-conversion \
	-Werror=implicit-function-declaration
HARDEN = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIC \
	-fvisibility=hidden -fno-plt
OUR_CPPFLAGS = -Iinclude -D_POSIX_C_SOURCE=200809L \
	-DAPAM_CONFIG_FILE='"$(SYSCONFDIR)/apam.conf"' \
	-DAPAM_MODULE_DIR='"$(MODULEDIR)"' -DAPAM_STATE_DIR='"$(STATEDIR)"' \
	-DAPAM_EXAMPLE_DIR='"$(PREFIX)/share/doc/apam/examples"' \
	-DAPAM_TEMPLATE_DIR='"$(PREFIX)/share/apam/module"' \
	-DAPAM_PROFILE_DIR='"$(SYSCONFDIR)/apam.d"'
OUR_CFLAGS = -std=c11 -pthread $(WARN) $(HARDEN) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-U_FORTIFY_SOURCE) $(if $(COVERAGE),$(COUNTED))
# For `make coverage`: a process that ends by _exit, by a signal of its own or as
# another program writes first what it has counted.
COUNTED = -include tests/support/counted_end.h -D_exit=counted_exit \
	-Draise=counted_raise -Dexecv=counted_execv -Dexecvp=counted_execvp
OUR_LDFLAGS = -pthread -Wl,-z,relro,-z,now,-z,noexecstack \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE))
CORE_LIBS = -ldl

# `make V=1` shows the commands.  Else a terminal has one line, drawn over, that
# says what is being made, and a file has nothing.
TERMINAL := $(shell test -t 2 && echo yes)
Q = $(if $(V),,@$(if $(TERMINAL),printf '\r\033[K  %s' '$@' >&2;))
ERASE = $(if $(V),:,$(if $(TERMINAL),printf '\r\033[K' >&2,:))

COMPILE = $(CC) $(OUR_CPPFLAGS) $(FLOORS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP
LINK    = $(CC) $(OUR_LDFLAGS) $(LDFLAGS)

# Where the files of a folder find those that they include: core/FLOORS.
$(BUILD)/core/%.o: FLOORS = -Icore
$(BUILD)/hosts/cli/%.o: FLOORS = -Ihosts/cli -Icore
$(BUILD)/hosts/cli/send/%.o: FLOORS = -Ihosts/cli
$(BUILD)/hosts/agent/%.o: FLOORS = -Ihosts -Icore
$(BUILD)/hosts/curl/%.o: FLOORS = -Ihosts
$(BUILD)/hosts/drive/%.o: FLOORS = -Ihosts -Icore
$(BUILD)/hosts/kit/%.o: FLOORS = -Ihosts -Icore
$(BUILD)/hosts/nginx/%.o: FLOORS = $(NGINX_INCLUDES)
$(BUILD)/hosts/run/%.o: FLOORS = -Ihosts
$(BUILD)/tests/%.o $(BUILD)/doc/%.o: FLOORS = -Icore -Ihosts -Ihosts/cli -Itests -I.
# The tests of a host see no file of the core.
$(BUILD)/tests/unit/curl/%.o: FLOORS = -Ihosts -Itests -I.

# ---- Files ------------------------------------------------------------------

CORE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/*/*.c)) $(BUILD)/boxed.o
CURL_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/curl/*.c))
# What checks modules has the objects of the core, and an allocator of its own,
# which a sanitizer has, too.
KIT_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/kit/*.c))
KIT      := $(if $(SANITIZE),,$(BUILD)/apam-module-check)
# What sends is an object of its own, which the program loads late.
SEND_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/cli/send/*.c))
# And what needs nothing else of the core: which characters may be shown, standard
# output, where a relative path leads, what was misspelt.
CLI_OBJ  := $(filter-out $(SEND_OBJ),$(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard hosts/cli/*.c hosts/cli/*/*.c) core/base/utf8.c \
	core/base/standard_fds.c core/file/absolute.c core/text/suggest.c))
# The agent, a program of its own that is built with the core: all of it but its
# main, which tests have their own of.
AGENT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,\
	$(wildcard hosts/agent/*.c)))
# What plays scripts against a module is a program of its own, built with the
# core: it is the other side of module.h, without a network.
DRIVE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/drive/*.c))
# What `apam run` becomes: linked to libapam as any program, and to libcrypto for
# its certificates.
RUN_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/run/*.c) \
	hosts/cli/gateway/nginx_http.c hosts/cli/gateway/nginx_place.c \
	hosts/cli/lib/beside.c)
# A folder without a module.c is what several schemes share: modules/oauth2.
SCHEMES  := $(patsubst modules/%/module.c,%,$(wildcard modules/*/module.c))
MODULES  := $(SCHEMES:%=$(BUILD)/modules/%.so)
INTERNAL := $(patsubst %,$(BUILD)/modules/internal/%.so,crypto curl)
CHECKS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/check_*.c \
	tests/live/check_*.c))
TEST_MODULES := $(patsubst tests/modules/%.c,$(BUILD)/tests/modules/%.so,\
	$(wildcard tests/modules/*.c))
# Modules with one thing wrong, each, and good ones.
BROKEN   := $(if $(KIT),$(patsubst %.c,$(BUILD)/%.so,\
	$(wildcard tests/kit/*/*.c)))
# A sanitizer has an allocator of its own, which cannot be made to fail; and it sees
# what OpenSSL leaks where memory is short.
ifneq ($(SANITIZE),)
CHECKS   := $(filter-out %/check_faults %/check_faults_durable \
	%/check_faults_login %/check_short_crypto,$(CHECKS))
endif
REPLAYS  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
ifeq ($(wildcard /usr/share/nginx/src/src/core),)
REPLAYS  := $(filter-out %/fuzz_gateway_request,$(REPLAYS))
endif
FUZZERS  := $(REPLAYS:$(BUILD)/tests/fuzz/%=$(BUILD)/fuzzers/%)
BENCH_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/*.c))
SANDBOX_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sandbox/*.c))
SANDBOX  := $(if $(SANDBOX_OBJ),$(BUILD)/sandbox)
# What is measured of them: the suites of hosts/nginx, hosts/run and hosts/kit, and
# those that build no program of their own.
MEASURED = $(addprefix tests/suite/,nginx.sh nginx-scarce.sh directives.sh \
	run-scarce.sh gateway.sh gateway-certificates.sh gateway-verified.sh \
	run.sh page.sh sockets.sh protocols.sh failures.sh jobs.sh drives.sh \
	examples.sh tpm.sh kit.sh in-error.sh)
# Those of tests/suite build host programs of their own, which have no sanitizer;
# and what has one makes system calls of its own, so that the agent has no filter.
# Those of doc/ look at texts.
SUITES   := $(filter-out $(if $(SANITIZE)$(COVERAGE),%/memory.sh %/promises.sh %/gdb.sh %/secret-scan.sh \
	%/agent/python.sh) \
	$(if $(SANITIZE),%/agent/filter.sh %/agent/scarce.sh %/cli/faults.sh \
	tests/suite/doc/%.sh),\
	$(wildcard tests/suite/cli/*.sh tests/suite/agent/*.sh tests/sandbox/check.sh \
	tests/suite/doc/*.sh) \
	$(if $(COVERAGE),$(wildcard $(MEASURED))) \
	$(if $(SANITIZE)$(COVERAGE),,$(wildcard tests/suite/*.sh)))
TESTS     = $(CHECKS) $(REPLAYS) $(SUITES)
PRODUCT  := $(BUILD)/apam $(BUILD)/template $(BUILD)/apam-request.so $(BUILD)/$(SONAME) \
	$(BUILD)/$(CURL_SONAME) $(BUILD)/apam.pc $(BUILD)/apam-curl.pc $(MODULES) \
	$(INTERNAL) $(BUILD)/apam-module-drive $(KIT) $(BUILD)/apamd \
	$(BUILD)/apam-run
# And one in C++, one in Rust, where there is a compiler.
FOREIGN  := $(if $(KIT),$(if $(shell command -v $(CXX)),cpp/kit-cpp) \
	$(if $(shell command -v $(RUSTC)),rust/kit-rust))
# nginx's module, for suites that no sanitizer runs, where nginx-dev is.
NGINX_MODULE := $(if $(SANITIZE),,$(if \
	$(wildcard /usr/share/nginx/src/src/core),\
	$(BUILD)/nginx/ngx_http_apam_module.so $(BUILD)/nginx/page \
	$(BUILD)/nginx/scarce.so $(BUILD)/apam-run-scarce))
SUPPORT  := $(PRODUCT) $(BUILD)/tests/gdb/shown $(TEST_MODULES) $(SANDBOX) \
	$(addprefix $(BUILD)/tests/apamd/,use hostile scan halt apamd-unproven \
	apamd-scarce) \
	$(foreach age,newer older,$(BUILD)/tests/skew/$(age)/$(SONAME) \
	$(BUILD)/tests/skew/$(age)/apamd) \
	$(BUILD)/tests/faults/fault.so \
	$(BROKEN) $(FOREIGN:%=$(BUILD)/tests/kit/%.so) $(NGINX_MODULE)
PROGRAMS := $(SUPPORT) $(CHECKS) $(REPLAYS)

.PHONY: nginx all help demo matrix test run-all run-tests programs peers peers-browser trial-refresh secret-scan trial-agent trial-agent-restart trial-agent-replace trial-python trial-gateway lint lint-style sanitize fuzz \
	fuzz-coverage run-fuzz-coverage \
	stress tsan run-tsan list-tests coverage objects lint-gcc lint-clang \
	run-fuzz bench run-bench bench-peers bench-python bench-gateway bench-plot python \
	run-bench-peers compile_commands.json install uninstall clean FORCE
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

# Where a compiler or a library is missing it is installed before anything is
# built, or the command that installs it is said.  DEPS=no: neither.
ifneq ($(filter all install,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell DEPS=$(DEPS) tools/deps build >&2 || echo missing),)
$(error see above)
endif
endif

all: $(PRODUCT)
	@$(ERASE)

programs: $(PROGRAMS)
	@$(ERASE)

help:
	@tools/make-help Makefile

# ---- Library, program, modules ----------------------------------------------

# The directories that are compiled in, or written into what is installed: with
# another PREFIX all that names them is made anew.
DIRECTORIES = $(PREFIX) $(LIBDIR) $(MODULEDIR) $(SYSCONFDIR) $(STATEDIR) \
	$(abspath $(BUILD))

ifneq ($(DIRECTORIES),$(shell cat $(BUILD)/directories 2>/dev/null))
$(BUILD)/directories: FORCE
endif
$(BUILD)/directories:
	@mkdir -p $(@D)
	@echo '$(DIRECTORIES)' >$@

$(BUILD)/%.o: %.c Makefile $(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -c -o $@ $<

# libconfig and jansson, with what they call of the C library bound to
# core/base/pool.c.
static = $(shell $(CC) -print-file-name=lib$(1).a)
BOXED = $(foreach l,config jansson,$(call static,$l))

$(BUILD)/boxed.o: core/base/pool.syms Makefile
	@mkdir -p $(@D)
	$(Q)$(LD) -r -o $@ --whole-archive $(BOXED) && \
	    $(OBJCOPY) --redefine-syms=$< -w --keep-global-symbol='config_*' \
	    --keep-global-symbol='json_*' $@

# An object says what it is linked to.  clang gives a sanitizer's calls to programs
# alone, which the objects that they load find them in.
WHOLE = $(if $(SANITIZE),,-Wl$(comma)--no-undefined)

# What is loaded when it is first needed, and where it lies: beside the modules
# of the build tree, and in what is installed, which is linked anew.
INTERNAL_LINK = $(LINK) -shared $(WHOLE) \
	    -Wl,--version-script=core/internal.map -o $@ $(filter %.o,$^)

$(BUILD)/modules/internal/curl.so: $(BUILD)/core/http/object/curl_object.o \
	core/internal.map
	@mkdir -p $(@D)
	$(Q)$(INTERNAL_LINK) -lcurl

$(BUILD)/modules/internal/crypto.so: $(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard core/crypto/object/*.c)) core/internal.map
	@mkdir -p $(@D)
	$(Q)$(INTERNAL_LINK) -lcrypto

PLACE_OBJ = $(BUILD)/core/file/internal_place.o
$(PLACE_OBJ): OUR_CPPFLAGS += -DAPAM_BUILD_TREE='"$(abspath $(BUILD))"'
$(BUILD)/install/internal_place.o: core/file/internal_place.c Makefile \
	$(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -Icore -c -o $@ $<

$(BUILD)/core.a: $(CORE_OBJ) | $(INTERNAL)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# It stays where it was loaded: its thread, its handlers of fork and its locked
# pages outlive a dlclose.
LINK_LIBRARY = $(LINK) -shared -Wl,-soname,$(SONAME) $(WHOLE) \
	    -Wl,-z,nodelete -Wl,--version-script=core/export.map -o $@ \
	    $(filter %.o,$^) $(CORE_LIBS)

$(BUILD)/$(SONAME): $(CORE_OBJ) core/export.map | $(INTERNAL)
	$(Q)$(LINK_LIBRARY)
	@ln -sf $(SONAME) $(BUILD)/libapam.so

$(BUILD)/install/$(SONAME): $(filter-out $(PLACE_OBJ),$(CORE_OBJ)) \
	$(BUILD)/install/internal_place.o core/export.map
	$(Q)$(LINK_LIBRARY)

# On the public calls of libapam alone.
$(BUILD)/$(CURL_SONAME): $(CURL_OBJ) hosts/curl/export.map $(BUILD)/$(SONAME)
	$(Q)$(LINK) -shared -Wl,-soname,$(CURL_SONAME) $(WHOLE) \
	    -Wl,--version-script=hosts/curl/export.map -o $@ $(CURL_OBJ) \
	    -L$(BUILD) -lapam -lcurl
	@ln -sf $(CURL_SONAME) $(BUILD)/libapam-curl.so

# The program in the build tree finds the library beside itself; the installed
# one, linked anew, where it was installed.  So does the object that it loads
# for a command that sends: linked to libcurl, the program would take ten times
# as long to start.  A place of the program's own, as an old tag, goes before
# those of the environment, and holds for what is loaded late, too.  jansson and
# libyaml are linked statically, because loading a library takes longer than most
# commands take to do their work.
LINK_APAM = $(LINK) -Wl,--disable-new-dtags -o $@ $(CLI_OBJ) -L$(BUILD) -lapam \
	    $(call static,jansson) $(call static,yaml) -ldl
LINK_SEND = $(LINK) -shared $(WHOLE) -Wl,--disable-new-dtags \
	    -Wl,--version-script=hosts/cli/send/export.map -o $@ $(SEND_OBJ) \
	    -L$(BUILD) -lapam-curl -lapam -lcurl

$(BUILD)/apam: $(CLI_OBJ) $(BUILD)/$(SONAME)
	$(Q)$(LINK_APAM) -Wl,-rpath,'$$ORIGIN'

$(BUILD)/install/apam: $(CLI_OBJ) $(BUILD)/$(SONAME) $(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(LINK_APAM) -Wl,-rpath,$(LIBDIR):$(MODULEDIR)/internal

SEND_NEEDS = $(SEND_OBJ) hosts/cli/send/export.map $(BUILD)/$(CURL_SONAME)

$(BUILD)/apam-request.so: $(SEND_NEEDS)
	$(Q)$(LINK_SEND) -Wl,-rpath,'$$ORIGIN'

$(BUILD)/install/apam-request.so: $(SEND_NEEDS) $(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(LINK_SEND) -Wl,-rpath,$(LIBDIR)

# What `apam module new` writes is the examples of the module guide.
$(BUILD)/template:
	@mkdir -p $(@D)
	$(Q)ln -sfn '$(abspath doc/example)' $@

LINK_DRIVE = $(LINK) -o $@ $(DRIVE_OBJ) $(filter %internal_place.o,$^) \
	    $(BUILD)/core.a $(CORE_LIBS)

$(BUILD)/apam-module-drive: $(DRIVE_OBJ) $(BUILD)/core.a
	$(Q)$(LINK_DRIVE)

$(BUILD)/install/apam-module-drive: $(DRIVE_OBJ) $(BUILD)/core.a \
	$(BUILD)/install/internal_place.o
	$(Q)$(LINK_DRIVE)

# Each symbol is bound when it starts: the loader, which binds late, would leave
# what processor registers hold on the stack, where secrets are looked for.
LINK_KIT = $(LINK) -o $@ $(KIT_OBJ) $(filter %internal_place.o,$^) \
	    $(BUILD)/core.a $(CORE_LIBS) -lm

$(BUILD)/apam-module-check: $(KIT_OBJ) $(BUILD)/core.a
	$(Q)$(LINK_KIT)

$(BUILD)/install/apam-module-check: $(KIT_OBJ) $(BUILD)/core.a \
	$(BUILD)/install/internal_place.o
	$(Q)$(LINK_KIT)

LINK_RUN = $(LINK) -Wl,--disable-new-dtags -o $@ $(RUN_OBJ) -L$(BUILD) -lapam \
	    -lcrypto -lpthread

$(BUILD)/apam-run: $(RUN_OBJ) $(BUILD)/$(SONAME)
	$(Q)$(LINK_RUN) -Wl,-rpath,'$$ORIGIN'

$(BUILD)/install/apam-run: $(RUN_OBJ) $(BUILD)/$(SONAME) $(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(LINK_RUN) -Wl,-rpath,$(LIBDIR)

# The same, and what makes one of its calls fail (tests/faults/scarce.h).
COUNTING = $(if $(COVERAGE),__gcov_dump)
RUN_SCARCE = malloc calloc realloc strdup setenv fopen fdopen memfd_create fchmod \
	mkdir mkdtemp pipe2 read write fcntl fclose socket bind listen getsockname \
	connect accept4 recv send getrandom getaddrinfo fork waitpid sigwaitinfo \
	pthread_attr_init pthread_create $(COUNTING)
$(BUILD)/apam-run-scarce: $(RUN_OBJ) $(BUILD)/tests/suite/run/run_calls.o \
	$(BUILD)/$(SONAME)
	$(Q)$(LINK_RUN) $(BUILD)/tests/suite/run/run_calls.o \
	    $(call wrap,$(RUN_SCARCE)) -Wl,-rpath,'$$ORIGIN'

AGENT_PARTS = $(BUILD)/hosts/agent/main.o $(AGENT_OBJ) $(BUILD)/core.a
LINK_AGENT = $(LINK) -o $@ $(filter %.o,$^) \
	    $(BUILD)/core.a $(CORE_LIBS)

$(BUILD)/apamd: $(AGENT_PARTS)
	$(Q)$(LINK_AGENT)

$(BUILD)/install/apamd: $(AGENT_PARTS) \
	$(BUILD)/install/internal_place.o
	$(Q)$(LINK_AGENT)

# nginx's module, against what Debian's nginx-dev has.  Its configure says what
# this system is like, in files that nginx's headers include; it writes into the
# folder where it runs.
NGINX_DEV = /usr/share/nginx/src
NGINX_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/nginx/*.c))
NGINX_INCLUDES = $(patsubst %,-isystem $(NGINX_DEV)/src/%,core event \
	event/modules os/unix http http/modules http/v2) \
	-isystem $(BUILD)/nginx/objs

$(NGINX_OBJ): | $(BUILD)/nginx/objs/ngx_auto_config.h
$(BUILD)/nginx/objs/ngx_auto_config.h:
	$(Q)tools/configure-nginx $(NGINX_DEV) $(BUILD)/nginx

# The page for people lies beside the module.
$(BUILD)/nginx/page:
	@mkdir -p $(@D)
	$(Q)ln -sfn '$(abspath hosts/nginx/page)' $@

LINK_NGINX = $(LINK) -shared -Wl,--version-script=hosts/nginx/export.map -o $@ \
	    $(NGINX_OBJ) -L$(BUILD) -lapam
NGINX_NEEDS = $(NGINX_OBJ) hosts/nginx/export.map $(BUILD)/$(SONAME)

$(BUILD)/nginx/ngx_http_apam_module.so: $(NGINX_NEEDS)
	$(Q)$(LINK_NGINX) -Wl,-rpath,'$$ORIGIN/..'

# The same, and what makes one of its calls fail.
SCARCE = ngx_palloc ngx_pnalloc ngx_pcalloc ngx_list_push ngx_array_push \
	ngx_array_create ngx_create_temp_buf ngx_alloc_chain_link \
	ngx_http_cleanup_add ngx_conf_full_name ngx_http_add_variable \
	ngx_shared_memory_add ngx_slab_calloc ngx_get_connection calloc mmap \
	socket getsockopt getsockname getpeername fstat send recvfrom pread
SCARCE_OBJ = $(BUILD)/tests/suite/nginx/scarce.o
$(SCARCE_OBJ): FLOORS = $(NGINX_INCLUDES) -I.
$(SCARCE_OBJ): | $(BUILD)/nginx/objs/ngx_auto_config.h
$(BUILD)/nginx/scarce.so: $(NGINX_NEEDS) $(SCARCE_OBJ)
	$(Q)$(LINK_NGINX) $(SCARCE_OBJ) $(SCARCE:%=-Wl,--wrap=%) \
	    -Wl,-rpath,'$$ORIGIN/..'

$(BUILD)/install/ngx_http_apam_module.so: $(NGINX_NEEDS) $(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)$(LINK_NGINX) -Wl,-rpath,$(LIBDIR)

$(BUILD)/apam.pc: core/apam.pc.in
$(BUILD)/apam-curl.pc: hosts/curl/apam-curl.pc.in
$(BUILD)/apam.pc $(BUILD)/apam-curl.pc: Makefile include/apam/types.h \
	$(BUILD)/directories
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@MODULEDIR@|$(MODULEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	    $(filter %.in,$^) >$@

# shared SCHEME: the folders that it is linked with beside its own.
shared = $(if $(filter oauth2-%,$(1)),oauth2) \
	$(if $(filter api-key basic-email-key,$(1)),common) \
	$(if $(filter login-token key-secret-archiveable,$(1)),common session)

define module_rule
$(BUILD)/modules/$(1).so: $(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard $(foreach d,$(1) $(call shared,$(1)),modules/$(d)/*.c))) \
	modules/export.map
	$$(Q)$$(LINK) -shared -Wl,--version-script=modules/export.map -o $$@ \
	    $$(filter %.o,$$^)
endef
$(foreach s,$(SCHEMES),$(eval $(call module_rule,$(s))))

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)

clean:
	rm -rf $(BUILD)

# ---- Programs for tests -----------------------------------------------------

# What reads a clock or lets time pass is bound to tests/support/clock.c, but for
# Check, which measures how long tests take.
comma = ,
wrap = $(patsubst %,-Wl$(comma)--wrap=%,$(1))
MOVING = $(call wrap,clock_gettime time clock_after clock_pass)

$(BUILD)/tests/check.a: Makefile
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --redefine-sym clock_gettime=__real_clock_gettime \
	    $(shell $(CC) -print-file-name=libcheck.a) $@

# There are hundreds of them, and gold links in a third of the time.
GOLD := $(if $(shell command -v ld.gold),-fuse-ld=gold)
$(CHECKS) $(REPLAYS): private OUR_LDFLAGS += $(GOLD)

# What spares Check a message for each round of a loop.
$(CHECKS): $(BUILD)/tests/support/marks.o
$(CHECKS): private OUR_LDFLAGS += $(call wrap,_mark_point)

# Those of hosts have the libraries that a host program has.
CURL_CHECKS := $(filter $(BUILD)/tests/unit/curl/%,$(CHECKS))
$(CURL_CHECKS): %: %.o $(BUILD)/$(CURL_SONAME) | $(BUILD)/tests/support/forget
	$(Q)$(LINK) -o $@ $(filter %.o,$^) -L$(BUILD) -lapam-curl -lapam \
	    -lssl -lcrypto -lcurl -lcheck -lsubunit -lrt -lm \
	    -Wl,-rpath,'$$ORIGIN/../../..'

$(filter-out $(CURL_CHECKS),$(CHECKS)): %: %.o $(BUILD)/tests/support/clock.o \
	$(BUILD)/core.a $(BUILD)/tests/check.a | $(BUILD)/tests/support/forget
	$(Q)$(LINK) $(MOVING) -o $@ $(filter %.o,$^) $(filter %/agent.a,$^) \
	    $(BUILD)/core.a $(BUILD)/tests/check.a $(CORE_LIBS) -lcurl \
	    -lsubunit -lrt -lm

$(BUILD)/tests/support/forget: $(BUILD)/tests/support/forget.o $(BUILD)/core.a
	$(Q)$(LINK) -o $@ $^ $(CORE_LIBS)

# checks NAME ...: the programs of these tests, wherever they lie.
checks = $(filter $(addprefix %/check_,$(1)),$(CHECKS))

# Those of the agent have its parts.
AGENT_CHECKS := $(filter $(BUILD)/tests/unit/apamd/%,$(CHECKS))
$(AGENT_CHECKS): $(BUILD)/agent.a

$(BUILD)/agent.a: $(AGENT_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(call checks,proving): private OUR_LDFLAGS += $(call wrap,getsockopt)

# Those that look into libapam-curl have its objects, and so have those of the
# core that call it.
$(call checks,answer border failure): $(BUILD)/hosts/curl/answer.o \
	$(BUILD)/hosts/curl/proof.o \
	$(BUILD)/hosts/curl/border.o $(BUILD)/hosts/curl/failure.o
$(call checks,handle): $(filter-out %/curl.o %/curl_call.o,$(CURL_OBJ))
$(call checks,curl_call): $(filter-out %/curl.o,$(CURL_OBJ))
$(call checks,answer handle): private OUR_LDFLAGS += -Wl,--wrap=curl_easy_getinfo
$(call checks,cancel rotation nameserver nonce proof pair_live): $(CURL_OBJ)
# Those with tests/support/raw_server.h, which speaks TLS as well.
$(call checks,cancel check connections context curl_fd environment exit \
	facts_7signal facts_seed facts_xysense flight client transfer_error \
	loop waiters verdict landing nonce durable faults_durable proof \
	pair_live sharing short_memory login short_login starved): \
	CORE_LIBS += -lssl -lcrypto
$(call checks,page_state): $(BUILD)/hosts/cli/lib/child_output.o
# Those that set OpenSSL's word beside apam's.
$(call checks,share_record sign openssl key key_der verify served_verify \
	authority dial short_crypto serve_verify): CORE_LIBS += -lcrypto
$(call checks,libev): CORE_LIBS += -lev
$(call checks,changing faults_login): CORE_LIBS += -lssl -lcrypto
# Those with tests/support/no_malloc.h.
$(call checks,lifetime op runner): private OUR_LDFLAGS += $(call wrap,malloc)
# Those with tests/support/fail_alloc.h, and those with fail_call.h.
$(call checks,memo pair record_read record_set record_write registry_change \
	registry_files present_secrets secret_renewal short_login short_memory \
	signature_parts store_key new_body key_uses short_admin): private \
	OUR_LDFLAGS += $(call wrap,malloc calloc realloc)
$(call checks,page_file reading registry_files registry_write view short_admin): private \
	OUR_LDFLAGS += $(call wrap,read pread write openat fsync fchmod fstat \
	mkdirat renameat utimensat getentropy)
# Those with tests/support/fail_files.h.
$(call checks,page_file short_admin): private OUR_LDFLAGS += $(call wrap,stat lstat \
	fstatat access fchown fchmodat unlinkat ftruncate flock close mmap \
	fdopendir readdir)
$(call checks,registry_change): private OUR_LDFLAGS += $(call wrap,clock_sleep)
# Those with tests/support/call_trace.h.
$(call checks,durable_turn): private OUR_LDFLAGS += $(call wrap,write fsync \
	ftruncate posix_fallocate renameat)
$(call checks,page_file): private OUR_LDFLAGS += $(call wrap,memfd_create fcntl)
$(call checks,pollset): private OUR_LDFLAGS += $(call wrap,epoll_ctl)
$(call checks,starved): private OUR_LDFLAGS += $(call wrap,curl_api epoll_ctl \
	epoll_create1 socketpair pthread_create)
$(call checks,served_connection): private OUR_LDFLAGS += $(call wrap,link_connect)
$(call checks,agent_stopped): private OUR_LDFLAGS += $(call wrap,sendmsg)
$(call checks,authority): private OUR_LDFLAGS += $(call wrap,malloc \
	GENERAL_NAME_new GENERAL_NAMES_new GENERAL_SUBTREE_new \
	NAME_CONSTRAINTS_new ASN1_IA5STRING_new ASN1_OCTET_STRING_new X509_new \
	OPENSSL_sk_new_null OPENSSL_sk_push ASN1_STRING_set RAND_bytes BN_bin2bn \
	BN_to_ASN1_INTEGER X509V3_EXT_conf_nid X509_add_ext X509_add1_ext_i2d \
	X509_set_version X509_gmtime_adj X509_set_pubkey \
	X509_NAME_add_entry_by_txt X509_set_issuer_name X509_sign BIO_new \
	PEM_write_bio_X509 PEM_write_bio_PKCS8PrivateKey EVP_PKEY_Q_keygen)
# Those that make keys of the kernel's.
$(call checks,secret_keyring secret changing): CORE_LIBS += -lkeyutils

# A provider of OpenSSL's.
$(call checks,openssl): $(BUILD)/tests/openssl/approved.so

$(BUILD)/tests/openssl/%.o: OUR_CFLAGS += -fvisibility=default
$(BUILD)/tests/openssl/%.so: $(BUILD)/tests/openssl/%.o
	$(Q)$(LINK) -shared -o $@ $< -lcrypto

# Internal objects with one thing wrong.
$(call checks,internal): $(BUILD)/tests/internal/other.so \
	$(BUILD)/tests/internal/nothing.so

$(BUILD)/tests/internal/%.so: $(BUILD)/tests/internal/%.o
	$(Q)$(LINK) -shared -o $@ $<

$(call checks,faults_durable faults_login): $(BUILD)/tests/faults/fault.so
$(call checks,faults): $(BUILD)/tests/faults/fault.so $(BUILD)/apam \
	$(BUILD)/modules/basic-email-key.so

$(BUILD)/tests/faults/%.o: OUR_CFLAGS += -fvisibility=default -U_FORTIFY_SOURCE
$(BUILD)/tests/faults/fault.so: $(addprefix $(BUILD)/tests/faults/,\
	fault.o place.o names.o)
	$(Q)$(LINK) -shared -o $@ $^

# What tests/suite/doc/gdb.sh prints.
$(BUILD)/tests/gdb/%.o: OUR_CFLAGS += -g
$(BUILD)/tests/gdb/shown: $(BUILD)/tests/gdb/shown.o $(BUILD)/core.a
	$(Q)$(LINK) -o $@ $^ $(CORE_LIBS) -lcurl -lcheck -lsubunit -lrt -lm

$(BUILD)/tests/modules/%.so: $(BUILD)/tests/modules/%.o modules/export.map
	$(Q)$(LINK) -shared -Wl,--version-script=modules/export.map -o $@ $< -lcrypto

# What is held against the contract has none of gcc's constructors in it.
ifneq ($(COVERAGE),)
$(BUILD)/tests/kit/%: override CFLAGS = -O0 -g
$(BUILD)/tests/kit/%: override LDFLAGS =
$(BUILD)/tests/kit/%: COUNTED =
endif
# Some are broken by how they are linked.
broken = $(patsubst %,$(BUILD)/tests/kit/broken/%.so,$(1))
$(call broken,linked-curl): WRONG = -Wl,--no-as-needed -lcurl
$(call broken,linked-crypto): WRONG = -Wl,--no-as-needed -lcrypto
$(call broken,init-function): WRONG = -Wl,-init=kit_at_load
$(call broken,executable-stack): WRONG = -Wl,-z,execstack
$(call broken,text-relocation): WRONG = -Wl,-z,notext
$(call broken,exports-more exports-nothing): EXPORTS =
$(BUILD)/tests/kit/%.so: EXPORTS = -Wl,--version-script=modules/export.map
$(BUILD)/tests/kit/%.so: $(BUILD)/tests/kit/%.o modules/export.map
	$(Q)$(LINK) -shared $(EXPORTS) -o $@ $< $(WRONG)

$(BUILD)/tests/kit/cpp/%.so: tests/kit/cpp/%.cpp modules/export.map Makefile \
	include/apam/module.h include/apam/types.h
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++20 -O2 -fno-exceptions -fno-rtti $(HARDEN) -Wall \
	    -Wextra -Wno-missing-field-initializers -Iinclude -c -o $(@:.so=.o) $<
	$(Q)$(LINK) -shared -Wl,--version-script=modules/export.map -o $@ \
	    $(@:.so=.o)

$(BUILD)/tests/kit/rust/%.so: tests/kit/rust/%.rs Makefile
	@mkdir -p $(@D)
	$(Q)MAKEFLAGS= $(RUSTC) --edition 2021 --crate-type cdylib -C panic=abort \
	    -C opt-level=2 -D warnings -o $@ $<

# What allocates is bound to tests/fuzz/memory.c, which makes it fail at will.
FAILING = $(call wrap,malloc calloc realloc mmap secmem_alloc \
	strndup open_memstream LLVMFuzzerTestOneInput)

$(REPLAYS): %: %.o $(BUILD)/tests/fuzz/memory.o $(BUILD)/tests/fuzz/replay.o \
	$(BUILD)/core.a
	$(Q)$(LINK) $(FAILING) -o $@ $(filter %.o,$^) \
	    $(filter %.a,$^) $(CORE_LIBS) -lcurl

$(BUILD)/fuzzers/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o \
	$(BUILD)/tests/fuzz/memory.o $(BUILD)/core.a
	@mkdir -p $(@D)
	$(Q)$(LINK) $(FAILING) -fsanitize=fuzzer -o $@ $(filter %.o,$^) \
	    $(filter %.a,$^) $(CORE_LIBS) -lcurl

$(BUILD)/tests/fuzz/fuzz_answer $(BUILD)/fuzzers/fuzz_answer: \
	$(BUILD)/hosts/curl/answer.o
$(BUILD)/tests/fuzz/fuzz_elf_file $(BUILD)/fuzzers/fuzz_elf_file: \
	$(BUILD)/hosts/kit/elf_file.o
# With nginx's headers.
$(BUILD)/tests/fuzz/fuzz_gateway_request.o: FLOORS = $(NGINX_INCLUDES) -Ihosts/nginx -Icore -Itests -I.
$(BUILD)/tests/fuzz/fuzz_gateway_request.o: | $(BUILD)/nginx/objs/ngx_auto_config.h
$(BUILD)/tests/fuzz/fuzz_openapi $(BUILD)/fuzzers/fuzz_openapi: \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard hosts/cli/openapi/*.c)) \
	$(call static,yaml)

# As a host program has it: the shared library, found beside the program.
# Rows of keys look into the core, and have its objects after that.
$(BUILD)/bench/bench: $(BENCH_OBJ) $(BUILD)/$(SONAME) $(BUILD)/core.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(BENCH_OBJ) -L$(BUILD) -lapam $(BUILD)/core.a -lcrypto -ldl \
	    -Wl,-rpath,'$$ORIGIN/..'

$(BUILD)/peers/%: $(BUILD)/tests/peers/%.o $(BUILD)/$(CURL_SONAME)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< -L$(BUILD) -lapam-curl -lapam -lcurl \
	    -Wl,-rpath,'$$ORIGIN/..'

$(BUILD)/bench/empty $(BUILD)/bench/openssl: $(BUILD)/bench/%: \
	$(BUILD)/tests/bench/raw/%.o
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< -ldl

# Programs of the trials of the agent: one that uses it, as a host program; what
# speaks its protocol itself; what searches for secrets.
$(BUILD)/tests/apamd/use: $(BUILD)/tests/apamd/use.o $(BUILD)/$(SONAME)
	$(Q)$(LINK) -o $@ $< -L$(BUILD) -lapam -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../..'

$(BUILD)/tests/apamd/hostile: $(BUILD)/tests/apamd/hostile.o $(BUILD)/core.a
	$(Q)$(LINK) -o $@ $^ $(CORE_LIBS)

# The agent as on a kernel without SO_PEERPIDFD.
$(BUILD)/tests/apamd/apamd-unproven: $(BUILD)/tests/apamd/unproven.o $(AGENT_PARTS)
	$(Q)$(LINK) $(call wrap,getsockopt) -o $@ $(filter %.o,$^) \
	    $(BUILD)/core.a $(CORE_LIBS)

# The agent, and what makes one of its calls fail (tests/faults/scarce.h).
AGENT_SCARCE = malloc calloc realloc reallocarray chmod flock fstatat fstatfs \
	lstat mkdir opendir pipe2 rename read pread open openat fcntl socket bind \
	listen getsockname getsockopt setsockopt accept4 recv recvmsg recvmmsg send \
	sendmsg epoll_create1 epoll_ctl epoll_wait poll eventfd sigaction getrlimit \
	$(COUNTING)
$(BUILD)/tests/apamd/apamd-scarce: $(BUILD)/tests/suite/agent/agent_calls.o \
	$(AGENT_PARTS)
	$(Q)$(LINK_AGENT) $(call wrap,$(AGENT_SCARCE))

# A library and an agent of another age: what they say to each other is bound to
# tests/skew/protocol.c.
SKEW_newer = $(call wrap,layout_write agent_hello_write agent_version)
SKEW_older = $(call wrap,layout_write layout_read)

define skew_rule
$(BUILD)/tests/skew/$(1)/protocol.o: tests/skew/protocol.c Makefile
	@mkdir -p $$(@D)
	$$(Q)$$(COMPILE) -Icore -DSKEW_$(2) -c -o $$@ $$<

$(BUILD)/tests/skew/$(1)/$(SONAME): $(BUILD)/tests/skew/$(1)/protocol.o \
	$(CORE_OBJ) core/export.map | $(INTERNAL)
	$$(Q)$$(LINK_LIBRARY) $$(SKEW_$(1))

$(BUILD)/tests/skew/$(1)/apamd: $(BUILD)/tests/skew/$(1)/protocol.o $(AGENT_PARTS)
	$$(Q)$$(LINK_AGENT) $$(SKEW_$(1))
endef
$(eval $(call skew_rule,newer,NEWER))
$(eval $(call skew_rule,older,OLDER))

$(BUILD)/tests/apamd/scan $(BUILD)/tests/apamd/halt: %: %.o
	$(Q)$(LINK) -o $@ $<

$(BUILD)/sandbox: $(SANDBOX_OBJ)
	$(Q)$(LINK) -o $@ $^ -lmicrohttpd -ljansson -lcrypto

# ---- Tests ------------------------------------------------------------------
# `make test` installs what is missing and then makes itself anew, so that
# nothing is compiled before its headers are there.  Compilers run one to a core.
# Many tests wait as long as they compute, so that JOBS of them run side by side,
# those that take longest first.  More would only delay each other: one that
# waits for an answer gets it late.
CORES := $(shell nproc)
JOBS = $(shell echo $$(($(CORES) * 2)))

deps-%:
	@DEPS=$(DEPS) tools/deps $*

test: deps-build deps-test
	@$(MAKE) run-all

run-all:
	@$(MAKE) -j$(CORES) programs
	@$(MAKE) run-tests

run-tests: $(PROGRAMS)
	@$(ERASE)
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) COVERAGE=$(COVERAGE) JOBS=$(JOBS) \
	    tests/run $(TESTS)

# What run-tests runs, a line each, for tests/suite/doc/all_run.sh.
list-tests:
	@printf '%s\n' $(TESTS)

# `make check_NAME`: the tests of that name alone, with all that they print.
named = $(filter %/check_$(1) %/fuzz_$(1) %/$(1).sh,$(TESTS))
NAMES := $(sort $(patsubst check_%,%,$(patsubst fuzz_%,%,$(basename \
	$(notdir $(TESTS))))))
# What reads of all programs whether they are there.
ABOUT_ALL = %/promises.sh

$(NAMES:%=check_%): check_%: deps-build deps-test
	@$(MAKE) -j$(CORES) $(SUPPORT) $(if $(filter $(ABOUT_ALL),\
	    $(call named,$*)),programs,$(filter-out %.sh,$(call named,$*)))
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) SHOW=1 tests/run $(call named,$*)

# How much of each floor all tests reach; fails below the limits that
# tools/coverage has.  Tests run programs as other users, too, who write counts.
coverage: deps-build deps-test
	@rm -rf $(BUILD)/coverage
	@$(MAKE) -j$(CORES) $(WITH_COVERAGE) programs
	@find $(BUILD)/coverage -name '*.gcno' | sed 's/gcno$$/gcda/' | \
	    xargs sh -c 'touch "$$@" && chmod a+rw "$$@"' sh
	@GCOV_ERROR_FILE=/dev/null $(MAKE) $(WITH_COVERAGE) run-tests; \
	    failed=$$?; BUILD=$(BUILD)/coverage tools/coverage && exit $$failed

# Code that is inlined in all places would count in each.
WITH_COVERAGE = BUILD=$(BUILD)/coverage COVERAGE=yes CC=gcc LDFLAGS=--coverage \
	CFLAGS='-O0 -g --coverage -fprofile-update=atomic -U_FORTIFY_SOURCE \
	-DALWAYS_INLINE=inline'

demo: deps-build deps-test
	@$(MAKE) all $(BUILD)/sandbox $(BUILD)/peers/many $(NGINX_MODULE)
	@BUILD=$(BUILD) tests/sandbox/demo.sh

# Clients of many languages, each with each scheme, by the gateway and by `apam
# run`: doc/matrix.md is written anew.
matrix: deps-build deps-matrix
	@$(MAKE) all $(BUILD)/nginx/ngx_http_apam_module.so
	@BUILD=$(BUILD) tests/matrix/run.py --write doc/matrix.md

# The gateway's module for Debian's nginx, in build/nginx.
nginx: deps-build deps-test
	@$(MAKE) $(BUILD)/nginx/ngx_http_apam_module.so $(BUILD)/nginx/page
	@$(ERASE)

# The Python package, in build/python; tests/suite/python.sh makes it, too.
python: deps-build deps-test
	@$(MAKE) all
	@tools/build-python $(BUILD)

# PYTHONDIR is where packages lie, if not where Python says.
PYTHON_ENV = BUILD=$(BUILD) DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' \
	PYTHONDIR='$(PYTHONDIR)'
python-install: python
	@$(PYTHON_ENV) tools/install-python install

python-uninstall:
	@$(PYTHON_ENV) tools/install-python uninstall

peers: deps-build deps-peers
	@$(MAKE) all $(PEERS:%=$(BUILD)/peers/%)
	@BUILD=$(BUILD) tests/peers/run.sh
	@BUILD=$(BUILD) tests/peers/assertions.sh
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers node tests/peers/login_rows.mjs
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers node tests/peers/mcp_rows.mjs
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers node tests/peers/helper_rows.mjs
	@BUILD=$(BUILD) tests/peers/helpers.sh
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers NAMES=4 PROGRAMS=16 \
	    ROTATIONS=400 KILLS=100 node tests/peers/trial.mjs
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers NAMES=4 PROGRAMS=16 \
	    ROTATIONS=200 KILLS=50 REUSE=strict node tests/peers/trial.mjs

PEERS = renew prove rotate log_in

# `apam login`, and the page of `apam gateway`, with Chromium, which is large;
# pictures go to build/peers/pages.
peers-browser: deps-build deps-peers-browser
	@$(MAKE) all
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers node tests/peers/browser_rows.mjs
	@$(MAKE) programs
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers tests/peers/page.sh

# Refresh tokens that rotate, and programs that are killed all the time: minutes.
# The head of the file says what ROTATIONS, KILLS, NAMES, PROGRAMS, SECONDS and
# REUSE are.
trial-refresh: deps-build deps-peers
	@$(MAKE) all $(PEERS:%=$(BUILD)/peers/%)
	@BUILD=$(BUILD) PEER_DIR=$(CURDIR)/build/peers ROTATIONS=$(or $(ROTATIONS),20000) \
	    KILLS=$(or $(KILLS),5220) node tests/peers/trial.mjs

# CALLS real calls of Python's, twice over, in threads and in asyncio, with forks in
# the midst: in process, then through the agent.
trial-python: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) CALLS=$(or $(CALLS),10000) tests/suite/python.sh trial
	@BUILD=$(BUILD) CALLS=$(or $(CALLS),10000) tests/suite/agent/python.sh trial

# Secrets stay in the agent: two minutes of 20 programs, and the search for what
# they could have of them.
secret-scan: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) SCAN=$(or $(SCAN),120) tests/suite/agent/secret-scan.sh

# Clients of the agent that mean harm, and a crowd of CROWD.
trial-agent: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) CROWD=$(or $(CROWD),10000) WITHIN=1000 \
	    tests/suite/agent/hostile.sh

# The agent is killed KILLS times while programs sign, and none of them notices.
trial-agent-restart: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) KILLS=$(or $(KILLS),500) TIMES=1 tests/suite/agent/restart.sh

# One of two agents is killed, or stands still, while the other replaces it.
trial-agent-replace: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) HALTED=all tests/suite/agent/halted.sh

# Large bodies and failures of all kinds by the gateway: minutes.  The head of
# the file says what GIB, REQUESTS, KILLS and RELOADS are.
trial-gateway: deps-build deps-test
	@$(MAKE) all $(SANDBOX) $(NGINX_MODULE)
	@BUILD=$(BUILD) GIB=$(GIB) REQUESTS=$(REQUESTS) KILLS=$(KILLS) \
	    RELOADS=$(RELOADS) tests/bench/gateway_trial.sh

# Everything once more, with every memory error and undefined behaviour fatal.
# What is undefined traps, and AddressSanitizer tells the line: the messages of the
# other sanitizer would make each program slow to start.
sanitize: deps-build deps-test
	@ASAN_OPTIONS=abort_on_error=0:detect_stack_use_after_return=1:handle_sigill=1:handle_sigtrap=1 \
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/lsan.supp:print_suppressions=0 \
	$(MAKE) BUILD=$(BUILD)/sanitize SANITIZE=address,undefined \
	    CFLAGS='-O1 -g1 -fsanitize-undefined-trap-on-error' run-all

# The tests of what runs side by side, at full size: minutes.
LIVE = agent_churn lifecycle reload_live sign_start_live share fork slot rotation
LIVE_CHECKS = $(LIVE:%=$(BUILD)/tests/live/check_%)
STRESS_MINUTES = 40
stress: deps-build deps-test
	@$(MAKE) programs
	@BUILD=$(BUILD) APAM_STRESS=full \
	    TEST_SECONDS=$$(($(STRESS_MINUTES) * 60)) \
	    tests/run $(LIVE_CHECKS) $(BUILD)/tests/live/check_archive \
	    $(BUILD)/tests/live/check_faults \
	    $(BUILD)/tests/live/check_faults_durable

# Every data race fatal.  Check forks before each test, which the race detector
# takes well; a fork of a process with threads it does not: tests/support/tsan.supp.
tsan: deps-build deps-test
	@TSAN_OPTIONS=halt_on_error=1:die_after_fork=0:suppressions=$(CURDIR)/tests/support/tsan.supp \
	$(MAKE) -j$(CORES) BUILD=$(BUILD)/tsan SANITIZE=thread CFLAGS='-O1 -g' run-tsan

run-tsan: $(PROGRAMS)
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) tests/run $(LIVE_CHECKS) \
	    $(call checks,sign finder key_use key_cache)

# Each target for FUZZ_SECONDS; what it finds lies in $(BUILD)/fuzz/found.
FUZZ_SECONDS = 30
fuzz: deps-build deps-lint
	@$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS='-O1 -g' \
	    SANITIZE=fuzzer-no-link,address,undefined run-fuzz

run-fuzz: $(FUZZERS)
	@tools/fuzz $(BUILD)/found $(FUZZ_SECONDS) $(FUZZERS)

# How much of each parser's lines the corpora reach; below 90 % is a failure.
fuzz-coverage: deps-build
	@$(MAKE) -j$(CORES) $(WITH_COVERAGE) run-fuzz-coverage

run-fuzz-coverage: $(REPLAYS)
	@$(ERASE)
	@BUILD=$(BUILD) tools/fuzz-coverage

# ---- Bench ------------------------------------------------------------------
# `make bench GATE=1` fails where a ratio misses its limit; doc/bench.md.

bench: deps-build deps-test
	@$(MAKE) run-bench

BENCH_PROGRAMS = $(BUILD)/apam $(BUILD)/apamd $(BUILD)/bench/bench $(BUILD)/bench/empty \
	$(BUILD)/bench/openssl $(SANDBOX) $(MODULES) $(BUILD)/tests/modules/bench-bearer.so \
	$(BUILD)/tests/modules/hmac-test.so

run-bench: $(BENCH_PROGRAMS)
	@BUILD=$(BUILD) $(BUILD)/bench/bench $(if $(GATE),--gate)

bench-peers: deps-build deps-test deps-bench-peers
	@$(MAKE) run-bench-peers

run-bench-peers: $(BENCH_PROGRAMS)
	@BUILD=$(BUILD) CC='$(CC)' tests/bench/peers/run.sh

# The Python package beside others that sign for requests.
bench-python: deps-build deps-test deps-bench-peers
	@$(MAKE) all $(BUILD)/sandbox
	@BUILD=$(BUILD) tests/bench/python.sh

# The gateway beside the same nginx with a fixed header: half an hour.  The head
# of tests/bench/gateway.py says what PAIRS, EACH and CONNECTIONS are.
bench-gateway: deps-build deps-test deps-load
	@$(MAKE) all $(SANDBOX) $(NGINX_MODULE)
	@BUILD=$(BUILD) GATE=$(GATE) tests/bench/gateway.sh

# ---- Pictures ---------------------------------------------------------------
# Their texts are in the tree, and so are they: readers need no program for it.

# The table of peers of doc/bench.md, as doc/bench.svg.
bench-plot: deps-pictures
	@tools/bench-plot

doc/%.svg: doc/%.dot
	@$(MAKE) deps-pictures
	dot -Tsvg $< | sed "s/ *$$//" >$@

# ---- Lint -------------------------------------------------------------------

EVERY_SOURCE := $(shell find core hosts modules tests doc -name '*.c' | sort)
SOURCES := $(sort $(wildcard $(addsuffix /*.c,core/* hosts/* hosts/*/* modules \
	modules/* tests/* tests/unit/* doc/*)) \
	$(wildcard core/*/object/*.c))

lint: lint-gcc lint-clang
	@$(MAKE) -j$(CORES) all
	@$(MAKE) lint-style

# What no compiler warns of, in any file; nothing is linked.  clang makes no object,
# before which it warns; gcc has the warnings that come after that.
lint-gcc: deps-build deps-test
	@$(MAKE) -j$(CORES) BUILD=$(BUILD)/lint-gcc CC=gcc \
	    CFLAGS='-O2 -Werror' objects

lint-clang: deps-build deps-test deps-lint
	@$(MAKE) $(BUILD)/nginx/objs/ngx_auto_config.h
	@$(MAKE) -Bn V=1 CC=clang CFLAGS='-O2 -Werror' objects | \
	    JOBS=$(CORES) tools/lint-clang

# The programs of tests/bench/peers need what `make bench-peers` installs.
objects: $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/bench/peers/%,\
	$(EVERY_SOURCE)))
	@$(ERASE)

# What tools/check-prose reads: all that people wrote, but for data of tests, and
# for what names the words that it looks for.
PROSE = $(shell find core hosts include modules tools doc etc tests README.md \
	NEWS SECURITY.md Makefile -type f ! -path 'tests/vectors/*' \
	! -path 'tests/fuzz/corpus/*' ! -path '*/__pycache__/*' \
	! -name check-prose ! -name prose.sh)

# Headers are laid out by hand: their comments stand in columns.  cppcheck 2.10
# cannot expand some macros of the tests, whose arguments are string literals; it
# takes a function type for an integer, and bytes that are copied for lost ones.
lint-style:
	@echo '  clang-format, cppcheck, symbols'
	@printf '%s\n' $(SOURCES) | xargs -n 20 -P $(CORES) \
	    clang-format --dry-run -Werror
	@cppcheck -j $(CORES) --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	    --enable=warning,performance,portability -Iinclude -Icore -Ihosts \
	    --suppress=missingIncludeSystem --include=tools/cppcheck.h \
	    --suppress='preprocessorErrorDirective:tests/*' \
	    --suppress=AssignmentAddressToInteger:core/abi/op.c \
	    --suppress=memleak:core/base/array.c $(SOURCES)
	@BUILD=$(BUILD) tools/check-symbols
	@tools/check-floors core/FLOORS $(wildcard $(foreach d,core hosts,\
	    $(addprefix $(d)/,*.[ch] */*.[ch] */*/*.[ch]))) \
	    $(wildcard tests/support/*.h tests/unit/*/*.c)
	@tools/check-prose $(PROSE)
	@cd hosts/python && mypy --no-error-summary \
	    --cache-dir=$(abspath $(BUILD))/mypy

# ---- Editors ----------------------------------------------------------------
# How each file is compiled, for clangd and other tools, which look for it here:
# in the folder `build` of a project.  It is what this Makefile says itself.

compile_commands.json:
	@mkdir -p $(BUILD)
	@$(MAKE) -Bn V=1 $(EVERY_SOURCE:%.c=$(BUILD)/%.o) | \
	    tools/compile-commands >$(BUILD)/$@.new
	@mv $(BUILD)/$@.new $(BUILD)/$@

# ---- Install ----------------------------------------------------------------

INSTALL_ENV = BUILD=$(BUILD) DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' \
	LIBDIR='$(LIBDIR)' MODULEDIR='$(MODULEDIR)' SONAME='$(SONAME)' \
	CURL_SONAME='$(CURL_SONAME)' \
	SYSCONFDIR='$(SYSCONFDIR)' STATEDIR='$(STATEDIR)'

install: all $(BUILD)/install/apam $(BUILD)/install/apam-request.so \
	$(BUILD)/install/apam-module-drive $(BUILD)/install/apam-module-check \
	$(BUILD)/install/apamd $(BUILD)/install/apam-run \
	$(if $(wildcard $(BUILD)/nginx/*.so),$(BUILD)/install/ngx_http_apam_module.so) \
	$(BUILD)/install/$(SONAME)
	@$(ERASE)
	@$(INSTALL_ENV) tools/install install $(SCHEMES)

uninstall:
	@$(INSTALL_ENV) tools/install uninstall $(SCHEMES)
