// A bar and a line of text that stay in one place of the terminal.
import { colors } from '../colors.ts';

export type ProgressBar = {
  /** Shows a share from 0 to 1 and what to say beside it; not more often than ten times a second. */
  update(share: number, text: string): void;
  /** Writes whole lines that stay, with the bar below them. */
  above(lines: string): void;
  /** Shows the latest state and moves on to the next line. Nothing if nothing was shown. */
  end(): void;
};

const interval = 100; // milliseconds between two drawings
const narrowest = 8;
const widest = 40;

/**
 * The bar takes the room that the text leaves; where that is too little, the text stands alone. `columns` is asked at each
 * drawing: windows change their size. Cursor and wrapping of the terminal stay as they are.
 */
export function progressBar(write: (text: string) => void, columns: () => number): ProgressBar {
  let room = widest;
  let drawn = Number.NEGATIVE_INFINITY;
  let latest: { readonly share: number; readonly text: string } | undefined;
  const draw = ({ share, text }: { readonly share: number; readonly text: string }) => {
    const width = Math.max(0, columns() - 1);
    room = Math.min(room, width - text.length - 1); // never grows again, so that the text stands still
    const line = room < narrowest ? text.slice(0, width) : `${drawBar(share, room)} ${text}`;
    write(`\r${line}\x1b[K`); // \x1b[K: clear what a longer line left
    drawn = performance.now();
  };
  return {
    update(share, text) {
      latest = { share, text };
      if (performance.now() - drawn >= interval) draw(latest);
    },
    above(lines) {
      write(latest ? `\r\x1b[K${lines}` : lines);
      if (latest) draw(latest);
    },
    end() {
      if (!latest) return;
      draw(latest);
      write('\n');
      latest = undefined;
    },
  };
}

function drawBar(share: number, width: number): string {
  const done = Math.floor(share * width);
  return colors.cyan('█'.repeat(done)) + colors.dim('░'.repeat(width - done));
}
