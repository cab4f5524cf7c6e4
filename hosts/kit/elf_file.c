/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of ELF (System V ABI, chapters 4 and 5) that tell what an object
 * does before anybody calls it.  Sizes are this machine's: <link.h> has the
 * types.
 */
#include "kit/elf_file.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* What is under way: the tables that were found. */
struct reading {
	struct elf_file *e;
	const ElfW(Ehdr) * head;
	const ElfW(Phdr) * segments;
	const ElfW(Dyn) * dynamic;
	size_t dynamic_count;
	const char *strings; /* of the dynamic symbols */
	size_t strings_size;
	const ElfW(Shdr) * sections; /* NULL: none */
};

/* `count` elements of `size` bytes at an offset; NULL where they do not lie. */
static const void *
at(const struct elf_file *e, uint64_t offset, uint64_t count, size_t size)
{
	if (offset > e->size || count > (e->size - offset) / size ||
	    offset % _Alignof(ElfW(Dyn)) != 0)
		return NULL;
	return e->bytes + offset;
}

/* The offset in the file of an address; UINT64_MAX where it has none. */
static uint64_t
offset_of(const struct reading *r, uint64_t address)
{
	for (size_t i = 0; i < r->head->e_phnum; i++) {
		const ElfW(Phdr) *s = &r->segments[i];

		if (s->p_type == PT_LOAD && address >= s->p_vaddr &&
		    address - s->p_vaddr < s->p_filesz)
			return address - s->p_vaddr + s->p_offset;
	}
	return UINT64_MAX;
}

/* A string of a table; "" where it does not end in it. */
static const char *
string_in(const char *table, size_t size, uint64_t i)
{
	if (table == NULL || i >= size ||
	    memchr(table + i, '\0', size - (size_t)i) == NULL)
		return "";
	return table + i;
}

/* The value of a dynamic tag; false where it is not there. */
static bool
tag(const struct reading *r, int64_t which, uint64_t *value)
{
	for (size_t i = 0; i < r->dynamic_count; i++) {
		if (r->dynamic[i].d_tag == DT_NULL)
			return false;
		if (r->dynamic[i].d_tag != which)
			continue;
		*value = r->dynamic[i].d_un.d_val;
		return true;
	}
	return false;
}

/* ---- Segments --------------------------------------------------------- */

static const char *
read_head(struct reading *r)
{
	const unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 :
							  ELFCLASS32;
	const uint16_t one = 1;
	const unsigned char order = *(const unsigned char *)&one == 1 ?
	    ELFDATA2LSB :
	    ELFDATA2MSB;

	r->head = at(r->e, 0, 1, sizeof(*r->head));
	if (r->head == NULL || memcmp(r->head->e_ident, ELFMAG, SELFMAG) != 0)
		return "it is not an ELF file";
	if (r->head->e_ident[EI_CLASS] != class ||
	    r->head->e_ident[EI_DATA] != order)
		return "it is an ELF file for another kind of machine";
	if (r->head->e_type != ET_DYN)
		return "it is an ELF file, and not a shared object: link with "
		       "-shared";
	if (r->head->e_phentsize != sizeof(*r->segments))
		return "its program headers have a size of their own";
	r->segments = at(
	    r->e, r->head->e_phoff, r->head->e_phnum, sizeof(*r->segments));
	return r->segments == NULL ? "its program headers are cut off" : NULL;
}

static const char *
read_segments(struct reading *r)
{
	struct elf_file *e = r->e;
	bool stack = false;

	for (size_t i = 0; i < r->head->e_phnum; i++) {
		const ElfW(Phdr) *s = &r->segments[i];
		const bool code = (s->p_flags & PF_X) != 0;

		if (s->p_type == PT_LOAD && code && (s->p_flags & PF_W) != 0)
			e->writable_code = true;
		if (s->p_type == PT_GNU_STACK) {
			stack = true;
			e->stack_code = code;
		}
		if (s->p_type != PT_DYNAMIC)
			continue;
		r->dynamic_count = s->p_filesz / sizeof(*r->dynamic);
		r->dynamic = at(
		    e, s->p_offset, r->dynamic_count, sizeof(*r->dynamic));
	}
	/* Without the header the loader takes the worst for granted. */
	if (!stack)
		e->stack_code = true;
	return r->dynamic == NULL ? "it has no dynamic section" : NULL;
}

