// Finds what JSON.parse hides: an object that names one key twice.

/** The first key that some object of this JSON repeats. The text must be valid JSON: parse it first. */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the keys of each object around this place; undefined for an array
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = i;
      i = endOfString(json, start);
      if (!isBeforeColon(json, i + 1)) continue; // a value
      const key: string = JSON.parse(json.slice(start, i + 1));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** The place of the quotation mark that closes the string opened at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i;
}

function isBeforeColon(json: string, start: number): boolean {
  let i = start;
  while (' \t\n\r'.includes(json[i])) i++;
  return json[i] === ':';
}
