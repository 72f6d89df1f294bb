// A binary heap of numbers: the smallest is at 0, the children of i are at 2i + 1 and 2i + 2.

/** Puts a number into its place. */
export function push(heap: number[], value: number): void {
  let i = heap.length;
  heap.push(value);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent] <= value) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = value;
}

/** Takes the smallest number out of a heap that is not empty. */
export function pop(heap: number[]): number {
  const smallest = heap[0];
  const value = heap.pop() as number;
  const n = heap.length;
  if (n === 0) return smallest;
  let i = 0;
  for (let child = 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = value;
  return smallest;
}
