// How fast training goes, and how long it will take, as people say it.

/** Steps a second over about the last five seconds; undefined until there are two moments to compare. */
export function speedometer(): (made: number) => number | undefined {
  const marks: { readonly time: number; readonly made: number }[] = [];
  return (made) => {
    const now = performance.now();
    if (marks.length === 0 || now - marks[marks.length - 1].time > 200) marks.push({ time: now, made });
    while (marks.length > 2 && now - marks[0].time > 5000) marks.shift();
    const [first] = marks;
    return now > first.time ? ((made - first.made) * 1000) / (now - first.time) : undefined;
  };
}

/** `1234 steps/s`, `2.4 steps/s` */
export function formatSpeed(stepsPerSecond: number): string {
  return `${stepsPerSecond.toFixed(stepsPerSecond < 9.95 ? 1 : 0)} steps/s`;
}

/** `512 tokens/s`, `9.4k tokens/s` */
export function formatTokens(tokensPerSecond: number): string {
  const thousands = tokensPerSecond / 1000;
  if (thousands < 1) return `${Math.round(tokensPerSecond)} tokens/s`;
  return `${thousands.toFixed(thousands < 9.95 ? 1 : 0)}k tokens/s`;
}

/** `42s`, `3m 05s`, `1h 07m` */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}
