// A queue of pairs, the most frequent first, that is told nothing when a pair becomes less frequent.

/**
 * A binary heap of pairs by falling count, then rising tie. A pair's count may only fall and its tie only rise while it
 * waits: then one that comes to the top with its old numbers can be put back where its new ones belong.
 *
 * @param atLeast pairs with a smaller count are dropped
 */
export function pairQueue(countOf: (pair: number) => number, tieOf: (pair: number) => number, atLeast: number) {
  const heap: number[] = [];
  const counts: number[] = []; // by pair: as they were when it was put into its place
  const ties: number[] = [];

  const before = (a: number, b: number) => counts[a] > counts[b] || (counts[a] === counts[b] && ties[a] < ties[b]);

  function sink(pair: number): void {
    const size = heap.length;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], pair)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = pair;
  }

  function push(pair: number): void {
    counts[pair] = countOf(pair);
    ties[pair] = tieOf(pair);
    if (counts[pair] < atLeast) return;
    let i = heap.length;
    heap.push(pair);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(pair, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = pair;
  }

  function pop(): number | undefined {
    while (heap.length > 0) {
      const pair = heap[0];
      const count = countOf(pair);
      const tie = count < atLeast ? 0 : tieOf(pair);
      if (count >= atLeast && (count < counts[pair] || tie > ties[pair])) {
        counts[pair] = count;
        ties[pair] = tie;
        sink(pair);
        continue;
      }
      const last = heap.pop() as number;
      if (heap.length > 0) sink(last);
      if (count >= atLeast) return pair;
    }
    return undefined;
  }

  return { push, pop };
}
