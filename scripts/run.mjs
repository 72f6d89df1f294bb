// The entry of the scripts in package.json, such as `npm start` and `npm test`: needs only Node 18 and npm.
// Installs the workspace with its own pnpm, then does the work on the Node that the workspace installs.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const windows = process.platform === 'win32';

// npm hands its settings down as variables; pnpm would take them for its own. Where packages come from stays.
const kept = /^npm_config_(registry|cafile|userconfig)$/i;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => kept.test(name) || !/^npm_(config|package|lifecycle)_/i.test(name)),
);
const path = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
env[path] = [join(root, 'node_modules', '.bin'), env[path]].join(delimiter);
env.TURBO_TELEMETRY_DISABLED = '1';

/** Runs a program and returns its exit code; its output is ours unless quiet, and then it is shown if it failed. */
function run(command, args, { quiet = false } = {}) {
  const result = spawnSync(command, args, { cwd: root, env, shell: windows, stdio: quiet ? 'pipe' : 'inherit' });
  if (result.error) throw result.error;
  if (quiet && result.status !== 0) process.stderr.write(Buffer.concat([result.stdout, result.stderr]));
  return result.status ?? 1;
}

/** Runs programs one after the other and stops at the first that fails. */
function runAll(...commands) {
  for (const [command, args, options] of commands) {
    const code = run(command, args, options);
    if (code !== 0) process.exit(code);
  }
}

const install = ['npx', ['-y', packageManager, 'install', '--frozen-lockfile'], { quiet: true }];
const build = ['turbo', ['run', 'build', '--output-logs=errors-only'], { quiet: true }];
const hornbook = ['node', [join('apps', 'cli', 'dist', 'main.js')]];

const tasks = {
  start: () => {
    console.log('Preparing the workspace (the first time takes about half a minute) …\n');
    runAll(install, build);
    const run = join('runs', 'story');
    const [node, main] = hornbook;
    runAll([node, [...main, 'train', '--preset', 'story-gpt', '--out', run]]);
    console.log('\nAnd now it goes on by itself from "Madge":\n');
    runAll([node, [...main, 'sample', run, '--prompt', 'Madge', '--temperature', '0.7', '--length', '400']]);
  },
  test: () => runAll(install, build, ['vitest', ['run', ...process.argv.slice(3)]]),
  check: () =>
    runAll(
      install,
      ['biome', ['ci', '.']],
      build,
      ['tsc', ['--noEmit', '-p', 'tsconfig.json']],
      ['tsc', ['--noEmit', '-p', join('apps', 'docs', 'tsconfig.json')]],
      ['vitest', ['run', '--project', 'node', 'testing/architecture.node.test.ts']],
      ['node', [join('scripts', 'check-packages.ts')]],
      ['node', [join('scripts', 'report-sizes.ts')]],
    ),
  build: () => runAll(install, build),
  docs: () => {
    console.log('Building the site (a minute, the first time) …\n');
    runAll(install, ['turbo', ['run', 'site', '--output-logs=errors-only'], { quiet: true }]);
    runAll(['pnpm', ['--filter', 'docs', 'run', 'preview', '--host', '127.0.0.1', ...process.argv.slice(3)]]);
  },
  'bench:gpu': () => {
    console.log('Preparing the workspace …\n');
    runAll(install, ['node', ['--conditions=development', join('benchmarks', 'webgpu.ts'), ...process.argv.slice(3)]]);
  },
};

process.on('SIGINT', () => {}); // Ctrl-C reaches the program that runs as well, and its last words are waited for
const task = tasks[process.argv[2]];
if (!task) {
  console.error(`Expected one of ${Object.keys(tasks).join(', ')}, got ${process.argv[2]}`);
  process.exit(2);
}
task();
