// Makes a program of a recording: finds a place for every piece of memory, and where threads must wait for each other.
import { commandBytes, partitioned, waits } from './commands/encode.ts';
import { sharedPlaces } from './in-place.ts';
import { planMemory } from './plan.ts';
import { handsOut, type Recorded, type Recording, type Region, usesOf } from './region.ts';
import { worthSharing } from './threads.ts';

/** In the program itself (constants, inputs), among the intermediate results, or outside. */
export type Place = { readonly in: 'program' | 'working' | 'found'; readonly at: number; readonly size: number };

export type Program = {
  /** Records, then lists, then constants and inputs. */
  readonly words: Int32Array;
  readonly places: ReadonlyMap<Region, Place>;
  /** [word, bytes from the start of the program]: pointers into the program. */
  readonly own: readonly (readonly [number, number])[];
  /** word, bytes from the start of the intermediate results, word, …: pointers to these. */
  readonly moving: Int32Array;
  readonly workingBytes: number;
  /** For each segment its first command, the work that is shared, and the regions that are filled before. */
  readonly segments: readonly { readonly first: number; readonly work: number; readonly fills: readonly Region[] }[];
};

const grain = 64; // a cache line

export function writeProgram(recording: Recording): Program {
  const { commands, found } = recording;
  const regions = regionsOf(recording);
  const places = new Map<Region, Place>();
  let end = commands.length * commandBytes;
  const listPlaces = commands.map(({ lists }) =>
    lists.map(({ words }) => {
      const at = end;
      end += Math.ceil((words.length * 4) / grain) * grain;
      return at;
    }),
  );
  const inputs = new Set(recording.inputs.map(({ region }) => region));
  const working = new Set<Region>();
  for (const region of regions) {
    const { size } = region;
    if (found.has(region)) {
      places.set(region, { in: 'found', at: 0, size });
    } else if (inputs.has(region) || isConstant(region)) {
      places.set(region, { in: 'program', at: end, size });
      end += size;
    } else {
      working.add(region);
    }
  }
  const sharing = sharedPlaces(recording, working);
  const { offsets, size: workingBytes } = planMemory(sharing.map((regions) => lifetime(regions, recording)));
  for (const [i, regions] of sharing.entries()) {
    for (const region of regions) places.set(region, { in: 'working', at: offsets[i], size: region.size });
  }

  const words = new Int32Array(end / 4);
  const own: [number, number][] = [];
  const moving: number[] = [];
  const link = (start: number, { uses }: Pick<Recorded, 'uses'>) => {
    for (const { at, region, offset } of uses) {
      const place = places.get(region) as Place;
      if (place.in === 'program') own.push([start + at, place.at + offset]);
      else if (place.in === 'working') moving.push(start + at, place.at + offset);
      else words[start + at] = (found.get(region)?.pointer ?? 0) + offset;
    }
  };
  const flags = findWaits(recording, places);
  for (const [i, command] of commands.entries()) {
    const start = (i * commandBytes) / 4;
    words.set(command.words, start);
    words[start + 1] = flags[i];
    link(start, command);
    for (const [j, list] of command.lists.entries()) {
      const at = listPlaces[i][j];
      words.set(list.words, at / 4);
      link(at / 4, list);
      own.push([start + list.at, at]);
    }
  }
  const bytes = new Uint8Array(words.buffer);
  for (const region of regions) {
    if (!isConstant(region) || !region.contents) continue;
    const { buffer, byteOffset, byteLength } = region.contents.values;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), (places.get(region) as Place).at);
  }
  return {
    words,
    places,
    own,
    moving: Int32Array.from(moving),
    workingBytes,
    segments: segmentsOf(recording),
  };
}

/** Values from JavaScript that stay as they are. */
function isConstant({ contents, written }: Region): boolean {
  return contents !== undefined && !contents.fill && !written;
}

function regionsOf({ commands, segments, inputs }: Recording): Set<Region> {
  const regions = new Set<Region>(inputs.map(({ region }) => region));
  for (const command of commands) for (const { region } of usesOf(command)) regions.add(region);
  for (const { results, assigned } of segments) {
    for (const { region } of results) regions.add(region);
    for (const { from } of assigned) regions.add(from);
  }
  return regions;
}

/** Of regions of one size that share a place, one after the other. */
function lifetime(regions: readonly Region[], { segments }: Recording) {
  let [first, last] = [Infinity, 0];
  for (const region of regions) {
    first = Math.min(first, region.first, region.contents ? startOf(segments, region.contents.segment) : Infinity);
    last = Math.max(
      last,
      region.last,
      ...segments.map(({ end, ...segment }) => (handsOut(segment, region) ? end - 1 : 0)),
    );
  }
  return { size: regions[0].size, first, last: Math.max(first, last) };
}

function startOf(segments: Recording['segments'], segment: number): number {
  return segment === 0 ? 0 : segments[segment - 1].end;
}

function segmentsOf({ commands, segments, contents }: Recording): Program['segments'] {
  return segments.map(({ end }, i) => {
    const first = startOf(segments, i);
    const shared = commands.slice(first, end).filter(isShared);
    const fills = contents.filter((region) => region.contents?.segment === i && !isConstant(region));
    return { first, work: shared.reduce((sum, { work }) => sum + work, 0), fills };
  });
}

function isShared({ work }: Recorded): boolean {
  return work >= worthSharing;
}

/** The flags of each command: whether threads share it, and whether all must have come so far before it begins. */
function findWaits({ commands, segments, found }: Recording, places: ReadonlyMap<Region, Place>): number[] {
  const starts = new Set(segments.map((_, i) => startOf(segments, i)));
  let since: { region: Region; writes: boolean; shared: boolean }[] = [];
  const meet = (a: Region, b: Region) => {
    const [x, y] = [places.get(a) as Place, places.get(b) as Place];
    if (x.in !== y.in) return false;
    if (x.in === 'found') return found.get(a) === found.get(b);
    return x.at < y.at + y.size && y.at < x.at + x.size;
  };
  return commands.map((command, i) => {
    if (starts.has(i)) since = []; // a segment begins when the one before has ended
    const shared = isShared(command);
    const uses = usesOf(command);
    // Commands that are not shared are all run by the first thread, in order.
    const wait = since.some(
      (before) =>
        (shared || before.shared) &&
        uses.some((use) => (use.writes || before.writes) && meet(use.region, before.region)),
    );
    if (wait) since = [];
    for (const { region, writes } of uses) since.push({ region, writes, shared });
    return (shared ? partitioned : 0) | (wait ? waits : 0);
  });
}
