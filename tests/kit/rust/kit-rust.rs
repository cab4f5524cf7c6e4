// SPDX-License-Identifier: BSD-2-Clause
//
// A module in Rust, without crates and without the standard library: what it
// uses of <apam/module.h> is declared by hand.  It sends a secret as a bearer
// token, and has the API asked by the entry's probe.

#![no_std]
#![allow(non_upper_case_globals)]

use core::ffi::c_void;
use core::mem::size_of;
use core::ptr::{addr_of_mut, null, null_mut};

// ---- What module.h declares ---------------------------------------------------

const OK: i32 = 0;
const E_MEMORY: i32 = 0x601;
const STEP_DONE: i32 = 1;
const STEP_EXCHANGE: i32 = 2;
const FOREVER: i64 = i64::MAX;

#[repr(C)]
#[derive(Clone, Copy)]
struct Str {
    p: *const u8,
    n: usize,
}

impl Str {
    const fn new(text: &'static str) -> Str {
        Str { p: text.as_ptr(), n: text.len() }
    }
}

#[repr(C)]
struct OptionRow {
    name: *const u8,
    help: *const u8,
    kind: i32,
    flags: u32,
    default_value: *const u8,
    min: i64,
    max: i64,
    choices: *const *const u8,
    members: *const OptionRow,
    member_count: usize,
}

#[repr(C)]
struct Value {
    set: i32,
    num: i64,
    str: Str,
    // The rest is of no use here; value_size says how long a value is.
}

#[repr(C)]
struct Options {
    size: usize,
    value_size: usize,
    count: usize,
    values: *const u8,
}

#[repr(C)]
struct Response {
    size: usize,
    status: i32,
}

#[repr(C)]
struct Answer {
    size: usize,
    response: *const Response,
}

#[repr(C)]
struct Credential {
    size: usize,
    secret: Str,
}

#[repr(C)]
struct Op {
    size: usize,
    phase: u32,
    response: *const Response,
    credential: *const Credential,
    memo: Str,
    probe: Str,
}

// Handles of the core's.
type Text = c_void;
type Signing = c_void;

// A service that is not called here.
type Unused = *const c_void;

#[repr(C)]
struct Services {
    size: usize,
    before_text: [Unused; 7],
    text_new: unsafe extern "C" fn(*const Services, i32) -> *mut Text,
    text_put: unsafe extern "C" fn(*const Services, *mut Text, i32, Str),
    before_view: [Unused; 2],
    text_view: unsafe extern "C" fn(*const Services, *const Text) -> Str,
    text_free: unsafe extern "C" fn(*const Services, *mut *mut Text),
    before_probe: [Unused; 19],
    exchange_probe: unsafe extern "C" fn(*const Services, *mut Op),
    before_secret: [Unused; 3],
    secret: unsafe extern "C" fn(*const Services, *mut Op, *const Value) -> Str,
    before_credential: [Unused; 4],
    credential: unsafe extern "C" fn(*const Services, *mut Op, Str),
    lifetime: unsafe extern "C" fn(*const Services, *mut Op, i64),
    before_state: [Unused; 1],
    key_state: unsafe extern "C" fn(*const Services, *mut Op, i32, Str) -> i32,
    before_header: [Unused; 6],
    sign_header: unsafe extern "C" fn(*const Services, *mut Signing, Str, Str),
    before_refuse: [Unused; 7],
    refuse: unsafe extern "C" fn(*const Services, *mut Signing, i32, Str) -> i32,
}

#[repr(C)]
pub struct Module {
    magic: u32,
    size: u32,
    abi_major: u16,
    abi_minor: u16,
    traits: u32,
    scheme: *const u8,
    summary: *const u8,
    vendor: *const u8,
    version: *const u8,
    options: *const OptionRow,
    option_size: usize,
    option_count: usize,
    open: unsafe extern "C" fn(*const Services, *const Options, *mut *mut c_void) -> i32,
    close: unsafe extern "C" fn(*mut c_void),
    acquire: unsafe extern "C" fn(*mut c_void, *mut Op) -> i32,
    sign: unsafe extern "C" fn(
        *mut c_void,
        *const Credential,
        *const c_void,
        *mut Signing,
    ) -> i32,
    judge: unsafe extern "C" fn(
        *mut c_void,
        *const Answer,
        *mut c_void,
        *mut *const u8,
    ) -> i32,
    check: unsafe extern "C" fn(*mut c_void, *mut Op) -> i32,
    // revoke, prepare, login, verify and its hash, body_*
    not_there: [Unused; 8],
}

// Constants that hold pointers may be shared by threads: nobody writes them.
unsafe impl Sync for OptionRow {}
unsafe impl Sync for Module {}

// ---- The C library, and what Rust asks of a program ---------------------------

extern "C" {
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn abort() -> !;
}

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

// ---- The scheme ---------------------------------------------------------------

