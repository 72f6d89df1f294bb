// Two projects over the same tests: Node, and real headless Chromium. `*.node.test.ts` needs Node and runs only there.
// A third has `half*.node.test.ts`, which compute with 16 bits and need another driver of Vulkan than all the rest.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findChromium } from './testing/browser.ts';
import { halfDriver } from './testing/half-driver.ts';
import SlowFilesFirst from './testing/slow-files-first.ts';

const everywhere = '{packages,apps,examples,testing}/**/*.test.ts';
const nodeOnly = '{packages,apps,examples,testing}/**/*.node.test.ts';
const halves = '{packages,apps}/**/half*.node.test.ts';
const conditions = ['development'];
const seed = Number(process.env.HORNBOOK_SEED ?? 42);
const test = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: './testing/property-tests.ts',
  provide: { seed },
  globalSetup: './testing/build-wasm.ts',
  // What programs that tests start have compiled of their modules, for the next that is started.
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
  isolate: false, // a process and a page for many files: starting one for each took a third of the time
};

const ssr = { resolve: { conditions: [...conditions, 'node', 'import', 'default'] } };
const outside = '**/node_modules/**';

const projects: TestProjectConfiguration[] = [
  { ssr, test: { ...test, name: 'node', include: [everywhere], exclude: [halves, outside], pool: 'forks' } },
  {
    ssr,
    test: {
      ...test,
      name: 'half',
      include: [halves],
      env: { ...test.env, ...halfDriver() },
      testTimeout: 180_000, // Mesa's software compiles each shader for some seconds
      pool: 'forks',
    },
  },
];

const chromium = await findChromium();
if (chromium) {
  projects.push({
    resolve: { conditions: [...conditions, 'browser', 'import', 'default'] },
    optimizeDeps: {
      // Files that vite finds too late.
      include: [
        '@tensorflow/tfjs-core/dist/register_all_gradients.js',
        '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js',
        '@tensorflow/tfjs-backend-webgpu/dist/kernels/*.js',
      ],
    },
    test: {
      ...test,
      name: 'chromium',
      include: [everywhere],
      exclude: [nodeOnly, outside],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: chromium,
            args: [
              '--no-sandbox',
              '--disable-quic',
              '--no-first-run',
              '--disable-background-networking',
              '--disable-component-update',
              '--disable-sync',
              '--enable-unsafe-webgpu',
              '--enable-dawn-features=disable_workgroup_init', // see testing/software-vulkan.ts
            ],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  });
} else {
  console.warn('SKIPPED: all tests in a browser. Install Chromium, or name one in CHROMIUM_PATH.');
}

export default defineConfig({
  test: {
    projects,
    sequence: { sequencer: SlowFilesFirst },
    maxWorkers: '100%', // vitest leaves one core to itself, which on two cores is half of the machine
    reporters: ['default', './testing/summary-reporter.ts'],
  },
});
