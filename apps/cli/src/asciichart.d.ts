// asciichart brings no types of its own.
declare module 'asciichart' {
  export function plot(
    series: readonly number[],
    config?: { readonly height?: number; readonly format?: (value: number) => string },
  ): string;
}
