// Which intermediate results of a recorded step are written where a command read something for the last time.
import { handsOut, type Recorded, type Recording, type Region, usesOf } from './region.ts';

/** Up to here a small tensor and a single number take the same memory. */
const leastBytes = 64;

/**
 * The regions in groups that share a place, each group in the order in which they take it: of x, exp(x) and 1 + exp(x) all
 * three, where x and exp(x) are not needed again.
 */
export function sharedPlaces(recording: Recording, regions: ReadonlySet<Region>): Region[][] {
  const groups = new Map<Region, Region[]>([...regions].map((region) => [region, [region]]));
  for (const [i, command] of recording.commands.entries()) {
    for (const { region, over } of command.uses) {
      if (!over || region.first !== i || region.contents || !regions.has(region)) continue;
      const before = placeFor(region, command, i, groups, recording);
      if (!before) continue;
      const group = groups.get(before) as Region[];
      groups.delete(before);
      groups.delete(region);
      group.push(region);
      groups.set(region, group);
    }
  }
  return [...groups.values()];
}

/** What command number `i` reads for the last time, as large as the region; known by the last of its group. */
function placeFor(
  { size }: Region,
  command: Recorded,
  i: number,
  groups: ReadonlyMap<Region, Region[]>,
  { segments }: Recording,
): Region | undefined {
  if (size <= leastBytes) return undefined;
  const uses = usesOf(command);
  const fits = (region: Region) =>
    region.size === size &&
    region.last === i &&
    groups.has(region) &&
    uses.every((use) => use.region !== region || (!use.writes && use.offset === 0)) &&
    !segments.some((segment) => handsOut(segment, region));
  return uses.find(({ region }) => fits(region))?.region;
}
