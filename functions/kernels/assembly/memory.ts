/** Linear memory, handed out from the bottom up and taken back all at once: a chunk or a merge begins with `reset`. */

const PAGE_BYTES: usize = 65536;

let top: usize = 0;

export function reset(): void {
  top = (__heap_base + 63) & ~63;
}

/** Memory of the caller's until `reset`, on a cache line of its own; what stands in it is whatever stood there. */
export function alloc(bytes: usize): usize {
  const start = top;
  const end = (<u64>start + <u64>bytes + 63) & ~63;
  if (end > <u64>u32.MAX_VALUE - PAGE_BYTES) unreachable(); // 4 GiB are all there is
  top = <usize>end;
  const pages = <i32>((top + PAGE_BYTES - 1) / PAGE_BYTES);
  const missing = pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return start;
}

/** Bytes handed out so far. */
export function used(): usize {
  return top;
}