/* ---- Dynamic section -------------------------------------------------- */

static void
read_strings(struct reading *r)
{
	uint64_t address, size;

	if (!tag(r, DT_STRTAB, &address) || !tag(r, DT_STRSZ, &size))
		return;
	address = offset_of(r, address);
	if (address > r->e->size || size > r->e->size - address)
		return;
	r->strings = (const char *)r->e->bytes + address;
	r->strings_size = (size_t)size;
}

static void
read_needed(struct reading *r)
{
	struct elf_file *e = r->e;

	for (size_t i = 0; i < r->dynamic_count; i++) {
		const ElfW(Dyn) *d = &r->dynamic[i];

		if (d->d_tag == DT_NULL)
			return;
		if (d->d_tag == DT_TEXTREL ||
		    (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL)))
			e->text_relocations = true;
		if (d->d_tag == DT_NEEDED && e->needed_count < ELF_NAMES_MAX)
			e->needed[e->needed_count++] = string_in(
			    r->strings, r->strings_size, d->d_un.d_val);
	}
}

/* ---- Symbols ---------------------------------------------------------- */

static void
read_section_table(struct reading *r)
{
	const ElfW(Ehdr) *h = r->head;

	if (h->e_shoff == 0 || h->e_shentsize != sizeof(*r->sections))
		return;
	r->sections = at(r->e, h->e_shoff, h->e_shnum, sizeof(*r->sections));
}

static const ElfW(Shdr) * section_of(const struct reading *r, uint32_t type)
{
	for (size_t i = 0; r->sections != NULL && i < r->head->e_shnum; i++)
		if (r->sections[i].sh_type == type)
			return &r->sections[i];
	return NULL;
}

/* The symbols of a section and its strings; false where there are none. */
static bool
symbols_of(const struct reading *r, uint32_t type, const ElfW(Sym) * *symbols,
    size_t *count, struct elf_file *strings)
{
	const ElfW(Shdr) *table = section_of(r, type), *names;

	if (table == NULL || table->sh_link >= r->head->e_shnum)
		return false;
	names = &r->sections[table->sh_link];
	*count = table->sh_size / sizeof(**symbols);
	*symbols = at(r->e, table->sh_offset, *count, sizeof(**symbols));
	if (*symbols == NULL || names->sh_offset > r->e->size ||
	    names->sh_size > r->e->size - names->sh_offset)
		return false;
	strings->bytes = r->e->bytes + names->sh_offset;
	strings->size = names->sh_size;
	return true;
}

static bool
is_exported(const ElfW(Sym) * s)
{
	const unsigned char bind = s->st_info >> 4, seen = s->st_other & 3;

	return s->st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
	    (seen == STV_DEFAULT || seen == STV_PROTECTED);
}

static const char *
read_exports(struct reading *r)
{
	const ElfW(Sym) * symbols;
	struct elf_file names = { 0 }, *e = r->e;
	size_t count;

	if (!symbols_of(r, SHT_DYNSYM, &symbols, &count, &names))
		return "it has no table of dynamic symbols: do not strip its "
		       "section headers";
	for (size_t i = 1; i < count; i++) {
		if (!is_exported(&symbols[i]))
			continue;
		if (e->export_count < ELF_NAMES_MAX)
			e->exports[e->export_count] = string_in(
			    (const char *)names.bytes, names.size,
			    symbols[i].st_name);
		e->export_count++;
	}
	return NULL;
}

/* ---- What runs by itself ---------------------------------------------- */

