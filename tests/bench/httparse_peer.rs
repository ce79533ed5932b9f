//! httparse behind one C function, for the parser's benchmark.

use std::mem::MaybeUninit;
use std::slice;

const MAX_FIELDS: usize = 100;

/// Parses the head at the start of `size` bytes at `data`. Gives its length, or 0 if it is refused
/// or not complete.
///
/// # Safety
/// `data` must point to `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn weir_bench_httparse(data: *const u8, size: usize) -> usize {
    let mut fields: [MaybeUninit<httparse::Header>; MAX_FIELDS] =
        MaybeUninit::uninit().assume_init();
    let mut request = httparse::Request::new(&mut []);
    let bytes = slice::from_raw_parts(data, size);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete(length)) => length,
        _ => 0,
    }
}
