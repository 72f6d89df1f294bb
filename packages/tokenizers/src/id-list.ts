// A list of ids that grows: appending to typed arrays, without a copy for each.

export type IdList = { data: Int32Array; length: number };

/** An empty list with room for `capacity` ids; more may come. */
export function idList(capacity: number): IdList {
  return { data: new Int32Array(Math.max(capacity, 16)), length: 0 };
}

export function append(list: IdList, id: number): void {
  if (list.length === list.data.length) {
    const larger = new Int32Array(2 * list.length);
    larger.set(list.data);
    list.data = larger;
  }
  list.data[list.length++] = id;
}
