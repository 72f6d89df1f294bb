// report.html of a run folder: one file with the curves, the samples, a map of the tokens and the settings.
import { join } from 'node:path';
import type { SettingName, Settings } from '../config/settings.ts';
import { groups } from '../config/table.ts';
import { type MapPoint, mapSvg } from '../embeddings/token-map.ts';
import { type LoggedSample, readRunLog } from '../training/run-log.ts';
import { writeFiles } from '../write-files.ts';
import { lossChart } from './loss-chart.ts';
import { escapeMarkup } from './markup.ts';

export type ReportContents = {
  readonly folder: string;
  readonly settings: Settings;
  readonly text: string;
  readonly parameterCount: number;
  /** What was measured, by name: `validation loss`. */
  readonly figures: Readonly<Record<string, string>>;
  readonly map: readonly MapPoint[];
};

/** Looks after itself: no scripts, nothing from elsewhere, light or dark as the reader's system is. */
export async function writeReport(contents: ReportContents): Promise<void> {
  const { steps, samples } = await readRunLog(contents.folder);
  const { settings, text, parameterCount, figures, map } = contents;
  const title = `${settings.model} on ${text}`;
  const sections = [
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p>${parameterCount.toLocaleString('en')} parameters, ${steps.length.toLocaleString('en')} steps, seed ${settings.seed}</p>`,
    figureList(figures),
    ...(steps.length > 1 ? [chartSection(lossChart(steps))] : []),
    ...(samples.length > 0 ? [sampleSection(samples)] : []),
    `<h2>Tokens</h2>\n<p>Learned vectors, along the two directions in which they differ most.</p>\n<figure>${mapSvg(map)}</figure>`,
    settingsSection(settings),
  ];
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
${sections.join('\n')}
</body>
</html>
`;
  await writeFiles(new Map([[join(contents.folder, 'report.html'), page]]));
}

function figureList(figures: Readonly<Record<string, string>>): string {
  const items = Object.entries(figures).map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${escapeMarkup(value)}</dd></div>`,
  );
  return `<dl class="figures">${items.join('')}</dl>`;
}

function chartSection(chart: string): string {
  return (
    `<h2>Loss</h2>\n<p class="legend"><span class="training">training, a mean over nearby steps</span> ` +
    `<span class="validation">validation</span></p>\n<figure>${chart}</figure>`
  );
}

const mostSamples = 12;

/** The last, and before it others evenly apart. */
function sampleSection(samples: readonly LoggedSample[]): string {
  const count = Math.min(mostSamples, samples.length);
  const shown = Array.from({ length: count }, (_, i) => samples[Math.ceil(((i + 1) * samples.length) / count) - 1]);
  const items = shown.map(
    ({ step, text }) =>
      `<section><h3>After ${step.toLocaleString('en')} steps</h3><pre>${escapeMarkup(text)}</pre></section>`,
  );
  return `<h2>What it wrote</h2>\n<div class="samples">${items.join('\n')}</div>`;
}

function settingsSection(settings: Settings): string {
  const rows = Object.entries(groups).flatMap(([, table]) =>
    Object.entries(table)
      .filter(([name]) => Object.hasOwn(settings, name))
      .map(([name, { help }]) => {
        const value = escapeMarkup(String(settings[name as SettingName]));
        return `<tr><td><code>${name}</code></td><td><code>${value}</code></td><td>${escapeMarkup(help)}</td></tr>`;
      }),
  );
  return `<h2>Settings</h2>\n<table>${rows.join('\n')}</table>\n<p>Train it again: <code>hornbook train --config config.json</code></p>`;
}

const style = `
:root { color-scheme: light dark; --text: #1d2128; --soft: #667080; --line: #dfe3e8; --page: #fff; --card: #f5f7f9; --training: #7d93b2; --validation: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7ec; --soft: #98a2b0; --line: #343a43; --page: #16191e; --card: #1f242b; --training: #7089ad; --validation: #fb923c; } }
body { max-width: 800px; margin: 2.5rem auto; padding: 0 1.25rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
h1 { margin-bottom: 0.25rem; } h1 + p, .legend, .label { color: var(--soft); } h2 { margin-top: 2.5rem; } h3 { margin: 0 0 0.25rem; font-size: 0.85rem; color: var(--soft); }
figure { margin: 0; } svg { width: 100%; height: auto; }
.figures { display: flex; flex-wrap: wrap; gap: 0.75rem; } .figures div { padding: 0.6rem 1rem; border-radius: 8px; background: var(--card); }
dt { font-size: 0.8rem; color: var(--soft); } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } polyline.training { stroke: var(--training); } polyline.validation { stroke: var(--validation); } circle.validation { fill: var(--validation); }
.grid { stroke: var(--line); } .label { fill: var(--soft); font: 12px system-ui, sans-serif; }
.legend span::before { content: ""; display: inline-block; width: 1.4em; height: 0.2em; margin: 0 0.5em 0.25em 0; background: currentColor; } .legend span { display: inline-block; margin-right: 1.5em; } .legend .training { color: var(--training); } .legend .validation { color: var(--validation); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 0.75rem; } .samples section { padding: 0.75rem 1rem; border-radius: 8px; background: var(--card); }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; } code { font: 0.85em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; } td { padding: 0.3rem 1rem 0.3rem 0; border-top: 1px solid var(--line); vertical-align: top; } td:first-child { white-space: nowrap; } td:nth-child(2) { min-width: 7rem; } td:last-child { color: var(--soft); }
`;
