// Runs a list of commands: alone, or as one of several threads that meet at barriers. dispatch.ts is generated.
import { dispatch } from './dispatch';
import { barrier } from './threads';

const commandBytes: usize = 128;
const partitioned: u32 = 1;
const waits: u32 = 2;

/** The commands in order. One that is not partitioned is run by the first thread; `waits` says: all before are done. */
export function run(list: usize, count: i32, thread: i32, threads: i32): void {
  const end = list + <usize>count * commandBytes;
  for (let command = list; command < end; command += commandBytes) {
    const flags = load<u32>(command, 4);
    if (threads > 1 && flags & waits) barrier(threads);
    if (flags & partitioned) dispatch(load<u32>(command), command + 8, thread, threads);
    else if (thread == 0) dispatch(load<u32>(command), command + 8, 0, 1);
  }
}
