// Runs TensorFlow.js's own tests, which its core package ships, on an engine: all of them in about a minute.
//   node --conditions=development packages/backend-simd/scripts/tfjs-op-tests.mjs [engine, simd if none] [pattern of files]
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import jasmineRequire from 'jasmine-core';

const [engine = 'simd', pattern = ''] = process.argv.slice(2);
const core = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')), 'dist');

/** Saving and loading models needs a browser, or files. */
const files = globSync('**/*_test.js', { cwd: core })
  .filter((file) => !file.startsWith('io') && new RegExp(pattern).test(file))
  .sort();

/** The modules that the bundle finds under these names; the tests run once for each engine that is set before them. */
const modules = {
  'the-engine': `
    import { setTestEnvs } from './jasmine_util';
    setTestEnvs([{ name: '${engine}', backendName: '${engine}', isDataSync: true }]);`,
  'jasmine-core/lib/jasmine-core/jasmine.js': 'module.exports = { core: () => ({}) };', // wanted for a time limit only
};

const entry = ['public/chained_ops/register_all_chained_ops', 'register_all_gradients', 'the-engine', ...files]
  .map((file) => `import '${file in modules ? file : `./${file}`}';`)
  .join('\n');

const folder = mkdtempSync(join(tmpdir(), 'tfjs-op-tests-'));
const bundle = join(folder, 'tests.mjs');
await build({
  stdin: { contents: entry, resolveDir: core },
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
  ignoreAnnotations: true, // a test file has no exports, and is not to be dropped for it
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  plugins: [{ name: 'modules', setup: provideModules }],
});

jasmineRequire.boot();
const env = globalThis.jasmine.getEnv();
const counts = { passed: 0, failed: 0 };
env.configure({ random: false });
env.addReporter({
  specDone({ status, fullName, failedExpectations }) {
    counts[status] = (counts[status] ?? 0) + 1;
    if (status !== 'failed') return;
    console.log(`FAILED ${fullName}\n  ${failedExpectations.map(({ message }) => message).join('\n  ')}`);
  },
});

// Two copies of the core, the bundle's and the backends', share one registry, because it hangs on the global object.
await import('@tensorflow/tfjs-backend-cpu');
await import('@hornbook/backend-simd');
try {
  await import(pathToFileURL(bundle).href);
  await env.execute();
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${engine}: ${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

function provideModules(bundler) {
  bundler.onResolve({ filter: /^(the-engine|jasmine-core\/.*)$/ }, ({ path }) => ({ path, namespace: 'ours' }));
  bundler.onLoad({ filter: /./, namespace: 'ours' }, ({ path }) => ({ contents: modules[path], resolveDir: core }));
}
