// A browser's WebGPU against the CPU engine: open the page in Firefox, Safari or any other, and it trains a small GPT for some
// steps. The losses must be those of this process.
//
//     node --conditions=development benchmarks/gpu/browser.ts [port]
//
// Ends with exit code 1 where they are not.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { useBackend } from '@hornbook/backends';
import { build } from 'esbuild';
import { shortRun } from './short-run.ts';

type Told = { readonly browser: string; readonly problem?: string; readonly losses?: readonly number[] };

const port = Number(process.argv[2] ?? 8765);
const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'browser-page.ts')],
  bundle: true,
  format: 'esm',
  conditions: ['development'],
  write: false,
  outdir: 'out',
});
await useBackend('simd');
const expected = await shortRun();

const server = createServer(async (request, response) => {
  if (request.url === '/told') {
    const code = judge(JSON.parse(await text(request)));
    response.end(() => process.exit(code));
  } else if (request.url === '/page.js') {
    response.setHeader('content-type', 'text/javascript').end(outputFiles[0].contents);
  } else {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><body>Training …<script type="module" src="/page.js"></script>');
  }
});
server.listen(port, '127.0.0.1', () =>
  console.log(`Open http://127.0.0.1:${port} in the browser that is to be tried.`),
);

function judge({ losses, ...told }: Told): number {
  console.log(JSON.stringify(told, null, 1));
  const same = losses?.every((loss, i) => Math.abs(loss - expected[i]) < 1e-4) ?? false;
  for (const [i, loss] of expected.entries())
    console.log(`step ${i}: ${loss.toFixed(5)} here, ${losses?.[i]?.toFixed(5)} there`);
  console.log(same ? 'The browser computes the same.' : 'The browser does not compute the same.');
  return same ? 0 : 1;
}