/* The function at an address, by the file's symbols; "" where not known. */
static const char *
function_at(const struct reading *r, uint64_t address)
{
	const ElfW(Sym) * symbols;
	struct elf_file names = { 0 };
	size_t count;

	if (!symbols_of(r, SHT_SYMTAB, &symbols, &count, &names))
		return "";
	for (size_t i = 1; i < count; i++)
		if ((symbols[i].st_info & 15) == STT_FUNC &&
		    address >= symbols[i].st_value &&
		    address - symbols[i].st_value <= symbols[i].st_size)
			return string_in((const char *)names.bytes, names.size,
			    symbols[i].st_name);
	return "";
}

/*
 * What a relocation puts at an address: arrays of functions are empty in the
 * file of most machines.
 */
static uint64_t
relocated(const struct reading *r, uint64_t where)
{
	uint64_t address, size;
	const ElfW(Rela) * all;
	size_t count;

	if (!tag(r, DT_RELA, &address) || !tag(r, DT_RELASZ, &size))
		return 0;
	count = (size_t)(size / sizeof(*all));
	all = at(r->e, offset_of(r, address), count, sizeof(*all));
	for (size_t i = 0; all != NULL && i < count; i++)
		if (all[i].r_offset == where)
			return (uint64_t)all[i].r_addend;
	return 0;
}

/* Those that compilers add themselves; the last one is of Rust's library. */
static bool
is_runtime(const char *name)
{
	return strcmp(name, "frame_dummy") == 0 ||
	    strcmp(name, "__do_global_dtors_aux") == 0 ||
	    strstr(name, "really_init") != NULL;
}

/*
 * Count the functions of an array.  Where the file has no symbols the first
 * one is taken for the runtime's.
 */
static size_t
count_array(
    const struct reading *r, int64_t array, int64_t bytes, const char **first)
{
	uint64_t address, size, function;
	size_t found = 0;
	const char *name;

	*first = "";
	if (!tag(r, array, &address) || !tag(r, bytes, &size))
		return 0;
	for (uint64_t i = 0; i < size / sizeof(void *) && i < 4096; i++) {
		function = relocated(r, address + i * sizeof(void *));
		name = function_at(r, function);
		if (is_runtime(name) || (name[0] == '\0' && i == 0))
			continue;
		if (found++ == 0)
			*first = name;
	}
	return found;
}

/*
 * DT_INIT of the C runtime is the section .init.  Another function is there
 * where the linker was told so.
 */
static bool
is_section(const struct reading *r, uint64_t address)
{
	for (size_t i = 0; r->sections != NULL && i < r->head->e_shnum; i++)
		if (r->sections[i].sh_addr == address &&
		    r->sections[i].sh_type == SHT_PROGBITS)
			return true;
	return false;
}

static void
read_runs(struct reading *r)
{
	struct elf_file *e = r->e;
	uint64_t address;

	e->constructors = count_array(
	    r, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, &e->constructor);
	e->destructors = count_array(
	    r, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, &e->destructor);
	if (tag(r, DT_INIT, &address) && !is_section(r, address) &&
	    e->constructors++ == 0)
		e->constructor = function_at(r, address);
	if (tag(r, DT_FINI, &address) && !is_section(r, address) &&
	    e->destructors++ == 0)
		e->destructor = function_at(r, address);
}

const char *
elf_file_function(const struct elf_file *e, uint64_t address)
{
	struct elf_file same = *e;
	struct reading r = { .e = &same };

	if (read_head(&r) != NULL)
		return "";
	read_section_table(&r);
	return function_at(&r, address);
}

const char *
elf_file_read(struct elf_file *e, const unsigned char *bytes, size_t size)
{
	struct reading r = { .e = e };
	const char *why;

	*e = (struct elf_file){ .bytes = bytes,
		.size = size,
		.constructor = "",
		.destructor = "" };
	why = read_head(&r);
	if (why == NULL)
		why = read_segments(&r);
	if (why != NULL)
		return why;
	read_section_table(&r);
	read_strings(&r);
	read_needed(&r);
	why = read_exports(&r);
	read_runs(&r);
	return why;
}