const fn row(name: &'static str, help: &'static str, kind: i32, flags: u32) -> OptionRow {
    OptionRow {
        name: name.as_ptr(),
        help: help.as_ptr(),
        kind,
        flags,
        default_value: null(),
        min: 0,
        max: 0,
        choices: null(),
        members: null(),
        member_count: 0,
    }
}

const TYPE_STRING: i32 = 1;
const TYPE_SECRET: i32 = 2;
const REQUIRED: u32 = 1;
const KEY_ID: u32 = 2;

const ID: usize = 0;
const TOKEN: usize = 1;

static OPTIONS: [OptionRow; 2] = [
    row("id\0", "the key's name\0", TYPE_STRING, REQUIRED | KEY_ID),
    row("token\0", "reference to the token\0", TYPE_SECRET, REQUIRED),
];

// One entry.
struct Entry {
    svc: *const Services,
    options: *const Options,
}

impl Entry {
    unsafe fn svc(&self) -> &Services {
        &*self.svc
    }

    unsafe fn value(&self, i: usize) -> *const Value {
        let o = &*self.options;
        o.values.add(i * o.value_size) as *const Value
    }

    // The token as it is now.
    unsafe fn token(&self, op: *mut Op) -> Str {
        (self.svc().secret)(self.svc, op, self.value(TOKEN))
    }
}

unsafe extern "C" fn open(
    svc: *const Services,
    options: *const Options,
    state: *mut *mut c_void,
) -> i32 {
    let e = calloc(1, size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return E_MEMORY;
    }
    (*e).svc = svc;
    (*e).options = options;
    *state = e as *mut c_void;
    OK
}

unsafe extern "C" fn close(state: *mut c_void) {
    free(state);
}

unsafe extern "C" fn acquire(state: *mut c_void, op: *mut Op) -> i32 {
    let e = &*(state as *const Entry);

    (e.svc().credential)(e.svc, op, e.token(op));
    (e.svc().lifetime)(e.svc, op, FOREVER);
    STEP_DONE
}

unsafe extern "C" fn sign(
    state: *mut c_void,
    credential: *const Credential,
    _request: *const c_void,
    out: *mut Signing,
) -> i32 {
    let e = &*(state as *const Entry);
    let svc = e.svc();
    let mut text = (svc.text_new)(e.svc, 1);
    let mut status = OK;

    (svc.text_put)(e.svc, text, 0, Str::new("Bearer "));
    (svc.text_put)(e.svc, text, 0, (*credential).secret);
    let value = (svc.text_view)(e.svc, text);
    if value.n == 0 {
        status = (svc.refuse)(e.svc, out, E_MEMORY, Str::new("out of memory"));
    } else {
        (svc.sign_header)(e.svc, out, Str::new("Authorization"), value);
        (svc.sign_header)(e.svc, out, Str::new("X-Key-Id"), (*e.value(ID)).str);
    }
    (svc.text_free)(e.svc, addr_of_mut!(text));
    status
}

fn verdict_of(status: i32) -> i32 {
    match status {
        401 => 2,
        403 => 3,
        429 => 4,
        200..=299 => 1,
        _ => 0,
    }
}

unsafe extern "C" fn judge(
    _state: *mut c_void,
    answer: *const Answer,
    _out: *mut c_void,
    reason: *mut *const u8,
) -> i32 {
    *reason = "the status alone\0".as_ptr();
    verdict_of((*(*answer).response).status)
}

unsafe extern "C" fn check(state: *mut c_void, op: *mut Op) -> i32 {
    let e = &*(state as *const Entry);
    let svc = e.svc();

    if (*op).response.is_null() {
        if (*op).probe.n == 0 {
            return (svc.key_state)(e.svc, op, 0, Str::new("there is no probe"));
        }
        (svc.credential)(e.svc, op, e.token(op));
        (svc.exchange_probe)(e.svc, op);
        return STEP_EXCHANGE;
    }
    match verdict_of((*(*op).response).status) {
        1 => (svc.key_state)(e.svc, op, 1, Str::new("the probe was let in")),
        2 => (svc.key_state)(e.svc, op, 4, Str::new("the probe was refused")),
        _ => (svc.key_state)(e.svc, op, 0, Str::new("the probe said nothing")),
    }
}

#[no_mangle]
pub static apam_module_1: Module = Module {
    magic: 0x4d41_5041,
    size: size_of::<Module>() as u32,
    abi_major: 1,
    abi_minor: 0,
    traits: 1 | 4, // THREADS_PER_CALL, STATIC
    scheme: "kit-rust\0".as_ptr(),
    summary: "sends a bearer token, in Rust\0".as_ptr(),
    vendor: "apam tests\0".as_ptr(),
    version: "1\0".as_ptr(),
    options: OPTIONS.as_ptr(),
    option_size: size_of::<OptionRow>(),
    option_count: 2,
    open,
    close,
    acquire,
    sign,
    judge,
    check,
    not_there: [null_mut(); 8],
};
