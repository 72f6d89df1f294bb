// How a download shows itself: a bar on a terminal, a line where the output is piped.
import { formatBytes } from '../format-bytes.ts';
import { progressBar } from '../training/progress-bar.ts';
import type { Screen } from '../training/reporter.ts';

export type DownloadReport = {
  progress(name: string, bytes: number, total?: number): void;
  /** After the last one. */
  end(): void;
};

export function downloadReport(write: (text: string) => void, { live, columns }: Screen): DownloadReport {
  let current: string | undefined;
  let bar = progressBar(write, columns);
  return {
    progress(name, bytes, total) {
      if (name !== current) {
        bar.end();
        bar = progressBar(write, columns);
        if (!live) write(`Downloading ${name}${total === undefined ? '' : `, ${formatBytes(total)}`}\n`);
        current = name;
      }
      const of = total === undefined ? '' : ` of ${formatBytes(total)}`;
      if (live) bar.update(total ? bytes / total : 0, `${name} ${formatBytes(bytes)}${of}`);
    },
    end: () => bar.end(),
  };
}
