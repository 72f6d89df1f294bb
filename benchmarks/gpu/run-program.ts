// Runs a program that prints a line for each thing it does, and never leaves who waits in the dark.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  /** What it is at, said every ten seconds. */
  readonly doing: () => string;
  /** Without a line for so long it is ended. */
  readonly secondsOfSilence: number;
};

let running: ChildProcess | undefined;

/** Ends the program that runs, if one does. */
export function endProgram(): void {
  running?.kill('SIGKILL');
}

/** Hands on each line as it comes, and says what went wrong, if anything did. */
export function runProgram(
  { command, args, doing, secondsOfSilence }: Program,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    let [complaint, silent, tooLong] = ['', 0, false];
    const clock = setInterval(() => {
      silent += 10;
      tooLong = silent >= secondsOfSilence;
      if (tooLong) child.kill('SIGKILL');
      else console.log(`    … ${doing()}, ${silent} s`);
    }, 10_000);
    const end = (problem: string | undefined) => {
      clearInterval(clock);
      running = undefined;
      resolve(problem);
    };
    child.stderr.on('data', (text) => {
      complaint = (complaint + text).slice(-10_000);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      silent = 0;
      clock.refresh();
      onLine(line);
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ENOENT' ? `there is no ${command} here` : error.message),
    );
    child.on('close', (code, signal) => {
      if (tooLong) return end(`nothing came for ${secondsOfSilence} s, so it was ended`);
      if (code === 0) return end(undefined);
      end(lastWords(complaint) || `it ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}

/** The error of a program in Node or Python without the lines that say where. */
function lastWords(complaint: string): string {
  const lines = complaint
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^\s+(at|File) |^Node\.js v|^Warning: /.test(line));
  const error = lines.findLast((line) => /^\s*(Uncaught )?[\w.]*(Error|Exception)\b/.test(line));
  return (error ?? lines.slice(-3).join(' ')).trim().slice(0, 600);
}
