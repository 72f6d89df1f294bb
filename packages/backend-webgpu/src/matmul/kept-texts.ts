// Small texts that are kept from visit to visit: in the page's storage.

export async function readText(key: string): Promise<string | undefined> {
  try {
    return globalThis.localStorage?.getItem(placeOf(key)) ?? undefined;
  } catch {
    return undefined; // a page may be denied its storage
  }
}

/** @returns false where it could not be kept */
export async function keepText(key: string, text: string): Promise<boolean> {
  try {
    globalThis.localStorage?.setItem(placeOf(key), text);
  } catch {
    return false;
  }
  return globalThis.localStorage !== undefined;
}

const placeOf = (key: string) => `hornbook webgpu ${key}`;
