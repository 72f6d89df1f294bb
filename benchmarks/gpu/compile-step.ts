// A training step on a GPU that computes nothing, whose shaders go to another one's compiler, too. Started by compile.ts.
import { findAdapter, installDawn } from '@hornbook/backend-webgpu/adapter';
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';
import { registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { create } from 'webgpu';
import { sizes } from './sizes.ts';

const { model: config } = sizes.full;
const batchSize = 24; // of 64, and one layer of 6: the device that computes nothing has little memory
process.env.HORNBOOK_DAWN = 'backend=null';
await useBackend('cpu'); // for the gradients that it registers
const nothing = await findAdapter();
const gpu = create(['enable-dawn-features=disable_workgroup_init']);
Object.assign(globalThis, { gpu }); // Dawn aborts the process if it is collected
const real = await gpu.requestAdapter();
if (typeof nothing === 'string' || !real) throw new Error('Expected the driver to offer an adapter, got none');
installDawn();
const { startWebgpu } = await import('@hornbook/backend-webgpu');
const backend = await startWebgpu(nothing);
const compiler = await real.requestDevice({
  requiredFeatures: (['subgroups', 'shader-f16'] as const).filter((feature) => real.features.has(feature)),
  requiredLimits: { maxComputeWorkgroupStorageSize: real.limits.maxComputeWorkgroupStorageSize },
});
compiler.addEventListener('uncapturederror', ({ error }) => {
  throw error;
});
alsoCompile(backend.device);
registerBackend('webgpu', () => backend);
await setBackend('webgpu');

const { forward, initialize } = gpt({ ...config, numLayers: 1, dropout: 0.2 });
const generator = manualSeed(1);
const ids = () => ({
  data: generator.integers(batchSize * config.contextLength, 0, config.vocabSize),
  shape: [batchSize, config.contextLength],
});
const steps = train({
  parameters: trainable(initialize(generator)),
  batches: [{ inputs: ids(), targets: ids() }],
  optimizer: adamw({ learningRate: 1e-3 }),
  steps: 1,
  clip: 1,
  precision: process.argv[2] === 'half' ? 'half' : 'full',
  loss: (tree, { inputs, targets }) => crossEntropy(forward(tree, inputs, { generator }), targets),
});
for await (const _ of steps) console.log('done');
process.exit(); // Dawn's threads would go on

/** Gives the compiler's device every shader of ours; `device` has the compiler's memory, and runs an empty shader. */
function alsoCompile(device: GPUDevice): void {
  const modules = new WeakMap<GPUShaderModule, GPUShaderModuleDescriptor>();
  const groups = new WeakMap<GPUBindGroupLayout, GPUBindGroupLayoutDescriptor>();
  const layouts = new WeakMap<GPUPipelineLayout, GPUPipelineLayoutDescriptor>();
  const { maxComputeWorkgroupStorageSize } = compiler.limits;
  const limits = new Proxy(device.limits, {
    get: (all, name: keyof GPUSupportedLimits) =>
      name === 'maxComputeWorkgroupStorageSize' ? maxComputeWorkgroupStorageSize : all[name],
  });
  Object.defineProperty(device, 'limits', { value: limits });
  const empty = device.createShaderModule({ code: '@compute @workgroup_size(1) fn main() {}' });
  const make = device.createComputePipeline.bind(device);
  device.createShaderModule = remembered(device.createShaderModule.bind(device), modules);
  device.createBindGroupLayout = remembered(device.createBindGroupLayout.bind(device), groups);
  device.createPipelineLayout = remembered(device.createPipelineLayout.bind(device), layouts);
  device.createComputePipeline = (descriptor) => {
    const { layout, compute, label } = descriptor;
    if (layout === 'auto') return make(descriptor); // TensorFlow.js's own
    const { bindGroupLayouts } = of(layouts, layout);
    const same = [...bindGroupLayouts].map((group) =>
      compiler.createBindGroupLayout(of(groups, group as GPUBindGroupLayout)),
    );
    compiler.createComputePipeline({
      layout: compiler.createPipelineLayout({ bindGroupLayouts: same }),
      compute: { ...compute, module: compiler.createShaderModule(of(modules, compute.module)) },
    });
    console.error(`shader ${label}`);
    return make({ layout, compute: { module: empty } });
  };
}

function of<K extends object, V>(kept: WeakMap<K, V>, key: K): V {
  const found = kept.get(key);
  if (!found) throw new Error('Expected what was made on this device, got something else');
  return found;
}

/** The same function, which keeps what its results were made of. */
function remembered<D, T extends object>(make: (descriptor: D) => T, kept: WeakMap<T, D>): (descriptor: D) => T {
  return (descriptor) => {
    const made = make(descriptor);
    kept.set(made, descriptor);
    return made;
  };
}
