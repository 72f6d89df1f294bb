// Which part of the work a thread does: the same parts add up to the same whole for any number of threads.

/** Where a thread's elements begin; they end where the next thread's begin. A multiple of 4, so that no vector is split. */
// @ts-expect-error: decorator
@inline
export function from(n: i32, thread: i32, threads: i32): i32 {
  const quads = (<i64>n + 3) >> 2;
  return min<i32>(n, <i32>((quads * thread) / threads) << 2);
}

/** Where a thread's rows begin, for work that is not cut within a row. */
// @ts-expect-error: decorator
@inline
export function fromRow(rows: i32, thread: i32, threads: i32): i32 {
  return <i32>((<i64>rows * thread) / threads);
}
