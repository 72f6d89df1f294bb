// One trained model kept in this browser, so that a closed tab does not lose it.

export type Kept = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly when: number };

const [database, store, key] = ['hornbook', 'models', 'last'];

/** @throws DOMException: QuotaExceededError where storage is full, others where the browser keeps nothing */
export async function keepModel(kept: Kept): Promise<void> {
  await inStore('readwrite', (models) => models.put(kept, key));
}

export async function keptModel(): Promise<Kept | undefined> {
  return (await inStore('readonly', (models) => models.get(key))) as Kept | undefined;
}

export async function forgetModel(): Promise<void> {
  await inStore('readwrite', (models) => models.delete(key));
}

async function inStore(mode: IDBTransactionMode, act: (models: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open(database, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(store));
  const opened = await settled(opening);
  try {
    const transaction = opened.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
    return request.result;
  } finally {
    opened.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
