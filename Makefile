# apam: one Makefile, no configure.  Your CPPFLAGS, CFLAGS, LDFLAGS, PREFIX,
# DESTDIR and CC are honoured; what apam needs itself stands apart.

# ---- Settings ---------------------------------------------------------------

VERSION    = 0.1.0
SONAME     = libapam.so.0
PREFIX     = /usr/local
LIBDIR     = $(PREFIX)/lib
MODULEDIR  = $(LIBDIR)/apam
SYSCONFDIR = /etc
STATEDIR   = /var/lib/apam
BUILD      = build
CFLAGS     = -O2 -g
SANITIZE   =

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wcast-align -Wcast-qual \
	-Wwrite-strings -Wmissing-prototypes -Wstrict-prototypes \
	-Wbad-function-cast -Wpointer-arith -Wundef -Wvla -Wformat=2 \
	-Wimplicit-fallthrough -Wconversion -Wno-sign-conversion
HARDEN = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIC \
	-fvisibility=hidden
OUR_CPPFLAGS = -Iinclude -D_POSIX_C_SOURCE=200809L \
	-DAPAM_VERSION='"$(VERSION)"' -DAPAM_CONFIG_FILE='"$(SYSCONFDIR)/apam.conf"' \
	-DAPAM_MODULE_DIR='"$(MODULEDIR)"' -DAPAM_STATE_DIR='"$(STATEDIR)"' \
	-DAPAM_PROFILE_DIR='"$(SYSCONFDIR)/apam.d"'
OUR_CFLAGS = -std=c11 -pthread $(WARN) $(HARDEN) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-U_FORTIFY_SOURCE)
OUR_LDFLAGS = -pthread -Wl,-z,relro,-z,now,-z,noexecstack \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE))
CORE_LIBS = -lcurl -lconfig -ljansson -lcrypto -lkeyutils -ldl

COMPILE = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP
LINK    = $(CC) $(OUR_LDFLAGS) $(LDFLAGS)

# ---- Files ------------------------------------------------------------------

CORE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/*.c))
CLI_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard cli/*.c))
SCHEMES  := $(notdir $(patsubst %/,%,$(wildcard modules/*/)))
MODULES  := $(SCHEMES:%=$(BUILD)/modules/%.so)
CHECKS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/check_*.c))
TEST_MODULES := $(patsubst tests/modules/%.c,$(BUILD)/tests/modules/%.so,\
	$(wildcard tests/modules/*.c))
REPLAYS  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/%,\
	$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all demo test fuzz lint sanitize bench install uninstall clean
.SECONDARY:
.SUFFIXES:

all: $(BUILD)/apam $(BUILD)/$(SONAME) $(BUILD)/apam.pc $(MODULES)

# ---- Library, program, modules ----------------------------------------------

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(BUILD)/core.a: $(CORE_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/$(SONAME): $(CORE_OBJ) core/export.map
	$(LINK) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=core/export.map \
	    -Wl,--no-undefined -o $@ $(CORE_OBJ) $(CORE_LIBS)
	ln -sf $(SONAME) $(BUILD)/libapam.so

$(BUILD)/apam: $(CLI_OBJ) $(BUILD)/$(SONAME)
	$(LINK) -o $@ $(CLI_OBJ) -L$(BUILD) -lapam -lcurl -ljansson \
	    -Wl,-rpath,'$$ORIGIN'

define module_rule
$(BUILD)/modules/$(1).so: $(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard modules/$(1)/*.c)) modules/export.map
	$$(LINK) -shared -Wl,--version-script=modules/export.map -o $$@ \
	    $$(filter %.o,$$^)
endef
$(foreach s,$(SCHEMES),$(eval $(call module_rule,$(s))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf $(BUILD)

# ---- Tests ------------------------------------------------------------------

$(BUILD)/tests/check_%: $(BUILD)/tests/check_%.o $(BUILD)/core.a
	$(LINK) -o $@ $< $(BUILD)/core.a $(CORE_LIBS) -lcheck -lsubunit -lrt -lm

$(BUILD)/tests/modules/%.so: $(BUILD)/tests/modules/%.o modules/export.map
	$(LINK) -shared -Wl,--version-script=modules/export.map -o $@ $< -lcrypto

$(BUILD)/tests/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o \
	$(BUILD)/tests/fuzz/replay.o $(BUILD)/core.a
	$(LINK) -o $@ $< $(BUILD)/tests/fuzz/replay.o $(BUILD)/core.a $(CORE_LIBS)
