// asciichart brings no types of its own.
declare module 'asciichart' {
  export function plot(
    series: readonly number[] | readonly (readonly number[])[],
    config?: {
      readonly height?: number;
      readonly min?: number;
      readonly max?: number;
      /** Escape sequences, one for each series. */
      readonly colors?: readonly string[];
      readonly format?: (value: number) => string;
    },
  ): string;
}
